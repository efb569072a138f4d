//! corrections -> data: normalise, align, split, export; and the judgement of a new model (the crate `whisper` trains it).

pub mod align;
pub mod export;
pub mod gate;
pub mod normalise;
pub mod split;
pub mod word_errors;
