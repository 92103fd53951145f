CREATE TABLE ceremonies (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text NOT NULL,
    status text NOT NULL CONSTRAINT ceremonies_status CHECK (status IN (
        'planned', 'waiting', 'recording', 'paused', 'interrupted', 'signing', 'completed',
        'aborted', 'no_show')),
    participants jsonb NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (office, case_id, id),
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE INDEX ceremonies_case ON ceremonies (case_id, created_at);

CREATE TABLE ceremony_segments (
    office text NOT NULL,
    case_id text NOT NULL,
    ceremony_id text NOT NULL,
    position integer NOT NULL,
    participant text NOT NULL,
    index integer NOT NULL,
    starts_ms bigint NOT NULL,
    ends_ms bigint NOT NULL,
    sha256 text NOT NULL,
    size bigint NOT NULL,
    media_type text NOT NULL,
    prev_sha256 text NOT NULL,
    PRIMARY KEY (ceremony_id, position),
    UNIQUE (ceremony_id, participant, index),
    FOREIGN KEY (office, case_id, ceremony_id) REFERENCES ceremonies (office, case_id, id)
);
CREATE TRIGGER ceremony_segments_append_only BEFORE UPDATE OR DELETE ON ceremony_segments
    FOR EACH ROW EXECUTE FUNCTION feigui_refuse_change();
CREATE TRIGGER ceremony_segments_never_emptied BEFORE TRUNCATE ON ceremony_segments
    FOR EACH STATEMENT EXECUTE FUNCTION feigui_refuse_change();

CREATE TABLE ceremony_links (
    office text NOT NULL,
    case_id text NOT NULL,
    ceremony_id text NOT NULL,
    index integer NOT NULL,
    kind text NOT NULL,
    at text NOT NULL,
    body jsonb NOT NULL,
    prev text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (ceremony_id, index),
    FOREIGN KEY (office, case_id, ceremony_id) REFERENCES ceremonies (office, case_id, id)
);
CREATE TRIGGER ceremony_links_append_only BEFORE UPDATE OR DELETE ON ceremony_links
    FOR EACH ROW EXECUTE FUNCTION feigui_refuse_change();
CREATE TRIGGER ceremony_links_never_emptied BEFORE TRUNCATE ON ceremony_links
    FOR EACH STATEMENT EXECUTE FUNCTION feigui_refuse_change();
