//! Tables that people, spreadsheets and programs wrote: one reader of CSV and one of JSON lines, for manifests, answers,
//! lexicons and references. In: a path or bytes that anybody may have written. Out: one record after the other with its
//! line, or why it is none. Left to others: what the columns mean.
//!
//! Nothing is gathered here: records come one by one, so memory stays that of the file. A file, a record and the number
//! of columns are bounded, and the time is linear in the file's length.

mod file;
mod lines;
mod record;
mod table;
mod text;

pub use file::{first_line, read};
pub use lines::{lines, object, row};
pub use table::{Layout, Record, Table};
pub use text::utf8;

/// Files above this are refused, bytes: thousands of hours of answers are smaller.
pub const MAX_FILE: u64 = 1 << 30;
/// Records and lines above this are refused, bytes: a row of real speech has a few kilobytes.
pub const MAX_RECORD: usize = 1 << 20;
/// A header with more columns is refused.
pub const MAX_COLUMNS: usize = 1000;

/// A finite number with a decimal point or comma.
pub fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok().filter(|n: &f64| n.is_finite())
}
