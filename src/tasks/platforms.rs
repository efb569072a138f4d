//! Tasks for other annotation tools and what these give back: Label Studio, Turkle and Mechanical
//! Turk, Appen.
//! In: task rows, or bytes of a tool's export. Out: files that the tools import, or a row or a reason
//! for each answer. Left to others: whether a row makes sense in this workspace ([`super::answers`]),
//! CSV itself (`tasks/csv.rs`).

pub mod appen;
mod given;
pub mod label_studio;
mod times;
pub mod turkle;
mod wording;

#[cfg(test)]
mod tests;
