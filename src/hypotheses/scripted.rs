//! Hypotheses from a file instead of a model, so that most tests need none.
//! In: JSONL rows. Out: hypotheses. Left to others: everything real.
//!
//! A row: `{"recording": ID, "start": 1.2, "end": 3.4, "text": "...", ...}` answers for the clip
//! of that recording that overlaps it most (seconds; without them, for any clip; without
//! `recording`, in any recording), or `{"clip": ID, ...}` for exactly one clip. Optional:
//! `logprob` (of every word, -0.1 otherwise) or `logprobs`, `entropies`, `margins` (one per word), `language`,
//! `p_no_speech` (.02), `p_language` (.98), `replaced`, `slowed`, `variants`; `wait` (seconds that it takes),
//! `error` (it fails with that), `at_once` (so many clips are handed over together, as to a model that decodes
//! them in step; the largest of all rows counts).

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::timing::spread;
use crate::domain::{
    ClipId, DecodePolicy, Hypothesis, Language, LanguageChoice, Level, Pass, Probability, Token,
    Variant,
};

/// Model name in scripted hypotheses.
pub const MODEL: &str = "scripted";

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptedRow {
    clip: Option<String>,
    recording: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    text: String,
    logprob: Option<f64>,
    logprobs: Option<Vec<f64>>,
    entropies: Option<Vec<f64>>,
    margins: Option<Vec<f64>>,
    language: Option<Language>,
    p_no_speech: Option<Probability>,
    p_language: Option<Probability>,
    replaced: Option<String>,
    slowed: Option<String>,
    #[serde(default)]
    variants: Vec<Variant>,
    error: Option<String>,
    wait: Option<f64>,
    at_once: Option<usize>,
}

/// The rows of a script.
#[derive(Clone, Debug)]
pub struct Script {
    rows: Vec<ScriptedRow>,
    at_once: usize,
}

impl Script {
    /// Reads a script file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("read the script {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("the script {}", path.display()))
    }

    /// Parses a script's text; empty lines are skipped.
    pub fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
        let rows = lines
            .map(|(i, l)| serde_json::from_str(l).with_context(|| format!("line {}", i + 1)))
            .collect::<Result<Vec<ScriptedRow>>>()?;
        let at_once = rows.iter().filter_map(|row| row.at_once).max().unwrap_or(1).max(1);
        Ok(Self { rows, at_once })
    }

    /// Clips that are handed over together.
    pub fn at_once(&self) -> usize {
        self.at_once
    }

    /// The hypothesis that the script has for a clip.
    ///
    /// # Errors
    /// No row fits the clip.
    pub fn transcribe(
        &self,
        clip: &ClipId,
        samples: &[f32],
        level: Level,
        language: &LanguageChoice,
        policy: &DecodePolicy,
    ) -> Result<Hypothesis> {
        let row = self.row_of(clip).with_context(|| format!("the script has no row for {clip}"))?;
        if let Some(seconds) = row.wait {
            std::thread::sleep(std::time::Duration::from_secs_f64(seconds));
        }
        if let Some(error) = &row.error {
            anyhow::bail!("{error}");
        }
        let french: Language = "fr".parse().map_err(anyhow::Error::msg)?;
        let language = match (language, &row.language) {
            (LanguageChoice::Fixed(fixed), _) => fixed.clone(),
            (LanguageChoice::Auto, detected) => detected.clone().unwrap_or(french),
        };
        let p_language = row.p_language.unwrap_or(Probability::clamped(0.98));
        let best = row.language.clone().unwrap_or_else(|| language.clone());
        let pieces: Vec<String> = row.text.split_whitespace().map(|w| format!(" {w}")).collect();
        let logprob = |i: usize| match &row.logprobs {
            Some(all) => all.get(i).copied().unwrap_or(-0.1),
            None => row.logprob.unwrap_or(-0.1),
        };
        let one = |all: &Option<Vec<f64>>, i: usize| all.as_ref()?.get(i).copied();
        let tokens = pieces.iter().zip(spread(samples, &pieces)).enumerate();
        let tokens = tokens
            .map(|(i, (text, (start, end)))| {
                let p = Probability::clamped(logprob(i).exp());
                Token {
                    text: text.clone(),
                    p,
                    logprob: logprob(i),
                    entropy: one(&row.entropies, i),
                    margin: one(&row.margins, i),
                    start,
                    end,
                }
            })
            .collect();
        Ok(Hypothesis {
            clip: clip.clone(),
            model: MODEL.into(),
            policy: policy.id(),
            language,
            text: row.text.trim().to_string(),
            tokens,
            p_no_speech: Some(row.p_no_speech.unwrap_or(Probability::clamped(0.02))),
            p_language: Some(p_language),
            best_language: Some((best, p_language)),
            language_entropy: Some(0.1),
            pass: if row.replaced.is_some() { Pass::Full } else { Pass::Short },
            replaced: row.replaced.clone(),
            end: None,
            slowed: row.slowed.clone(),
            alone: None,
            engine_confidence: None,
            variants: row.variants.clone(),
            seconds: samples.len() as f64 / 16_000.0,
            level,
        })
    }

    fn row_of(&self, clip: &ClipId) -> Option<&ScriptedRow> {
        if let Some(row) = self.rows.iter().find(|r| r.clip.as_deref() == Some(clip.as_str())) {
            return Some(row);
        }
        let (recording, start, end) = bounds(clip)?;
        let overlap = |row: &ScriptedRow| {
            let from = row.start.unwrap_or(0.0).max(start);
            row.end.unwrap_or(f64::INFINITY).min(end) - from
        };
        self.rows
            .iter()
            .filter(|r| r.clip.is_none() && overlap(r) > 0.0)
            .filter(|r| r.recording.as_deref().is_none_or(|id| id == recording))
            .max_by(|a, b| overlap(a).total_cmp(&overlap(b)))
    }
}

