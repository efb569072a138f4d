//! What is stored: one SQLite file per workspace, written unit by unit, by one process at a time.
//! In: domain types. Out: domain types. Left to others: everything that decides.

mod answers;
mod check;
mod clip_row;
mod clips;
mod compact;
mod decisions;
mod engine_texts;
mod erase;
mod expiry;
mod forget;
mod guarantee;
mod hypotheses;
mod ledger;
mod lock;
mod log;
mod open;
mod outputs;
mod pay;
mod people;
mod read_only;
mod reading;
mod recordings;
mod renewal;
mod rounds;
mod study;
mod subject;
mod tombstones;
mod totals;
mod trouble;
mod unread;

pub use answers::BatchRow;
pub use clip_row::ClipRow;
pub use clips::Draft;
pub use decisions::{Grounds, Waiting};
pub use expiry::{AudioFile, Removal};
pub use forget::{Erasure, Forgetting};
pub use ledger::BatchStanding;
pub use lock::{Holder, Locked, WriteLock, holder};
pub use log::{LogEntry, LoggedFile};
pub use open::Store;
pub use outputs::{Holds, LeftClip, NewOutput, Output};
pub use recordings::{RecordingRow, RecordingState, Registration};
pub use study::KeptAnswer;
pub use trouble::advice;
pub use unread::Unread;
