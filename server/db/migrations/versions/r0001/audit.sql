-- What happened to each case, hashed link by link. The head says how long the
-- chain is, so that cutting off its end is noticed as well.
CREATE TABLE audit_log (
    office text NOT NULL,
    case_id text NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    facts jsonb NOT NULL,
    prev text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (case_id, position),
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION feigui_refuse_change();
CREATE TRIGGER audit_log_never_emptied BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION feigui_refuse_change();

CREATE TABLE audit_heads (
    office text NOT NULL,
    case_id text PRIMARY KEY,
    length integer NOT NULL,
    hash text NOT NULL,
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
