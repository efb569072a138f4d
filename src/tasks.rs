//! To people and back.
//! In: task rows, embedded audio, words with times (made by the pipeline). Out: a page that works offline,
//! task files as JSONL, CSV and for other tools, checked answers, and the text that several people settle on.
//! Left to others: which clips wait for a person (routing), keeping drafts and answers (store),
//! cutting and encoding the audio (audio).

pub mod answers;
pub mod bundle;
pub mod consensus;
mod csv;
mod jsonl;
pub mod ledger;
pub mod notice;
pub mod page;
pub mod plant;
mod platforms;
pub mod warnings;
