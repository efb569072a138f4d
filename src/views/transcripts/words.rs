//! Words with their times. In: a text, the words of the draft with the times that the model gave them. Out: the words of the text:
//! those that the draft has too keep its times, others share the time between. Left to others: formats. Pure.

use crate::text::align::{Op, align};
use crate::text::fold::fold;

/// A word of a transcript.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimedWord {
    /// As written, with the punctuation around it.
    pub text: String,
    /// Seconds from the recording's start.
    pub start: f64,
    /// Seconds from the recording's start.
    pub end: f64,
    /// P(it is wrong), of a word that nobody reviewed; `None` where that is not known.
    pub p_wrong: Option<f64>,
}

/// Less time than this, seconds, is none for a word: it takes its part of the word before.
const LEAST: f64 = 0.04;

/// The words of `text`, which is said in `clip` (seconds from the recording's start), in order, none over another. A word that stands in
/// the draft, or in the place of one of its words, has that one's times; only words that are the same keep its `p_wrong`.
pub fn of_text(text: &str, draft: &[TimedWord], clip: (f64, f64)) -> Vec<TimedWord> {
    let plain = |word: &str| {
        let bare = fold(word);
        let bare = bare.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() { word.to_string() } else { bare.to_string() }
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let here: Vec<String> = words.iter().map(|word| plain(word)).collect();
    let there: Vec<String> = draft.iter().map(|word| plain(&word.text)).collect();

    let mut found: Vec<Option<TimedWord>> = vec![None; words.len()];
    for op in align(&slices(&here), &slices(&there)).ops {
        let (reference, hypothesis, same) = match op {
            Op::Match { reference, hypothesis } => (reference, hypothesis, true),
            Op::Substitute { reference, hypothesis } => (reference, hypothesis, false),
            Op::Delete { .. } | Op::Insert { .. } => continue,
        };
        let of_draft = &draft[hypothesis];
        found[reference] = Some(TimedWord {
            text: words[reference].to_string(),
            p_wrong: of_draft.p_wrong.filter(|_| same),
            ..of_draft.clone()
        });
    }
    let mut timed = filled(&words, found, clip);
    in_order(&mut timed, clip);
    timed
}

fn slices(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Gives words without times the time between those beside them, each as much as it has letters.
fn filled(words: &[&str], found: Vec<Option<TimedWord>>, clip: (f64, f64)) -> Vec<TimedWord> {
    let mut timed: Vec<TimedWord> = Vec::with_capacity(words.len());
    let mut n = 0;
    while n < words.len() {
        if let Some(word) = &found[n] {
            timed.push(word.clone());
            n += 1;
            continue;
        }
        let until = (n..words.len()).find(|m| found[*m].is_some()).unwrap_or(words.len());
        let end = found.get(until).and_then(Option::as_ref).map_or(clip.1, |next| next.start);
        let start = timed.last().map_or(clip.0, |before| before.end);
        let run = &words[n..until];
        match timed.pop() {
            // No room between: with the word before, they share its time.
            Some(before) if end - start < LEAST * run.len() as f64 => {
                let all: Vec<&str> =
                    std::iter::once(&*before.text).chain(run.iter().copied()).collect();
                let mut shared = spread(&all, (before.start, end.max(before.end)));
                shared[0].p_wrong = before.p_wrong;
                timed.extend(shared);
            }
            before => {
                timed.extend(before);
                timed.extend(spread(run, (start, end)));
            }
        }
        n = until;
    }
    timed
}

/// Words over a stretch of time, each as long as it has letters.
fn spread(words: &[&str], (start, end): (f64, f64)) -> Vec<TimedWord> {
    let letters: Vec<usize> = words.iter().map(|word| word.chars().count() + 1).collect();
    let all = letters.iter().sum::<usize>().max(1) as f64;
    let at = |before: usize| start + (end - start).max(0.0) * before as f64 / all;
    let mut before = 0;
    let of = |(word, letters): (&&str, usize)| {
        let start = at(before);
        before += letters;
        TimedWord { text: word.to_string(), start, end: at(before), p_wrong: None }
    };
    words.iter().zip(letters).map(of).collect()
}

/// Keeps words within the clip, and each after the one before.
fn in_order(words: &mut [TimedWord], clip: (f64, f64)) {
    let mut at = clip.0;
    for word in words {
        word.start = word.start.clamp(at, clip.1.max(at));
        word.end = word.end.clamp(word.start, clip.1.max(word.start));
        at = word.end;
    }
}

/// A word without the punctuation around it, as programs that count words want it; `None`: nothing is said.
pub fn bare(word: &str) -> Option<&str> {
    let said = |c: char| c.is_alphanumeric();
    let kept = |c: char| said(c) || matches!(c, '\'' | '’' | '%' | '°' | '€' | '$' | '&' | '+');
    word.contains(said).then(|| word.trim_matches(|c| !kept(c)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draft(words: &[(&str, f64, f64)]) -> Vec<TimedWord> {
        let word = |&(text, start, end): &(&str, f64, f64)| TimedWord {
            text: text.into(),
            start,
            end,
            p_wrong: Some(0.25),
        };
        words.iter().map(word).collect()
    }

    #[test]
    fn words_of_the_draft_keep_their_times_and_new_ones_share_what_is_between() {
        let draft = draft(&[("Il", 1.0, 1.2), ("fait", 1.2, 1.5), ("frais.", 2.5, 3.0)]);
        let words = of_text("il fait très très frette", &draft, (1.0, 3.2));
        let said: Vec<_> =
            words.iter().map(|w| (w.text.as_str(), w.start, w.end, w.p_wrong)).collect();
        assert_eq!(said[0], ("il", 1.0, 1.2, Some(0.25)));
        assert_eq!(said[1], ("fait", 1.2, 1.5, Some(0.25)));
        assert_eq!((said[2].1, said[2].2, said[2].3), (1.5, 2.0, None));
        assert_eq!(said[4], ("frette", 2.5, 3.0, None), "in the place of another word");
        let same = of_text("Il fait frais.", &draft, (1.0, 3.2));
        assert_eq!(same, draft);
    }

    #[test]
    fn a_word_without_room_takes_part_of_the_one_before() {
        let draft = draft(&[("un", 0.0, 1.0), ("trois", 1.0, 2.0)]);
        let words = of_text("un deux trois", &draft, (0.0, 2.0));
        assert!(words[0].end < 1.0 && words[1].start == words[0].end && words[1].end == 1.0);
        assert_eq!(of_text("", &draft, (0.0, 2.0)), []);
        let alone = of_text("à toi", &[], (4.0, 6.0));
        assert_eq!((alone[0].start, alone[1].end), (4.0, 6.0));
    }

    #[test]
    fn punctuation_around_a_word_is_no_part_of_it() {
        let bares = ["«Allô!»", "aujourd'hui,", "l'", "50%", "…", "-"].map(bare);
        assert_eq!(bares, [Some("Allô"), Some("aujourd'hui"), Some("l'"), Some("50%"), None, None]);
    }

    proptest! {
        #[test]
        fn every_word_of_the_text_has_a_place_in_order_within_the_clip(
            text in prop::collection::vec("[abc]{1,2}", 0..12),
            said in prop::collection::vec(("[abc]{1,2}", 0.0f64..0.6), 0..12),
        ) {
            let mut at = 5.0;
            let draft: Vec<TimedWord> = said.into_iter().map(|(text, length)| {
                at += length;
                TimedWord { text, start: at - length, end: at, p_wrong: None }
            }).collect();
            let clip = (5.0, at + 0.1);
            let words = of_text(&text.join(" "), &draft, clip);
            prop_assert_eq!(words.iter().map(|w| w.text.clone()).collect::<Vec<_>>(), text);
            let mut before = clip.0;
            for word in words {
                prop_assert!(word.start >= before && word.end >= word.start && word.end <= clip.1);
                before = word.end;
            }
        }
    }
}
