//! `serve` without HTTP: who may come in (`links`), batches that lie ready (`shelf`), who gets which (`desk`), answers that come back
//! (`receive`), codes at the end (`code`), and what a lead sees (`progress`). In: tokens, times, bodies. Out: pages' files, states.
//! Left to others: HTTP (`serve`).
//!
//! The server is no command that holds the workspace: `run` may write for hours. It adds rows in transactions of its own, and never
//! changes what is there. What a batch is made of must not change while it is made, so that takes `Lock::HandOut` for a moment;
//! settling is left to the next command that writes, or done in between where none does.

pub mod code;
pub mod desk;
pub mod links;
pub mod progress;
pub mod receive;
pub mod shelf;
pub mod submissions;

pub use code::Codes;
pub use desk::{BatchState, Desk, Shown};
pub use receive::{Received, Refusal, Upload};
pub use shelf::{Keeper, Shelf, Wanted};

/// The folder of the pages, within the workspace.
pub const PAGES: &str = "serve";
