//! Clips go to workers on other machines, and hypotheses come back, through a NATS server with JetStream.
//! In: a plan (`coordinate`), or an offer to work (`serve`). Out: the same events as `local` gives.
//! Left to others: keeping what comes back, what a setup means. The only folder that names `async_nats`.
//!
//! A clip is one message, sound included, in a work-queue stream that holds each clip once; the worker that
//! pulls it says again and again that it is alive, publishes the hypothesis, and only then acknowledges.
//! The coordinator acknowledges a hypothesis once it is in its store. So whoever dies, the message is still
//! there; what is done twice is kept once.

pub mod accept;
mod answer;
pub mod coordinate;
pub mod files;
mod held;
pub mod link;
pub mod message;
mod offer;
mod publish;
mod pull;
mod results;
pub mod serve;
pub mod shared;
pub mod streams;
mod threads;
