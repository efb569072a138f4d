//! what people and programs read: transcripts, report, progress.

pub mod guarantee;
pub mod page;
pub mod people;
pub mod plan;
pub mod progress;
pub mod report;
pub mod transcripts;
