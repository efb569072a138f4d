//! `calibrate`: fits the confidence score on rows that `evaluate` wrote.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::evaluate::Row;
use super::files::write_text;
use crate::domain::Features;
use crate::hypotheses::calibrate::Calibration;
use crate::hypotheses::fit::{self, Origin};
use crate::views::report::percent;

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
    let fitted: Vec<fit::Row> = all.into_iter().map(fitting_row).collect();
    let note = "Fitted by `second-ear calibrate` on clips with reference transcripts.";
    let origin = Origin { model: &model, policy: &policy, note };
    let calibration = fit::fit(&fitted, &origin, fit::L2)?;
    write_text(out, &calibration.to_json()?)?;
    Ok(calibration)
}

fn read(path: &Path) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines
        .map(|(n, line)| {
            serde_json::from_str(line).with_context(|| {
                format!("{} line {}: not a row of `evaluate`", path.display(), n + 1)
            })
        })
        .collect()
}

fn fitting_row(row: Row) -> fit::Row {
    fit::Row {
        clip: row.audio.to_string_lossy().into_owned(),
        set: row.set,
        speaker: Some(row.speaker).filter(|s| !s.is_empty()),
        features: Features(row.features),
        errors: row.errors,
        words: row.words,
    }
}

/// A calibration as text, for a terminal.
pub fn text(c: &Calibration) -> String {
    let number = |x: Option<f64>| x.map_or("-".to_string(), |x| format!("{x:.3}"));
    let cv = &c.cross_validation;
    let mut t = format!(
        "model {}, policy {}\ncross-validated in {} folds by speaker: AUROC {}, ECE {:.3}, Brier {:.3}, NCE {}\n",
        c.model,
        c.policy,
        cv.folds,
        number(cv.auroc),
        cv.ece,
        cv.brier,
        number(cv.nce)
    );
    for set in &c.sets {
        let wrong = percent(Some(set.with_errors as f64 / set.clips.max(1) as f64));
        t.push_str(&format!(
            "  {:<20} {:>5} clips, {wrong:>7} with an error, AUROC {}\n",
            set.name,
            set.clips,
            number(set.auroc)
        ));
    }
    t
}
