//! what people and programs read: transcripts, report, progress.

mod charts;
pub mod clips;
mod figures;
pub mod guarantee;
pub mod numbers;
pub mod page;
pub mod people;
pub mod plan;
pub mod progress;
pub mod report;
pub mod rounds;
pub mod transcripts;
