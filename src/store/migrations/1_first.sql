-- Version 1. Times are samples at 16 kHz unless a name says otherwise; JSON columns hold the
-- domain types as serde writes them. Every write is one IMMEDIATE transaction.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One row a recording: one channel, or the mix, of one file content.
CREATE TABLE recordings (
    id        TEXT PRIMARY KEY,
    position  INTEGER NOT NULL,            -- order of ingestion
    sha256    TEXT NOT NULL,
    path      TEXT NOT NULL,               -- as ingested
    file      TEXT NOT NULL,               -- absolute
    bytes     INTEGER NOT NULL,
    modified  INTEGER NOT NULL,            -- milliseconds since 1970
    channel   TEXT NOT NULL,               -- JSON domain::Channel
    facts     TEXT NOT NULL,               -- JSON domain::Facts
    length    INTEGER,                     -- estimate until sliced, then exact
    state     TEXT NOT NULL CHECK (state IN ('ingested', 'sliced', 'failed')),
    error     TEXT                         -- why it failed
) STRICT;
CREATE INDEX recordings_by_file ON recordings (file);

-- The pieces of a recording tile it: silence, rejects, clips.
CREATE TABLE pieces (
    recording TEXT NOT NULL REFERENCES recordings (id),
    start     INTEGER NOT NULL,
    stop      INTEGER NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('clip', 'silence', 'reject')),
    why       TEXT,                        -- JSON domain::RejectReason
    clip      TEXT UNIQUE,                 -- id of a clip
    PRIMARY KEY (recording, start)
) STRICT;

-- One row a clip, model and decode policy.
CREATE TABLE hypotheses (
    clip   TEXT NOT NULL REFERENCES pieces (clip),
    model  TEXT NOT NULL,
    policy TEXT NOT NULL,
    body   TEXT NOT NULL,                  -- JSON domain::Hypothesis
    PRIMARY KEY (clip, model, policy)
) STRICT;

-- The latest decision on each clip.
CREATE TABLE decisions (
    clip      TEXT PRIMARY KEY,
    body      TEXT NOT NULL,               -- JSON domain::Decision
    score     REAL,
    inclusion REAL NOT NULL,
    region    TEXT,
    model     TEXT NOT NULL,               -- which hypothesis it is about
    policy    TEXT NOT NULL
) STRICT;

-- What was handed out: the draft that each answer must name.
CREATE TABLE batches (
    id         TEXT PRIMARY KEY,
    created    TEXT NOT NULL,              -- RFC 3339
    validators INTEGER NOT NULL            -- answers wanted for each clip
) STRICT;
CREATE TABLE batch_clips (
    batch        TEXT NOT NULL REFERENCES batches (id),
    clip         TEXT NOT NULL,
    position     INTEGER NOT NULL,
    draft        TEXT NOT NULL,            -- the hypothesis text, shown or not
    draft_digest TEXT NOT NULL,
    blind        INTEGER NOT NULL,
    PRIMARY KEY (batch, clip)
) STRICT;
CREATE INDEX batch_clips_by_clip ON batch_clips (clip);

-- Every answer ever accepted; `current` marks a validator's latest for a clip.
CREATE TABLE answers (
    id             TEXT PRIMARY KEY,       -- digest of the content
    clip           TEXT NOT NULL,
    batch          TEXT,
    validator      TEXT NOT NULL,
    verdict        TEXT NOT NULL,
    text           TEXT NOT NULL,
    draft_digest   TEXT NOT NULL,
    tags           TEXT NOT NULL,          -- JSON list of domain::Tag
    active_seconds REAL,
    answered_at    TEXT NOT NULL,
    current        INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_by_clip ON answers (clip, validator);

-- What the current answers about a clip add up to; no row, not settled.
CREATE TABLE consensus (
    clip    TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,
    text    TEXT NOT NULL,
    support INTEGER NOT NULL,
    answers INTEGER NOT NULL
) STRICT;
