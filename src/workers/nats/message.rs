//! What travels: a clip with its sound, and what came of it. In: domain types. Out: headers and bytes, and
//! back. Left to others: publishing. FORMATS.md describes both messages.

use anyhow::{Context as _, Result};
use async_nats::HeaderMap;
use serde::{Deserialize, Serialize};

use super::streams::clip_of;
use crate::domain::{ClipId, Hypothesis, LanguageChoice};

/// Header: first 16 hex digits of the model file's SHA-256.
pub const MODEL: &str = "Second-Ear-Model";
/// Header: the decode policy.
pub const POLICY: &str = "Second-Ear-Policy";
/// Header: the language to decode in, or `auto`.
pub const LANGUAGE: &str = "Second-Ear-Language";
/// Header of a result: who made it.
pub const WORKER: &str = "Second-Ear-Worker";

/// What came of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClipOutcome {
    /// A hypothesis.
    Transcribed(Box<Hypothesis>),
    /// No worker could do it: the dead letter.
    Failed {
        /// Why.
        error: String,
        /// How often it was handed out.
        attempts: u64,
    },
}

/// Headers of a clip's message.
pub fn headers(model: &str, policy: &str, language: &LanguageChoice) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(MODEL, model);
    headers.insert(POLICY, policy);
    headers.insert(LANGUAGE, String::from(language.clone()).as_str());
    headers
}

/// Clip and language of a message.
pub fn clip(subject: &str, headers: Option<&HeaderMap>) -> Result<(ClipId, LanguageChoice)> {
    let clip = clip_of(subject).context("a message without a clip")?;
    let language = headers.and_then(|h| h.get(LANGUAGE)).context("a clip without a language")?;
    let language = LanguageChoice::try_from(language.as_str().to_string());
    Ok((clip, language.map_err(anyhow::Error::msg)?))
}

/// Clip and outcome of a result; the hypothesis must be of that clip.
pub fn outcome(subject: &str, payload: &[u8]) -> Result<(ClipId, ClipOutcome)> {
    let clip = clip_of(subject).context("a result without a clip")?;
    let outcome: ClipOutcome =
        serde_json::from_slice(payload).with_context(|| format!("read the result of {clip}"))?;
    if let ClipOutcome::Transcribed(h) = &outcome {
        anyhow::ensure!(h.clip == clip, "the result of {clip} is one of {}", h.clip);
    }
    Ok((clip, outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_message_is_read_as_it_was_written() {
        let french = LanguageChoice::try_from("fr".to_string()).unwrap();
        for language in [LanguageChoice::Auto, french] {
            let headers = headers("abcd", "greedy", &language);
            let read = clip("second-ear.work.a.b.r_0_16", Some(&headers)).unwrap();
            assert_eq!(read, (ClipId::from_stored("r_0_16"), language));
        }
        assert!(clip("second-ear.work.a.b.r_0_16", None).is_err());
    }

    #[test]
    fn a_result_of_another_clip_or_no_result_is_refused() {
        let failed = ClipOutcome::Failed { error: "no".into(), attempts: 5 };
        let bytes = serde_json::to_vec(&failed).unwrap();
        assert_eq!(outcome("x.r_0_16", &bytes).unwrap().1, failed);
        assert!(outcome("x.r_0_16", b"{}").is_err());
    }
}
