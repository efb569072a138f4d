//! What the team says of a batch on its page. Plain data; the caller reads the files that the settings name.

use serde::Serialize;

use super::markdown::Block;

/// Instructions, rules of writing, whom to ask, until when. Whatever is empty is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Team {
    /// Shown on the start screen and in the help.
    pub instructions: Vec<Block>,
    /// Stand in the help instead of the page's own rules, and on the start screen.
    pub rules: Vec<Block>,
    /// Whom to ask, and how.
    pub contact: String,
    /// The last day, `2026-12-31`.
    pub deadline: String,
}
