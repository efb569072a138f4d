//! Fits the calibrated score and says how good it is on clips that it has not seen.
//! In: scored clips (features, word errors). Out: a `Calibration` with its provenance.
//! Left to others: decoding the clips, counting their errors.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

use super::calibrate::{Calibration, CrossValidation, FORMAT, Fit, SetSummary, Tier, WordFit};
use super::logistic::{Logistic, Target};
use super::{logistic, word_features};
use crate::domain::{Features, Language, hex_digest};
use crate::statistics::metrics;

/// Penalty of the fits: of 3, 10, 20, 33 and 100 the one that did best in cross-validation on the
/// shipped data.
pub const L2: f64 = 20.0;
/// Folds of the cross-validation.
pub const FOLDS: usize = 5;
/// Clips of a language for which a fit holds: as many as a fit needs at all.
const ENOUGH: usize = 4 * FOLDS;

/// One clip whose reference is known.
#[derive(Clone, Debug, PartialEq)]
pub struct FittingRow {
    /// The clip's id or path: anything unique.
    pub clip: String,
    /// The set it belongs to.
    pub set: String,
    /// The speaker, where known.
    pub speaker: Option<String>,
    /// The language that it was decoded in.
    pub language: Language,
    /// Features of its hypothesis.
    pub features: Features,
    /// Word errors of its text: substitutions, insertions and deletions.
    pub errors: usize,
    /// Words of its reference.
    pub words: usize,
    /// Features of each word of its text, and whether the word is wrong.
    pub word_features: Vec<(Vec<f64>, bool)>,
}

impl FittingRow {
    fn is_right(&self) -> bool {
        self.errors == 0
    }

    /// Word error rate, at most 1.
    fn wer(&self) -> f64 {
        (self.errors as f64 / self.words.max(1) as f64).min(1.0)
    }
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

/// Fits a fit for each set of features that nine rows in ten have, on these rows; the quality stored with
/// each is cross-validated by speaker.
///
/// # Errors
/// Fewer than two clips per fold, no clip with (or none without) errors, features of another length.
pub fn fit(rows: &[FittingRow], origin: &Origin<'_>, l2: f64) -> Result<Calibration> {
    ensure!(
        rows.len() >= 4 * FOLDS,
        "{} clips are too few to calibrate on; {} or more are needed",
        rows.len(),
        4 * FOLDS
    );
    let missing = rows.iter().find(|r| Tier::Decoded.of(&r.features).is_none());
    if let Some(row) = missing {
        anyhow::bail!("clip {} lacks features: run evaluate again", row.clip);
    }
    let fold_of = folds(rows);
    let mut fits = Vec::new();
    for tier in Tier::ALL {
        let known = |i: &usize| tier.of(&rows[*i].features).map(|values| (*i, values));
        let (which, values): (Vec<usize>, Vec<Vec<f64>>) =
            (0..rows.len()).filter_map(|i| known(&i)).unzip();
        if which.len() * 10 < rows.len() * 9 {
            break;
        }
        let rows: Vec<&FittingRow> = which.iter().map(|&i| &rows[i]).collect();
        let folds: Vec<usize> = which.iter().map(|&i| fold_of[i]).collect();
        fits.push(fit_tier(&rows, &values, tier, &folds, l2).context("fit the score")?);
    }
    Ok(Calibration {
        format: FORMAT.into(),
        note: origin.note.into(),
        model: origin.model.into(),
        policy: origin.policy.into(),
        languages: languages(rows.iter().map(|row| &row.language)),
        digest: digest(rows),
        l2,
        fits,
        word: fit_words(rows, &fold_of, l2).context("fit the words")?,
        adjustment: None,
        alone: None,
    })
}

/// Languages with so many clips that a fit says something about them.
pub fn languages<'l>(clips: impl Iterator<Item = &'l Language>) -> BTreeSet<Language> {
    let mut counts: BTreeMap<&Language, usize> = BTreeMap::new();
    clips.for_each(|language| *counts.entry(language).or_default() += 1);
    let enough = counts.into_iter().filter(|(_, clips)| *clips >= ENOUGH);
    enough.map(|(language, _)| language.clone()).collect()
}

