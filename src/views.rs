//! what people and programs read: transcripts, report, progress.

pub mod page;
pub mod people;
pub mod progress;
pub mod report;
pub mod transcripts;
