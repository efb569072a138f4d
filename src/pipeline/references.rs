//! Gold texts find their clips. In: recordings whose corpus says what is said in them, once they are cut. Out: clips of
//! known text; a text that is of no single clip is kept for `evaluate`. Left to others: reading corpora (`ingest`), texts
//! that people type (`gold`).

use std::collections::BTreeMap;

use anyhow::Result;

use super::settle;
use super::workspace::Workspace;
use crate::domain::{
    Clip, ClipId, Facts, Recording, RecordingId, Reference, ReferenceUse, Samples, Span,
};

/// Longest audio with one reference that `evaluate` decodes: a window of Whisper's.
pub const LONGEST: Samples = Samples(30 * 16_000);

/// What became of gold texts.
#[derive(Debug, Default)]
pub struct Given {
    /// Clips whose text is known now.
    pub gold: usize,
    /// Texts that are of no single clip, and what is done with them.
    pub ungiven: Vec<String>,
}

/// Gives the gold texts of recordings that are cut to their clips. What was given is no reference any more: it stays with
/// the clip. Killed in between, it is done again by the next command.
pub fn give(workspace: &mut Workspace) -> Result<Given> {
    let mut given = Given::default();
    let (mut gold, mut facts) = (Vec::new(), BTreeMap::<RecordingId, Facts>::new());
    for row in workspace.store.recordings()? {
        let is_gold = |reference: &Reference| reference.kept_for == ReferenceUse::Gold;
        if !row.is_cut() || !row.recording.facts.references.iter().any(is_gold) {
            continue;
        }
        let Recording { id, path, length, facts: mut said, .. } = row.recording;
        let clips = workspace.store.clips_of(&id)?;
        let whole = Span::new(Samples(0), length.unwrap_or_default());
        let mut left = Vec::new();
        for (reference, of) in matched(std::mem::take(&mut said.references), &clips, whole) {
            match of {
                Match::Other => left.push(reference),
                Match::Clip(clip) => gold.push((clip, reference.text)),
                Match::Clips(n) => {
                    let Span { start, end } = of_part(&reference, whole);
                    let why = match n {
                        0 => "no clip lies in it, because no speech was found".to_string(),
                        1 => "its clip holds more than that".to_string(),
                        n => format!(
                            "it was cut into {n} clips (`ingest --segments keep` makes one of it)"
                        ),
                    };
                    given.ungiven.push(format!(
                        "{}: {path} {:.2}-{:.2} s: its text is of no single clip: {why}; it is kept for `evaluate`",
                        reference.from,
                        start.seconds(),
                        end.seconds()
                    ));
                    left.push(Reference { kept_for: ReferenceUse::Evaluate, ..reference });
                }
            }
        }
        said.references = left;
        facts.insert(id, said);
    }
    if facts.is_empty() {
        return Ok(given);
    }
    given.gold = gold.len();
    workspace.store.keep_gold(&gold)?;
    workspace.store.keep_facts(&facts)?;
    settle::settle(workspace)?;
    Ok(given)
}

/// What a reference is of.
#[derive(Debug, PartialEq)]
enum Match {
    /// It is not to become a clip's text.
    Other,
    /// This clip, and nothing else is said in its part.
    Clip(ClipId),
    /// So many clips.
    Clips(usize),
}

/// What each reference is of, where a recording has these clips, in order of time.
fn matched(references: Vec<Reference>, clips: &[Clip], whole: Span) -> Vec<(Reference, Match)> {
    let over = |a: Span, b: Span| a.start < b.end && b.start < a.end;
    let of = |reference: &Reference| {
        let part = of_part(reference, whole);
        let from = clips.partition_point(|clip| clip.span.end <= part.start);
        clips[from..].iter().take_while(move |clip| over(clip.span, part)).collect::<Vec<_>>()
    };
    let mut claims: BTreeMap<ClipId, usize> = BTreeMap::new();
    for clip in references.iter().flat_map(of) {
        *claims.entry(clip.id.clone()).or_default() += 1;
    }
    let matched = references.into_iter().map(|reference| {
        let found = of(&reference);
        let part = of_part(&reference, whole);
        let of = match found.as_slice() {
            _ if reference.kept_for != ReferenceUse::Gold => Match::Other,
            [clip]
                if clip.span.start >= part.start
                    && clip.span.end <= part.end
                    && claims[&clip.id] == 1 =>
            {
                Match::Clip(clip.id.clone())
            }
            some => Match::Clips(some.len()),
        };
        (reference, of)
    });
    matched.collect()
}

/// The part of a recording that a reference is about.
fn of_part(reference: &Reference, whole: Span) -> Span {
    reference.span.unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(Samples(start), Samples(end))
    }

    fn of(references: &[(Option<Span>, ReferenceUse)], clips: &[Span]) -> Vec<Match> {
        let id = RecordingId::from_stored("r");
        let clips: Vec<Clip> = clips.iter().map(|span| Clip::new(&id, *span)).collect();
        let reference = |(span, kept_for): &(Option<Span>, ReferenceUse)| Reference {
            span: *span,
            text: "oui".into(),
            from: "m.csv line 2".into(),
            kept_for: *kept_for,
        };
        let references = references.iter().map(reference).collect();
        matched(references, &clips, span(0, 100)).into_iter().map(|(_, of)| of).collect()
    }

    #[test]
    fn a_text_is_of_the_only_clip_in_its_part_and_of_no_other() {
        use ReferenceUse::{Evaluate, Gold};
        let id = |span: Span| Match::Clip(Clip::new(&RecordingId::from_stored("r"), span).id);
        let clips = [span(5, 20), span(30, 40), span(45, 60), span(80, 95)];
        let parts = [
            (Some(span(0, 25)), Gold),
            (Some(span(30, 60)), Gold),
            (Some(span(61, 79)), Gold),
            (Some(span(85, 95)), Gold),
            (Some(span(0, 25)), Evaluate),
            (None, Gold),
        ];
        assert_eq!(of(&parts[..1], &clips), [id(clips[0])]);
        assert_eq!(of(&parts[1..4], &clips), [Match::Clips(2), Match::Clips(0), Match::Clips(1)]);
        assert_eq!(of(&parts[4..], &clips), [Match::Other, Match::Clips(4)]);
        assert_eq!(of(&parts[5..], &clips[..1]), [id(clips[0])]);
        // Two texts that claim one clip: nobody knows which is right.
        let both = [(Some(span(0, 25)), Gold), (Some(span(4, 26)), Gold)];
        assert_eq!(of(&both, &clips), [Match::Clips(1), Match::Clips(1)]);
    }
}
