//! Engines side by side: each engine's text of every clip that people settled, against what they settled on. In: the rows
//! of the report, the store. Out: what [`crate::views::report::engines`] shows. Left to others: estimates (`compare`).
//!
//! Texts are read recording by recording: of each only its clips' errors are kept.

mod compare;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::rounds;
use super::rows::language;
use crate::domain::{
    ClipId, DecodePolicy, EngineName, Measure, Pass, Recording, RecordingId, Span,
};
use crate::hypotheses::given;
use crate::pipeline::evidence::RoutedAs;
use crate::pipeline::scores::Scorer;
use crate::pipeline::workspace::Workspace;
use crate::store::ClipRow;
use crate::text::word_errors::word_errors;
use crate::views::clips::{Part, ReportRow};
use crate::views::report::engines::{Engines, LeftOut, NoShare};
use crate::views::report::rounds::Target;
use compare::{Compared, ComparedClip, Reading, Source};

/// The risk at which people's share is compared, where the settings name none.
const RISK: f64 = 0.05;

/// All engines that have texts, and the model; `None` where no engine has any.
pub fn engines(workspace: &Workspace, rows: &[&ReportRow]) -> Result<Option<Engines>> {
    let by_recording = workspace.store.engines_by_recording()?;
    let names: BTreeSet<EngineName> = by_recording.values().flatten().cloned().collect();
    if names.is_empty() {
        return Ok(None);
    }
    let walk = Walk {
        workspace,
        scorer: Scorer::of_engines(workspace, names.iter().cloned())?,
        routed_as: RoutedAs::latest(workspace)?,
        names: names.into_iter().collect(),
    };
    let mut compared = Compared { sources: walk.sources(), ..Compared::default() };
    let mut settled: BTreeMap<&str, Vec<&ReportRow>> = BTreeMap::new();
    let nothing = BTreeSet::new();
    for &row in rows {
        let id = RecordingId::from_stored(row.recording.clone());
        let theirs = by_recording.get(&id).unwrap_or(&nothing);
        if theirs.len() == walk.names.len() && row.part != Part::NoSpeech {
            compared.population.push(row);
        }
        if row.errors.is_none() {
            continue;
        }
        match walk.leaves_out(row, theirs, &mut compared.left_out) {
            true => compared.left_out.clips += 1,
            false => settled.entry(&row.recording).or_default().push(row),
        }
    }
    for (recording, rows) in settled {
        walk.read(&RecordingId::from_stored(recording), &rows, &mut compared)?;
    }
    let routing = &workspace.config.routing;
    let set = rounds::target(routing);
    let target = if set.set { set } else { Target { risk: RISK, measure: Measure::Wer, ..set } };
    Ok(Some(compared.engines(target, routing.seed)))
}

struct Walk<'a> {
    workspace: &'a Workspace,
    /// With the calibrations of all engines.
    scorer: Scorer,
    routed_as: Option<RoutedAs>,
    names: Vec<EngineName>,
}

