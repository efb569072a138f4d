//! References that a workspace keeps (`ingest --references evaluate`). In: a workspace. Out: one reference per text, with the
//! recording's file, and with nobody's name. Left to others: transcribing them (`evaluate`).

use std::path::Path;

use anyhow::{Result, bail};

use super::references::Reference;
use crate::domain::{DataUse, Failures, LanguageChoice, Naming, Recording, ReferenceUse, Span};
use crate::pipeline::consent::{Permits, WithoutConsent};
use crate::pipeline::forget::none_pending;
use crate::pipeline::run;
use crate::pipeline::workspace::Workspace;
use crate::views::progress::Console;

/// The references of recordings that may be used to evaluate; of others how many there are is said.
///
/// # Errors
/// The folder is no workspace, or it keeps no reference.
pub fn of_workspace(dir: &Path, failed: &mut Failures, console: Console) -> Result<Vec<Reference>> {
    let workspace = Workspace::read(dir)?;
    none_pending(&workspace)?;
    let (permits, naming) = (Permits::of(&workspace)?, workspace.naming(false)?);
    let language = match &workspace.config.language {
        LanguageChoice::Fixed(language) => Some(language.clone()),
        LanguageChoice::Auto => None,
    };
    let mut without = WithoutConsent::to(DataUse::Evaluate);
    let (mut references, mut kept) = (Vec::new(), 0);
    for row in workspace.store.recordings()? {
        let mut own = of_recording(&row.recording, &naming);
        kept += own.len();
        own.retain(|_| !without.bars(&permits, &row.recording.id));
        if own.is_empty() {
            continue;
        }
        if let Err(error) = run::unchanged(&row.recording) {
            failed.push(format!("{}: {error:#}", row.recording.path));
            continue;
        }
        for reference in &mut own {
            reference.language = reference.language.take().or(language.clone());
        }
        references.extend(own);
    }
    without.say("the evaluation", console);
    if kept == 0 {
        let dir = dir.display();
        bail!("{dir} keeps no references: second-ear ingest {dir} MANIFEST --references evaluate");
    }
    Ok(references)
}

/// One per text.
fn of_recording(recording: &Recording, naming: &Naming) -> Vec<Reference> {
    let texts = recording.facts.references.iter();
    let kept = texts.filter(|reference| reference.kept_for == ReferenceUse::Evaluate);
    let reference = |kept: &crate::domain::Reference| {
        let part =
            kept.span.or(recording.length.map(|length| Span::new(Default::default(), length)));
        let speaker = part.and_then(|part| recording.speaker(part));
        let region = part.and_then(|part| recording.region(part));
        Reference {
            audio: recording.file.clone(),
            text: kept.text.clone(),
            language: recording.facts.language.clone(),
            speaker: naming.speaker(speaker.unwrap_or_default()),
            region: region.map_or(String::new(), |region| region.to_string()),
            start: kept.span.map(|span| span.start.seconds()),
            end: kept.span.map(|span| span.end.seconds()),
            set: String::new(),
            channel: recording.channel,
        }
    };
    kept.map(reference).collect()
}
