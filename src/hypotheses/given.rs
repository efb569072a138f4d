//! Which clip each word of another engine's text is of. In: texts of a recording, its clips. Out: a text for each clip.
//! Left to others: reading it with the model (`transcriber`). Pure.
//!
//! A word with a time goes whole to the clip that holds its middle, else to the nearest, but not far. Words without times
//! are spread over the clips of their part by their letters.

use crate::domain::{EngineText, EngineWord, Millis, Probability, Samples, Span};

/// A word farther from every clip is of none, samples: what was cut there is no clip.
const FAR: u64 = 16_000;

/// What another engine wrote for a clip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenText {
    /// In order; at least one.
    pub words: Vec<GivenWord>,
    /// The engine's own confidence in the text that it is of, where it is one.
    pub confidence: Option<Probability>,
}

/// A word of it.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenWord {
    /// Without blanks.
    pub text: String,
    /// Start and end within the clip, where the engine tells.
    pub at: Option<(Millis, Millis)>,
    /// The engine's own confidence, where it is one.
    pub confidence: Option<Probability>,
}

impl GivenText {
    /// The words, with blanks between them.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// How sure the engine is that all words are right: the product over them; where it says that of some words alone, or of
    /// none, what it says of the text.
    pub fn sureness(&self) -> Option<Probability> {
        let of_words: Option<f64> =
            self.words.iter().map(|word| word.confidence.map(Probability::get)).product();
        of_words.map(Probability::clamped).or(self.confidence)
    }
}

/// The text of each clip; `None` where it has no word. `clips` are in order of time, none over another.
pub fn cut(texts: &[EngineText], clips: &[Span]) -> Vec<Option<GivenText>> {
    let mut placed: Vec<Vec<(Samples, GivenWord)>> = vec![Vec::new(); clips.len()];
    let mut sure: Vec<Option<Probability>> = vec![None; clips.len()];
    for text in texts {
        let places = match text.has_times() {
            true => text.words.iter().map(|word| nearest(word, clips)).collect(),
            false => spread(text, clips),
        };
        for (word, place) in text.words.iter().zip(places) {
            if let Some((clip, at)) = place {
                placed[clip].push((at, given(word, clips[clip])));
                // Of several texts: what the least sure of them has.
                let least = [sure[clip], text.confidence].into_iter().flatten();
                sure[clip] = least.reduce(|a, b| if a < b { a } else { b });
            }
        }
    }
    let of_clip = placed.into_iter().zip(sure).map(|(mut words, confidence)| {
        words.sort_by_key(|(at, _)| *at); // stable: words of one time stay in their order
        let words: Vec<GivenWord> = words.into_iter().map(|(_, word)| word).collect();
        (!words.is_empty()).then_some(GivenText { words, confidence })
    });
    of_clip.collect()
}

fn given(word: &EngineWord, clip: Span) -> GivenWord {
    let within = |at: Samples| {
        let at = at.0.clamp(clip.start.0, clip.end.0) - clip.start.0;
        Millis(at / 16)
    };
    GivenWord {
        text: word.text.clone(),
        at: word.span.map(|span| (within(span.start), within(span.end))),
        confidence: word.confidence,
    }
}

/// The clip that holds a word's middle, else the nearest; with that middle.
fn nearest(word: &EngineWord, clips: &[Span]) -> Option<(usize, Samples)> {
    let span = word.span?;
    let middle = Samples((span.start.0 + span.end.0) / 2);
    let after = clips.partition_point(|clip| clip.end <= middle);
    let apart = |clip: &Span| {
        let (before, behind) = (clip.start.saturating_sub(middle), middle.saturating_sub(clip.end));
        before.0.max(behind.0)
    };
    let beside = [after.checked_sub(1), (after < clips.len()).then_some(after)];
    let clip = beside.into_iter().flatten().min_by_key(|n| apart(&clips[*n]))?;
    (apart(&clips[clip]) <= FAR).then_some((clip, middle))
}

