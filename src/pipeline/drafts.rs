//! Drafts of other engines: what they wrote is read from their files, kept by recording, and listed. In: files in the shapes
//! of many tools. Out: texts in the workspace. Left to others: which clip a word is of, and how a clip's text is read by
//! the model (`hypotheses`).

mod assemblyai;
mod aws;
mod azure;
mod ctm;
mod deepgram;
mod google;
mod import;
mod list;
mod places;
mod rows;
mod said;
mod segments;
mod shape;
mod times;
mod trust;
mod whisper_cpp;

use anyhow::{Result, bail};

use super::workspace::Workspace;
use crate::domain::EngineName;
pub use import::import;
pub use list::{list, text};

/// Takes out all that an engine wrote; how many texts.
///
/// # Errors
/// There is nothing of it.
pub fn remove(workspace: &mut Workspace, engine: &EngineName) -> Result<usize> {
    match workspace.store.remove_engine(engine)? {
        0 => bail!(
            "there are no drafts of '{engine}': `second-ear drafts` lists those that there are"
        ),
        removed => Ok(removed),
    }
}
