//! What rows of a study are made from, and what may not go out. In: a workspace. Out: recordings, the report's rows,
//! pseudonyms; texts where they may be given. Left to others: the tables.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::domain::{ClipId, DataUse, Naming, Recording, RecordingId, Span, Verdict};
use crate::pipeline::consent::{Permits, WithoutConsent, today};
use crate::pipeline::report;
use crate::pipeline::workspace::Workspace;
use crate::views::clips::ReportRow;
use crate::views::report::versions::Versions;

/// What the tables of a study are made from.
pub struct Material<'a> {
    /// Where.
    pub workspace: &'a Workspace,
    /// Whether people and files have their names.
    pub names: bool,
    /// What people are called.
    pub naming: Naming,
    /// All recordings.
    pub recordings: BTreeMap<RecordingId, Recording>,
    /// What they may be used for.
    pub permits: Permits,
    /// Decided clips as the report counts them.
    pub rows: BTreeMap<String, ReportRow>,
    /// Clips that nobody else should read or hear.
    pub withheld: BTreeMap<ClipId, Verdict>,
    /// Clips that may be in a table; filled in by the first of them.
    pub clips: BTreeSet<ClipId>,
    /// What is left out.
    pub without_consent: WithoutConsent,
}

impl<'a> Material<'a> {
    /// Of a workspace; also what exactly made the numbers.
    pub fn of(workspace: &'a Workspace, names: bool) -> Result<(Self, Versions)> {
        let recordings = workspace.store.recordings_by_id()?;
        let (rows, mut versions) = report::rows(workspace)?;
        let material = Self {
            permits: Permits::on(workspace, recordings.values(), today())?,
            naming: workspace.naming(names)?,
            rows: rows.into_iter().map(|row| (row.clip.clone(), row)).collect(),
            withheld: workspace.store.withheld()?,
            without_consent: WithoutConsent::to(DataUse::Evaluate),
            clips: BTreeSet::new(),
            recordings,
            workspace,
            names,
        };
        if !names {
            let others = versions.other_calibrations.iter_mut();
            for calibration in std::iter::once(&mut versions.calibration).chain(others) {
                calibration.file = file_name(&calibration.file).to_string();
            }
        }
        Ok((material, versions))
    }

    /// Whether a recording may be in a table.
    pub fn takes(&self, recording: &RecordingId) -> bool {
        self.permits.allows(recording, DataUse::Evaluate)
    }

    /// A text about a clip, where it has one that may be given.
    pub fn text(&self, clip: &ClipId, text: &str) -> Option<String> {
        given(text).filter(|_| !self.withheld.contains_key(clip))
    }

    /// Something that may name people or their files.
    pub fn named(&self, text: &str) -> Option<String> {
        self.names.then(|| text.to_string())
    }

    /// Who speaks in a clip, as clips are grouped.
    pub fn speaker(&self, recording: &Recording, span: Span) -> String {
        match recording.speaker(span) {
            Some(name) => self.naming.speaker(name),
            None => recording.speaker_key(span),
        }
    }

    /// Clips in the tables whose texts are left out.
    pub fn withheld_clips(&self) -> u64 {
        self.withheld.keys().filter(|clip| self.clips.contains(*clip)).count() as u64
    }
}

/// A text, where there is one.
pub fn given(text: &str) -> Option<String> {
    Some(text.to_string()).filter(|text| !text.is_empty())
}

/// Folders may tell whose machine it is.
pub fn file_name(model: &str) -> &str {
    model.rsplit(['/', '\\']).next().unwrap_or(model)
}
