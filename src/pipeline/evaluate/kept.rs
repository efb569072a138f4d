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
    without.say(console.lang.phrase("aside.evaluation"), console);
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
            // Manifests round: a part may end a little behind its file.
            end: kept.span.map(|span| span.end.min(recording.length.unwrap_or(span.end)).seconds()),
            set: String::new(),
            channel: recording.channel,
        }
    };
    kept.map(reference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Channel, Facts, Language, RecordingId, Reference as Kept, Samples, Segment,
    };
    use crate::pipeline::ingest::modified;
    use crate::views::progress::Console;

    fn kept(kept_for: ReferenceUse, span: Option<Span>, text: &str) -> Kept {
        Kept { span, text: text.into(), from: "m.csv line 2".into(), kept_for }
    }

    /// A workspace with a recording of one channel.
    fn workspace(dir: &Path, file: &Path, facts: Facts) {
        let french = LanguageChoice::Fixed("fr".parse::<Language>().unwrap());
        let mut ws = Workspace::init(dir, french, "base").unwrap();
        let meta = file.metadata().unwrap();
        let recording = Recording {
            id: RecordingId::derive(&"a".repeat(64), Channel::Only(1)),
            sha256: "a".repeat(64),
            path: "call.wav".into(),
            file: file.to_path_buf(),
            bytes: meta.len(),
            modified: modified(&meta),
            channel: Channel::Only(1),
            length: Some(Samples(160_000)),
            facts,
        };
        ws.store.register(&recording).unwrap();
    }

    fn read(facts: Facts) -> (Result<Vec<Reference>>, Failures) {
        let folder = tempfile::tempdir().unwrap();
        let (dir, file) = (folder.path().join("ws"), folder.path().join("call.wav"));
        std::fs::write(&file, "x").unwrap();
        workspace(&dir, &file, facts);
        let mut failed = Failures::default();
        let console = Console { quiet: true, lang: crate::views::lang::Lang::ENGLISH };
        (of_workspace(&dir, &mut failed, console), failed)
    }

    #[test]
    fn each_text_that_is_kept_to_evaluate_is_a_reference_with_nobodys_name() {
        let part = Span::new(Samples(16_000), Samples(48_000));
        let facts = Facts {
            segments: vec![Segment {
                span: part,
                speaker: Some("Zoé".into()),
                region: Some("fr-BE".parse().unwrap()),
            }],
            references: vec![
                kept(ReferenceUse::Evaluate, Some(part), "oui"),
                kept(ReferenceUse::Gold, None, "non"),
            ],
            ..Facts::default()
        };
        let (references, failed) = read(facts);
        let references = references.unwrap();
        assert_eq!((references.len(), failed.total()), (1, 0));
        let one = &references[0];
        assert_eq!((&*one.text, one.start, one.end), ("oui", Some(1.0), Some(3.0)));
        assert_eq!((one.channel, &*one.region), (Channel::Only(1), "fr-BE"));
        assert_eq!(one.language.as_ref().unwrap().as_str(), "fr");
        assert!(one.speaker.starts_with("speaker-"), "{}", one.speaker);
    }

    #[test]
    fn without_consent_or_without_texts_there_is_nothing_to_evaluate_on() {
        let (nothing, _) = read(Facts::default());
        assert!(nothing.unwrap_err().to_string().contains("--references evaluate"));
        let facts = Facts {
            references: vec![kept(ReferenceUse::Evaluate, None, "oui")],
            consent: Some("withdrawn".into()),
            ..Facts::default()
        };
        assert!(read(facts).0.unwrap().is_empty());
    }
}
