//! what people and programs read: transcripts, report, progress.

pub mod audit_plan;
mod charts;
pub mod clips;
pub mod columns;
mod figures;
pub mod findings;
pub mod front;
pub mod guarantee;
pub mod key;
pub mod lang;
pub mod languages;
pub mod ledger;
pub mod numbers;
pub mod page;
pub mod pay;
pub mod people;
pub mod progress;
pub mod report;
pub mod rounds;
pub mod statement;
pub mod study;
pub mod transcripts;
pub mod withdrawals;
