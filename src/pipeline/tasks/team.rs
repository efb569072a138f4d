//! What a team's settings say on its pages: title, number of the batch, instructions, rules, whom to ask.
//! In: a workspace. Out: what [`crate::tasks::page`] shows. Left to others: how it looks.

use anyhow::{Context, Result, ensure};

use crate::domain::{BatchId, Language, LanguageChoice};
use crate::pipeline::workspace::Workspace;
use crate::tasks::page::{Team, blocks};
use crate::text::tidy;

/// Longest file of instructions or rules, in bytes: it is in every page.
const MOST: usize = 64 * 1024;

/// What the settings and the files that they name say.
///
/// # Errors
/// A file that cannot be read, is no UTF-8, or is longer than 64 KiB.
pub fn read(workspace: &Workspace) -> Result<Team> {
    let settings = &workspace.config.tasks;
    let read = |setting: &str, name: &str| {
        if name.trim().is_empty() {
            return Ok(Vec::new());
        }
        let path = workspace.dir.join(name);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("tasks.{setting}: read {}", path.display()))?;
        ensure!(
            text.len() <= MOST,
            "tasks.{setting}: {} has {} bytes, and every page would hold them: shorten it to {MOST}",
            path.display(),
            text.len()
        );
        Ok(blocks(&text))
    };
    Ok(Team {
        instructions: read("instructions", &settings.instructions)?,
        rules: read("writing_rules", &settings.writing_rules)?,
        contact: tidy(&settings.contact),
        deadline: settings.deadline.clone(),
    })
}

/// The heading: as set, else the folder's own name, never where it lies.
pub fn title(workspace: &Workspace) -> String {
    let set = tidy(&workspace.config.tasks.title);
    if !set.is_empty() {
        return set;
    }
    let dir = workspace.dir.canonicalize().unwrap_or(workspace.dir.clone());
    dir.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned())
}

/// A batch's number in the order in which batches were first written, from 1; written again, it keeps its own.
pub fn number(workspace: &Workspace, batch: &BatchId) -> Result<usize> {
    let batches = workspace.store.batches()?;
    let known = batches.iter().position(|row| row.id == *batch);
    Ok(known.unwrap_or(batches.len()) + 1)
}

/// The language that the workspace expects; none where each clip is taken as it comes.
pub fn expected(workspace: &Workspace) -> Option<Language> {
    match &workspace.config.language {
        LanguageChoice::Fixed(language) => Some(language.clone()),
        LanguageChoice::Auto => None,
    }
}
