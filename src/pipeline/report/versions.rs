//! What exactly made the numbers: digests of models, calibration and lexicon, settings.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::domain::{EngineName, hex_digest};
use crate::hypotheses::calibrate::Calibration as InFile;
use crate::pipeline::lexicon;
use crate::pipeline::scores::{self, Scorer};
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::Lexicon as InUse;
use crate::statistics::{bootstrap, interval};
use crate::views::clips::{self, ReportRow};
use crate::views::report::versions::{Calibration, Lexicon, Settings, Versions};

/// Versions of everything behind the rows.
pub fn versions(workspace: &Workspace, scorer: &Scorer, rows: &[&ReportRow]) -> Result<Versions> {
    let count = |name: fn(&ReportRow) -> &str| {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        rows.iter().for_each(|r| *counts.entry(name(r)).or_default() += 1);
        counts.into_iter().map(|(name, n)| (name.to_string(), n)).collect::<BTreeMap<_, _>>()
    };
    let mut calibrations =
        scorer.routed().into_iter().map(|(engine, c)| calibration(workspace, engine, c));
    let first = calibrations.next().context("no calibration is in use")??;
    let (routing, tasks) = (&workspace.config.routing, &workspace.config.tasks);
    Ok(Versions {
        second_ear: env!("CARGO_PKG_VERSION"),
        clips_csv: clips::VERSION,
        models: count(|r| &r.model),
        policies: count(|r| &r.policy),
        calibration: first,
        other_calibrations: calibrations.collect::<Result<_>>()?,
        lexicon: lexicon_in_use(&scorer.lexicon),
        settings: Settings {
            accept_score: routing.accept_score,
            region_shift: routing.region_shift,
            review_lexicon_hits: routing.review_lexicon_hits,
            audit_rate: routing.audit_rate,
            seed: routing.seed,
            max_human_share: routing.max_human_share,
            max_human_minutes: routing.max_human_minutes,
            validators: tasks.validators,
            blind_share: tasks.blind_share,
        },
        level: interval::LEVEL,
        replicates: bootstrap::REPLICATES,
    })
}

fn calibration(
    workspace: &Workspace,
    engine: Option<&EngineName>,
    c: &InFile,
) -> Result<Calibration> {
    let path = scores::calibration_path(workspace, engine)?;
    let text = scores::calibration_text(workspace, engine)?;
    let sets = c.fits.last().map(|fit| &fit.sets[..]).unwrap_or_default();
    Ok(Calibration {
        file: path.map_or("shipped".into(), |path| path.to_string_lossy().into_owned()),
        format: c.format.clone(),
        sha256: hex_digest(text.as_bytes()),
        model: c.model.clone(),
        policy: c.policy.clone(),
        clips: sets.iter().map(|s| s.clips as u64).sum(),
        sets: sets.iter().map(|s| s.name.clone()).collect(),
        own_clips: c.adjustment.as_ref().map_or(0, |a| a.clips as u64),
    })
}

fn lexicon_in_use(lexicon: &InUse) -> Lexicon {
    let text = lexicon::text(lexicon);
    Lexicon { entries: lexicon.entries().len() as u64, sha256: hex_digest(text.as_bytes()) }
}
