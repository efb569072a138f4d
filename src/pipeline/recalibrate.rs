//! `calibrate DIR`: what people settled in a workspace adjusts the score, in its own calibration file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::consent::{Permits, today};
use super::scores::{self, OWN_FILE, Scorer};
use super::workspace::Workspace;
use crate::domain::{
    DataUse, Decision, DecodePolicy, EngineName, Hypothesis, LanguageChoice, Pass, Recording,
    Verdict, draft_seed,
};
use crate::files::write_text;
use crate::hypotheses::adjust::map::Map;
use crate::hypotheses::adjust::{self, Adjustment, CalibrationSample, Refused};
use crate::hypotheses::calibrate::Calibration;
use crate::routing::audit::draw;
use crate::routing::guarantee::may_certify;
use crate::store::{ClipRow, Draft};
use crate::text::word_errors::word_errors;

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Recalibrated {
    /// The file that was written.
    pub path: PathBuf,
    /// Clips whose answers were not used, because they are reserved for guarantees.
    pub reserved_for_guarantees: usize,
    /// The adjustment.
    pub adjustment: Adjustment,
}

/// Fits the adjustment on the answers so far and writes it; `Err` inside: nothing was fitted and the
/// calibration in use stays.
///
/// Each answer counts as many clips as it stands for: one over the probability that it was asked for.
/// Of the random audits half are reserved for guarantees, so the others count twice.
pub fn recalibrate(
    workspace: &mut Workspace,
    engine: Option<&EngineName>,
) -> Result<Result<Recalibrated, Refused>> {
    let named = workspace.config.calibration.trim();
    if engine.is_none() && !named.is_empty() && named != OWN_FILE {
        bail!(
            "the settings name the calibration {named}: `calibrate` writes {OWN_FILE}; set calibration = \"\" first"
        );
    }
    let scorer = Scorer::of_engines(workspace, engine.cloned())?;
    let calibration = engine.map_or(Some(&*scorer.own), |engine| scorer.of_engine(engine.as_str()));
    let calibration = calibration.context("an engine without a calibration")?.clone();
    // Drafts of an earlier round's model say nothing about this one's scores.
    let (now, rounds) = (workspace.round()?, workspace.store.rounds_by_model()?);
    // Nor do drafts of the model about those of an engine.
    let of_this_round = |h: &Hypothesis| {
        rounds.get(&h.model).copied().unwrap_or(0) == now
            && (h.pass == Pass::Given) == engine.is_some()
    };
    let mut unread = None;
    let (own, reserved_for_guarantees) = settled_clips(workspace, &scorer, &mut |row| {
        if let Some(engine) = engine
            && let Err(error) = take_reading(workspace, engine, row)
        {
            unread.get_or_insert(error);
        }
        row.hypothesis.as_ref().is_some_and(of_this_round)
    })?;
    if let Some(error) = unread {
        return Err(error);
    }
    let path = scores::path_of(workspace, engine)?;
    note(workspace, &path)?;
    refit(workspace, calibration, &own, reserved_for_guarantees, path)
}

/// Puts the engine's draft in the place of another one that went out: what people settled says of every reading of the clip
/// whether it is right.
fn take_reading(workspace: &Workspace, engine: &EngineName, row: &mut ClipRow) -> Result<()> {
    let Some(h) = &row.hypothesis else { return Ok(()) };
    if DecodePolicy::engine_of(&h.policy) != Some(engine.as_str()) {
        let policy = DecodePolicy::id_of(engine, DecodePolicy::own_id(&h.policy));
        row.hypothesis = workspace.store.hypothesis(&row.clip.id, &h.model, &policy)?;
    }
    Ok(())
}

/// Notes whose answers a calibration rests on, before it is fitted: `forget` asks.
pub fn note(workspace: &mut Workspace, path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    workspace.store.keep_lineage(&name)
}

/// What answers say about drafts: each clip with its score and what it stands for, and how many more are
/// reserved for guarantees; by clip id. `draft` may replace the hypothesis that was shown, or exclude
/// the clip.
pub fn settled_clips(
    workspace: &Workspace,
    scorer: &Scorer,
    draft: &mut dyn FnMut(&mut ClipRow) -> bool,
) -> Result<(Vec<CalibrationSample>, usize)> {
    let mut reserved_for_guarantees = 0;
    let mut own = Vec::new();
    let settings = workspace.config.routing.clone();
    let rounds = workspace.store.rounds_by_model()?;
    let fallback = workspace.config.language.clone();
    let recordings = workspace.store.recordings_by_id()?;
    let permits = Permits::on(workspace, recordings.values(), today())?;
    workspace.store.each_clip(Draft::Decided, |mut row| {
        if !permits.allows(&row.clip.recording, DataUse::Evaluate) {
            return Ok(());
        }
        let adapted = row.hypothesis.as_ref().filter(|h| rounds.contains_key(&h.model));
        let seed = draft_seed(settings.seed, adapted.map(|h| h.model.as_str()));
        if !draft(&mut row) {
            return Ok(());
        }
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        let Some(clip) = settled(&row, recording, scorer, &fallback) else { return Ok(()) };
        let in_sample = draw(seed, &row.clip.id) < settings.audit_rate;
        if in_sample && may_certify(&row.clip.id, true, seed) {
            reserved_for_guarantees += 1;
            return Ok(());
        }
        let routed = row.routed.as_ref();
        let inclusion = routed.map_or(0.0, |r| r.inclusion.get());
        if inclusion <= 0.0 {
            return Ok(());
        }
        // Asked for anyway: only the half of the sample that is for guarantees is missing.
        let used = match inclusion < 1.0 {
            true => inclusion / 2.0,
            false => 1.0 - settings.audit_rate / 2.0,
        };
        own.push((row.clip.id, CalibrationSample { weight: 1.0 / used, ..clip }));
        Ok(())
    })?;
    // Sums and folds do not depend on the order of ingestion.
    own.sort_by(|a, b| a.0.cmp(&b.0));
    Ok((own.into_iter().map(|(_, clip)| clip).collect(), reserved_for_guarantees))
}

