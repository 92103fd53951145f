CREATE TABLE number_series (
    office text NOT NULL,
    year integer NOT NULL,
    series text NOT NULL,
    last bigint NOT NULL CHECK (last > 0),
    PRIMARY KEY (office, year, series)
);

CREATE TABLE certificates (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text NOT NULL,
    matter text NOT NULL,
    year integer NOT NULL,
    series text NOT NULL,
    sequence bigint NOT NULL,
    number text NOT NULL,
    issue_date date NOT NULL,
    public_id text NOT NULL UNIQUE,
    check_code text NOT NULL,
    status text NOT NULL CONSTRAINT certificates_status CHECK (status IN (
        'intended', 'valid', 'superseded', 'revoked', 'voided')),
    prepared_sha256 text,
    sealed_sha256 text UNIQUE,
    sealed_at timestamptz,
    ended_at timestamptz,
    successor text,
    intended_at timestamptz NOT NULL,
    UNIQUE (office, year, series, sequence),
    UNIQUE (office, number),
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE INDEX certificates_case ON certificates (case_id);
CREATE INDEX certificates_number ON certificates (number);
CREATE INDEX certificates_unfinished ON certificates (office, intended_at)
    WHERE status = 'intended';

CREATE TABLE deliveries (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text NOT NULL,
    certificate text NOT NULL REFERENCES certificates (id),
    recipient text NOT NULL,
    state text NOT NULL CONSTRAINT deliveries_state CHECK (state IN (
        'e_sent', 'downloaded', 'received', 'post_ready', 'shipped', 'returned',
        'pickup_ready')),
    sent_at timestamptz NOT NULL,
    downloaded_at timestamptz,
    received_at timestamptz,
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE INDEX deliveries_case ON deliveries (case_id, sent_at);
