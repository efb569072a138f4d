//! Fits the calibrated score and says how good it is on clips that it has not seen.
//! In: scored clips (features, word errors). Out: a `Calibration` with its provenance.
//! Left to others: decoding the clips, counting their errors.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

use super::calibrate::{Calibration, CrossValidation, FORMAT, SetSummary};
use super::logistic::Target;
use super::{features, logistic};
use crate::domain::{Features, hex_digest};
use crate::statistics::metrics;

/// Penalty of the fit: on the shipped data weaker penalties than 10 did better in cross-validation.
pub const L2: f64 = 1.0;
/// Folds of the cross-validation.
pub const FOLDS: usize = 10;

/// One clip whose reference is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The clip's id or path: anything unique.
    pub clip: String,
    /// The set it belongs to.
    pub set: String,
    /// The speaker, where known.
    pub speaker: Option<String>,
    /// Features of its hypothesis.
    pub features: Features,
    /// Word errors of its text: substitutions, insertions and deletions.
    pub errors: usize,
    /// Words of its reference.
    pub words: usize,
}

/// What a fit is for: all of its hypotheses come from one model and policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// First 16 hex digits of the model file's SHA-256.
    pub model: &'a str,
    /// The decode policy's id.
    pub policy: &'a str,
    /// What the data are, in words.
    pub note: &'a str,
}

/// Fits "no word error" on all rows; the quality stored with it is cross-validated.
///
/// # Errors
/// Fewer than two clips a fold, no clip with (or none without) errors, features of another length.
pub fn fit(rows: &[Row], origin: &Origin<'_>, l2: f64) -> Result<Calibration> {
    let n = features::NAMES.len();
    ensure!(
        rows.len() >= 2 * FOLDS,
        "{} clips are too few to calibrate on; {} or more are needed",
        rows.len(),
        2 * FOLDS
    );
    if let Some(row) = rows.iter().find(|r| r.features.0.len() != n) {
        anyhow::bail!("clip {} has {} features instead of {n}", row.clip, row.features.0.len());
    }
    let all: Vec<&Row> = rows.iter().collect();
    let logistic = fit_rows(&all, l2).context("fit the score")?;
    let wer = fit_wer(&all, l2).context("fit the expected word error rate")?;
    let held_out = cross_validate(rows, l2).context("cross-validate the score")?;

    let mut sets: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        sets.entry(&row.set).or_default().push(i);
    }
    let sets = sets
        .into_iter()
        .map(|(name, members)| {
            let scored: Vec<_> = members.iter().map(|&i| held_out[i]).collect();
            let speakers: BTreeSet<_> =
                members.iter().filter_map(|&i| rows[i].speaker.as_ref()).collect();
            SetSummary {
                name: name.to_string(),
                clips: members.len(),
                with_errors: members.iter().filter(|&&i| rows[i].errors > 0).count(),
                speakers: speakers.len(),
                auroc: metrics::auroc(&scored).map(rounded),
            }
        })
        .collect();
    Ok(Calibration {
        format: FORMAT.into(),
        note: origin.note.into(),
        model: origin.model.into(),
        policy: origin.policy.into(),
        sets,
        digest: digest(rows),
        cross_validation: CrossValidation {
            folds: FOLDS,
            auroc: metrics::auroc(&held_out).map(rounded),
            ece: rounded(metrics::ece(&held_out)),
            brier: rounded(metrics::brier(&held_out)),
            nce: metrics::nce(&held_out).map(rounded),
        },
        features: features::NAMES.map(String::from).to_vec(),
        l2,
        logistic,
        wer: Some(wer),
    })
}

fn fit_rows(rows: &[&Row], l2: f64) -> Result<logistic::Logistic> {
    let columns: Vec<&[f64]> = rows.iter().map(|r| r.features.0.as_slice()).collect();
    let labels: Vec<Target> = rows.iter().map(|r| (r.errors == 0).into()).collect();
    logistic::fit(&columns, &labels, l2)
}

/// Expected word error rate, clipped at 1, each clip counting as many words as it has.
fn fit_wer(rows: &[&Row], l2: f64) -> Result<logistic::Logistic> {
    let columns: Vec<&[f64]> = rows.iter().map(|r| r.features.0.as_slice()).collect();
    let target = |r: &&Row| {
        let words = r.words.max(1) as f64;
        Target { yes: (r.errors as f64 / words).min(1.0), weight: words }
    };
    let targets: Vec<Target> = rows.iter().map(target).collect();
    logistic::fit(&columns, &targets, l2)
}