/// Words without times: each at the share of speech that its letters are at among all letters.
fn spread(text: &EngineText, clips: &[Span]) -> Vec<Option<(usize, Samples)>> {
    let whole = Span::new(Samples(0), Samples(u64::MAX));
    let part = text.span.unwrap_or(whole);
    let shared = clips.iter().enumerate().filter_map(|(n, clip)| {
        let (start, end) = (clip.start.max(part.start), clip.end.min(part.end));
        (start < end).then(|| (n, Span::new(start, end)))
    });
    let mut shared: Vec<(usize, Span)> = shared.collect();
    // A part that reaches a little into a neighbour is not of it.
    let most = shared.iter().map(|(_, span)| span.len()).max().unwrap_or_default();
    shared
        .retain(|(n, span)| span.len().0 * 2 > clips[*n].len().0.min(most.0) || span.len() == most);
    let speech: u64 = shared.iter().map(|(_, span)| span.len().0).sum();
    let letters = |word: &EngineWord| word.text.chars().count().max(1) as u64;
    let all: u64 = text.words.iter().map(letters).sum();
    let mut said = 0;
    let place = |word: &EngineWord| {
        let half = 2 * said + letters(word);
        said += letters(word);
        let mut at = (u128::from(speech) * u128::from(half) / u128::from(2 * all.max(1))) as u64;
        for (n, span) in &shared {
            if at < span.len().0 {
                return Some((*n, Samples(span.start.0 + at)));
            }
            at -= span.len().0;
        }
        None
    };
    text.words.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(start: f64, end: f64) -> Span {
        Span::new(Samples::from_seconds(start), Samples::from_seconds(end))
    }

    fn text(part: Option<Span>, words: &[(&str, Option<(f64, f64)>)]) -> EngineText {
        let word = |(text, at): &(&str, Option<(f64, f64)>)| EngineWord {
            text: text.to_string(),
            span: at.map(|(start, end)| span(start, end)),
            confidence: None,
        };
        EngineText { span: part, words: words.iter().map(word).collect(), confidence: None }
    }

    fn said(texts: &[EngineText], clips: &[Span]) -> Vec<String> {
        let all = cut(texts, clips).into_iter();
        all.map(|given| given.map_or("-".into(), |given| given.text())).collect()
    }

    #[test]
    fn a_word_goes_whole_to_the_clip_of_its_middle_or_the_nearest_but_not_far() {
        let clips = [span(1.0, 3.0), span(3.5, 5.0), span(9.0, 10.0)];
        let words = [
            ("un", Some((0.5, 0.9))),
            ("deux", Some((2.6, 3.2))),
            ("trois", Some((3.3, 3.45))),
            ("rien", Some((6.4, 7.0))),
        ];
        assert_eq!(said(&[text(None, &words)], &clips), ["un deux", "trois", "-"]);
        let given = cut(&[text(None, &words)], &clips).remove(0).unwrap();
        assert_eq!(given.words[0].at, Some((Millis(0), Millis(0))));
        assert_eq!(given.words[1].at, Some((Millis(1600), Millis(2000))));
    }

    #[test]
    fn a_text_without_times_on_a_part_that_is_one_clip_is_that_clip_s() {
        let clips = [span(0.0, 4.0), span(4.2, 8.0)];
        let part = text(Some(span(3.9, 8.1)), &[("un", None), ("deux", None), ("trois", None)]);
        assert_eq!(said(&[part], &clips), ["-", "un deux trois"]);
    }

    #[test]
    fn words_without_times_are_spread_over_the_speech_of_their_part() {
        let clips = [span(1.0, 3.0), span(20.0, 24.0)];
        let words =
            [("aa", None), ("bb", None), ("cc", None), ("dd", None), ("ee", None), ("ff", None)];
        assert_eq!(said(&[text(None, &words)], &clips), ["aa bb", "cc dd ee ff"]);
        assert_eq!(said(&[text(Some(span(30.0, 31.0)), &words)], &clips), ["-", "-"]);
        assert_eq!(said(&[text(None, &words)], &[]), Vec::<String>::new());
    }

    #[test]
    fn an_engine_is_as_sure_of_a_clip_as_of_all_its_words() {
        let p = |x: f64| Some(Probability::clamped(x));
        let mut whole = text(None, &[("un", Some((0.0, 1.0))), ("deux", Some((1.0, 2.0)))]);
        let sureness =
            |text: &EngineText| cut(std::slice::from_ref(text), &[span(0.0, 3.0)])[0].clone();
        whole.confidence = p(0.75);
        assert_eq!(sureness(&whole).unwrap().sureness(), p(0.75));
        whole.words[0].confidence = p(0.5);
        assert_eq!(sureness(&whole).unwrap().sureness(), p(0.75), "it does not say of all words");
        whole.words[1].confidence = p(0.5);
        assert_eq!(sureness(&whole).unwrap().sureness(), p(0.25));
    }

    #[test]
    fn texts_of_one_clip_follow_each_other() {
        let clips = [span(0.0, 9.0)];
        let (a, b) = (
            text(Some(span(0.0, 4.0)), &[("un", None)]),
            text(Some(span(4.0, 9.0)), &[("deux", None)]),
        );
        assert_eq!(said(&[b, a], &clips), ["un deux"]);
    }

    proptest! {
        #[test]
        fn every_word_is_of_one_clip_at_most_and_words_keep_their_order(
            count in 0usize..30, lengths in prop::collection::vec(0.1f64..5.0, 1..6), timed in any::<bool>(),
        ) {
            let mut at = 0.0;
            let clips: Vec<Span> = lengths.iter().map(|length| {
                at += length + 0.5;
                span(at - length, at)
            }).collect();
            let names: Vec<String> = (0..count).map(|n| format!("w{n:02}")).collect();
            let time = |n: usize| timed.then_some((n as f64 * 0.4, n as f64 * 0.4 + 0.3));
            let words: Vec<(&str, _)> = names.iter().enumerate().map(|(n, w)| (w.as_str(), time(n))).collect();
            let all = cut(&[text(None, &words)], &clips);
            prop_assert_eq!(all.len(), clips.len());
            let placed: Vec<String> = all.into_iter().flatten().flat_map(|g| g.words).map(|w| w.text).collect();
            prop_assert!(placed.is_sorted() && placed.len() <= count);
            prop_assert!(timed || placed.len() == count);
        }
    }
}
