-- What the edges keep: answers given, long work, files on their way.
CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    claimed_at timestamptz NOT NULL,
    status integer,
    headers jsonb,
    body bytea,
    PRIMARY KEY (caller, operation, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (claimed_at);

CREATE TABLE operations (
    id text PRIMARY KEY,
    office text NOT NULL,
    kind text NOT NULL,
    case_id text,
    account text,
    state text NOT NULL CONSTRAINT operations_state CHECK (state IN (
        'queued', 'running', 'succeeded', 'failed')),
    step integer NOT NULL,
    of integer NOT NULL,
    label text NOT NULL,
    problem text,
    result text
);

CREATE TABLE uploads (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text,
    account text NOT NULL,
    purpose text NOT NULL CONSTRAINT uploads_purpose CHECK (purpose IN (
        'document', 'live_photo', 'material', 'segment')),
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    part_size bigint NOT NULL,
    s3_upload_id text NOT NULL,
    state text NOT NULL CONSTRAINT uploads_state CHECK (state IN (
        'open', 'completing', 'stored', 'refused')),
    problem text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
