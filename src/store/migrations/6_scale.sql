-- Version 6: a million clips. What is counted is counted when it is written, what every clip repeats is
-- written once, hypotheses are short.

-- Body: BLOB, as store/compact.rs writes it; JSON text where an earlier version wrote it.
CREATE TABLE hypotheses_6 (
    clip   TEXT NOT NULL REFERENCES pieces (clip),
    model  TEXT NOT NULL,
    policy TEXT NOT NULL,
    body   ANY NOT NULL,
    PRIMARY KEY (clip, model, policy)
) STRICT;
INSERT INTO hypotheses_6 SELECT clip, model, policy, body FROM hypotheses;
DROP TABLE hypotheses;
ALTER TABLE hypotheses_6 RENAME TO hypotheses;

-- Why a speaker's region is taken for what it is: the same for all clips of a speaker.
CREATE TABLE evidence (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL UNIQUE              -- JSON list of domain::RegionalPiece
) STRICT;
ALTER TABLE decisions ADD COLUMN evidence INTEGER REFERENCES evidence (id);

-- What scored a draft (digest of calibration, lexicon, program), and the word error rate that it expects.
CREATE TABLE scorings (
    id     INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE
) STRICT;
ALTER TABLE decisions ADD COLUMN scoring INTEGER REFERENCES scorings (id);
ALTER TABLE decisions ADD COLUMN expected_wer REAL;

-- Where a clip stands; `decision` and `priority` repeat what its row in decisions says.
ALTER TABLE pieces ADD COLUMN decision TEXT NOT NULL DEFAULT 'none';
ALTER TABLE pieces ADD COLUMN priority REAL;
ALTER TABLE pieces ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pieces ADD COLUMN handed_out INTEGER NOT NULL DEFAULT 0;
UPDATE pieces SET
    decision = COALESCE((SELECT json_extract(body, '$.decision') FROM decisions d WHERE d.clip = pieces.clip), 'none'),
    priority = (SELECT json_extract(body, '$.priority') FROM decisions d WHERE d.clip = pieces.clip),
    settled = EXISTS (SELECT 1 FROM consensus c WHERE c.clip = pieces.clip),
    handed_out = EXISTS (SELECT 1 FROM batch_clips b WHERE b.clip = pieces.clip
                         AND b.purpose IN ('task', 'adjudication'))
WHERE clip IS NOT NULL;

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
UPDATE totals SET (pieces, samples) =
    (SELECT COUNT(*), COALESCE(SUM(stop - start), 0) FROM pieces p
     WHERE p.kind = totals.kind AND p.decision = totals.decision
       AND p.settled = totals.settled AND p.handed_out = totals.handed_out);

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

-- Clips are walked over in order of ingestion.
CREATE INDEX recordings_by_position ON recordings (position);
