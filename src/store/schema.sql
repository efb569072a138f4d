-- The database of a workspace. Times are samples at 16 kHz unless a name says otherwise; JSON columns hold the domain
-- types as serde writes them. Every write is one IMMEDIATE transaction. A change here takes another number in open.rs.

-- Notes about the workspace as a whole.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One row per recording: one channel, or the mix, of one file content.
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
    error     TEXT,                        -- why it failed
    findings  TEXT,                        -- JSON domain::Findings, once it was sliced
    begun     INTEGER NOT NULL DEFAULT 0,  -- how often a run began to read it and died before anything came of it
    ingested  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), -- RFC 3339
    audio_removed TEXT                     -- the day on which its file was removed, as the settings say
) STRICT;
CREATE INDEX recordings_by_file ON recordings (file);
-- Clips are walked over in order of ingestion.
CREATE INDEX recordings_by_position ON recordings (position);

-- The pieces of a recording tile it: silence, rejects, clips.
CREATE TABLE pieces (
    recording  TEXT NOT NULL REFERENCES recordings (id),
    start      INTEGER NOT NULL,
    stop       INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('clip', 'silence', 'reject')),
    why        TEXT,                       -- JSON domain::RejectReason
    clip       TEXT UNIQUE,                -- id of a clip
    decision   TEXT NOT NULL DEFAULT 'none', -- this and priority repeat what the clip's row in decisions says
    priority   REAL,
    settled    INTEGER NOT NULL DEFAULT 0, -- has a row in consensus
    handed_out INTEGER NOT NULL DEFAULT 0, -- is in a batch, and not to check people
    PRIMARY KEY (recording, start)
) STRICT;

-- One row per clip, model and decode policy.
CREATE TABLE hypotheses (
    clip   TEXT NOT NULL REFERENCES pieces (clip),
    model  TEXT NOT NULL,
    policy TEXT NOT NULL,
    body   BLOB NOT NULL,                  -- as store/compact.rs writes it
    worker TEXT,                           -- who made it; null: this machine
    PRIMARY KEY (clip, model, policy)
) STRICT;

-- What the memory of corrections tried on drafts.
CREATE TABLE suggestions (
    clip      TEXT NOT NULL REFERENCES pieces (clip),
    model     TEXT NOT NULL,               -- of the draft, ...
    policy    TEXT NOT NULL,               -- ... and how it was decoded
    pair      TEXT NOT NULL,               -- JSON domain::WordPair
    log_ratio REAL,                        -- of the probabilities of the text with it and without; null: the model cannot say
    log_prior REAL NOT NULL,               -- how much oftener people wrote it than left the draft, a logarithm; as of the latest run
    PRIMARY KEY (clip, model, policy, pair)
) STRICT;

