//! What people's work costs, as data: minutes and money per hour of audio, and what still waits.

use schemars::JsonSchema;
use serde::Serialize;

use crate::statistics::rate::{Rate, six};

/// Costs, from measured active time and the pay that is set. Checks (gold clips, planted errors) are
/// work too and count.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cost {
    /// Currency of all amounts.
    pub currency: String,
    /// Answers wanted for each clip, by the settings.
    pub answers_per_clip: u32,
    /// Active minutes for an hour of audio reviewed once.
    pub minutes_per_reviewed_hour: Rate,
    /// Active minutes for an hour of input: the above, times the share of seconds for people,
    /// times the answers per clip.
    pub minutes_per_hour: Rate,
    /// Pay for an hour of audio reviewed once; null where pay is not set.
    pub money_per_reviewed_hour: Rate,
    /// Pay for an hour of input.
    pub money_per_hour: Rate,
    /// Answers whose active time was more than the clip's length allows: it counts capped to that.
    pub capped_answers: u64,
    /// Clips that wait for people.
    pub waiting_clips: u64,
    /// Their seconds.
    pub waiting_seconds: f64,
    /// Active minutes that they will take at the rate so far.
    pub waiting_minutes: Rate,
    /// Pay for them at the pay that is set; null where it is not.
    #[serde(serialize_with = "six")]
    pub waiting_money: Option<f64>,
}
