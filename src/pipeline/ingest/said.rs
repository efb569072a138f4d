//! What one command has been told of each recording, and where. In: rows, one by one. Out: what holds of a recording, or
//! which two rows contradict each other; the first one stays. Left to others: what was said by earlier commands (store).

use std::collections::BTreeMap;

use crate::domain::{Channel, Cut, Facts, RecordingId, Reference, Samples, Segment, Span};

/// What has been said so far.
#[derive(Debug, Default)]
pub struct Said {
    recordings: BTreeMap<RecordingId, Told>,
    /// By the SHA-256 of a file: whether it was registered as a mix, and where that was said.
    files: BTreeMap<String, (bool, String)>,
    /// By the SHA-256 of a file: the error of a row about it.
    barred: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Told {
    facts: Facts,
    place: String,
    /// Rows about parts of the recording, by where they begin.
    parts: BTreeMap<Samples, (Segment, String)>,
    /// What is said in it, and in parts of it.
    references: BTreeMap<Option<Span>, Reference>,
    /// A row that was about all of it.
    whole: Option<String>,
}

impl Said {
    /// Whether a row has said anything of a file, by its SHA-256.
    pub fn knows(&self, sha256: &str) -> bool {
        self.files.contains_key(sha256)
    }

    /// A row about a file has an error, so that what it says is not known.
    pub fn bar(&mut self, sha256: &str, why: &str) {
        self.barred.entry(sha256.to_string()).or_insert_with(|| why.to_string());
    }

    /// The error of a row about a file of which no other row says anything.
    pub fn barred(&self, sha256: &str) -> Option<&str> {
        self.barred.get(sha256).map(String::as_str).filter(|_| !self.knows(sha256))
    }

    /// A row refuses consent to a recording, whatever another one says.
    pub fn refuse(&mut self, id: &RecordingId, note: String) {
        self.recordings.entry(id.clone()).or_default().facts.consent = Some(note);
    }

    /// A row wants a channel of a file. Its mix has the sound of each channel, so that both together would be
    /// transcribed twice.
    pub fn channel(&mut self, sha256: &str, channel: Channel, place: &str) -> Result<(), String> {
        let mix = channel == Channel::Mix;
        let (before, there) =
            self.files.entry(sha256.to_string()).or_insert_with(|| (mix, place.to_string()));
        match *before == mix {
            true => Ok(()),
            false => {
                let kind = |mix| if mix { "the mix of all channels" } else { "single channels" };
                Err(contradiction("channel", kind(mix), kind(*before), there))
            }
        }
    }

    /// A row says `facts` of a recording, or of a part of it; what is said in it is about the same part.
    pub fn add(
        &mut self,
        id: &RecordingId,
        mut facts: Facts,
        part: Option<Span>,
        place: &str,
    ) -> Result<(), String> {
        let told = self.recordings.entry(id.clone()).or_default();
        let references = std::mem::take(&mut facts.references);
        let segment = part.map(|span| Segment {
            span,
            speaker: facts.speaker.take(),
            region: facts.region.take(),
        });
        if let Some((name, here, there)) = facts.contradiction(&told.facts) {
            return Err(contradiction(name, &here, &there, &told.place));
        }
        let other = |r: &Reference| told.references.get(&part).filter(|other| other.text != r.text);
        if let Some((here, there)) = references.iter().find_map(|r| Some((r, other(r)?))) {
            return Err(contradiction("text", &here.text, &there.text, &there.from));
        }
        let keep = facts.cut == Some(Cut::Keep);
        match (segment, &told.whole, told.parts.values().next()) {
            (None, _, Some((_, there))) => {
                return Err(format!("it is about the whole file, {there} about a part of it"));
            }
            (Some(_), Some(there), _) => {
                return Err(format!("it is about a part of the file, {there} about all of it"));
            }
            (None, ..) => told.whole = Some(place.to_string()),
            (Some(segment), ..) => told.part(segment, place, keep)?,
        }
        for reference in references {
            let reference = Reference { span: part, ..reference };
            told.references.entry(part).or_insert(reference);
        }
        if told.place.is_empty() {
            told.place = place.to_string();
        }
        told.facts = std::mem::take(&mut told.facts).or(facts);
        Ok(())
    }

