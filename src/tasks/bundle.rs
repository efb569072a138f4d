//! Task files for people and programs that prefer rows to the page, and for other tools.
//! In: task rows. Out: batches with their ids, JSONL, CSV, or what a tool imports. Left to others: the
//! audio files beside (`audio/CLIP.wav`, written by the pipeline under the names given here).

use std::io::Write;
use std::str::FromStr;

use super::platforms::{appen, label_studio, turkle};
use super::{csv, jsonl};
use crate::domain::{BatchId, ClipId, PageLanguage, TaskRow};

/// How a batch of tasks is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One page with the audio inside ([`super::page`]).
    Html,
    /// Rows as JSON lines, audio files beside.
    Jsonl,
    /// Rows as CSV, audio files beside.
    Csv,
    /// Label Studio's JSON, audio files and the labelling configuration beside.
    LabelStudio,
    /// Turkle's and Mechanical Turk's CSV, audio files and the page of a task beside.
    Turkle,
    /// Appen's CSV, audio files beside.
    Appen,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 6] = [
        Format::Html,
        Format::Jsonl,
        Format::Csv,
        Format::LabelStudio,
        Format::Turkle,
        Format::Appen,
    ];

    /// The name on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::LabelStudio => "label-studio",
            Format::Turkle => "turkle",
            Format::Appen => "appen",
        }
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Format::Html => "One page per file, with the audio inside; opens in any browser",
            Format::Jsonl => "JSON rows, with the audio beside",
            Format::Csv => "The same rows as a table, with the audio beside",
            Format::LabelStudio => "Tasks with predictions for Label Studio, with label-studio.xml",
            Format::Turkle => "A table for Turkle or Mechanical Turk, with turkle-template.html",
            Format::Appen => "A table of units for Appen",
        }
    }

    /// Name of the file of a batch, which has a number among the workspace's.
    pub fn file_name(self, number: usize, batch: &BatchId) -> String {
        let ending = match self {
            Format::Html | Format::Jsonl | Format::Csv => self.code(),
            Format::LabelStudio => "label-studio.json",
            Format::Turkle => "turkle.csv",
            Format::Appen => "appen.csv",
        };
        format!("tasks-{number:03}-{batch}.{ending}")
    }

    /// A file that the tool wants once beside all batches: its name, and its text in a language. People may
    /// change it, so it is not written over.
    pub fn beside(self, language: PageLanguage) -> Option<(&'static str, String)> {
        match self {
            Format::LabelStudio => Some(("label-studio.xml", label_studio::config(language))),
            Format::Turkle => Some(("turkle-template.html", turkle::template(language))),
            Format::Html | Format::Jsonl | Format::Csv | Format::Appen => None,
        }
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|f| f.code() == s).ok_or_else(|| {
            let codes = Self::ALL.map(Self::code).join(", ");
            format!("'{s}' is not a task file format; write one of {codes}")
        })
    }
}

/// Writes rows in a format that has rows (all but the page, which has more to it than rows); CSV for spreadsheets that separate by
/// semicolons, if `spreadsheet`.
pub fn write<'a>(
    format: Format,
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
    spreadsheet: bool,
) -> anyhow::Result<()> {
    match format {
        Format::Html => anyhow::bail!("the page is not made of rows alone"),
        Format::Jsonl => write_jsonl(out, rows),
        Format::Csv if spreadsheet => csv::write_for_spreadsheets(out, rows),
        Format::Csv => write_csv(out, rows),
        Format::LabelStudio => label_studio::write(out, rows),
        Format::Turkle => turkle::write(out, rows),
        Format::Appen => appen::write(out, rows.into_iter().map(|row| (row, None))),
    }
}

/// The folder of audio files beside a task file.
pub const AUDIO: &str = "audio";

/// Where a clip's audio lies beside a task file: a relative path with forward slashes.
pub fn audio_name(clip: &ClipId) -> String {
    format!("{AUDIO}/{clip}.wav")
}

/// Writes rows as JSON lines, in the stable field order, without a header row.
pub fn write_jsonl<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    jsonl::write(out, rows)
}

/// Writes rows as CSV under a header record; how cells are guarded stands in `tasks/csv.rs`.
pub fn write_csv<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    csv::write(out, rows)
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;
    use crate::domain::{RecordingId, Samples, Span, Tag, TagKind, draft_digest};

    /// Texts that break what is careless.
    pub const HOSTILE: [&str; 20] = [
        "</script><script>alert(1)</script>",
        "<!-- <script> --> ]]> <img src=x onerror=alert(1)>",
        "l'été « d'accord », \"quoted\" \\\" \\n",
        "two\nlines\r\nand\ttabs",
        "=HYPERLINK(\"http://x\")",
        "+1 514",
        "- Bonjour.",
        "@chum",
        "'=1+1",
        "''-x",
        "'tite",
        "1234567890123456",
        "12e4567890123456",
        "مرحبا بالعالم (1) שלום",
        "\u{202e}evil\u{202c}",
        "👩\u{200d}👩\u{200d}👧 🎧 é e\u{301}",
        "line\u{2028}para\u{2029}end",
        "{{data}} {{script}} &amp; &lt; ${x} `",
        "; , | ; \"\"",
        "   ",
    ];

    /// Rows of a made-up workspace.
    pub fn sample_rows(n: u64) -> Vec<TaskRow> {
        (0..n).map(|i| row(i, &format!("Il fait frette à matin, {i} fois."))).collect()
    }

    /// A row for each hostile text, in every text field.
    pub fn hostile_rows() -> Vec<TaskRow> {
        let long = "très long ".repeat(10_000);
        let texts = HOSTILE.iter().map(|s| s.to_string()).chain([long]);
        let filled = texts.zip(0..).map(|(text, i)| TaskRow {
            path: format!("appels/{text}.wav"),
            context_before: text.clone(),
            context_after: text.clone(),
            validator: text.chars().take(80).collect(),
            verdict: "corrected".into(),
            text: text.clone(),
            tags: vec![Tag {
                kind: TagKind::Idiom,
                text: text.clone(),
                region: "fr-CA-QC".into(),
                meaning: text.clone(),
            }],
            active_seconds: Some(12.25),
            listened: Some(0.75),
            answered_at: "2026-11-23T10:00:00Z".into(),
            ..row(i, &text)
        });
        filled.collect()
    }

    fn row(i: u64, draft: &str) -> TaskRow {
        let span = Span::new(Samples(i * 32_000), Samples(i * 32_000 + 24_000));
        let clip = ClipId::derive(&RecordingId::from_stored("00112233aabbccdd"), span);
        TaskRow {
            workspace: "w-1".into(),
            batch: "b".into(),
            path: "appels/menu.wav".into(),
            start: span.start.seconds(),
            end: span.end.seconds(),
            audio: audio_name(&clip),
            draft: draft.into(),
            draft_digest: draft_digest(&clip, draft),
            clip: clip.to_string(),
            reasons: vec!["low_confidence".into(), "idiom".into()],
            region: "fr-CA-QC".into(),
            ..Default::default()
        }
    }
}
