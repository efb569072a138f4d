//! Whether regions are served equally, as data and as a sentence.
//! Each named region against all other clips, by speaker; p-values are Holm-corrected by measure.

use schemars::JsonSchema;
use serde::Serialize;

use crate::statistics::rate::{Missing, six};
use crate::views::lang::{Lang, t};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ComparedMeasure")]
pub enum Measure {
    /// Share of clips for people.
    HumanRate,
    /// WER of all drafts.
    DraftWer,
    /// Residual WER: that of accepted drafts.
    ResidualError,
}

impl Measure {
    /// In words; `rate`: WER, or what stands for it.
    pub fn name(self, lang: Lang, rate: &str) -> String {
        match self {
            Measure::HumanRate => lang.phrase("fairness.human_rate").into(),
            Measure::DraftWer => t!(lang, "fairness.draft_wer", rate = rate),
            Measure::ResidualError => t!(lang, "fairness.residual_error", rate = rate),
        }
    }
}

/// What one comparison shows, at 5 % after correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonResult {
    /// More than elsewhere.
    Higher,
    /// Less than elsewhere.
    Lower,
    /// Chance could have made the difference: no proof that there is none.
    NotShown,
    /// Too few speakers, or nothing settled.
    CannotSay,
}

/// One region, one measure.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Comparison {
    /// Region code.
    pub region: String,
    /// What is compared.
    pub measure: Measure,
    /// Speakers of the region with something to compare.
    pub speakers: u64,
    /// Speakers of all other clips.
    pub other_speakers: u64,
    /// In the region minus elsewhere.
    #[serde(serialize_with = "six")]
    pub difference: Option<f64>,
    /// Lower end of its interval (cluster bootstrap).
    #[serde(serialize_with = "six")]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(serialize_with = "six")]
    pub high: Option<f64>,
    /// Permutation p-value.
    #[serde(serialize_with = "six")]
    pub p: Option<f64>,
    /// The same, corrected for the number of regions.
    #[serde(serialize_with = "six")]
    pub p_holm: Option<f64>,
    /// What it shows.
    pub outcome: ComparisonResult,
    /// Why nothing can be said.
    pub missing: Option<Missing>,
}

/// All comparisons.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Fairness {
    /// By region, then measure.
    pub comparisons: Vec<Comparison>,
    /// The sentence, in English.
    pub says: String,
}

impl Fairness {
    /// With its sentence; `rate`: what errors are counted as.
    pub fn new(comparisons: Vec<Comparison>, rate: &str) -> Self {
        let says = sentence(Lang::default(), &comparisons, rate);
        Self { comparisons, says }
    }

    /// The sentence in a language.
    pub fn sentence(&self, lang: Lang, rate: &str) -> String {
        sentence(lang, &self.comparisons, rate)
    }
}

fn sentence(lang: Lang, all: &[Comparison], rate: &str) -> String {
    let regions = all.iter().map(|c| &c.region).collect::<std::collections::BTreeSet<_>>().len();
    if regions == 0 {
        return t!(lang, "fairness.no_region");
    }
    let shown: Vec<String> = all
        .iter()
        .filter_map(|c| {
            let (region, measure) = (&c.region, c.measure.name(lang, rate));
            match c.outcome {
                ComparisonResult::Higher => {
                    Some(t!(lang, "fairness.higher", region = region, measure = measure))
                }
                ComparisonResult::Lower => {
                    Some(t!(lang, "fairness.lower", region = region, measure = measure))
                }
                ComparisonResult::NotShown | ComparisonResult::CannotSay => None,
            }
        })
        .collect();
    let compared = all.iter().filter(|c| c.outcome != ComparisonResult::CannotSay).count();
    match (shown.is_empty(), compared) {
        (false, _) => {
            t!(lang, "fairness.unequal", shown = shown.join(lang.phrase("list.semicolon")))
        }
        (true, 0) => t!(lang, "fairness.cannot_say"),
        (true, n) => {
            let more = match all.len() - n {
                0 => String::new(),
                more => t!(lang, "fairness.not_yet", n = more),
            };
            t!(lang, "fairness.not_shown", n = n, of = all.len(), more = more)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(outcome: ComparisonResult) -> Comparison {
        Comparison {
            region: "fr-CA-QC".into(),
            measure: Measure::DraftWer,
            speakers: 3,
            other_speakers: 4,
            difference: None,
            low: None,
            high: None,
            p: None,
            p_holm: None,
            outcome,
            missing: None,
        }
    }

    #[test]
    fn the_sentence_never_takes_silence_for_equality() {
        assert!(Fairness::new(vec![], "WER").says.contains("No region is known"));
        assert!(
            Fairness::new(vec![one(ComparisonResult::CannotSay)], "WER")
                .says
                .contains("nothing can be said")
        );
        let not_shown = Fairness::new(
            vec![one(ComparisonResult::NotShown), one(ComparisonResult::CannotSay)],
            "WER",
        )
        .says;
        assert!(
            not_shown.contains("1 of 2") && not_shown.contains("cannot be made yet"),
            "{not_shown}"
        );
        let unequal = Fairness::new(
            vec![one(ComparisonResult::NotShown), one(ComparisonResult::Higher)],
            "CER",
        )
        .says;
        assert!(
            unequal.contains("not served equally. fr-CA-QC: CER of all drafts higher"),
            "{unequal}"
        );
    }
}
