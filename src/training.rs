//! corrections -> data and model: normalise, align, split, export, fine-tune.

pub mod align;
pub mod export;
pub mod finetune;
pub mod gate;
pub mod normalise;
pub mod split;
pub mod word_errors;
