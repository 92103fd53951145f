CREATE TABLE applicants (
    id text PRIMARY KEY,
    phone bytea NOT NULL,
    phone_index text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL
);

CREATE TABLE staff (
    id text PRIMARY KEY,
    office text NOT NULL,
    login text NOT NULL UNIQUE,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    totp_secret bytea NOT NULL,
    totp_last_step bigint NOT NULL,
    roles text[] NOT NULL CONSTRAINT staff_roles CHECK (roles <@ ARRAY[
        'assistant', 'notary', 'second_handler', 'checker', 'approver', 'director', 'cashier',
        'issuing_clerk', 'archivist', 'inspector', 'sysadmin', 'secadmin', 'auditor']),
    is_active boolean NOT NULL,
    certificate_number text
);
CREATE INDEX staff_office ON staff (office, login);

CREATE TABLE sessions (
    id text PRIMARY KEY,
    account text NOT NULL,
    kind text NOT NULL CONSTRAINT sessions_kind CHECK (kind IN ('applicant', 'staff')),
    office text,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    device bytea NOT NULL,
    ended_at timestamptz,
    ended_because text
);
CREATE INDEX sessions_account ON sessions (account, started_at DESC);

CREATE TABLE refresh_tokens (
    sha256 text PRIMARY KEY,
    session text NOT NULL REFERENCES sessions (id),
    issued_at timestamptz NOT NULL,
    idle_until timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session);

CREATE TABLE one_time_codes (
    id text PRIMARY KEY,
    phone_index text NOT NULL,
    code_hmac text NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries_left integer NOT NULL CHECK (tries_left >= 0),
    used_at timestamptz
);
CREATE INDEX one_time_codes_phone ON one_time_codes (phone_index, sent_at DESC);

CREATE TABLE login_tries (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    login_index text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX login_tries_login ON login_tries (login_index, at DESC);
