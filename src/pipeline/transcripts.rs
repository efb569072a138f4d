//! `transcripts`: every clip that was decided on, corrected text first where there is one. Recordings that failed or
//! wait are named, and have no file.

mod talks;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::scores::Scorer;
use super::workspace::Workspace;
use crate::domain::{
    Channel, Decision, Hypothesis, Millis, Naming, Probability, Reason, Recording, RecordingId,
    Token, tokens_by_word,
};
use crate::files::folder::OutFolder;
use crate::store::{ClipRow, Draft};
use crate::views::transcripts::names::names;
use crate::views::transcripts::{
    TextSource, TimedWord, TranscriptFormat, TranscriptRow, Whole, words,
};
use talks::{Missing, Undecided};

/// What may be asked.
#[derive(Debug)]
pub struct TranscriptOptions {
    /// How they are written.
    pub formats: Vec<TranscriptFormat>,
    /// The model's drafts, whatever people wrote.
    pub drafts: bool,
    /// Only clips that people settled with a text.
    pub only_settled: bool,
    /// What people are called.
    pub naming: Naming,
}

impl TranscriptOptions {
    /// Whether a clip is asked for.
    fn takes(&self, clip: &ClipRow) -> bool {
        !self.only_settled || clip.consensus.as_ref().is_some_and(|c| c.verdict.gives_text())
    }
}

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// Files.
    pub files: usize,
    /// Recordings that failed or wait, clips that failed, files that could not be written, with the reason.
    pub failed: Vec<String>,
}

/// Prints JSONL or text, row by row; the other formats are one file per recording and need a folder. Gives the
/// recordings and clips that are missing, with the reason.
pub fn print(
    workspace: &Workspace,
    options: &TranscriptOptions,
    out: &mut impl Write,
) -> Result<Vec<String>> {
    let &[format @ (TranscriptFormat::Jsonl | TranscriptFormat::Txt)] = &*options.formats else {
        bail!("these formats are one file per recording: give a folder with --out");
    };
    let rows = Rows::of(workspace, options)?;
    let withheld = workspace.store.withheld()?;
    let mut undecided = Undecided::default();
    workspace.store.each_clip(Draft::Decided, |clip| {
        undecided.look(&clip);
        if withheld.contains_key(&clip.clip.id) || !options.takes(&clip) {
            return Ok(());
        }
        if let Some(row) = rows.row(clip) {
            let text = format.render(&[row], &Whole::ROWS);
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(Missing::of(&workspace.store, &undecided)?.said)
}

/// Writes one file per recording and format (JSONL: one file for all), and one for the channels of a file together.
pub fn write(workspace: &Workspace, options: &TranscriptOptions, out: &Path) -> Result<Written> {
    let made = Rows::of(workspace, options)?;
    let mut rows: BTreeMap<RecordingId, Vec<TranscriptRow>> = BTreeMap::new();
    let mut all = Vec::new();
    let withheld = workspace.store.withheld()?;
    let mut undecided = Undecided::default();
    workspace.store.each_clip(Draft::Decided, |clip| {
        undecided.look(&clip);
        if withheld.contains_key(&clip.clip.id) || !options.takes(&clip) {
            return Ok(());
        }
        let id = clip.clip.recording.clone();
        if let Some(row) = made.row(clip) {
            all.push(row.clone());
            rows.entry(id).or_default().push(row);
        }
        Ok(())
    })?;
    let missing = Missing::of(&workspace.store, &undecided)?;
    let talks = talks::talks(&workspace.store.recordings()?, rows, &missing.left_out);
    let names = names(&talks.iter().map(talks::Talk::named).collect::<Vec<_>>());
    let mut written = Written { files: 0, failed: missing.said };
    let mut folder = OutFolder::open(out)?;
    let mut put = |name: &str, text: String| match folder.text(name, &text) {
        Ok(_) => written.files += 1,
        Err(error) => written.failed.push(format!("{error:#}")),
    };
    for &format in &options.formats {
        if format == TranscriptFormat::Jsonl {
            put("transcripts.jsonl", format.render(&all, &Whole::ROWS));
            continue;
        }
        for (talk, name) in talks.iter().zip(&names) {
            let whole = Whole { name, length: talk.length, voices: talk.voices };
            put(&format!("{name}.{}", format.extension()), format.render(&talk.rows, &whole));
        }
    }
    Ok(written)
}

/// What rows are made with.
struct Rows<'a> {
    recordings: BTreeMap<RecordingId, Recording>,
    /// Says which words are likely wrong, where a format shows words.
    scorer: Option<Scorer>,
    options: &'a TranscriptOptions,
}

impl<'a> Rows<'a> {
    fn of(workspace: &Workspace, options: &'a TranscriptOptions) -> Result<Self> {
        let shown = options.formats.iter().any(|format| format.shows_words());
        Ok(Self {
            recordings: workspace.store.recordings_by_id()?,
            scorer: if shown { Some(Scorer::of(workspace)?) } else { None },
            options,
        })
    }

    /// The row of a clip; `None` until it was decided on.
    fn row(&self, row: ClipRow) -> Option<TranscriptRow> {
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
