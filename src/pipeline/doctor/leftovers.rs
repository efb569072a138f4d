//! Files that killed commands left.

use std::path::PathBuf;

/// A finding for each.
pub fn findings(left: &[PathBuf]) -> Vec<(String, String)> {
    let advice =
        "it is not needed: the next command that writes there removes it, and so does --fix";
    left.iter()
        .map(|path| (format!("{} was left by a killed command", path.display()), advice.into()))
        .collect()
}
