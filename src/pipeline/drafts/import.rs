//! `drafts DIR import`: files of another engine become its texts in the workspace. In: files. Out: texts by recording; rows
//! that are of no recording or make no sense, named. Left to others: shapes (`shape`), which recording (`places`), what a
//! confidence is worth (`trust`), which clip a word is of (`hypotheses::given`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::places::Places;
use super::said::{Said, SaidWord};
use super::shape;
use super::times;
use super::trust::Trust;
use crate::domain::{
    EngineName, EngineText, EngineWord, Failures, Probability, RecordingId, Samples, Span,
};
use crate::pipeline::workspace::Workspace;

/// What an import brought.
#[derive(Debug, Serialize)]
pub struct Imported {
    /// The engine.
    pub engine: EngineName,
    /// Recordings that it has texts of now; what it had of them before is replaced.
    pub recordings: usize,
    /// Texts: of whole recordings, or of parts.
    pub texts: usize,
    /// Words in them.
    pub words: usize,
    /// Words without a time: they go to clips by the letters before them.
    pub words_without_time: usize,
    /// What became of the confidence of words.
    pub word_confidence: Trust,
    /// And of that of whole texts.
    pub text_confidence: Trust,
    /// Words and texts in parts of recordings that somebody withdrew: they are not taken.
    pub withdrawn: usize,
    /// Files and rows that failed, with the reason.
    #[serde(flatten)]
    pub failed: Failures,
}

/// Reads files and keeps their texts.
///
/// # Errors
/// The store cannot be written.
pub fn import(
    workspace: &mut Workspace,
    engine: &EngineName,
    files: &[PathBuf],
) -> Result<Imported> {
    let recordings = workspace.store.recordings_by_id()?;
    let withdrawn = workspace.store.withdrawn_spans()?;
    let places = Places::of(recordings.values());
    let mut failed = Failures::default();
    let mut found: BTreeMap<RecordingId, Vec<Said>> = BTreeMap::new();
    for file in files {
        let mut rows = 0;
        let take = &mut |said: Result<Said, String>| {
            rows += 1;
            match said {
                Err(why) => failed.push(why),
                Ok(said) => match places.find(&said.names, said.channel) {
                    Ok(id) => found.entry(id.clone()).or_default().push(said),
                    Err(why) => failed.push(format!("{}: {why}", said.place)),
                },
            }
        };
        match shape::read(file, take) {
            Err(error) => failed.push(format!("{error:#}")),
            Ok(()) if rows == 0 => failed.push(format!("{} holds no text", file.display())),
            Ok(()) => {}
        }
    }
    let all = || found.values().flatten();
    let of_words = all().flat_map(|said| &said.words).filter_map(|word| word.confidence);
    let mut done = Imported {
        engine: engine.clone(),
        recordings: found.len(),
        texts: 0,
        words: 0,
        words_without_time: 0,
        word_confidence: Trust::of(of_words),
        text_confidence: Trust::of(all().filter_map(|said| said.confidence)),
        withdrawn: 0,
        failed,
    };
    let mut texts: BTreeMap<RecordingId, Vec<EngineText>> = BTreeMap::new();
    for (id, mut said) in found {
        let gone = withdrawn.get(&id).map_or(&[][..], Vec::as_slice);
        said.sort_by(|a, b| start(a).total_cmp(&start(b)));
        let kept = said.into_iter().filter_map(|said| done.text(said, gone));
        let kept: Vec<EngineText> = kept.collect();
        texts.insert(id, kept);
    }
    workspace.store.keep_engine_texts(engine, &texts)?;
    Ok(done)
}

/// When a text begins.
fn start(said: &Said) -> f64 {
    said.part.map_or(0.0, |(start, _)| start)
}

fn span((start, end): (f64, f64)) -> Span {
    Span::new(Samples::from_seconds(start), Samples::from_seconds(end))
}

impl Imported {
    /// A text as it is kept; `None` where nobody may have it, or it has no word.
    fn text(&mut self, mut said: Said, gone: &[Span]) -> Option<EngineText> {
        times::fill(&mut said.words, said.part);
        let part = said.part.map(span);
        let mut words: Vec<EngineWord> = said.words.into_iter().map(|w| self.word(w)).collect();
        let timed = words.iter().all(|word| word.span.is_some());
        let over = |part: &Span| gone.iter().any(|g| g.start < part.end && part.start < g.end);
        if !timed && !gone.is_empty() && part.as_ref().is_none_or(over) {
            self.withdrawn += 1;
            return None;
        }
        let middle = |s: Span| Samples((s.start.0 + s.end.0) / 2);
        let theirs = |at: Samples| gone.iter().any(|g| (g.start..g.end).contains(&at));
        let before = words.len();
        words.retain(|word| !word.span.is_some_and(|span| theirs(middle(span))));
        self.withdrawn += before - words.len();
        if words.is_empty() {
            return None;
        }
        self.texts += 1;
        self.words += words.len();
        self.words_without_time += words.iter().filter(|word| word.span.is_none()).count();
        let confidence = self.text_confidence.keeps(said.confidence).map(Probability::clamped);
        Some(EngineText { span: part, words, confidence })
    }

    fn word(&self, word: SaidWord) -> EngineWord {
        EngineWord {
            text: word.text,
            span: word.at.map(span),
            confidence: self.word_confidence.keeps(word.confidence).map(Probability::clamped),
        }
    }

    /// What to say of it, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let Self { engine, recordings, texts, words, .. } = self;
        let mut said = vec![
            format!("{engine}: {texts} texts of {recordings} recordings, {words} words."),
            format!(
                "Confidence of words: {}. Of whole texts: {}.",
                self.word_confidence, self.text_confidence
            ),
        ];
        match self.words_without_time {
            0 => {}
            n => said.push(format!(
                "{n} words have no time: where a text is of several clips, they are spread over these by their letters."
            )),
        }
        match self.withdrawn {
            0 => {}
            n => said
                .push(format!("{n} words or texts are of what was withdrawn, and were not taken.")),
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported() -> Imported {
        Imported {
            engine: "x".parse().unwrap(),
            recordings: 0,
            texts: 0,
            words: 0,
            words_without_time: 0,
            word_confidence: Trust::Kept { count: 2 },
            text_confidence: Trust::Missing { why: "there is none".into() },
            withdrawn: 0,
            failed: Failures::default(),
        }
    }

    fn said(part: Option<(f64, f64)>, at: &[Option<(f64, f64)>]) -> Said {
        let word = |at: &Option<(f64, f64)>| SaidWord {
            text: "oui".into(),
            at: *at,
            confidence: Some(0.5),
        };
        Said { part, words: at.iter().map(word).collect(), ..Said::default() }
    }

    #[test]
    fn what_was_withdrawn_does_not_come_back_with_another_engine() {
        let gone = [span((2.0, 4.0))];
        let mut done = imported();
        let at = [Some((1.0, 1.5)), Some((1.8, 2.6)), Some((4.1, 4.5))];
        assert_eq!(done.text(said(None, &at), &gone).unwrap().words.len(), 2);
        assert_eq!(done.text(said(Some((3.0, 6.0)), &[None]), &gone), None);
        assert_eq!(done.text(said(None, &[None]), &gone), None);
        let beside = done.text(said(Some((4.0, 6.0)), &[None]), &gone);
        assert_eq!(beside.unwrap().words.len(), 1);
        assert_eq!((done.withdrawn, done.texts, done.words_without_time), (3, 2, 1));
    }
}
