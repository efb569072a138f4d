//! What numbers say and how surely: intervals, weighted rates, calibration measures, guarantees.
//! In: plain numbers. Out: plain numbers. Pure, and named by whoever needs it; names the domain only.
//! Left to others: which clips and answers the numbers come from (pipeline).

pub mod betting;
pub mod bootstrap;
pub mod certify;
pub mod delay;
pub mod discovery;
pub mod fairness;
pub mod interval;
pub mod metrics;
pub mod plan;
pub mod rate;
pub mod reliability;
pub mod selective;
pub mod watch;
pub mod weighted;

#[cfg(test)]
mod simulation;
