//! What a long job says while it runs. In: nothing. Out: events for a progress bar, with no word on
//! how it is drawn; the caller draws.

use std::fmt;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Bytes come from a server.
    Download,
    /// pip fetches packages; it does not say how far it is.
    Pip,
    /// Packages are unpacked.
    Unpack,
    /// A model file is made.
    Convert,
    /// A checksum is computed.
    Verify,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Download => "download",
            Self::Pip => "pip download",
            Self::Unpack => "unpack",
            Self::Convert => "convert",
            Self::Verify => "verify",
        })
    }
}

/// Something to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgressEvent {
    /// How far a stage is; `total` is `None` where nobody knows.
    Bytes {
        /// What is being done.
        stage: Stage,
        /// Bytes that are done.
        done: u64,
        /// Bytes in all.
        total: Option<u64>,
    },
    /// A sentence for the log, such as why a source was given up.
    Note(String),
}
