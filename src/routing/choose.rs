//! Which of several engines' drafts of a clip goes out. In: what is known of each. Out: the place of one. Pure.
//! Left to others: reading and scoring the drafts (`hypotheses`).

use std::cmp::Ordering;

use crate::domain::Probability;

/// One engine's draft of a clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Whether the engine wrote it; `false`: it has no word here, and the model's own draft stands in its place.
    pub written: bool,
    /// P(no error), by a calibration of the engine's own.
    pub score: Option<Probability>,
    /// Mean log-probability per token that the model gives it.
    pub mean_logprob: f64,
}

/// The draft that goes out: of those that engines wrote, the one with the highest P(no error). Where one of them has no
/// score, scores cannot be compared: then the one that the model finds likelier, token for token. Equals: the first.
/// Where no engine wrote anything, the first, which is the model's own.
pub fn choose(candidates: &[Candidate]) -> usize {
    let written: Vec<usize> = (0..candidates.len()).filter(|n| candidates[*n].written).collect();
    let scores: Option<Vec<f64>> =
        written.iter().map(|n| candidates[*n].score.map(Probability::get)).collect();
    let ranks =
        scores.unwrap_or_else(|| written.iter().map(|n| candidates[*n].mean_logprob).collect());
    let likelier = |best: usize, (n, rank): (usize, &f64)| match rank.total_cmp(&ranks[best]) {
        Ordering::Greater => n,
        _ => best,
    };
    let best = ranks.iter().enumerate().fold(0, likelier);
    written.get(best).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(score: Option<f64>, mean_logprob: f64) -> Candidate {
        Candidate { written: true, score: score.map(Probability::clamped), mean_logprob }
    }

    #[test]
    fn the_surer_draft_goes_out_and_the_likelier_one_until_all_have_a_score() {
        let (sure, likely) = (candidate(Some(0.9), -0.9), candidate(Some(0.4), -0.1));
        assert_eq!(choose(&[likely, sure]), 1);
        assert_eq!(choose(&[sure, candidate(None, -0.1)]), 1);
        assert_eq!(choose(&[candidate(None, -0.1), sure]), 0);
        assert_eq!(choose(&[sure, sure]), 0, "equals: the first named");
        assert_eq!(choose(&[candidate(None, -0.2), candidate(None, -0.2)]), 0);
    }

    #[test]
    fn an_engine_without_a_word_leaves_the_clip_to_the_others() {
        let silent = Candidate { written: false, ..candidate(Some(1.0), 0.0) };
        assert_eq!(choose(&[silent, candidate(None, -3.0)]), 1);
        assert_eq!(choose(&[silent, candidate(Some(0.1), -3.0), candidate(Some(0.2), -9.0)]), 2);
        assert_eq!(choose(&[silent, silent]), 0);
    }
}
