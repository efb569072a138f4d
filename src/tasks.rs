//! to people and back: the page, the bundle of rows, answers, consensus.
