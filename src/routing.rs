//! whose draft goes out (choose), who listens to what: lexicon, accent, audit, guarantee, decide.
//! In: [`evidence::Evidence`] of every clip. Out: a `Routed` for each. Everything here is a pure
//! function of its arguments; reading a workspace's lexicon file is left to the pipeline.

pub mod accent;
pub mod audit;
pub mod budget;
pub mod choose;
pub mod cost;
pub mod decide;
pub mod evidence;
pub mod guarantee;
pub mod lexicon;
pub mod memory;
pub mod reasons;
pub mod standing;