fn fit_tier(
    rows: &[&FittingRow],
    values: &[Vec<f64>],
    tier: Tier,
    fold_of: &[usize],
    l2: f64,
) -> Result<Fit> {
    let in_window = rows.iter().any(|row| row.features.in_window);
    let right: Vec<Target> = rows.iter().map(|r| r.is_right().into()).collect();
    // Each clip counts as many words as it has: their sum is the set's word error rate.
    let wrong: Vec<Target> =
        rows.iter().map(|r| Target { yes: r.wer(), weight: r.words.max(1) as f64 }).collect();
    let scores = held_out(values, &right, fold_of, l2)?;
    let wers = held_out(values, &wrong, fold_of, l2)?;
    let scored: Vec<_> = scores.iter().zip(rows).map(|(p, r)| (*p, r.is_right())).collect();
    let columns: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    Ok(Fit {
        tier,
        features: tier.names(in_window).into_iter().map(String::from).collect(),
        score: logistic::fit(&columns, &right, l2)?,
        wer: logistic::fit(&columns, &wrong, l2)?,
        cross_validation: quality(&scored),
        sets: sets(rows, &scored, &wers),
    })
}

/// P(wrong) of words; `None` where the rows know none.
fn fit_words(rows: &[FittingRow], fold_of: &[usize], l2: f64) -> Result<Option<WordFit>> {
    let words =
        || rows.iter().zip(fold_of).flat_map(|(r, f)| r.word_features.iter().map(move |w| (w, *f)));
    let values: Vec<Vec<f64>> = words().map(|((values, _), _)| values.clone()).collect();
    let labels: Vec<bool> = words().map(|((_, wrong), _)| *wrong).collect();
    if labels.iter().all(|l| *l) || labels.iter().all(|l| !*l) {
        return Ok(None);
    }
    let targets: Vec<Target> = labels.iter().map(|&wrong| wrong.into()).collect();
    let folds: Vec<usize> = words().map(|(_, fold)| fold).collect();
    let scored = held_out(&values, &targets, &folds, l2)?;
    let columns: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    Ok(Some(WordFit {
        features: word_features::NAMES.map(String::from).to_vec(),
        wrong: logistic::fit(&columns, &targets, l2)?,
        cross_validation: quality(&scored.into_iter().zip(labels).collect::<Vec<_>>()),
    }))
}

/// For each row the prediction of a fit that has not seen its fold.
pub fn held_out(
    values: &[Vec<f64>],
    targets: &[Target],
    fold_of: &[usize],
    l2: f64,
) -> Result<Vec<f64>> {
    let mut predicted = vec![0.0; values.len()];
    for fold in 0..FOLDS {
        let inside = |i: &usize| fold_of[*i] != fold;
        let train: Vec<usize> = (0..values.len()).filter(inside).collect();
        let columns: Vec<&[f64]> = train.iter().map(|&i| values[i].as_slice()).collect();
        let labels: Vec<Target> = train.iter().map(|&i| targets[i]).collect();
        let model: Logistic = logistic::fit(&columns, &labels, l2).context("cross-validate")?;
        for i in (0..values.len()).filter(|i| fold_of[*i] == fold) {
            predicted[i] = model.predict(&values[i]);
        }
    }
    Ok(predicted)
}

fn quality(scored: &[(f64, bool)]) -> CrossValidation {
    CrossValidation {
        folds: FOLDS,
        of: scored.len(),
        auroc: metrics::auroc(scored).map(rounded),
        ece: rounded(metrics::ece(scored)),
        brier: rounded(metrics::brier(scored)),
        nce: metrics::nce(scored).map(rounded),
    }
}

fn sets(rows: &[&FittingRow], scored: &[(f64, bool)], wers: &[f64]) -> Vec<SetSummary> {
    let mut sets: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        sets.entry(&row.set).or_default().push(i);
    }
    let summary = |(name, members): (&str, Vec<usize>)| {
        let here: Vec<_> = members.iter().map(|&i| scored[i]).collect();
        let speakers: BTreeSet<_> =
            members.iter().filter_map(|&i| rows[i].speaker.as_ref()).collect();
        let words = members.iter().map(|&i| rows[i].words as f64).sum::<f64>();
        let errors = members.iter().map(|&i| rows[i].errors as f64).sum::<f64>();
        let expected = members.iter().map(|&i| wers[i] * rows[i].words as f64).sum::<f64>();
        SetSummary {
            name: name.to_string(),
            clips: members.len(),
            with_errors: members.iter().filter(|&&i| !rows[i].is_right()).count(),
            speakers: speakers.len(),
            wer: (words > 0.0).then(|| rounded(errors / words)),
            expected_wer: (words > 0.0).then(|| rounded(expected / words)),
            auroc: metrics::auroc(&here).map(rounded),
            nce: metrics::nce(&here).map(rounded),
        }
    };
    sets.into_iter().map(summary).collect()
}

