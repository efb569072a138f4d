//! What is stored: one SQLite file per workspace, written unit by unit, by one process at a time.
//! In: domain types. Out: domain types. Left to others: everything that decides.

mod answers;
mod clip_row;
mod clips;
mod compact;
mod decisions;
mod guarantee;
mod hypotheses;
mod lock;
mod open;
mod people;
mod reading;
mod recordings;
mod rounds;
mod totals;
mod unread;

pub use answers::BatchRow;
pub use clip_row::ClipRow;
pub use clips::Draft;
pub use decisions::{Grounds, Waiting};
pub use lock::{Locked, WriteLock};
pub use open::Store;
pub use recordings::{RecordingState, Registration};
pub use unread::Unread;
