//! What travels: a window of clips with its sound, and what came of each clip. In: domain types. Out: headers and bytes, and
//! back. Left to others: publishing. FORMATS.md describes both messages.

use anyhow::{Context as _, Result, ensure};
use async_nats::HeaderMap;
use serde::{Deserialize, Serialize};

use super::accept::Wanted;
use super::streams::{ResultSubject, Run, clip_of};
use crate::domain::{ClipId, Hypothesis, LanguageChoice};
use crate::workers::refusal::{Refusal, RefusedResult};

/// Header: first 16 hex digits of the model file's SHA-256.
pub const MODEL: &str = "Second-Ear-Model";
/// Header: the decode policy.
pub const POLICY: &str = "Second-Ear-Policy";
/// Header: the language to decode in, or `auto`.
pub const LANGUAGE: &str = "Second-Ear-Language";
/// Header: the clips of a window, in order of time. Without it the message is of one clip, named by its subject.
pub const CLIPS: &str = "Second-Ear-Clips";
/// Most clips of a window.
const MOST_CLIPS: usize = 1000;
/// Most bytes of a result: many times what the longest hypothesis takes.
const RESULT: usize = 1 << 20;
/// Most letters of an error that a worker tells.
const ERROR: usize = 1000;

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

/// A clip of a window as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentClip {
    /// Which.
    pub clip: ClipId,
    /// The sample of the window at which it begins.
    pub start: usize,
    /// One past its last sample.
    pub end: usize,
    /// Whether it is asked for, or only a neighbour.
    pub pending: bool,
}

/// Headers of a window's message.
pub fn headers(wanted: &Wanted, language: &LanguageChoice, clips: &[SentClip]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(MODEL, wanted.model.as_str());
    headers.insert(POLICY, wanted.policy.as_str());
    headers.insert(LANGUAGE, String::from(language.clone()).as_str());
    if clips.len() > 1
        && let Ok(clips) = serde_json::to_string(clips)
    {
        headers.insert(CLIPS, clips.as_str());
    }
    headers
}

/// Clips and language of a message; a lone clip takes the whole sound and has no place in it.
pub fn window(
    subject: &str,
    headers: Option<&HeaderMap>,
) -> Result<(Vec<SentClip>, LanguageChoice)> {
    let first = clip_of(subject).context("a message without a clip")?;
    let header = |name| headers.and_then(|h| h.get(name));
    let language = header(LANGUAGE).context("a clip without a language")?;
    let language = LanguageChoice::try_from(language.as_str().to_string());
    let clips = match header(CLIPS) {
        None => vec![SentClip { clip: first, start: 0, end: 0, pending: true }],
        Some(clips) => serde_json::from_str(clips.as_str()).context("the clips of a window")?,
    };
    let clips: Vec<SentClip> = clips;
    let named = |c: &SentClip| c.start <= c.end && clip_of(&format!(".{}", c.clip)).is_some();
    ensure!(
        !clips.is_empty() && clips.len() <= MOST_CLIPS && clips.iter().all(named),
        "a window whose clips make no sense"
    );
    Ok((clips, language.map_err(anyhow::Error::msg)?))
}

/// A result of a run: what its subject says, and the outcome, which must be of that clip.
///
/// # Errors
/// Why it cannot be one.
pub fn result(
    run: &Run,
    subject: &str,
    payload: &[u8],
) -> Result<(ResultSubject, ClipOutcome), RefusedResult> {
    let Some(from) = ResultSubject::read(subject) else {
        let shown = subject.chars().take(200).collect::<String>().escape_default().to_string();
        let (clip, worker) = (format!("of the subject {shown}"), "without a name".to_string());
        return Err(RefusedResult { clip, worker, why: Refusal::Unreadable });
    };
    let refused = |why| from.refused(why);
    if from.run != *run {
        return Err(refused(Refusal::OtherSetup));
    }
    if payload.len() > RESULT {
        return Err(refused(Refusal::TooLarge));
    }
    let read: Result<ClipOutcome, _> = serde_json::from_slice(payload);
    let outcome = match read.map_err(|_| refused(Refusal::Unreadable))? {
        ClipOutcome::Transcribed(h) if h.clip != from.clip => {
            return Err(refused(Refusal::OtherClip));
        }
        ClipOutcome::Failed { error, attempts } => {
            // It comes over the network, and is printed and stored.
            let plain = |c: char| if c.is_control() { ' ' } else { c };
            let error = error.chars().take(ERROR).map(plain).collect();
            ClipOutcome::Failed { error, attempts }
        }
        transcribed => transcribed,
    };
    Ok((from, outcome))
}

