//! `drafts DIR`: which engines have texts of which recordings. In: the workspace. Out: rows. Left to others: printing them.

use anyhow::Result;
use serde::Serialize;

use crate::domain::{EngineName, Span};
use crate::hypotheses::given;
use crate::pipeline::workspace::Workspace;

/// What there is of an engine.
#[derive(Debug, Serialize)]
pub struct EngineRow {
    /// Its name.
    pub engine: EngineName,
    /// Recordings that it has texts of.
    pub recordings: usize,
    /// Texts.
    pub texts: usize,
    /// Words.
    pub words: usize,
    /// Clips of these recordings that get a text of it.
    pub clips: usize,
    /// Clips of these recordings; those that are not cut yet have none.
    pub of_clips: usize,
    /// Whether all words have times.
    pub times: bool,
    /// Whether words or texts have a confidence.
    pub confidence: bool,
}

/// All engines.
pub fn list(workspace: &Workspace) -> Result<Vec<EngineRow>> {
    let mut rows = Vec::new();
    for (engine, recordings) in workspace.store.engines(None)? {
        let all = || recordings.values().flatten();
        let mut row = EngineRow {
            recordings: recordings.len(),
            texts: all().count(),
            words: all().map(|text| text.words.len()).sum(),
            times: all().all(|text| text.has_times()),
            confidence: all().any(|text| {
                text.confidence.is_some() || text.words.iter().any(|w| w.confidence.is_some())
            }),
            clips: 0,
            of_clips: 0,
            engine,
        };
        for (id, texts) in &recordings {
            let clips = workspace.store.clips_of(id)?;
            let spans: Vec<Span> = clips.iter().map(|clip| clip.span).collect();
            row.of_clips += spans.len();
            row.clips += given::cut(texts, &spans).iter().flatten().count();
        }
        rows.push(row);
    }
    Ok(rows)
}

/// As text, for a terminal.
pub fn text(rows: &[EngineRow]) -> String {
    if rows.is_empty() {
        return "There are no drafts of other engines: second-ear drafts DIR import FILE --engine NAME\n".into();
    }
    let yes = |is: bool| if is { "yes" } else { "no" };
    let mut t = format!(
        "{:<20} {:>10} {:>7} {:>8} {:>15} {:>6} {:>11}\n",
        "engine", "recordings", "texts", "words", "clips", "times", "confidence"
    );
    for row in rows {
        t.push_str(&format!(
            "{:<20} {:>10} {:>7} {:>8} {:>15} {:>6} {:>11}\n",
            row.engine.as_str(),
            row.recordings,
            row.texts,
            row.words,
            format!("{} of {}", row.clips, row.of_clips),
            yes(row.times),
            yes(row.confidence)
        ));
    }
    t
}
