//! Validators of a study. In: what the report counts of their work. Out: rows.

use anyhow::Result;

use super::material::Material;
use crate::pipeline::people;
use crate::views::study::files::TableFolder;
use crate::views::study::people::ValidatorRow;

/// Writes the table.
pub fn write(study: &Material, out: &mut TableFolder) -> Result<()> {
    let work = people::work(study.workspace)?;
    let mut rows: Vec<ValidatorRow> = work
        .validators
        .into_iter()
        .map(|(name, work)| ValidatorRow {
            validator: study.naming.validator(&name),
            answers: work.answers,
            skips: work.skips,
            reports: work.reports,
            active_seconds: work.active_seconds,
            compared_words: work.reliability.words,
            edited_words: work.reliability.errors,
            weight: work.weight,
        })
        .collect();
    // The order of names would say something of them.
    rows.sort_by(|a, b| a.validator.cmp(&b.validator));
    out.write(rows)
}
