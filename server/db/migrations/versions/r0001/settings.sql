-- The three settings that decide what a transaction sees, and the one value
-- that a look-up by somebody unknown may look for. Unset and empty are the same.
CREATE FUNCTION feigui_office() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('feigui.office', true), '');
CREATE FUNCTION feigui_account() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('feigui.account', true), '');
CREATE FUNCTION feigui_case() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('feigui.case', true), '');
CREATE FUNCTION feigui_sought() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('feigui.sought', true), '');

CREATE FUNCTION feigui_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever appended to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
