//! corrections -> data and model: split, export, fine-tune, judge.

pub mod export;
pub mod finetune;
pub mod gate;
pub mod split;
