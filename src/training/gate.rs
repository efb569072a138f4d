//! Whether a new model replaces the old one. In: word errors of both, clip by clip. Out: what
//! was measured, and the verdict with its reasons. Pure. Left to others: transcribing, acting on it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::Measured;
use crate::statistics::bootstrap;

/// A clip of a held-out set under both models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Clips of one key (speaker, recording) are drawn together.
    pub unit: String,
    /// What kind of speech of its set; empty: not said.
    #[serde(default)]
    pub kind: String,
    /// Words of the reference.
    pub words: usize,
    /// Word errors of the model that it is compared with: the old one; on retention sets that which training began from.
    pub before: usize,
    /// Word errors of the new model.
    pub after: usize,
}

/// Probability of improvement from which the test counts as better: of one side, so not the level of an interval.
pub const CONFIDENCE: f64 = 0.95;
/// Test clips below which the verdict looks at clips that were learnt from too, each under a model that
/// learnt from the others (cross-validation): a dozen clips tell nothing. Decided by the number alone,
/// before anything is measured.
pub const FEW: usize = 30;
/// How much worse a retention set may be, in word error rate.
pub const RETENTION_SLACK: f64 = 0.005;

/// Probability with which a kind of speech must be worse to count against a model, and of the bound on what it may have lost.
pub const RETENTION_CONFIDENCE: f64 = 0.9;

/// Why a new model is rejected.
#[derive(Clone, Debug, PartialEq)]
pub enum Objection {
    /// The test is not better with 95 % confidence.
    NotBetter {
        /// Share of the replicates in which it is.
        better: f64,
    },
    /// Nothing to judge by.
    NoTest,
    /// A retention set is worse by more than [`RETENTION_SLACK`]; one kind of its speech is, and surely worse at all.
    RetentionWorse {
        /// Which.
        set: String,
        /// By how much, in word error rate.
        by: f64,
    },
    /// Text where nobody speaks, and the model that training began from wrote none.
    TextFromNothing {
        /// What was played.
        sound: String,
        /// What was written.
        text: String,
    },
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Objection::NotBetter { better } => write!(
                f,
                "it is not surely better on the test clips: it is in {:.1} % of the replicates of the paired \
                 bootstrap, and 95 % are needed; more corrections, from more speakers, would tell",
                100.0 * better
            ),
            Objection::NoTest => {
                write!(f, "there are no test clips to judge it by: correct more clips")
            }
            Objection::RetentionWorse { set, by } => {
                write!(f, "{set} got worse by {:.1} points (at most 0.5 are allowed)", 100.0 * by)
            }
            Objection::TextFromNothing { sound, text } => {
                write!(
                    f,
                    "it writes {text:?} for {sound}, where the model that training began from writes nothing"
                )
            }
        }
    }
}

/// Measures one set: rates before and after, and the 95 % interval of their difference by the paired
/// bootstrap over units, and the probability of improvement (Bisani and Ney, "Bootstrap estimates for confidence intervals in ASR
/// performance evaluation", 2004). Where units do not vary or there is one alone, the interval is the
/// whole line. `None` without reference words.
pub fn measure(set: &str, pairs: &[Pair], seed: u64) -> Option<Measured> {
    let mut units: BTreeMap<&str, [f64; 3]> = BTreeMap::new();
    for pair in pairs {
        let unit = units.entry(&pair.unit).or_default();
        unit[0] += pair.words as f64;
        unit[1] += pair.before as f64;
        unit[2] += pair.after as f64;
    }
    let units: Vec<[f64; 3]> = units.into_values().collect();
    let sums = |times: Option<&[f64]>| {
        let mut sums = [0.0; 3];
        for (i, unit) in units.iter().enumerate() {
            let n = times.map_or(1.0, |t| t[i]);
            sums.iter_mut().zip(unit).for_each(|(s, v)| *s += n * v);
        }
        sums
    };
    let [words, before, after] = sums(None);
    if words == 0.0 {
        return None;
    }
    let (mut fewer, mut more) = (0.0, 0.0);
    let mut differences = Vec::new();
    let difference = bootstrap::interval(units.len(), seed, |times| {
        let [words, before, after] = sums(Some(times));
        fewer += f64::from(u8::from(after < before));
        more += f64::from(u8::from(after > before));
        differences.extend((words > 0.0).then(|| (after - before) / words));
        (words > 0.0).then(|| (after - before) / words)
    });
    let replicates = bootstrap::REPLICATES as f64;
    differences.sort_by(f64::total_cmp);
    let at_most = differences.get((RETENTION_CONFIDENCE * differences.len() as f64) as usize);
    let (difference, better, worse, at_most) = match (difference, at_most) {
        (Ok((low, high)), Some(upper)) => {
            ([low, high], fewer / replicates, more / replicates, *upper)
        }
        _ => ([-1.0, 1.0], 0.0, 0.0, 1.0),
    };
    Some(Measured {
        set: set.to_string(),
        clips: pairs.len(),
        units: units.len(),
        words: words as usize,
        before: before / words,
        after: after / words,
        difference,
        better,
        worse,
        at_most,
    })
}

