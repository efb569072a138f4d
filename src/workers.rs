//! Who does the heavy work: threads of this process (`local`).

pub mod local;