-- What other engines wrote, as `drafts import` read it: one row per text, numbered within engine and recording.
CREATE TABLE engine_texts (
    engine    TEXT NOT NULL,
    recording TEXT NOT NULL REFERENCES recordings (id),
    number    INTEGER NOT NULL,
    body      TEXT NOT NULL,               -- JSON domain::EngineText
    PRIMARY KEY (engine, recording, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX engine_texts_by_recording ON engine_texts (recording);

-- Clips that could not be transcribed, each with the latest reason; a hypothesis takes the row away.
CREATE TABLE failed_clips (
    clip  TEXT PRIMARY KEY,
    error TEXT NOT NULL
) STRICT;

-- Why a speaker's region is taken for what it is: the same for all clips of a speaker.
CREATE TABLE evidence (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL UNIQUE              -- JSON list of domain::RegionalPiece
) STRICT;

-- What scored a draft.
CREATE TABLE scorings (
    id          INTEGER PRIMARY KEY,
    digest      TEXT NOT NULL UNIQUE,      -- of calibration, lexicon, program
    program     TEXT NOT NULL,             -- version of second-ear
    calibration TEXT NOT NULL,             -- SHA-256 of its file
    lexicon     TEXT NOT NULL              -- SHA-256 over its entries
) STRICT;

-- The latest decision on each clip.
CREATE TABLE decisions (
    clip         TEXT PRIMARY KEY,
    body         TEXT NOT NULL,            -- JSON domain::Decision
    score        REAL,
    inclusion    REAL NOT NULL,
    region       TEXT,
    model        TEXT NOT NULL,            -- which hypothesis it is about
    policy       TEXT NOT NULL,
    evidence     INTEGER REFERENCES evidence (id),
    scoring      INTEGER REFERENCES scorings (id),
    expected_wer REAL,                     -- the word error rate that the scoring expects
    threshold    REAL,                     -- what the score had to reach; null: the clip has no text
    rule         TEXT                      -- domain::BarRule
) STRICT;

-- What was handed out: the draft that each answer must name.
CREATE TABLE batches (
    id         TEXT PRIMARY KEY,
    created    TEXT NOT NULL,              -- RFC 3339
    validators INTEGER NOT NULL,           -- answers wanted for each clip
    estimate   REAL,                       -- active seconds of the whole batch
    pay        REAL,                       -- of the whole batch, where it is set
    handed     TEXT NOT NULL,              -- RFC 3339: since when it is out; later than created, where it was written again
    reclaimed  TEXT,                       -- RFC 3339: when it was taken back; null: it is out
    served     INTEGER NOT NULL DEFAULT 0, -- made by the server, for one person; while it has none, it lies ready
    expires    TEXT,                       -- RFC 3339: until when the server keeps it for its person
    session    TEXT                        -- the session of a crowd platform that it was for
) STRICT;
-- To whom a batch was handed, where that was said; without a row it is open to all.
CREATE TABLE batch_people (
    batch     TEXT NOT NULL REFERENCES batches (id),
    validator TEXT NOT NULL,
    PRIMARY KEY (batch, validator)
) STRICT;
CREATE TABLE batch_clips (
    batch        TEXT NOT NULL REFERENCES batches (id),
    clip         TEXT NOT NULL,
    position     INTEGER NOT NULL,
    draft        TEXT NOT NULL,            -- the hypothesis text, shown or not
    draft_digest TEXT NOT NULL,
    blind        INTEGER NOT NULL,
    purpose      TEXT NOT NULL DEFAULT 'task', -- task, gold, seeded (a planted error), adjudication
    truth        TEXT,                     -- what is known to be said, of gold and seeded clips
    marked       INTEGER NOT NULL DEFAULT 0, -- whether words of low confidence were marked
    PRIMARY KEY (batch, clip)
) STRICT;
CREATE INDEX batch_clips_by_clip ON batch_clips (clip);

-- Links to the server. Only a hash of each token is kept.
CREATE TABLE links (
    hash      TEXT PRIMARY KEY,            -- domain::token_hash
    role      TEXT NOT NULL,               -- domain::LinkRole
    validator TEXT,                        -- whose answers come in by it; null: of a study, or a lead
    study     TEXT,
    session   TEXT,                        -- of a crowd platform
    created   TEXT NOT NULL,               -- RFC 3339
    revoked   TEXT,                        -- RFC 3339: since when it opens nothing
    ended     TEXT                         -- domain::SessionEnd
) STRICT;
CREATE INDEX links_by_session ON links (study, session);

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
    current        INTEGER NOT NULL,
    purpose        TEXT NOT NULL DEFAULT 'task',
    marks          TEXT NOT NULL DEFAULT '[]', -- JSON list of domain::Mark
    listened       REAL,                   -- how much of the clip was listened to, 0 to 1
    emptied        TEXT                    -- the day on which text and tags were removed, as the settings say
) STRICT;
CREATE INDEX answers_by_clip ON answers (clip, validator);

-- What the current answers about a clip add up to; no row, not settled.
CREATE TABLE consensus (
    clip      TEXT PRIMARY KEY,
    verdict   TEXT NOT NULL,
    text      TEXT NOT NULL,
    support   INTEGER NOT NULL,
    answers   INTEGER NOT NULL,
    agreement REAL NOT NULL DEFAULT 1,     -- share of the words that people agree on
    kept      INTEGER NOT NULL DEFAULT 0   -- the answers behind it were emptied: it stands as it is
) STRICT;

-- Clips whose text the team knows: they check people and never become training data.
CREATE TABLE gold (
    clip TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

-- Validators' latest wish to be named.
CREATE TABLE credits (
    validator TEXT PRIMARY KEY,
    name      TEXT NOT NULL,               -- empty: not to be named
    wished    TEXT NOT NULL                -- RFC 3339, or empty: not known
) STRICT;

-- What was paid to validators.
CREATE TABLE payments (
    id        TEXT PRIMARY KEY,            -- digest of the content
    validator TEXT NOT NULL,
    amount    REAL NOT NULL,               -- in the currency of the settings; negative: a correction
    paid_on   TEXT NOT NULL,               -- YYYY-MM-DD
    note      TEXT NOT NULL
) STRICT;

-- What validators say against flags and weights, and what somebody decided.
CREATE TABLE appeals (
    number     INTEGER PRIMARY KEY,
    validator  TEXT NOT NULL,
    about      TEXT NOT NULL,              -- domain::Contested
    opened     TEXT NOT NULL,              -- RFC 3339
    says       TEXT NOT NULL,
    outcome    TEXT,                       -- domain::AppealOutcome; null: nobody has decided
    decided_by TEXT,                       -- a person
    decided    TEXT,                       -- RFC 3339
    answer     TEXT                        -- what the validator was told
) STRICT;

-- Settled clips of the random sample in the order in which they count; the order only grows.
CREATE TABLE audits (
    position INTEGER PRIMARY KEY,
    clip     TEXT NOT NULL UNIQUE
) STRICT;

-- The log of risk guarantees: tests that opened, certificates, alarms.
CREATE TABLE certificates (
    id          INTEGER PRIMARY KEY,
    created     TEXT NOT NULL,             -- RFC 3339
    model       TEXT NOT NULL,             -- what it rests on: domain::Basis
    policy      TEXT NOT NULL,
    calibration TEXT NOT NULL,
    target      TEXT NOT NULL,             -- JSON domain::Guarantee
    body        TEXT NOT NULL              -- JSON domain::Entry
) STRICT;

-- Rounds of adaptation, one row per attempt; only `forget` takes any out.
CREATE TABLE rounds (
    number  INTEGER PRIMARY KEY,           -- from 1
    created TEXT NOT NULL,                 -- RFC 3339
    base    TEXT NOT NULL,                 -- the settings' model that it goes back to
    parent  INTEGER NOT NULL,              -- the round whose model was in use; 0: the settings' model
    model   TEXT,                          -- digest of the model it made, when that was promoted
    body    TEXT NOT NULL                  -- JSON domain::Round
) STRICT;
CREATE INDEX rounds_by_model ON rounds (model);

-- What each clip was used for in a round.
CREATE TABLE round_clips (
    round INTEGER NOT NULL REFERENCES rounds (number),
    clip  TEXT NOT NULL,
    used  TEXT NOT NULL CHECK (used IN ('train', 'dev', 'test', 'replay')),
    PRIMARY KEY (round, clip)
) STRICT;

-- Commands that changed the workspace, one row each.
CREATE TABLE log (
    number    INTEGER PRIMARY KEY,
    started   TEXT NOT NULL,               -- RFC 3339
    ended     TEXT,                        -- RFC 3339; NULL: killed, or still running
    version   TEXT NOT NULL,               -- of the program
    arguments TEXT NOT NULL,               -- JSON list, as typed
    files     TEXT NOT NULL,               -- JSON list of store::LoggedFile
    changed   TEXT,                        -- JSON, by how much each count changed
    outcome   TEXT                         -- done, stopped, or failed: and why
) STRICT;

-- What was removed because its time was over.
CREATE TABLE removals (
    number  INTEGER PRIMARY KEY,
    removed TEXT NOT NULL,                 -- RFC 3339
    kind    TEXT NOT NULL,                 -- domain::Kept
    things  INTEGER NOT NULL,              -- files, answers, people
    bytes   INTEGER NOT NULL,              -- of files
    rule    TEXT NOT NULL                  -- the setting that said so
) STRICT;

-- Files that commands wrote for others: where, when, what they hold. One row per place; of a dataset, one per version.
CREATE TABLE outputs (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,               -- domain::OutputKind
    folder    TEXT NOT NULL,               -- absolute
    name      TEXT NOT NULL,               -- in that folder; of a dataset, its folder's name
    created   TEXT NOT NULL,               -- RFC 3339
    batch     TEXT,                        -- of task files
    version   INTEGER,                     -- of datasets, from 1
    sha256    TEXT,                        -- of a file that no record beside it knows, once it was written
    people    INTEGER NOT NULL DEFAULT 0,  -- whether it tells what validators did
    withdrawn INTEGER NOT NULL DEFAULT 0,  -- clips or recordings in it that were withdrawn since
    fate      TEXT                         -- domain::Fate, where something was withdrawn
) STRICT;
CREATE INDEX outputs_by_place ON outputs (folder, name);
-- The clips in task files and datasets. What left a dataset stays here, for those who have a copy.
CREATE TABLE output_clips (
    output INTEGER NOT NULL REFERENCES outputs (id),
    clip   TEXT NOT NULL,
    sha256 TEXT,                           -- of its WAV there
    gone   TEXT,                           -- when it was withdrawn, RFC 3339
    why    TEXT,                           -- domain::LeftBecause
    PRIMARY KEY (output, clip)
) STRICT, WITHOUT ROWID;
CREATE INDEX output_clips_by_clip ON output_clips (clip);
-- The recordings in transcripts, reports and backups.
CREATE TABLE output_recordings (
    output    INTEGER NOT NULL REFERENCES outputs (id),
    recording TEXT NOT NULL,
    PRIMARY KEY (output, recording)
) STRICT, WITHOUT ROWID;

-- Recordings whose answers a file in the workspace rests on.
CREATE TABLE lineage (
    file      TEXT NOT NULL,               -- its name in the workspace
    recording TEXT NOT NULL,
    PRIMARY KEY (file, recording)
) STRICT, WITHOUT ROWID;

-- A withdrawal that has begun and not ended.
CREATE TABLE forgetting (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    stage TEXT NOT NULL CHECK (stage IN ('rows', 'files', 'scrub')),
    body  TEXT NOT NULL                    -- JSON store::Erasure; empty when only the scrubbing is left
) STRICT;
-- Withdrawals so far: when, of what kind, how much; nothing that says of whom.
CREATE TABLE withdrawals (
    number  INTEGER PRIMARY KEY,
    created TEXT NOT NULL,                 -- RFC 3339
    kind    TEXT NOT NULL,                 -- domain::WithdrawnKind
    counts  TEXT NOT NULL                  -- JSON: rows of each kind that went
) STRICT;
-- Keyed hashes of what was withdrawn (domain::Tombstones), so that it is not taken again.
CREATE TABLE tombstones (
    hash       TEXT PRIMARY KEY,
    withdrawal INTEGER NOT NULL REFERENCES withdrawals (number)
) STRICT;

-- Work that people did on what was withdrawn: its answers are gone, it is paid all the same.
CREATE TABLE withdrawn_work (
    validator      TEXT PRIMARY KEY,
    answers        INTEGER NOT NULL,
    active_seconds REAL NOT NULL,          -- where it was measured
    pay            REAL NOT NULL
) STRICT;

-- Pieces and samples by where they stand; triggers keep it, so that it is right within every transaction.
CREATE TABLE totals (
    kind       TEXT NOT NULL,
    decision   TEXT NOT NULL,
    settled    INTEGER NOT NULL,
    handed_out INTEGER NOT NULL,
    pieces     INTEGER NOT NULL DEFAULT 0,
    samples    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, decision, settled, handed_out)
) STRICT, WITHOUT ROWID;
INSERT INTO totals (kind, decision, settled, handed_out)
    SELECT kind.column1, decision.column1, settled.column1, handed_out.column1
    FROM (VALUES ('clip'), ('silence'), ('reject')) kind,
         (VALUES ('none'), ('auto'), ('human'), ('dropped')) decision,
         (VALUES (0), (1)) settled, (VALUES (0), (1)) handed_out;

CREATE TRIGGER pieces_come AFTER INSERT ON pieces BEGIN
    UPDATE totals SET pieces = pieces + 1, samples = samples + new.stop - new.start
    WHERE kind = new.kind AND decision = new.decision
      AND settled = new.settled AND handed_out = new.handed_out;
END;
CREATE TRIGGER pieces_change AFTER UPDATE OF decision, settled, handed_out ON pieces
WHEN old.decision <> new.decision OR old.settled <> new.settled OR old.handed_out <> new.handed_out
BEGIN
    UPDATE totals SET pieces = pieces - 1, samples = samples - (old.stop - old.start)
    WHERE kind = old.kind AND decision = old.decision
      AND settled = old.settled AND handed_out = old.handed_out;
    UPDATE totals SET pieces = pieces + 1, samples = samples + new.stop - new.start
    WHERE kind = new.kind AND decision = new.decision
      AND settled = new.settled AND handed_out = new.handed_out;
END;
CREATE TRIGGER pieces_go AFTER DELETE ON pieces BEGIN
    UPDATE totals SET pieces = pieces - 1, samples = samples - (old.stop - old.start)
    WHERE kind = old.kind AND decision = old.decision
      AND settled = old.settled AND handed_out = old.handed_out;
END;
CREATE TRIGGER consensus_comes AFTER INSERT ON consensus BEGIN
    UPDATE pieces SET settled = 1 WHERE clip = new.clip;
END;
CREATE TRIGGER consensus_goes AFTER DELETE ON consensus BEGIN
    UPDATE pieces SET settled = 0 WHERE clip = old.clip;
END;
CREATE TRIGGER batch_clips_come AFTER INSERT ON batch_clips
WHEN new.purpose IN ('task', 'adjudication') BEGIN
    UPDATE pieces SET handed_out = 1 WHERE clip = new.clip;
END;