impl ResultSubject {
    /// This result is not taken.
    pub fn refused(&self, why: Refusal) -> RefusedResult {
        RefusedResult { clip: self.clip.to_string(), worker: self.worker.to_string(), why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Run {
        Run { workspace: "a".into(), setup: "b".into() }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let french = LanguageChoice::try_from("fr".to_string()).unwrap();
        let sent = |clip: &str, start, end, pending| SentClip {
            clip: ClipId::from_stored(clip),
            start,
            end,
            pending,
        };
        let wanted = Wanted { model: "abcd".into(), policy: "greedy".into() };
        let subject = "second-ear.work.a.b.r_0_16";
        for language in [LanguageChoice::Auto, french] {
            let alone = headers(&wanted, &language, &[sent("r_0_16", 0, 16, true)]);
            let read = window(subject, Some(&alone)).unwrap();
            assert_eq!(read, (vec![sent("r_0_16", 0, 0, true)], language.clone()));
            let clips = vec![sent("r_0_16", 0, 16, false), sent("r_20_40", 20, 40, true)];
            let several = headers(&wanted, &language, &clips);
            assert_eq!(window(subject, Some(&several)).unwrap(), (clips, language));
        }
        assert!(window(subject, None).is_err());
        for bad in [vec![sent("r 0", 0, 16, true); 2], vec![sent("r_0_16", 9, 1, true); 2]] {
            assert!(window(subject, Some(&headers(&wanted, &LanguageChoice::Auto, &bad))).is_err());
        }
    }

    #[test]
    fn a_result_of_another_clip_or_no_result_is_refused() {
        let failed = ClipOutcome::Failed { error: "no".into(), attempts: 5 };
        let bytes = serde_json::to_vec(&failed).unwrap();
        let subject = "second-ear.result.a.b.me.r_0_16";
        let (from, read) = result(&run(), subject, &bytes).unwrap();
        assert_eq!((from.worker.to_string().as_str(), read), ("me", failed));
        let why = |subject: &str, bytes: &[u8]| result(&run(), subject, bytes).unwrap_err().why;
        assert_eq!(why("second-ear.result.a.x.me.r_0_16", &bytes), Refusal::OtherSetup);
        assert_eq!(why(subject, b"{}"), Refusal::Unreadable);
        assert_eq!(why("x.r_0_16", &bytes), Refusal::Unreadable);
        assert_eq!(why(subject, &vec![b' '; RESULT + 1]), Refusal::TooLarge);
        let strange =
            result(&run(), "second-ear.result.a.b.me.\u{1b}[2J", &bytes).unwrap_err().to_string();
        assert!(!strange.contains('\u{1b}'), "{strange}");
    }

    #[test]
    fn an_error_that_a_worker_tells_is_short_and_plain() {
        let failed = ClipOutcome::Failed { error: "\u{1b}[2Jx\n".repeat(9000), attempts: 5 };
        let bytes = serde_json::to_vec(&failed).unwrap();
        let (_, read) = result(&run(), "second-ear.result.a.b.me.r_0_16", &bytes).unwrap();
        let ClipOutcome::Failed { error, .. } = read else { panic!() };
        assert!(error.len() == ERROR && !error.contains(char::is_control), "{}", error.len());
    }
}
