//! who listens to what: lexicon, accent, audit, decide.
