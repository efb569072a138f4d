-- Version 4: rounds of adaptation, one row an attempt; nothing is ever taken out.
CREATE TABLE rounds (
    number  INTEGER PRIMARY KEY,           -- from 1
    created TEXT NOT NULL,                 -- RFC 3339
    base    TEXT NOT NULL,                 -- the settings' model that it goes back to
    parent  INTEGER NOT NULL,              -- the round whose model it started from; 0: the settings' model
    model   TEXT,                          -- digest of the model it made, when that was promoted
    body    TEXT NOT NULL                  -- JSON domain::Round
) STRICT;
CREATE INDEX rounds_by_model ON rounds (model);

-- What each clip was used for in a round: train, dev, test, replay.
CREATE TABLE round_clips (
    round INTEGER NOT NULL REFERENCES rounds (number),
    clip  TEXT NOT NULL,
    used  TEXT NOT NULL CHECK (used IN ('train', 'dev', 'test', 'replay')),
    PRIMARY KEY (round, clip)
) STRICT;
