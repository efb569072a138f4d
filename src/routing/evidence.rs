//! What is known about one clip when it is routed. In: from other stages, as plain values.
//! Out: the input of `decide`. Left to others: making it (pipeline).

use crate::domain::{
    ClipId, Language, Measure, Probability, Region, Routed, Samples, Variant, WordPair,
};
use crate::text::words::has_word;

/// One clip as the router sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The clip.
    pub clip: ClipId,
    /// Whose speech it is; clips of one key share their regional evidence.
    pub speaker: String,
    /// What the team declared.
    pub declared_region: Option<Region>,
    /// The clip's length: what a budget is spent in.
    pub length: Samples,
    /// The language that it was decoded in; `None`: unknown. Lexicon entries of other languages do not count.
    pub language: Option<Language>,
    /// The draft.
    pub text: String,
    /// The text of another decoding, where there is one; its regional words count too.
    pub replaced: Option<String>,
    /// Regional forms that were scored against standard ones of the draft.
    pub variants: Vec<Variant>,
    /// What of the memory of corrections is likelier than the draft, the likeliest, with the logarithm of its odds.
    pub doubted: Option<(WordPair, f64)>,
    /// Accents that validators marked in the clip: who, and which.
    pub accents_marked: Vec<(String, Region)>,
    /// P(draft has no error), calibrated; `None` when there is no score.
    pub score: Option<Probability>,
    /// Expected word error rate of the draft, in [0, 1]; `None` when the calibration has none.
    pub expected_wer: Option<f64>,
    /// p(no speech); `None` when unknown.
    pub p_no_speech: Option<Probability>,
    /// Languages that the team expects; empty when any will do.
    pub expected: Vec<Language>,
    /// p(the expected language it was decoded in); `None` when unknown.
    pub p_expected: Option<Probability>,
    /// The most likely language.
    pub best_language: Option<(Language, Probability)>,
    /// What earlier stages found odd about the text (repetition, impossible rate), in words.
    pub signs: Vec<String>,
    /// The decision of an earlier run where it must stand, because the clip was handed out or
    /// answered; it is given back as it is and counts towards the budget.
    pub frozen: Option<Routed>,
}

impl Evidence {
    /// Whether the draft has any word.
    pub fn has_text(&self) -> bool {
        has_word(&self.text)
    }

    /// What accepting the draft is expected to cost, in [0, 1]: P(any error), which also bounds its
    /// expected word error rate, or that rate where it is known and less. `None` without a score.
    pub fn expected_loss(&self, measure: Measure) -> Option<f64> {
        let any = self.score?.complement().get();
        match measure {
            Measure::Clips => Some(any),
            Measure::Wer => Some(self.expected_wer.map_or(any, |wer| wer.clamp(0.0, any))),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A clip that gives no reason for anything, for tests to change.
    pub fn clip(i: usize) -> Evidence {
        Evidence {
            clip: ClipId::from_stored(format!("aa_{i:010}_{:010}", i + 1)),
            speaker: "anne".into(),
            declared_region: None,
            length: Samples::from_seconds(4.0),
            language: "fr".parse().ok(),
            text: "bonjour à tous".into(),
            replaced: None,
            variants: Vec::new(),
            doubted: None,
            accents_marked: Vec::new(),
            score: Probability::new(0.9),
            expected_wer: None,
            p_no_speech: Probability::new(0.01),
            expected: vec!["fr".parse().unwrap()],
            p_expected: Probability::new(0.98),
            best_language: None,
            signs: Vec::new(),
            frozen: None,
        }
    }

    #[test]
    fn dots_and_notes_are_no_text() {
        let text = |text: &str| Evidence { text: text.into(), ..clip(0) }.has_text();
        assert!(!text("") && !text(" … ♪ ") && text("à"));
    }
}