    /// All that was said of a recording; `length`, where it is known: one part that is all of it is none.
    pub fn facts(&self, id: &RecordingId, length: Option<Samples>) -> Facts {
        let Some(told) = self.recordings.get(id) else { return Facts::default() };
        let mut facts = told.facts.clone();
        facts.references = told.references.values().cloned().collect();
        let segments: Vec<Segment> = told.parts.values().map(|(s, _)| s.clone()).collect();
        if let [only] = segments.as_slice()
            && only.span.start == Samples(0)
            && length.is_some_and(|length| only.span.end + ROUNDING >= length)
        {
            (facts.speaker, facts.region) = (only.speaker.clone(), only.region.clone());
            facts.references.iter_mut().for_each(|reference| reference.span = None);
        } else {
            facts.segments = segments;
        }
        facts
    }
}

/// Durations in manifests are rounded.
const ROUNDING: Samples = Samples(800);

impl Told {
    /// One more part. Parts that overlap are of one speaker, and become one; those that are to be `kept` as they are may not.
    fn part(&mut self, mut segment: Segment, place: &str, keep: bool) -> Result<(), String> {
        let over = |s: &Segment| s.span.start < segment.span.end && segment.span.start < s.span.end;
        let before = self.parts.range(..=segment.span.start).next_back();
        let behind = self.parts.range(segment.span.start..segment.span.end);
        let all = before.into_iter().chain(behind).filter(|(_, (s, _))| over(s));
        let others: Vec<(Samples, Segment, String)> =
            all.map(|(at, (s, there))| (*at, s.clone(), there.clone())).collect();
        for (_, other, there) in &others {
            let of = |s: &Segment| Facts {
                speaker: s.speaker.clone(),
                region: s.region.clone(),
                ..Facts::default()
            };
            if let Some((name, here, other)) = of(&segment).contradiction(&of(other)) {
                return Err(contradiction(name, &here, &other, there));
            }
        }
        let apart = others.iter().find(|(_, other, _)| keep && other.span != segment.span);
        if let Some((_, other, there)) = apart {
            let shared =
                segment.span.end.min(other.span.end) - segment.span.start.max(other.span.start);
            return Err(format!(
                "it shares {:.2} s with {there}, which stays: with `--segments keep` no two clips overlap",
                shared.seconds()
            ));
        }
        // The row that was there first speaks for both.
        let place = others.first().map_or(place, |(.., there)| there.as_str()).to_string();
        for (at, other, _) in others {
            self.parts.remove(&at);
            let (a, b) = (segment.span, other.span);
            segment.span = Span::new(a.start.min(b.start), a.end.max(b.end));
            segment.speaker = segment.speaker.or(other.speaker);
            segment.region = segment.region.or(other.region);
        }
        self.parts.insert(segment.span.start, (segment, place));
        Ok(())
    }
}

fn contradiction(name: &str, here: &str, before: &str, there: &str) -> String {
    format!("{name} is '{here}' here and '{before}' in {there}, which stays: correct one of them")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ReferenceUse;

    fn by(speaker: &str) -> Facts {
        Facts { speaker: Some(speaker.into()), ..Facts::default() }
    }

    fn span(start: u64, end: u64) -> Option<Span> {
        Some(Span::new(Samples(start), Samples(end)))
    }

    #[test]
    fn two_rows_that_contradict_each_other_are_both_named_and_the_first_stays() {
        let (mut said, id) = (Said::default(), RecordingId::from_stored("r"));
        said.add(&id, by("ana"), None, "m.csv line 2").unwrap();
        said.add(&id, Facts::default(), None, "m.csv line 3").unwrap();
        let why = said.add(&id, by("bob"), None, "m.csv line 4").unwrap_err();
        assert!(why.contains("'bob'") && why.contains("'ana' in m.csv line 2"), "{why}");
        assert_eq!(said.facts(&id, None), by("ana"));
        said.channel("abc", Channel::Mix, "m.csv line 2").unwrap();
        let why = said.channel("abc", Channel::Only(0), "m.csv line 5").unwrap_err();
        assert!(why.contains("channel") && why.contains("line 2"), "{why}");
    }

    #[test]
    fn rows_about_parts_are_segments_each_with_its_speaker() {
        let (mut said, id) = (Said::default(), RecordingId::from_stored("r"));
        said.add(&id, by("bob"), span(50, 90), "line 1").unwrap();
        said.add(&id, by("ana"), span(0, 40), "line 2").unwrap();
        said.add(&id, by("ana"), span(30, 50), "line 3").unwrap();
        let why = said.add(&id, by("ana"), span(80, 99), "line 4").unwrap_err();
        assert!(why.contains("'bob' in line 1"), "{why}");
        assert!(
            said.add(&id, by("ana"), None, "line 5").unwrap_err().contains("line 2 about a part")
        );
        let segments = said.facts(&id, None).segments;
        let short: Vec<_> = segments
            .iter()
            .map(|s| (s.span.start.0, s.span.end.0, s.speaker.as_deref().unwrap()))
            .collect();
        assert_eq!(short, [(0, 50, "ana"), (50, 90, "bob")]);
    }

    fn says(text: &str, line: u64, cut: Cut) -> Facts {
        let reference = Reference {
            span: None,
            text: text.into(),
            from: format!("line {line}"),
            kept_for: ReferenceUse::Gold,
        };
        Facts { references: vec![reference], cut: Some(cut), ..Facts::default() }
    }

    #[test]
    fn two_texts_of_one_part_contradict_each_other_and_parts_that_are_kept_do_not_overlap() {
        let (mut said, id) = (Said::default(), RecordingId::from_stored("r"));
        let mut add = |text: &str, line: u64, part, cut| {
            said.add(&id, says(text, line, cut), part, &format!("line {line}"))
        };
        add("oui", 1, span(0, 40), Cut::Keep).unwrap();
        add("oui", 2, span(0, 40), Cut::Keep).unwrap();
        let why = add("non", 3, span(0, 40), Cut::Keep).unwrap_err();
        assert!(why.contains("text is 'non' here and 'oui' in line 1"), "{why}");
        let why = add("merci", 4, span(30, 60), Cut::Keep).unwrap_err();
        assert!(why.contains("with line 1, which stays"), "{why}");
        add("merci", 5, span(40, 60), Cut::Keep).unwrap();
        add("bien", 6, span(50, 70), Cut::Slice).unwrap();
        let facts = said.facts(&id, None);
        let texts: Vec<_> = facts.references.iter().map(|r| r.text.as_str()).collect();
        assert_eq!((texts, facts.segments.len()), (vec!["oui", "merci", "bien"], 2));
    }

    #[test]
    fn a_part_that_is_all_of_a_file_is_no_part() {
        let (mut said, id) = (Said::default(), RecordingId::from_stored("r"));
        said.add(&id, by("ana"), span(0, 15_990), "line 1").unwrap();
        assert_eq!(said.facts(&id, Some(Samples(16_000))), by("ana"));
        assert_eq!(said.facts(&id, Some(Samples(32_000))).segments.len(), 1);
        assert_eq!(said.facts(&id, None).segments.len(), 1);
    }
}
