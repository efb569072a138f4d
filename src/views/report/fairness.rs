//! Whether regions are served equally, as data and as a sentence.
//! Each named region against all other clips, by speaker; p-values are Holm-corrected by measure.

use schemars::JsonSchema;
use serde::Serialize;

use crate::statistics::rate::{Missing, six};

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
    pub fn name(self, rate: &str) -> String {
        match self {
            Measure::HumanRate => "share of clips for people".into(),
            Measure::DraftWer => format!("{rate} of all drafts"),
            Measure::ResidualError => format!("residual {rate} of accepted drafts"),
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
    /// The sentence.
    pub says: String,
}

impl Fairness {
    /// With its sentence; `rate`: what errors are counted as.
    pub fn new(comparisons: Vec<Comparison>, rate: &str) -> Self {
        let says = sentence(&comparisons, rate);
        Self { comparisons, says }
    }
}

fn sentence(all: &[Comparison], rate: &str) -> String {
    let regions = all.iter().map(|c| &c.region).collect::<std::collections::BTreeSet<_>>().len();
    if regions == 0 {
        return "No region is known: nothing can be compared.".into();
    }
    let shown: Vec<String> = all
        .iter()
        .filter_map(|c| {
            let word = match c.outcome {
                ComparisonResult::Higher => "higher",
                ComparisonResult::Lower => "lower",
                ComparisonResult::NotShown | ComparisonResult::CannotSay => return None,
            };
            Some(format!("{}: {} {word} than elsewhere", c.region, c.measure.name(rate)))
        })
        .collect();
    let compared = all.iter().filter(|c| c.outcome != ComparisonResult::CannotSay).count();
    match (shown.is_empty(), compared) {
        (false, _) => format!("Regions are not served equally. {}.", shown.join("; ")),
        (true, 0) => {
            "Too few speakers per region (fewer than 3 on a side), or too little settled: \
                      nothing can be said about equal service."
                .into()
        }
        (true, n) => format!(
            "In {n} of {} comparisons no difference between regions is shown; the intervals say how \
             large one could still be{}.",
            all.len(),
            match all.len() - n {
                0 => String::new(),
                more => format!(". The other {more} cannot be made yet"),
            }
        ),
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
