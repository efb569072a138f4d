//! The flow, command by command; the only place where stages and store meet. `workers` run `audio` and `hypotheses` for it;
//! the edge of the program names a stage for its arguments, and for `model`, which needs no workspace.
//!
//! `ingest` registers recordings, of corpora in many shapes (`corpora`, `manifest`); `references` gives known texts to clips. `run` turns them into clips (audio), drafts (hypotheses) and
//! decisions (routing); `worker` lends its threads to a run on another machine. `tasks` hands out what needs a person, `answers` takes it back and settles
//! it (tasks). `adapt` makes a better model of that (training). `dataset` and `transcripts` write what was learned (training, views), `status` and
//! `report` count it. Between the steps everything lies in the store, so each can be repeated,
//! stopped and resumed.

#[cfg(feature = "adapt")]
pub mod adapt;
pub mod answers;
pub mod audit_plan;
pub mod backup;
pub mod calibrate;
pub mod consent;
mod corpora;
pub mod dataset;
#[cfg(feature = "nats")]
pub mod distributed;
#[cfg(not(feature = "nats"))]
#[path = "pipeline/undistributed.rs"]
pub mod distributed;
pub mod doctor;
pub mod drafts;
pub mod evaluate;
mod evidence;
pub mod expiry;
pub mod forget;
pub mod gold;
mod guarantee;
pub mod ingest;
pub mod languages;
pub mod lexicon;
pub mod log;
mod manifest;
pub mod memory;
pub mod outputs;
mod passing;
mod pay;
pub mod people;
mod random;
pub mod recalibrate;
mod references;
pub mod report;
pub mod rollback;
pub mod route;
pub mod run;
pub mod scores;
pub mod serve;
pub mod settle;
mod setup;
mod spread;
pub mod status;
mod stop;
pub mod study;
pub mod subject;
pub mod tasks;
mod transcribe;
pub mod transcripts;
pub mod workspace;
