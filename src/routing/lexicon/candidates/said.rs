//! What is said in a corpus, phrase by phrase. In: settled texts with their drafts. Out: for each phrase the clips with it, and
//! those whose draft has something else. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{Candidate, Why};
use crate::domain::{ClipId, Language, RecordingId, Region};
use crate::routing::lexicon::Kind;
use crate::text::align::{Op, align};
use crate::text::counting::CountedIn;
use crate::text::fold::lower;
use crate::text::words::spaced;

/// Words of a phrase, at most.
const MOST_WORDS: usize = 3;

/// A settled clip.
#[derive(Clone, Debug)]
pub struct SaidClip {
    /// The clip.
    pub clip: ClipId,
    /// Its recording.
    pub recording: RecordingId,
    /// Who speaks.
    pub speaker: String,
    /// What the team declared.
    pub region: Option<Region>,
    /// Its language.
    pub language: Language,
    /// What people settled.
    pub text: String,
    /// What the model wrote, word by word, with times.
    pub draft: Vec<TimedWord>,
}

/// A word of a draft.
#[derive(Clone, Debug)]
pub struct TimedWord {
    /// In lower case, without punctuation at its ends.
    pub word: String,
    /// Seconds from the clip's start.
    pub start: f64,
    /// The same.
    pub end: f64,
}

impl SaidClip {
    /// The words of its text, in lower case.
    pub fn words(&self) -> Vec<String> {
        spaced(&self.text).map(|at| lower(&self.text[at])).collect()
    }

    /// How many there are.
    pub fn words_said(&self) -> usize {
        spaced(&self.text).count()
    }

    /// For each word of the text, the word of the draft that stands for it.
    pub fn aligned(&self) -> Vec<Option<usize>> {
        let said = self.words();
        let reference: Vec<&str> = said.iter().map(String::as_str).collect();
        let hypothesis: Vec<&str> = self.draft.iter().map(|word| word.word.as_str()).collect();
        let mut stands = vec![None; said.len()];
        for op in align(&reference, &hypothesis).ops {
            if let Op::Match { reference, hypothesis } | Op::Substitute { reference, hypothesis } =
                op
            {
                stands[reference] = Some(hypothesis);
            }
        }
        stands
    }
}

/// A word or a few, and where it is said.
#[derive(Clone, Debug, Default)]
pub struct Phrase<'a> {
    /// How many words.
    pub words: usize,
    /// Clips with it.
    pub clips: BTreeSet<&'a ClipId>,
    /// Those of them whose draft has something else.
    pub missed: BTreeSet<&'a ClipId>,
    /// What that is, and how often.
    pub instead: BTreeMap<String, usize>,
    /// Who says it, by clip.
    speakers: BTreeMap<&'a ClipId, &'a str>,
    /// Where, by clip.
    regions: BTreeMap<&'a ClipId, &'a Region>,
    /// The texts.
    texts: Vec<&'a str>,
}

impl Phrase<'_> {
    /// Different speakers of some clips.
    pub fn speakers_in(&self, clips: &BTreeSet<&ClipId>) -> usize {
        let speakers = self.speakers.iter().filter(|(clip, _)| clips.contains(*clip));
        speakers.map(|(_, speaker)| speaker).collect::<BTreeSet<_>>().len()
    }

    /// The region that most of its clips are of.
    pub fn usual_region(&self) -> Option<Region> {
        let mut counts: BTreeMap<&Region, usize> = BTreeMap::new();
        self.regions.values().for_each(|region| *counts.entry(region).or_default() += 1);
        counts.into_iter().max_by_key(|(_, n)| *n).map(|(region, _)| region.clone())
    }

    /// A candidate of it, as one that the model does not write.
    pub fn candidate(&self, language: &Language, term: &str, examples: usize) -> Candidate {
        let mut texts: Vec<&str> = self.texts.clone();
        texts.dedup();
        let instead = self.instead.iter().max_by_key(|(text, n)| (**n, std::cmp::Reverse(*text)));
        Candidate {
            term: term.to_string(),
            kind: if self.words > 1 { Kind::Idiom } else { Kind::Word },
            language: language.clone(),
            region: None,
            why: Why::Unwritten,
            clips: [0, 0],
            elsewhere: [0, 0],
            speakers: self.speakers.values().collect::<BTreeSet<_>>().len(),
            log_odds: None,
            false_discovery_rate: 1.0,
            missed: [self.missed.len() as u64, self.clips.len() as u64],
            instead: instead.map(|(text, _)| text.clone()),
            pace: None,
            examples: texts.into_iter().take(examples).map(str::to_string).collect(),
        }
    }
}

/// Every phrase of the texts, by language.
pub fn phrases(clips: &[SaidClip]) -> BTreeMap<(&Language, String), Phrase<'_>> {
    let mut all: BTreeMap<(&Language, String), Phrase> = BTreeMap::new();
    for clip in clips.iter().filter(|c| CountedIn::of(&c.language) == CountedIn::Words) {
        let (words, stands) = (clip.words(), clip.aligned());
        for length in 1..=MOST_WORDS.min(words.len()) {
            for start in 0..=words.len() - length {
                let some = start..start + length;
                if words[some.clone()].iter().any(|w| !w.chars().any(char::is_alphabetic)) {
                    continue;
                }
                let phrase =
                    all.entry((&clip.language, words[some.clone()].join(" "))).or_default();
                phrase.words = length;
                if phrase.clips.insert(&clip.clip) {
                    phrase.texts.push(&clip.text);
                }
                phrase.speakers.insert(&clip.clip, &clip.speaker);
                phrase.regions.extend(clip.region.as_ref().map(|region| (&clip.clip, region)));
                let drafted = |n: usize| stands[n].map(|at| clip.draft[at].word.as_str());
                if some.clone().any(|n| drafted(n) != Some(words[n].as_str())) {
                    phrase.missed.insert(&clip.clip);
                    let instead: Vec<&str> = some.filter_map(drafted).collect();
                    if !instead.is_empty() {
                        *phrase.instead.entry(instead.join(" ")).or_default() += 1;
                    }
                }
            }
        }
    }
    all
}
