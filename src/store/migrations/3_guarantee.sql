-- Version 3: promises about drafts that nobody checks.

-- Settled clips of the random sample in the order in which they count; the order only grows.
CREATE TABLE audits (
    position INTEGER PRIMARY KEY,
    clip     TEXT NOT NULL UNIQUE
) STRICT;

-- The log of promises: tests that opened, certificates, alarms.
CREATE TABLE certificates (
    id          INTEGER PRIMARY KEY,
    created     TEXT NOT NULL,             -- RFC 3339
    model       TEXT NOT NULL,             -- what it rests on: domain::Basis
    policy      TEXT NOT NULL,
    calibration TEXT NOT NULL,
    target      TEXT NOT NULL,             -- JSON domain::Promise
    body        TEXT NOT NULL              -- JSON domain::Entry
) STRICT;