impl Walk<'_> {
    /// What is compared: the model's own drafts, then the engines.
    fn sources(&self) -> Vec<Source> {
        let config = &self.workspace.config;
        let in_use = &config.decode.engine;
        let fitted = |name: &EngineName| {
            let calibration = self.scorer.of_engine(name.as_str());
            calibration.is_some_and(|c| c.adjustment.is_some())
        };
        let own = Source {
            name: config.model.clone(),
            own: true,
            in_use: in_use.is_empty(),
            calibrated: self
                .policies()
                .first()
                .is_some_and(|(model, policy)| self.scorer.fits(model, policy).is_ok()),
        };
        let engines = self.names.iter().map(|name| Source {
            name: name.to_string(),
            own: false,
            in_use: in_use.contains(name),
            calibrated: fitted(name),
        });
        std::iter::once(own).chain(engines).collect()
    }

    /// Model and policy of the drafts of each source, in their order; none before the first run.
    fn policies(&self) -> Vec<(&str, String)> {
        let Some(RoutedAs { model, policy }) = &self.routed_as else { return Vec::new() };
        let own = DecodePolicy::own_id(policy);
        let engines = self.names.iter().map(|name| DecodePolicy::id_of(name, own));
        std::iter::once(own.to_string()).chain(engines).map(|policy| (&**model, policy)).collect()
    }

    /// Whether a settled clip cannot be compared, and why.
    fn leaves_out(
        &self,
        row: &ReportRow,
        theirs: &BTreeSet<EngineName>,
        left_out: &mut LeftOut,
    ) -> bool {
        let missing: Vec<&EngineName> = self.names.iter().filter(|n| !theirs.contains(n)).collect();
        for name in &missing {
            *left_out.without_texts.entry(name.to_string()).or_default() += 1;
        }
        let count = match () {
            () if !missing.is_empty() => return true,
            () if row.part == Part::NoSpeech => &mut left_out.no_speech,
            () if row.weight.is_none() => &mut left_out.not_drawn,
            () => return false,
        };
        *count += 1;
        true
    }

    /// Compares the settled clips of a recording.
    fn read<'r>(
        &self,
        id: &RecordingId,
        rows: &[&'r ReportRow],
        compared: &mut Compared<'r>,
    ) -> Result<()> {
        let store = &self.workspace.store;
        let recording = store.recording(id)?.context("a clip without its recording")?.recording;
        let clips = store.clips_of(id)?;
        let spans: Vec<Span> = clips.iter().map(|clip| clip.span).collect();
        let mut texts: BTreeMap<&ClipId, Vec<String>> = BTreeMap::new();
        for name in &self.names {
            let cut = given::cut(&store.engine_texts(name, id)?, &spans);
            for (clip, given) in clips.iter().zip(cut) {
                // An engine that wrote something of the recording, and nothing here, says that there is nothing.
                let text = given.map_or(String::new(), |given| given.text());
                texts.entry(&clip.id).or_default().push(text);
            }
        }
        let before = compared.clips.len();
        for row in rows {
            let clip = ClipId::from_stored(row.clip.clone());
            let theirs = texts.remove(&clip).unwrap_or_default();
            let mut found = None;
            store.each_of([&clip], |stored| {
                found = self.compare(row, &stored, &recording, &theirs)?;
                Ok(())
            })?;
            match found {
                Some(found) => compared.clips.push(found),
                None => {
                    compared.left_out.clips += 1;
                    compared.left_out.without_own += 1;
                }
            }
        }
        compared.recordings += u64::from(compared.clips.len() > before);
        Ok(())
    }

    /// The errors of all texts of a clip; `None` where the model's own draft is not known.
    fn compare<'r>(
        &self,
        row: &'r ReportRow,
        stored: &ClipRow,
        recording: &Recording,
        theirs: &[String],
    ) -> Result<Option<ComparedClip<'r>>> {
        let store = &self.workspace.store;
        let set = &self.workspace.config.language;
        let (Some(language), Some(h), Some(settled)) =
            (language(set, stored, recording), &stored.hypothesis, &stored.consensus)
        else {
            return Ok(None);
        };
        let own = match h.pass {
            Pass::Given => h.alone.as_ref().map(|alone| &alone.text),
            _ => Some(&h.text),
        };
        let Some(own) = own else { return Ok(None) };
        let errors = |text: &str| word_errors(&settled.text, text, &language).errors as u64;
        let region = recording.region(stored.clip.span);
        let read = |(model, policy): (&str, String)| {
            let found = store.hypothesis(&stored.clip.id, model, &policy)?;
            anyhow::Ok(found.map(|h| Reading {
                score: self.scorer.score(&h, region).map(|(score, _)| score.get()),
                errors: errors(&h.text),
            }))
        };
        Ok(Some(ComparedClip {
            row,
            errors: std::iter::once(own).chain(theirs).map(|text| errors(text)).collect(),
            read: self.policies().into_iter().map(read).collect::<Result<_>>()?,
            // A known text is nobody's correction.
            blind: settled.support == 0 || store.answered_blind(&stored.clip.id)?,
        }))
    }
}

/// Why an engine has no share for people.
fn no_share(source: &Source, is_read: bool) -> Option<NoShare> {
    match (source.calibrated, is_read) {
        (_, false) => Some(NoShare::NotRead),
        (false, true) => Some(NoShare::NoCalibration),
        (true, true) => None,
    }
}
