//! corrections -> data: split, export; and the judgement of a new model (the crate `whisper` trains it).

pub mod export;
pub mod gate;
pub mod split;
