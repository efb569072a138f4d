//! What decoding found out about a recording, for people who wonder what became of it.

use serde::{Deserialize, Serialize};

use super::Samples;

/// Of a whole recording, as it was sliced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// How much could not be decoded: silence in its place, or missing.
    pub damaged: Samples,
    /// Silence where the file's time stamps say that there is nothing.
    pub filled: Samples,
    /// Audio tracks beside the one that was decoded.
    pub other_tracks: usize,
    /// Root mean square of all samples, dB relative to full scale.
    pub level_db: f64,
    /// How much became clips.
    pub speech: Samples,
}
