//! What was paid to a person. In: nothing. Out: the type. Left to others: what is due.

use schemars::JsonSchema;
use serde::Serialize;

use super::hex_digest;

/// A payment.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Payment {
    /// To whom.
    pub validator: String,
    /// How much, in the currency of the settings; negative: a correction.
    pub amount: f64,
    /// On which day, YYYY-MM-DD.
    pub paid_on: String,
    /// What tells it from another one of the same day and amount.
    pub note: String,
}

impl Payment {
    /// Names it by its content: a list that is read twice adds nothing.
    pub fn id(&self) -> String {
        let Self { validator, amount, paid_on, note } = self;
        hex_digest(format!("{validator}\n{amount}\n{paid_on}\n{note}").as_bytes())[..16].to_string()
    }
}
