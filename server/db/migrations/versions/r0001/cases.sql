-- The case and its parts. Whatever can hold personal data is ciphertext (bytea).
CREATE TABLE cases (
    id text PRIMARY KEY,
    office text NOT NULL,
    matter text NOT NULL,
    status text NOT NULL CONSTRAINT cases_status CHECK (status IN (
        'draft', 'submitted', 'supplement', 'lapsed', 'not_accepted', 'accepted', 'review',
        'interview_set', 'interviewed', 'drafting', 'checking', 'to_approve', 'approved',
        'issued', 'delivered', 'filing', 'archived', 'terminating', 'refusing', 'terminated',
        'refused', 'void', 'reexam', 'revoked')),
    came_from text[] NOT NULL,
    -- Logins of the parties: what an applicant may see is decided on this column.
    accounts text[] NOT NULL,
    handling_notary text,
    approver text,
    way_of_closing text
        CONSTRAINT cases_way_of_closing CHECK (way_of_closing IN ('0', '1', '2', '-1')),
    created_at timestamptz NOT NULL,
    submitted_at timestamptz,
    accepted_at timestamptz,
    interviewed_at timestamptz,
    approved_at timestamptz,
    issued_at timestamptz,
    delivered_at timestamptz,
    closed_at timestamptz,
    archived_at timestamptz,
    content jsonb NOT NULL,
    papers bytea NOT NULL,
    version integer NOT NULL,
    UNIQUE (office, id)
);
CREATE INDEX cases_newest ON cases (office, created_at DESC, id DESC);
CREATE INDEX cases_standing ON cases (office, status);
CREATE INDEX cases_accounts ON cases USING gin (accounts);

CREATE TABLE parties (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text NOT NULL,
    position integer NOT NULL,
    role text NOT NULL CONSTRAINT parties_role CHECK (role IN (
        'applicant', 'agent', 'guardian', 'legal_representative', 'principal', 'trustee',
        'related_person', 'witness', 'interpreter', 'consular_witness')),
    is_organisation boolean NOT NULL,
    account text,
    stands_for text,
    relative_of_staff text[] NOT NULL,
    identity_proven boolean NOT NULL,
    papers bytea NOT NULL,
    id_number_index text,
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE INDEX parties_case ON parties (case_id, position);
CREATE INDEX parties_id_number ON parties (office, id_number_index);

CREATE TABLE consents (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text NOT NULL,
    position integer NOT NULL,
    party text NOT NULL,
    purpose text NOT NULL CONSTRAINT consents_purpose CHECK (purpose IN (
        'terms', 'personal_data', 'face_online', 'recording', 'e_signature', 'truth_promise',
        'notice_of_rights')),
    notice_code text NOT NULL,
    notice_version text NOT NULL,
    language text NOT NULL,
    text_sha256 text NOT NULL,
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE INDEX consents_case ON consents (case_id, position);

CREATE TABLE materials (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text NOT NULL,
    position integer NOT NULL,
    item text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    required boolean NOT NULL,
    state text NOT NULL CONSTRAINT materials_state CHECK (state IN (
        'missing', 'uploaded', 'checked', 'original_seen', 'shared_data', 'rejected')),
    object_sha256 text,
    media_type text,
    size bigint,
    pages integer,
    reason bytea,
    in_supplement boolean NOT NULL,
    decided_by text,
    decided_at timestamptz,
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE INDEX materials_case ON materials (case_id, position);

CREATE TABLE identity_checks (
    id text PRIMARY KEY,
    office text NOT NULL,
    case_id text NOT NULL,
    party text NOT NULL,
    state text NOT NULL CONSTRAINT identity_checks_state CHECK (state IN (
        'queued', 'proven', 'person_decides', 'refused')),
    inputs jsonb NOT NULL,
    requested_at timestamptz NOT NULL,
    papers bytea NOT NULL,
    FOREIGN KEY (office, case_id) REFERENCES cases (office, id)
);
CREATE INDEX identity_checks_case ON identity_checks (case_id, requested_at);
