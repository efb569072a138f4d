//! `study`: everything that a paper needs, as tables. In: a workspace. Out: a folder with one table per noun, a codebook,
//! the schema of the rows. Recordings without consent to evaluate are in no table; texts of withheld clips neither. Left
//! to others: what the rows are (`views::study`).

mod answers;
mod clips;
mod decisions;
mod events;
mod material;
mod people;
mod rounds;
mod tasks;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::consent::WithoutConsent;
use super::outputs::Notes;
use super::subject::owner_only;
use super::workspace::Workspace;
use crate::domain::OutputKind;
use crate::files::replaced::{Replacement, may_replace};
use crate::store::{Holds, NewOutput};
use crate::views::progress::Console;
use crate::views::study::files::{TableFolder, TableFormat};
use crate::views::study::summary::Study;
use crate::views::study::{VERSION, codebook, schema};
use material::Material;

/// What may be asked.
pub struct StudyOptions {
    /// How tables are written.
    pub format: TableFormat,
    /// Call people and files by their names.
    pub names: bool,
    /// Where to.
    pub out: PathBuf,
}

/// What was written.
pub struct Written {
    /// What the folder holds.
    pub study: Study,
    /// What is left out, because consent to evaluate is missing.
    pub without_consent: WithoutConsent,
}

/// Writes the folder, whole or not at all.
pub fn write(workspace: &Workspace, options: &StudyOptions, console: Console) -> Result<Written> {
    let mut notes = Notes::of(workspace, console)?;
    may_replace(&options.out)?;
    workspace.store.stand_still()?;
    let noted = notes.note(&[NewOutput {
        kind: OutputKind::Study,
        place: options.out.clone(),
        batch: None,
        holds: Holds::Everything,
    }]);
    let written = folder(workspace, options);
    // An older study that lies there holds what the note says, too.
    if written.is_err() && !options.out.exists() {
        notes.failed(&noted);
    }
    let written = written?;
    notes.nobody_left(&options.out)?;
    Ok(written)
}

fn folder(workspace: &Workspace, options: &StudyOptions) -> Result<Written> {
    let draft = Replacement::start(&options.out)?;
    owner_only(draft.path())?;
    let (mut material, versions) = Material::of(workspace, options.names)?;
    let mut out = TableFolder {
        path: draft.path().to_path_buf(),
        format: options.format,
        rows: Default::default(),
    };
    clips::write(&mut material, &mut out)?;
    decisions::write(&material, &mut out)?;
    tasks::write(&material, &mut out)?;
    answers::write(&material, &mut out)?;
    people::write(&material, &mut out)?;
    rounds::write(&material, &mut out)?;
    events::write(&material, &mut out)?;
    out.write(codebook::rows())?;
    let study = Study {
        version: VERSION,
        workspace: workspace.store.workspace()?,
        written: jiff::Timestamp::now().to_string(),
        names: options.names,
        format: options.format.code(),
        tables: out.rows,
        without_consent: material.without_consent.clips as u64,
        withheld: material.withheld_clips(),
        currency: workspace.config.tasks.currency.clone(),
        versions,
    };
    draft.write("study.json", &(serde_json::to_string_pretty(&study)? + "\n"))?;
    draft.write("schema.json", &(serde_json::to_string_pretty(&schema::study())? + "\n"))?;
    draft.write("codebook.md", &codebook::page())?;
    owner_only(draft.path())?;
    draft.publish().with_context(|| format!("write {}", shown(&options.out)))?;
    Ok(Written { study, without_consent: material.without_consent })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
