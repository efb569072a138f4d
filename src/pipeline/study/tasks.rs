//! Batches and tasks of a study. In: what was handed out. Out: rows.

use anyhow::Result;

use super::material::{Material, given};
use crate::store;
use crate::views::study::files::TableFolder;
use crate::views::study::tasks::{BatchRow, HandedOutRow};

/// Writes the tables.
pub fn write(study: &Material, out: &mut TableFolder) -> Result<()> {
    out.write(study.workspace.store.batches()?.into_iter().map(|row| batch(study, row)))?;
    let mut tasks = out.open::<HandedOutRow>()?;
    study.workspace.store.each_task(|position, out| {
        if !study.clips.contains(&out.clip) {
            return Ok(());
        }
        tasks.put(&HandedOutRow {
            batch: out.batch.as_ref().map_or(String::new(), |batch| batch.to_string()),
            clip: out.clip.to_string(),
            position,
            purpose: out.purpose,
            blind: out.blind,
            marked: out.marked,
            draft: study.text(&out.clip, &out.draft),
            draft_digest: out.digest(),
            truth: out.truth.as_deref().and_then(|truth| study.text(&out.clip, truth)),
        })
    })?;
    out.close(tasks)
}

fn batch(study: &Material, row: store::BatchRow) -> BatchRow {
    let people: Vec<String> = row.people.iter().map(|name| study.naming.validator(name)).collect();
    BatchRow {
        batch: row.id.to_string(),
        created: row.created,
        handed: row.handed,
        reclaimed: row.reclaimed,
        answers_wanted: row.validators.into(),
        estimated_seconds: row.estimate,
        pay: row.pay,
        handed_to: given(&people.join("|")),
    }
}
