//! what people and programs read: transcripts, report, charts, progress.

pub mod transcripts;
