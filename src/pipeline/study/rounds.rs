//! Rounds of adaptation of a study. In: rounds as kept. Out: rows.

use anyhow::Result;

use super::material::{Material, file_name, given};
use crate::domain::{Measured, Round, RoundVerdict};
use crate::views::study::files::TableFolder;
use crate::views::study::rounds::{MeasureRow, RoundRow, UsedClipRow};

/// Writes the tables.
pub fn write(study: &Material, out: &mut TableFolder) -> Result<()> {
    let rounds = study.workspace.store.rounds()?;
    out.write(rounds.iter().map(row))?;
    out.write(
        rounds.iter().flat_map(|round| {
            round.measured.iter().map(|measured| measure(round.number, measured))
        }),
    )?;
    let used = study.workspace.store.round_clips()?.into_iter();
    let used = used.filter(|(_, clip, _)| study.clips.contains(clip));
    out.write(used.map(|(round, clip, used)| UsedClipRow {
        round: round.into(),
        clip: clip.to_string(),
        used,
    }))
}

fn row(round: &Round) -> RoundRow {
    let why = match &round.verdict {
        RoundVerdict::Promoted { .. } => None,
        RoundVerdict::Rejected { why } => given(&why.join("; ")),
    };
    RoundRow {
        round: round.number.into(),
        created: round.created.clone(),
        base: file_name(&round.base).to_string(),
        parent: round.parent.into(),
        parent_model: round.parent_model.clone(),
        start_model: round.start_model.clone(),
        promoted: round.model().is_some(),
        model: round.model().map(String::from),
        why,
        seed: round.seed,
        data_digest: round.data_digest.clone(),
        recipe: round.recipe.to_string(),
        train_seconds: round.train_seconds,
        last_loss: round.losses.last().copied(),
        share: round.share,
        wall_seconds: round.wall_seconds,
    }
}

fn measure(round: u32, measured: &Measured) -> MeasureRow {
    MeasureRow {
        round: round.into(),
        set: measured.set.clone(),
        clips: measured.clips as u64,
        units: measured.units as u64,
        words: measured.words as u64,
        before: measured.before,
        after: measured.after,
        low: measured.difference[0],
        high: measured.difference[1],
        better: measured.better,
    }
}
