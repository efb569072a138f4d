//! What a page tells its reader about the batch as work: time, pay, rest.
//! Plain data that the script reads. The caller fills it in from settings and from answers so far.

use serde::{Deserialize, Serialize};

/// Time, pay and rest of a batch. Money is shown only where `pay_per_clip` is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Work {
    /// Seconds of work that the whole batch is expected to take.
    pub estimate_seconds: Option<f64>,
    /// Whether the estimate comes from measured work; else it is an assumption, and the page says so.
    pub measured: bool,
    /// ISO 4217 code such as `EUR`; any other text is written after the amount.
    pub currency: String,
    /// Pay for one answered clip, skipped clips included.
    pub pay_per_clip: Option<f64>,
    /// What an hour must bring at least; below it the page says so.
    pub floor_per_hour: Option<f64>,
    /// Minutes of work after which the page suggests a break; 0: never.
    pub break_minutes: u32,
    /// Minutes of work a day, over all batches in a browser, after which the page says so; 0: never.
    pub daily_minutes: u32,
}

impl Default for Work {
    /// No estimate, no pay, a break every three quarters of an hour.
    fn default() -> Self {
        Self {
            estimate_seconds: None,
            measured: false,
            currency: String::new(),
            pay_per_clip: None,
            floor_per_hour: None,
            break_minutes: 45,
            daily_minutes: 0,
        }
    }
}
