//! A text that another engine wrote becomes a clip's draft, with the numbers that the model gives it. In: the model's own drafts,
//! given texts. Out: drafts whose text is given and whose second opinion is the model's own. Left to others: which clip a text
//! is of (`given`), what the numbers mean (`features`, `calibrate`).

use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use whisper::{Stopped, Worker};

use super::together::{ask, seconds};
use super::{Asked, Request, first_context, hypothesis, rounded};
use crate::domain::{
    Alone, DecodePolicy, Hypothesis, LanguageChoice, Millis, Pass, Token, tokens_by_word,
};
use crate::hypotheses::given::GivenText;
use crate::hypotheses::variants;

/// A draft for each engine of the policy. A text that cannot be read leaves the model's own, and is remarked on.
pub(super) fn drafts(
    worker: &mut Worker,
    asked: &mut Asked,
    request: &Request<'_>,
    own: Hypothesis,
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Result<Vec<Hypothesis>> {
    let mut drafts = of_each(own.clone(), policy);
    for ((draft, engine), given) in drafts.iter_mut().zip(&*policy.engine).zip(request.given) {
        let Some(given) = given else { continue };
        match read(worker, asked, request, given, &own, &policy.of(engine), stop) {
            Ok(read) => *draft = read,
            Err(error) if error.is::<Stopped>() => return Err(error),
            Err(error) => asked.remarks.push(format!(
                "clip {}: what {engine} wrote cannot be read, the model's own draft stays: {error:#}",
                request.clip
            )),
        }
    }
    Ok(drafts)
}

/// The model's own draft, in the place of that of each engine.
pub(super) fn of_each(own: Hypothesis, policy: &DecodePolicy) -> Vec<Hypothesis> {
    let policies = DecodePolicy::each_id(&own.policy);
    debug_assert_eq!(policies.len(), policy.engine.len().max(1));
    policies.into_iter().map(|policy| Hypothesis { policy, ..own.clone() }).collect()
}

fn read(
    worker: &mut Worker,
    asked: &Asked,
    request: &Request<'_>,
    given: &GivenText,
    own: &Hypothesis,
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Result<Hypothesis> {
    let bpe = asked.bpe.get_or_init(|| worker.engine().vocabulary().bpe());
    let ids = bpe.ids(&format!(" {}", given.text())).context("its characters are no tokens")?;
    let language = LanguageChoice::Fixed(own.language.clone());
    let ask = ask(&(request.samples, &language), policy);
    let context = first_context(seconds(&ask), policy);
    let decoded = worker.read_given(&ask, context, &ids, stop)?;
    let variants = match &asked.swaps {
        Some(swaps) => variants::score(worker, 0, None, &decoded, swaps, stop)?,
        None => Vec::new(),
    };
    let (pass, model) = ((Pass::Given, None), own.model.clone());
    let h = hypothesis(request.clip, request.samples, request.level, policy, decoded, pass, model);
    let (alone, engine_confidence) = (Some(opinion(own)), given.sureness());
    let mut h = Hypothesis { variants, alone, engine_confidence, ..h };
    place(&mut h.tokens, given);
    Ok(h)
}

/// The model's own draft, as a second opinion.
fn opinion(own: &Hypothesis) -> Alone {
    let logprobs = || own.tokens.iter().map(|token| token.logprob);
    Alone {
        text: own.text.clone(),
        mean_logprob: rounded(own.mean_logprob()),
        least_logprob: rounded(logprobs().fold(0.0, f64::min)),
    }
}

/// Gives the tokens of each word the time that the engine gives the word, where it gives every word one.
fn place(tokens: &mut [Token], given: &GivenText) {
    let lengths: Vec<usize> = tokens_by_word(tokens).iter().map(|word| word.len()).collect();
    let before = tokens.len() - lengths.iter().sum::<usize>();
    if lengths.len() != given.words.len() || given.words.iter().any(|word| word.at.is_none()) {
        return;
    }
    let mut rest = &mut tokens[before..];
    for (length, word) in lengths.into_iter().zip(&given.words) {
        let (of_word, after) = std::mem::take(&mut rest).split_at_mut(length);
        let (start, end) = word.at.unwrap_or_default();
        let step =
            |n: usize| Millis(start.0 + end.0.saturating_sub(start.0) * n as u64 / length as u64);
        for (n, token) in of_word.iter_mut().enumerate() {
            (token.start, token.end) = (step(n), step(n + 1));
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypotheses::features::tests::hypothesis;
    use crate::hypotheses::given::GivenWord;

    fn given(words: &[(&str, Option<(u64, u64)>)]) -> GivenText {
        let word = |(text, at): &(&str, Option<(u64, u64)>)| GivenWord {
            text: text.to_string(),
            at: at.map(|(start, end)| (Millis(start), Millis(end))),
            confidence: None,
        };
        GivenText { words: words.iter().map(word).collect(), confidence: None }
    }

    #[test]
    fn words_are_where_the_engine_says() {
        let mut h = hypothesis(&[(" ap", -0.1), ("puyez", -0.5), (" ici", -0.2)], 2.0);
        place(&mut h.tokens, &given(&[("appuyez", Some((100, 300))), ("ici", Some((500, 900)))]));
        let times: Vec<(u64, u64)> = h.tokens.iter().map(|t| (t.start.0, t.end.0)).collect();
        assert_eq!(times, [(100, 200), (200, 300), (500, 900)]);
        let before = h.clone();
        place(&mut h.tokens, &given(&[("appuyez", Some((0, 1))), ("ici", None)]));
        place(&mut h.tokens, &given(&[("appuyez", Some((0, 1)))]));
        assert_eq!(h, before, "unless it gives every word a time");
    }

    #[test]
    fn the_model_s_own_draft_is_the_second_opinion() {
        let own = hypothesis(&[(" oui", -0.25), (" non", -0.75)], 1.0);
        let wanted = Alone { text: "oui non".into(), mean_logprob: -0.5, least_logprob: -0.75 };
        assert_eq!(opinion(&own), wanted);
    }
}
