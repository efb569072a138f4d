//! Text as it is compared: spelling, words, word errors, phrases that nobody said.
//! In: any text, perhaps its language. Out: the same in comparable form, or counts. Pure. Left to others:
//! what a difference means (stages).
//!
//! `fold` settles how letters and apostrophes are spelled, `words` where words begin and end; everything
//! else rests on these two. `cells` guards texts from spreadsheets, `counting` says whether errors are counted by words or characters. `normalise` makes the words of error rates, `tidy` keeps what people typed,
//! `names` says which names are one, `consent_note` which notes are a refusal.

pub mod align;
pub mod cells;
mod consent_note;
pub mod counting;
pub mod fold;
pub mod hallucinations;
pub mod names;
pub mod normalise;
mod tidy;
pub mod word_errors;
pub mod words;

pub use consent_note::consent_note;
pub use fold::composed;
pub use tidy::tidy;
