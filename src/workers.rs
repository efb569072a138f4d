//! Who does the heavy work: threads of this process (`local`), or workers on any machine that take clips
//! from a NATS server (`nats`). Both read recordings the same way (`read`) and tell the pipeline of each
//! finished unit (`event`).

pub mod event;
pub mod local;
#[cfg(feature = "nats")]
pub mod nats;
pub mod read;
pub mod refusal;
