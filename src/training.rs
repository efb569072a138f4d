//! corrections -> data: normalise, align, split, export.

pub mod align;
pub mod normalise;
pub mod word_errors;
