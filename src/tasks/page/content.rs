//! What a page knows of a clip's content from people who heard it before: warnings and their versions.

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

/// A text that somebody gave for a contested clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The text.
    pub text: String,
    /// How many people gave it; 0: nobody did (the machine, say), and no number is shown.
    pub support: u32,
}