/// Fits the adjustment of a calibration to clips, and writes both to `path`.
pub fn refit(
    workspace: &Workspace,
    calibration: Calibration,
    own: &[CalibrationSample],
    reserved_for_guarantees: usize,
    path: PathBuf,
) -> Result<Result<Recalibrated, Refused>> {
    let id = workspace.store.workspace()?;
    let adjustment = match adjust::fit(&id, own, &calibration.languages) {
        Ok(adjustment) => adjustment,
        Err(why) => return Ok(Err(why)),
    };
    let calibration = Calibration { adjustment: Some(adjustment.clone()), ..calibration };
    write_text(&path, &calibration.to_json()?)?;
    Ok(Ok(Recalibrated { path, reserved_for_guarantees, adjustment }))
}

/// A clip that people settled in a way that says whether its draft was right; gold clips were chosen,
/// nobody knows how, and do not count.
fn settled(
    row: &ClipRow,
    recording: &Recording,
    scorer: &Scorer,
    fallback: &LanguageChoice,
) -> Option<CalibrationSample> {
    let (h, consensus, routed) =
        (row.hypothesis.as_ref()?, row.consensus.as_ref()?, row.routed.as_ref()?);
    if consensus.support == 0
        || h.text.is_empty()
        || matches!(routed.decision, Decision::Dropped { .. })
        || !scorer.holds_for(h)
    {
        return None;
    }
    let language = match (&recording.facts.language, fallback) {
        (Some(declared), _) => declared,
        (None, LanguageChoice::Fixed(language)) => language,
        (None, LanguageChoice::Auto) => &h.language,
    };
    let (errors, words) = match consensus.verdict {
        Verdict::AsIs | Verdict::Corrected => {
            let errors = word_errors(&consensus.text, &h.text, language);
            (errors.errors, errors.reference_words)
        }
        // Words where nobody spoke.
        Verdict::NotSpeech => (1, 1),
        _ => return None,
    };
    let span = row.clip.span;
    let own = own(recording.speaker_key(span), h, (errors, words), scorer)?;
    Some(CalibrationSample { region: recording.region(span).cloned(), ..own })
}

/// A draft with so many errors in so many words of its reference, by whom it is; `None` where it has no score.
pub fn own(
    speaker: String,
    h: &Hypothesis,
    (errors, words): (usize, usize),
    scorer: &Scorer,
) -> Option<CalibrationSample> {
    let (calibration, _) = scorer.scoring_of(h)?;
    let (features, words) = (scorer.features(h), words.max(1) as f64);
    Some(CalibrationSample {
        speaker,
        region: None,
        language: h.language.clone(),
        score: calibration.unadjusted(&features)?,
        expected_wer: calibration.unadjusted_wer(&features)?,
        weight: 1.0,
        right: errors == 0,
        wer: (errors as f64 / words).min(1.0),
        words,
        engine: features.engine,
    })
}

impl Recalibrated {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let a = &self.adjustment;
        let how = |map: &Map| match map {
            Map::Identity => "as it was".to_string(),
            Map::Platt { slope, intercept } => {
                format!("Platt, slope {slope:.2}, intercept {intercept:+.2}")
            }
            Map::Isotonic { from, .. } => format!("isotonic, {} steps", from.len()),
        };
        let mut t = format!(
            "{} settled clips, that count for {:.0}; {} more are reserved for guarantees\n\
             log-loss on clips held out, by speaker: {:.4} nats before, {:.4} after\n\
             score {}; expected WER {}\n",
            a.clips,
            a.effective_clips,
            self.reserved_for_guarantees,
            a.log_loss_before,
            a.log_loss_after,
            how(&a.score),
            how(&a.wer)
        );
        for (region, shift) in &a.regions {
            let (clips, log_odds) = (shift.clips, shift.log_odds);
            t.push_str(&format!("  {region:<16} {clips:>5} clips, {log_odds:+.2} log-odds\n"));
        }
        t
    }
}
