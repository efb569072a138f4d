//! `calibrate`: fits the confidence score on rows that `evaluate` wrote.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::evaluate::EvaluatedClip;
use crate::files::write_text;
use crate::hypotheses::calibrate::{Calibration, CrossValidation, Tier};
use crate::hypotheses::fit::{self, FittingRow, Origin};
use crate::tables;
use crate::views::numbers::percent;

/// Reads the rows, fits, writes the calibration.
pub fn calibrate(rows: &[PathBuf], out: &Path) -> Result<Calibration> {
    let mut all = Vec::new();
    for path in rows {
        all.extend(read(path)?);
    }
    let Some(first) = all.first() else { bail!("no rows to fit on") };
    let (model, policy) = (first.model.clone(), first.policy.clone());
    for row in &all {
        ensure!(
            row.model == model && row.policy == policy,
            "{}: rows of different models or decode policies cannot be fitted together",
            row.audio.display()
        );
    }
    let fitted: Vec<FittingRow> = all.into_iter().map(fitting_row).collect();
    let note = "Fitted by `second-ear calibrate` on clips with reference transcripts.";
    let origin = Origin { model: &model, policy: &policy, note };
    let calibration = fitted_by_pass(fitted, &origin)?;
    write_text(out, &calibration.to_json()?)?;
    Ok(calibration)
}

/// One fit, or two where some drafts come from windows: their numbers mean something else.
fn fitted_by_pass(rows: Vec<FittingRow>, origin: &Origin<'_>) -> Result<Calibration> {
    let (shared, alone): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.features.in_window);
    if shared.is_empty() {
        return fit::fit(&alone, origin, fit::L2);
    }
    let alone = fit::fit(&alone, origin, fit::L2).context(
        "clips that were decoded alone: evaluate some whose rows have no neighbours in their files too",
    )?;
    let shared =
        fit::fit(&shared, origin, fit::L2).context("clips that were decoded in windows")?;
    Ok(Calibration { alone: Some(Box::new(alone)), ..shared })
}

fn read(path: &Path) -> Result<Vec<EvaluatedClip>> {
    let bytes = tables::read(path)?;
    let rows = tables::lines(&bytes).map(|(n, line)| {
        let row = line.and_then(tables::row);
        let about = |why| anyhow!("{} line {n}: not a row of `evaluate`: {why}", path.display());
        row.map_err(about)
    });
    rows.collect()
}

fn fitting_row(row: EvaluatedClip) -> FittingRow {
    FittingRow {
        clip: row.audio.to_string_lossy().into_owned(),
        set: row.set,
        speaker: Some(row.speaker).filter(|s| !s.is_empty()),
        language: row.language,
        features: row.features,
        word_features: row.word_features,
        errors: row.errors,
        words: row.words,
    }
}

/// A calibration as text, for a terminal.
pub fn text(c: &Calibration) -> String {
    let alone = c.alone.as_deref().map_or(String::new(), |alone| {
        format!("clips that are decoded alone:\n{}drafts that come from windows:\n", text(alone))
    });
    alone + &text_of_one(c)
}

fn text_of_one(c: &Calibration) -> String {
    let number = |x: Option<f64>| x.map_or("-".to_string(), |x| format!("{x:.3}"));
    let mut t = format!("model {}, policy {}\n", c.model, c.policy);
    let mut line = |what: &str, cv: &CrossValidation| {
        t.push_str(&format!(
            "{what:<34} AUROC {}  ECE {:.3}  Brier {:.3}  NCE {}\n",
            number(cv.auroc),
            cv.ece,
            cv.brier,
            number(cv.nce)
        ));
    };
    for fit in &c.fits {
        let what = match fit.tier {
            Tier::Decoded => "clips, by the decoding",
            Tier::Words => "... and a word list",
            Tier::Slowed => "... and a second decoding",
        };
        line(what, &fit.cross_validation);
    }
    if let Some(word) = &c.word {
        line("words", &word.cross_validation);
    }
    let Some(fit) = c.fits.last() else { return t };
    t.push_str(&format!(
        "cross-validated in {} folds by speaker; by set, with all features:\n",
        fit.cross_validation.folds
    ));
    for set in &fit.sets {
        t.push_str(&format!(
            "  {:<20} {:>5} clips, {:>3} speakers, {:>7} with an error, WER {:>7} (expected {:>7}), AUROC {}, NCE {}\n",
            set.name,
            set.clips,
            set.speakers,
            percent(Some(set.with_errors as f64 / set.clips.max(1) as f64)),
            percent(set.wer),
            percent(set.expected_wer),
            number(set.auroc),
            number(set.nce)
        ));
    }
    t
}
