-- Version 2: what people are given to check themselves and each other by.

-- Why a clip is in a batch: task, gold, seeded (a planted error), adjudication.
ALTER TABLE batch_clips ADD COLUMN purpose TEXT NOT NULL DEFAULT 'task';
-- What is known to be said, of gold and seeded clips.
ALTER TABLE batch_clips ADD COLUMN truth TEXT;
-- Whether words of low confidence were marked.
ALTER TABLE batch_clips ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;

-- Of the whole batch: estimated active seconds, and pay where it is set.
ALTER TABLE batches ADD COLUMN estimate REAL;
ALTER TABLE batches ADD COLUMN pay REAL;

ALTER TABLE answers ADD COLUMN purpose TEXT NOT NULL DEFAULT 'task';

-- Share of the words that people agree on.
ALTER TABLE consensus ADD COLUMN agreement REAL NOT NULL DEFAULT 1;

-- Clips whose text the team knows: they check people and never become training data.
CREATE TABLE gold (
    clip TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

-- Validators who asked to be named.
CREATE TABLE credits (
    validator TEXT PRIMARY KEY,
    name      TEXT NOT NULL
) STRICT;