/// For each row its score by a fit that has not seen its fold, and whether it has no error.
pub fn cross_validate(rows: &[Row], l2: f64) -> Result<Vec<(f64, bool)>> {
    let fold_of = folds(rows);
    let mut scored = vec![(0.0, false); rows.len()];
    for fold in 0..FOLDS {
        let train: Vec<&Row> =
            rows.iter().zip(&fold_of).filter(|(_, f)| **f != fold).map(|(r, _)| r).collect();
        let model = fit_rows(&train, l2)?;
        for (i, row) in rows.iter().enumerate().filter(|(i, _)| fold_of[*i] == fold) {
            scored[i] = (model.predict(&row.features.0), row.errors == 0);
        }
    }
    Ok(scored)
}

/// The fold of each row. Clips of one speaker stay together, unless they are more than a fold's
/// share of all: then their set can only be split clip by clip. Depends on the ids alone.
fn folds(rows: &[Row]) -> Vec<usize> {
    let mut sizes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in rows {
        if let Some(speaker) = &row.speaker {
            *sizes.entry((&row.set, speaker)).or_default() += 1;
        }
    }
    let share = rows.len() / FOLDS;
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        let key = match &row.speaker {
            Some(speaker) if sizes[&(row.set.as_str(), speaker.as_str())] <= share => {
                format!("{}\n{speaker}", row.set)
            }
            _ => format!("{}\n\n{}", row.set, row.clip),
        };
        groups.entry(hex_digest(key.as_bytes())).or_default().push(i);
    }
    // Large groups first, each into the fold that is emptiest.
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|g| std::cmp::Reverse(g.len()));
    let mut load = [0; FOLDS];
    let mut fold_of = vec![0; rows.len()];
    for group in groups {
        let fold = (0..FOLDS).min_by_key(|&f| load[f]).unwrap_or(0);
        load[fold] += group.len();
        for i in group {
            fold_of[i] = fold;
        }
    }
    fold_of
}

/// Digest of the clips and their error counts, whatever their order.
fn digest(rows: &[Row]) -> String {
    let mut lines: Vec<String> = rows
        .iter()
        .map(|r| format!("{}\t{}\t{}\t{}\n", r.set, r.clip, r.errors, r.words))
        .collect();
    lines.sort();
    hex_digest(lines.concat().as_bytes())
}

fn rounded(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clips whose first feature tells the outcome nine times in ten.
    fn rows(n: usize) -> Vec<Row> {
        (0..n)
            .map(|i| {
                let mut values = vec![0.0; features::NAMES.len()];
                let good = i % 3 != 0;
                values[0] = if (i % 10 == 0) == good { 0.0 } else { 1.0 };
                values[1] = ((i * 7919) % 101) as f64;
                Row {
                    clip: format!("c{i}"),
                    set: if i % 2 == 0 { "even" } else { "odd" }.into(),
                    speaker: Some(format!("s{}", i / 4)),
                    features: Features(values),
                    errors: usize::from(!good),
                    words: 3,
                }
            })
            .collect()
    }

    #[test]
    fn a_fit_carries_its_provenance_and_held_out_quality() {
        let rows = rows(300);
        let origin = Origin { model: "m", policy: "p", note: "made up" };
        let c = fit(&rows, &origin, 10.0).unwrap();
        assert_eq!((c.sets.len(), c.sets[0].clips, c.sets[0].with_errors), (2, 150, 50));
        let auroc = c.cross_validation.auroc.unwrap();
        assert!(auroc > 0.85 && auroc < 0.95, "{auroc}");
        let mut reversed = rows.clone();
        reversed.reverse();
        assert_eq!(fit(&reversed, &origin, 10.0).unwrap().digest, c.digest);
        assert_eq!(Calibration::parse(&c.to_json().unwrap()).unwrap(), c);
    }

    #[test]
    fn no_speaker_is_in_two_folds() {
        let rows = rows(300);
        let mut fold_of_speaker = BTreeMap::new();
        for (row, fold) in rows.iter().zip(folds(&rows)) {
            let key = (row.set.clone(), row.speaker.clone());
            assert_eq!(*fold_of_speaker.entry(key).or_insert(fold), fold);
        }
    }

    #[test]
    fn one_speaker_alone_is_split_clip_by_clip() {
        let mut rows = rows(100);
        for row in &mut rows {
            row.set = "one".into();
            row.speaker = Some("june".into());
        }
        let mut sizes = [0; FOLDS];
        for fold in folds(&rows) {
            sizes[fold] += 1;
        }
        assert_eq!(sizes, [10; FOLDS]);
    }

    #[test]
    fn too_few_clips_are_refused_in_words() {
        let origin = Origin { model: "m", policy: "p", note: "" };
        let message = fit(&rows(5), &origin, L2).unwrap_err().to_string();
        assert!(message.contains("5 clips are too few"), "{message}");
    }
}
