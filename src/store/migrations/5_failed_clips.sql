-- Clips that could not be transcribed, each with the latest reason; a hypothesis takes the row away.
CREATE TABLE failed_clips (
    clip  TEXT PRIMARY KEY,
    error TEXT NOT NULL
) STRICT;
