//! Whether the settings can be read and make sense.

use anyhow::Result;

use crate::config::{Config, FILE};

/// What is wrong with them.
pub fn findings(config: &Result<Config>) -> Vec<(String, String)> {
    let Err(error) = config else { return Vec::new() };
    let advice = format!(
        "correct {FILE} (docs/reference/settings.md explains every line), or take it from a backup"
    );
    vec![(format!("{error:#}"), advice)]
}
