//! What a page knows of a clip's content beside its draft: warnings, and what others wrote or the model made of it elsewhere.

use serde::{Deserialize, Serialize};

/// Why a clip may be hard to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Violence is told or heard.
    Violent,
    /// Hate against people.
    Hateful,
    /// Sexual content.
    Sexual,
    /// Somebody who listened to it said that it is offensive.
    Reported,
}

/// A text that somebody gave for a contested clip, or the model's other reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The text.
    pub text: String,
    /// How many people gave it; 0: nobody did but the model, and no number is shown.
    pub support: u32,
}