/// Measures a retention set, and where it holds several kinds of speech each of them, as `SET: KIND`.
pub fn measure_kinds(set: &str, pairs: &[Pair], seed: u64) -> Vec<Measured> {
    let mut kinds: BTreeMap<&str, Vec<Pair>> = BTreeMap::new();
    for pair in pairs {
        kinds.entry(&pair.kind).or_default().push(pair.clone());
    }
    let mut measured: Vec<Measured> = measure(set, pairs, seed).into_iter().collect();
    if kinds.len() > 1 {
        let kind = |(kind, pairs): (&str, Vec<Pair>)| match kind {
            "" => measure(&format!("{set}: other"), &pairs, seed),
            kind => measure(&format!("{set}: {kind}"), &pairs, seed),
        };
        measured.extend(kinds.into_iter().filter_map(kind));
    }
    measured
}

/// The verdict: promoted when the list is empty.
pub fn judge(
    test: Option<&Measured>,
    retention: &[Measured],
    from_nothing: Vec<Objection>,
) -> Vec<Objection> {
    let mut why = Vec::new();
    match test {
        None => why.push(Objection::NoTest),
        Some(test) if test.better < CONFIDENCE => {
            why.push(Objection::NotBetter { better: test.better })
        }
        Some(_) => {}
    }
    why.extend(others(retention, from_nothing));
    why
}

/// What speaks against the new model whatever it gained: retention sets that got worse, text from nothing.
pub fn others(retention: &[Measured], from_nothing: Vec<Objection>) -> Vec<Objection> {
    let mut why = Vec::new();
    for set in retention {
        let by = set.after - set.before;
        // Two errors in a few sentences are more than the slack: of a kind, chance must be ruled out too.
        let is_kind = set.set.contains(": ");
        let shown = !is_kind || set.worse >= RETENTION_CONFIDENCE;
        if by > RETENTION_SLACK + 1e-12 && shown {
            why.push(Objection::RetentionWorse { set: set.set.clone(), by });
        }
    }
    why.extend(from_nothing);
    why
}

/// Whether something else than the test speaks against a new model, which one with a smaller share of the new
/// weights may do without: its harm and its gain are smaller.
pub fn too_far(why: &[Objection]) -> bool {
    why.iter()
        .any(|k| matches!(k, Objection::RetentionWorse { .. } | Objection::TextFromNothing { .. }))
}

/// Judges the chosen candidate, and where it went [`too_far`] the next, which are nearer and nearer to the old
/// model: the first that nothing speaks against, or the last one judged, which harms least, with what speaks against it.
/// With what `judge` made of it; `None` of none.
///
/// # Errors
/// Those of `judge`.
pub fn descend<C, T, E>(
    candidates: impl IntoIterator<Item = C>,
    mut judge: impl FnMut(C) -> Result<(T, Vec<Objection>), E>,
) -> Result<Option<(T, Vec<Objection>)>, E> {
    let mut last = None;
    for candidate in candidates {
        let (made, why) = judge(candidate)?;
        let further = too_far(&why);
        last = Some((made, why));
        if !further {
            break;
        }
    }
    Ok(last)
}

/// What the choice among averages looks at: each share of new weights, with the word error rate on dev
/// and how much worse each retention set is than under the old model.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Share of the new weights.
    pub share: f64,
    /// Word error rate on dev.
    pub dev: f64,
    /// after - before of each retention set's dev clips, in word error rate.
    pub retention: Vec<f64>,
}