/// Recording, start and end (seconds) as a clip's id says.
fn bounds(clip: &ClipId) -> Option<(&str, f64, f64)> {
    let mut parts = clip.as_str().rsplitn(3, '_');
    let end: u64 = parts.next()?.parse().ok()?;
    let start: u64 = parts.next()?.parse().ok()?;
    Some((parts.next()?, start as f64 / 16_000.0, end as f64 / 16_000.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RecordingId, Samples, Span};

    fn clip(recording: &str, start: f64, end: f64) -> ClipId {
        let span = Span::new(Samples::from_seconds(start), Samples::from_seconds(end));
        ClipId::derive(&RecordingId::from_stored(recording), span)
    }

    fn text(script: &Script, clip: &ClipId) -> Option<String> {
        let policy = DecodePolicy::default();
        let h = script.transcribe(
            clip,
            &[0.1; 16_000],
            Level::default(),
            &LanguageChoice::Auto,
            &policy,
        );
        h.ok().map(|h| h.text)
    }

    #[test]
    fn a_row_answers_for_the_clip_it_overlaps_most() {
        let script = Script::parse(
            r#"{"recording": "r-c0", "start": 0, "end": 2, "text": "un"}
               {"recording": "r-c0", "start": 2, "end": 9, "text": "deux", "logprobs": [-3]}
               {"clip": "x", "text": "trois"}"#,
        )
        .unwrap();
        assert_eq!(text(&script, &clip("r-c0", 0.5, 2.5)).as_deref(), Some("un"));
        assert_eq!(text(&script, &clip("r-c0", 1.9, 2.5)).as_deref(), Some("deux"));
        assert_eq!(text(&script, &ClipId::from_stored("x")).as_deref(), Some("trois"));
        assert_eq!(text(&script, &clip("other", 0.0, 2.0)), None);
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        let message = format!("{:#}", Script::parse("\n{\"text\": 3}").unwrap_err());
        assert!(message.contains("line 2"), "{message}");
    }
}
