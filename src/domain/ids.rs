//! Identifiers derived from content and parent, so that a rerun makes the same ones.

use std::fmt;

use serde::{Deserialize, Serialize};
use whisper::hex_digest;

/// Ties an answer to the draft it was given for: 16 hex digits over clip and draft text.
pub fn draft_digest(clip: &ClipId, draft: &str) -> String {
    hex_digest(format!("{clip}\n{draft}").as_bytes())[..16].to_string()
}

/// A number in [0, 1) that belongs to `seed` and `what` for good: the first 53 bits of the SHA-256
/// of "seed, line feed, what", over 2^53. A thing is drawn at rate r iff this is under r; a higher
/// rate keeps all that a lower one drew.
pub fn draw(seed: u64, what: &str) -> f64 {
    let digest = hex_digest(format!("{seed}\n{what}").as_bytes());
    let bits = u64::from_str_radix(&digest[..14], 16).unwrap_or(u64::MAX >> 8) >> 3;
    bits as f64 / (1u64 << 53) as f64
}

/// The seed of the draws for a model's drafts: that of the settings for the settings' model; for one that a round made
/// (`adapted`: its digest) its own, or a draft that an earlier round accepted and did not draw could never be drawn
/// again. It depends on the model and not on the round's number: how many rounds there were before is no matter.
pub fn draft_seed(seed: u64, adapted: Option<&str>) -> u64 {
    match adapted {
        None => seed,
        Some(model) => {
            let digest = hex_digest(format!("{seed}\nmodel {model}").as_bytes());
            // 52 bits: a double holds them exactly
            u64::from_str_radix(&digest[..13], 16).unwrap_or(seed)
        }
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// The id as read from a store or a file; whether it exists is the store's to say.
            pub fn from_stored(id: impl Into<String>) -> Self {
                Self(id.into())
            }
            /// The id's text: safe in file names, columns and URLs.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// One channel (or the mix) of one file's content.
    RecordingId
);
id!(
    /// One span of one recording.
    ClipId
);
id!(
    /// One set of clips handed out together with their drafts.
    BatchId
);

impl BatchId {
    /// From the workspace, the person and everything handed out, so that writing a batch again is the same batch.
    pub fn derive(
        workspace: &str,
        to: Option<&str>,
        rows: impl Iterator<Item = (ClipId, String)>,
    ) -> Self {
        let mut text = workspace.to_string();
        text.extend(to.iter().flat_map(|to| ["\n", to]));
        for (clip, draft_digest) in rows {
            text.push_str(&format!("\n{clip} {draft_digest}"));
        }
        Self(hex_digest(text.as_bytes())[..12].to_string())
    }
}