/// The share of new weights that measured best on held-out clips (docs/lab/adapt.md).
pub const PREFERRED_SHARE: f64 = 0.85;

/// The candidate nearest to [`PREFERRED_SHARE`] among those within one standard error of the best (after
/// Breiman et al. 1984, the one-standard-error rule): dev is small, and cannot tell them apart. Of two as near, the one of less cost. Cost is the
/// dev error plus what retention sets lose beyond the slack; its standard error that of a Poisson count,
/// sqrt(rate / words). `None` of none.
pub fn choose(candidates: &[Candidate], dev_words: usize) -> Option<usize> {
    let cost = |c: &Candidate| {
        let lost: f64 = c.retention.iter().map(|by| (by - RETENTION_SLACK).max(0.0)).sum();
        c.dev + lost
    };
    let best = candidates.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
    let error = (best.dev / dev_words.max(1) as f64).sqrt();
    let near = (0..candidates.len()).filter(|&i| cost(&candidates[i]) <= cost(best) + error);
    let off = |i: usize| (candidates[i].share - PREFERRED_SHARE).abs();
    let costs = |i: usize| cost(&candidates[i]);
    near.min_by(|&a, &b| off(a).total_cmp(&off(b)).then(costs(a).total_cmp(&costs(b))))
}

/// Clips of as many speakers, with about so many errors of the old and the new model in each.
#[cfg(test)]
pub fn example_pairs(count: usize, before: usize, after: usize) -> Vec<Pair> {
    let pair = |n: usize| Pair {
        unit: format!("speaker {n}"),
        kind: String::new(),
        words: 8 + n % 3,
        before: before + n % 2,
        after: after + n % 2,
    };
    (0..count).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::{example_pairs as pairs, *};

    #[test]
    fn a_model_that_is_better_everywhere_is_promoted() {
        let test = measure("test", &pairs(40, 3, 1), 1).unwrap();
        assert!(test.difference[1] < -0.2 && test.after < test.before, "{test:?}");
        let retention = measure("retention en", &pairs(40, 1, 1), 1).unwrap();
        assert_eq!(judge(Some(&test), &[retention], Vec::new()), []);
    }

    #[test]
    fn chance_one_speaker_or_a_worse_retention_set_keep_the_old_model() {
        let mut mixed = pairs(40, 2, 2);
        for pair in mixed.iter_mut().take(3) {
            pair.after = 0;
        }
        for pair in mixed.iter_mut().skip(3).take(2) {
            pair.after += 2;
        }
        let test = measure("test", &mixed, 1).unwrap();
        assert!(test.after < test.before);
        assert!(matches!(judge(Some(&test), &[], Vec::new())[..], [Objection::NotBetter { .. }]));
        let alone = measure("test", &pairs(1, 3, 1), 1).unwrap();
        assert!(matches!(judge(Some(&alone), &[], Vec::new())[..], [Objection::NotBetter { .. }]));
        assert_eq!(judge(None, &[], Vec::new()), [Objection::NoTest]);

        let test = measure("test", &pairs(40, 3, 1), 1).unwrap();
        let mut worse = pairs(40, 1, 1);
        worse[0].after += 1;
        let slightly = measure("retention fr", &worse, 1).unwrap();
        assert_eq!(judge(Some(&test), &[slightly], Vec::new()), [], "1 of 359 words");
        worse[1].after += 2;
        let worse = measure("retention fr", &worse, 1).unwrap();
        let why = judge(Some(&test), &[worse], Vec::new());
        assert!(
            matches!(&why[..], [Objection::RetentionWorse { set, .. }] if set == "retention fr"),
            "{why:?}"
        );
        assert!(why[0].to_string().contains("retention fr got worse by 0.8 points"), "{}", why[0]);
        assert!(measure("empty", &[], 1).is_none());
        assert!(
            too_far(&why) && !too_far(&[Objection::NotBetter { better: 0.9 }, Objection::NoTest])
        );
    }

    #[test]
    fn a_kind_of_speech_that_suffers_is_found_within_a_set_that_does_not_and_a_few_sentences_show_little()
     {
        let kind = |name: &str, pairs: Vec<Pair>| -> Vec<Pair> {
            let named = |(n, p): (usize, Pair)| Pair {
                kind: name.into(),
                unit: format!("{name} {n}"),
                ..p
            };
            pairs.into_iter().enumerate().map(named).collect()
        };
        let all = [kind("words", pairs(60, 3, 1)), kind("sentences", pairs(20, 1, 2))].concat();
        let measured = measure_kinds("retention fr", &all, 1);
        let names: Vec<&str> = measured.iter().map(|m| m.set.as_str()).collect();
        assert_eq!(names, ["retention fr", "retention fr: sentences", "retention fr: words"]);
        assert!(measured[0].after < measured[0].before);
        let why = others(&measured, Vec::new());
        assert!(
            matches!(&why[..], [Objection::RetentionWorse { set, .. }] if set == "retention fr: sentences"),
            "{why:?}"
        );
        // One more error in eleven sentences is a point, and may be chance; up to so much may be lost.
        let mut few = pairs(11, 2, 2);
        few[0].after += 1;
        let all = [kind("words", pairs(60, 3, 1)), kind("sentences", few)].concat();
        let measured = measure_kinds("retention fr", &all, 1);
        assert_eq!(others(&measured, Vec::new()), []);
        assert!(measured[1].at_most > RETENTION_SLACK, "{:?}", measured[1]);
    }

    #[test]
    fn a_share_that_harms_others_gives_way_to_the_next() {
        let harm = || Objection::RetentionWorse { set: "en".into(), by: 0.008 };
        let text = || Objection::TextFromNothing { sound: "silence".into(), text: "Merci".into() };
        let unsure = || Objection::NotBetter { better: 0.9 };
        let run = |outcomes: &[(f64, Vec<Objection>)]| {
            let mut judged = Vec::new();
            let taken = descend(outcomes, |(share, why)| {
                judged.push(*share);
                Ok::<_, ()>((*share, why.clone()))
            });
            (taken.unwrap(), judged)
        };
        let at_once = [(0.85, vec![]), (0.7, vec![])];
        assert_eq!(run(&at_once), (Some((0.85, vec![])), vec![0.85]));
        let second = [(0.85, vec![harm()]), (0.7, vec![]), (0.4, vec![])];
        assert_eq!(run(&second), (Some((0.7, vec![])), vec![0.85, 0.7]));
        let third = [(0.85, vec![harm(), unsure()]), (0.7, vec![text()]), (0.4, vec![])];
        assert_eq!(run(&third), (Some((0.4, vec![])), vec![0.85, 0.7, 0.4]));
        // A model that is only unsure gains nothing by learning less.
        let unsure_at_once = [(0.85, vec![unsure()]), (0.7, vec![])];
        assert_eq!(run(&unsure_at_once), (Some((0.85, vec![unsure()])), vec![0.85]));
        let unsure_later = [(0.85, vec![harm()]), (0.7, vec![unsure()]), (0.4, vec![])];
        assert_eq!(run(&unsure_later), (Some((0.7, vec![unsure()])), vec![0.85, 0.7]));
        let never = [(0.85, vec![harm()]), (0.7, vec![text()])];
        assert_eq!(run(&never), (Some((0.7, vec![text()])), vec![0.85, 0.7]));
        assert_eq!(run(&[]), (None, vec![]));
        let broken = descend([1], |_| Err::<((), Vec<Objection>), _>("no sound"));
        assert_eq!(broken, Err("no sound"));
    }

    #[test]
    fn the_average_trades_dev_against_retention() {
        let candidate = |share, dev, lost| Candidate { share, dev, retention: vec![lost] };
        let all =
            [candidate(1.0, 0.10, 0.03), candidate(0.6, 0.11, 0.004), candidate(0.3, 0.14, 0.0)];
        assert_eq!(choose(&all, 100_000), Some(1), "the retention set loses too much by the whole");
        let plain = [candidate(1.0, 0.10, 0.0), candidate(0.85, 0.11, 0.0)];
        assert_eq!(choose(&plain, 100_000), Some(0));
        assert_eq!(choose(&plain, 100), Some(1), "100 words do not tell them apart");
        // A round's dev clips on 2026-11-27: 0.85 is just out, and as far from 1 as from 0.7.
        let level = [(1.0, 0.2537), (0.85, 0.2687), (0.7, 0.209), (0.4, 0.209)];
        let level = level.map(|(share, dev)| candidate(share, dev, 0.0));
        assert_eq!(choose(&level, 67), Some(2), "of two as near the better one");
        assert_eq!(choose(&[], 9), None);
    }
}
