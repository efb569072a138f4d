//! corrections -> data: normalise, align, split, export.

pub mod align;
pub mod export;
pub mod normalise;
pub mod split;
pub mod word_errors;
