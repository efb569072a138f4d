//! Validators' names that were kept for their time: replaced by the pseudonyms that exports use too. In: a workspace, a
//! name. Out: its pseudonym. Left to others: what a pseudonym is (domain), which names (`due`).

use anyhow::Result;

use crate::domain::Naming;
use crate::pipeline::workspace::Workspace;

/// How the workspace makes pseudonyms.
pub fn key(workspace: &Workspace) -> Result<Naming> {
    workspace.naming(false)
}

/// The pseudonym of a name, whether or not it was given to anybody.
pub fn known(workspace: &Workspace, name: &str) -> Result<Option<String>> {
    Ok(Some(of(&key(workspace)?, name)))
}

/// The pseudonym of a name: the same each time in a workspace, and another one elsewhere.
pub fn of(key: &Naming, name: &str) -> String {
    key.validator(name)
}

/// Whether a name is a pseudonym already.
pub fn is_one(name: &str) -> bool {
    Naming::is_validator(name)
}
