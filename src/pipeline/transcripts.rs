//! `transcripts`: every clip that was decided on, corrected text first where there is one.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, ensure};

use super::workspace::Workspace;
use crate::domain::{Decision, Reason, Recording, RecordingId, Samples};
use crate::files::write_text;
use crate::store::{ClipRow, Draft};
use crate::views::transcripts::{TextSource, TranscriptFormat, TranscriptRow};

/// Prints JSONL, row by row; the other formats are one file per recording and need a folder.
pub fn print(
    workspace: &Workspace,
    formats: &[TranscriptFormat],
    out: &mut impl Write,
) -> Result<()> {
    ensure!(
        matches!(formats, [TranscriptFormat::Jsonl | TranscriptFormat::Txt]),
        "these formats are one file per recording: give a folder with --out"
    );
    let recordings = workspace.store.recordings_by_id()?;
    workspace.store.each_clip(Draft::Decided, |clip| {
        if let Some(row) = row(clip, &recordings) {
            out.write_all(formats[0].render(&[row], Samples(0)).as_bytes())?;
        }
        Ok(())
    })?;
    Ok(out.flush()?)
}

/// Writes one file per recording and format (JSONL: one file for all); gives the number of files.
pub fn write(workspace: &Workspace, formats: &[TranscriptFormat], out: &Path) -> Result<usize> {
    let recordings = workspace.store.recordings_by_id()?;
    let mut rows: BTreeMap<RecordingId, Vec<TranscriptRow>> =
        recordings.keys().map(|id| (id.clone(), Vec::new())).collect();
    let mut all = Vec::new();
    workspace.store.each_clip(Draft::Decided, |clip| {
        let id = clip.clip.recording.clone();
        if let Some(row) = row(clip, &recordings) {
            all.push(row.clone());
            rows.entry(id).or_default().push(row);
        }
        Ok(())
    })?;
    let mut files = 0;
    for &format in formats {
        if format == TranscriptFormat::Jsonl {
            write_text(&out.join("transcripts.jsonl"), &format.render(&all, Samples(0)))?;
            files += 1;
            continue;
        }
        for (id, rows) in &rows {
            let Some(recording) = recordings.get(id) else { continue };
            let length = recording.length.unwrap_or_default();
            let path = out.join(format.file_name(&recording.path, id.as_str()));
            write_text(&path, &format.render(rows, length))?;
            files += 1;
        }
    }
    Ok(files)
}

/// The row of a clip; `None` until it was decided on.
fn row(row: ClipRow, recordings: &BTreeMap<RecordingId, Recording>) -> Option<TranscriptRow> {
    let recording = recordings.get(&row.clip.recording)?;
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
    let (text, source) = match &row.consensus {
        Some(consensus) => (consensus.text.clone(), TextSource::Human),
        None => (row.draft().to_string(), TextSource::Machine),
    };
    Some(TranscriptRow {
        recording: recording.id.to_string(),
        path: recording.path.clone(),
        clip: row.clip.id.to_string(),
        start: row.clip.span.start.seconds(),
        end: row.clip.span.end.seconds(),
        text,
        source,
        draft: row.draft().to_string(),
        score: routed.score.map(|s| s.get()),
        decision: decision.to_string(),
        reasons: codes,
        inclusion_probability: routed.inclusion.get(),
        region: routed.region.as_ref().map_or(String::new(), |r| r.to_string()),
        speaker: recording.speaker(row.clip.span).unwrap_or_default().to_string(),
        model: row.hypothesis.as_ref().map_or(String::new(), |h| h.model.clone()),
        evidence: routed.evidence.iter().map(|piece| piece.to_string()).collect(),
    })
}
