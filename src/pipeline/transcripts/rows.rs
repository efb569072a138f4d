//! Clips as rows of transcripts. In: a clip with all that is known of it. Out: its row, with its words and their times. Left to others:
//! which clips, and formats (`views`).

use std::collections::BTreeMap;

use anyhow::Result;

use super::TranscriptOptions;
use crate::domain::{
    Channel, Decision, Hypothesis, Millis, Probability, Reason, Recording, RecordingId, Token,
    tokens_by_word,
};
use crate::pipeline::scores::Scorer;
use crate::pipeline::workspace::Workspace;
use crate::store::ClipRow;
use crate::views::transcripts::{TextSource, TimedWord, TranscriptRow, words};

/// What rows are made with.
pub struct Rows<'a> {
    recordings: BTreeMap<RecordingId, Recording>,
    /// Says which words are likely wrong, where a format shows words.
    scorer: Option<Scorer>,
    options: &'a TranscriptOptions,
}

impl<'a> Rows<'a> {
    /// For what is asked.
    pub fn of(workspace: &Workspace, options: &'a TranscriptOptions) -> Result<Self> {
        let shown = options.formats.iter().any(|format| format.shows_words());
        Ok(Self {
            recordings: workspace.store.recordings_by_id()?,
            scorer: if shown { Some(Scorer::of(workspace)?) } else { None },
            options,
        })
    }

    /// The row of a clip; `None` until it was decided on.
    pub fn row(&self, row: ClipRow) -> Option<TranscriptRow> {
        let recording = self.recordings.get(&row.clip.recording)?;
        let routed = row.routed.as_ref()?;
        let (decision, reasons): (_, &[Reason]) = match &routed.decision {
            Decision::Auto { over_budget } => ("auto", over_budget),
            Decision::Human { reasons, .. } => ("human", reasons),
            Decision::Dropped { .. } => ("dropped", &[]),
        };
        let mut codes: Vec<String> = Vec::new();
        for reason in reasons {
            if !codes.iter().any(|c| c == reason.code()) {
                codes.push(reason.code().to_string());
            }
        }
        let settled = row.consensus.as_ref().filter(|_| !self.options.drafts);
        let (text, source) = match settled {
            Some(consensus) => (consensus.text.clone(), TextSource::Human),
            None => (row.draft().to_string(), TextSource::Machine),
        };
        let naming = &self.options.naming;
        let hypothesis = row.hypothesis.as_ref();
        let span = (row.clip.span.start.seconds(), row.clip.span.end.seconds());
        let draft = hypothesis.map_or(Vec::new(), |h| timed(h, span.0, self.scorer.as_ref()));
        let mut words = words::of_text(&text, &draft, span);
        if source == TextSource::Human {
            words.iter_mut().for_each(|word| word.p_wrong = None);
        }
        Some(TranscriptRow {
            recording: recording.id.to_string(),
            path: recording.path.clone(),
            clip: row.clip.id.to_string(),
            start: span.0,
            end: span.1,
            text,
            source,
            draft: row.draft().to_string(),
            score: routed.score.map(|s| s.get()),
            decision: decision.to_string(),
            reasons: codes,
            inclusion_probability: routed.inclusion.get(),
            region: routed.region.as_ref().map_or(String::new(), |r| r.to_string()),
            speaker: naming.speaker(recording.speaker(row.clip.span).unwrap_or_default()),
            model: hypothesis.map_or(String::new(), |h| h.model.clone()),
            evidence: routed.evidence.iter().map(|piece| piece.to_string()).collect(),
            channel: match recording.channel {
                Channel::Mix => 1,
                Channel::Only(n) => n + 1,
            },
            words,
        })
    }
}

/// The words of a draft with their times, for a clip that starts at `clip` seconds; empty where tokens and words differ.
fn timed(h: &Hypothesis, clip: f64, scorer: Option<&Scorer>) -> Vec<TimedWord> {
    let words = tokens_by_word(&h.tokens);
    let text = |tokens: &[Token]| tokens.iter().map(|t| t.text.as_str()).collect::<String>();
    let same = words.iter().map(|tokens| text(tokens)).collect::<String>();
    if same.split_whitespace().ne(h.text.split_whitespace())
        || words.len() != h.text.split_whitespace().count()
    {
        return Vec::new();
    }
    let wrong = scorer.and_then(|scorer| scorer.words_wrong(h)).unwrap_or_default();
    let second = |millis: Millis| clip + millis.0 as f64 / 1000.0;
    let timed = words.iter().enumerate().map(|(n, tokens)| TimedWord {
        text: text(tokens).trim().to_string(),
        start: second(tokens[0].start),
        end: second(tokens[tokens.len() - 1].end),
        p_wrong: wrong.get(n).copied().flatten().map(Probability::get),
    });
    timed.collect()
}