/// The fold of each row. Clips of one speaker stay together, unless the speaker is the only one of a
/// set, or has more than a fold's share of all clips: then they can only be split clip by clip. Depends
/// on the ids alone.
pub fn folds(rows: &[FittingRow]) -> Vec<usize> {
    let mut sizes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in rows {
        if let Some(speaker) = &row.speaker {
            *sizes.entry((&row.set, speaker)).or_default() += 1;
        }
    }
    let share = rows.len() / FOLDS;
    let mut speakers: BTreeMap<&str, usize> = BTreeMap::new();
    sizes.keys().for_each(|(set, _)| *speakers.entry(set).or_default() += 1);
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        let key = match &row.speaker {
            Some(speaker)
                if speakers[row.set.as_str()] > 1
                    && sizes[&(row.set.as_str(), speaker.as_str())] <= share =>
            {
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
fn digest(rows: &[FittingRow]) -> String {
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

    use crate::hypotheses::features;

    /// Clips whose first feature tells the outcome nine times in ten.
    fn rows(n: usize) -> Vec<FittingRow> {
        (0..n)
            .map(|i| {
                let mut values = vec![0.0; features::DECODED.len()];
                let good = i % 3 != 0;
                values[0] = if (i % 10 == 0) == good { 0.0 } else { 1.0 };
                values[1] = ((i * 7919) % 101) as f64;
                let mut word = vec![0.0; word_features::NAMES.len()];
                word[0] = values[0];
                FittingRow {
                    clip: format!("c{i}"),
                    set: if i % 2 == 0 { "even" } else { "odd" }.into(),
                    speaker: Some(format!("s{}", i / 4)),
                    language: "fr".parse().unwrap(),
                    features: Features { decoded: values, ..Features::default() },
                    errors: usize::from(!good),
                    words: 3,
                    word_features: vec![(word, !good)],
                }
            })
            .collect()
    }

    #[test]
    fn a_fit_carries_its_provenance_and_held_out_quality() {
        let rows = rows(300);
        let origin = Origin { model: "m", policy: "p", note: "made up" };
        let c = fit(&rows, &origin, 10.0).unwrap();
        assert_eq!(c.fits.len(), 1, "there are no words and no slowed decodings");
        let fit_of = &c.fits[0];
        let set = &fit_of.sets[0];
        assert_eq!((fit_of.sets.len(), set.clips, set.with_errors), (2, 150, 50));
        let (wer, expected) = (set.wer.unwrap(), set.expected_wer.unwrap());
        assert!((wer - 50.0 / 450.0).abs() < 1e-4 && (wer / expected - 1.0).abs() < 0.1);
        for cv in [&fit_of.cross_validation, &c.word.as_ref().unwrap().cross_validation] {
            let auroc = cv.auroc.unwrap();
            assert!(auroc > 0.85 && auroc < 0.95, "{auroc}");
            assert_eq!(cv.of, 300);
        }
        let mut reversed = rows.clone();
        reversed.reverse();
        assert_eq!(fit(&reversed, &origin, 10.0).unwrap().digest, c.digest);
        assert_eq!(Calibration::parse(&c.to_json().unwrap()).unwrap(), c);
    }

    #[test]
    fn words_and_slowed_decodings_get_fits_of_their_own_when_every_clip_has_them() {
        let mut rows = rows(100);
        for row in &mut rows {
            row.features.words = Some(vec![1.0; features::WORDS.len()]);
            row.features.slowed = Some(vec![0.0, f64::from(u8::from(row.errors == 0))]);
        }
        let origin = Origin { model: "m", policy: "p", note: "" };
        let c = fit(&rows, &origin, 1.0).unwrap();
        assert_eq!(c.fits.iter().map(|f| f.tier).collect::<Vec<_>>(), Tier::ALL);
        let auroc = |n: usize| c.fits[n].cross_validation.auroc.unwrap();
        assert!(auroc(2) > 0.99 && auroc(2) > auroc(1));
        rows.iter_mut().take(20).for_each(|row| row.features.slowed = None);
        assert_eq!(fit(&rows, &origin, 1.0).unwrap().fits.len(), 2);
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
        assert_eq!(sizes, [20; FOLDS]);
    }

    #[test]
    fn too_few_clips_are_refused_in_words() {
        let origin = Origin { model: "m", policy: "p", note: "" };
        let message = fit(&rows(5), &origin, L2).unwrap_err().to_string();
        assert!(message.contains("5 clips are too few"), "{message}");
    }
}
