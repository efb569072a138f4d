//! What people wrote where the model wrote something else. In: drafts with the texts that people settled. Out: pairs, each with
//! the clips and people behind it. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::domain::{ClipId, Confusion, Language, WordPair};
use crate::text::align::{Op, align};
use crate::text::counting::CountedIn;
use crate::text::fold::{letters, lower};
use crate::text::words::spaced;

/// Words of one side at most: longer pieces are other sentences, not other spellings.
const MOST_WORDS: usize = 4;

/// A draft and what people made of it.
#[derive(Clone, Debug)]
pub struct SettledText {
    /// The clip.
    pub clip: ClipId,
    /// Its language.
    pub language: Language,
    /// What the model wrote.
    pub draft: String,
    /// What people settled.
    pub text: String,
    /// Who wrote that.
    pub people: BTreeSet<String>,
}

/// Every pair of the texts; one that `confirm` clips or people stand behind is in use, and none is with 0.
pub fn confusions(settled: &[SettledText], confirm: usize) -> Vec<Confusion> {
    let mut found: BTreeMap<(Language, String, String), Gathered> = BTreeMap::new();
    for text in settled.iter().filter(|t| CountedIn::of(&t.language) == CountedIn::Words) {
        for (wrote, said) in differences(&text.draft, &text.text) {
            let key = (text.language.clone(), wrote, lower(&said));
            let gathered = found.entry(key).or_default();
            gathered.clips.insert(&text.clip);
            gathered.people.extend(text.people.iter().cloned());
            *gathered.spelled.entry(said).or_default() += 1;
        }
    }
    let drafts = drafts_with(settled);
    let mut confusions = Vec::new();
    for ((language, wrote, _), Gathered { clips, people, spelled }) in found {
        // Of spellings as frequent as each other, the last of the alphabet: lower case.
        let said = spelled.into_iter().max_by_key(|(said, n)| (*n, said.clone()));
        let said = said.map_or(String::new(), |(said, _)| said);
        let all = drafts.get(&(&language, wrote.clone()));
        let other = all.map_or(0, |all| all.difference(&clips).count());
        let in_use = confirm > 0 && clips.len().max(people.len()) >= confirm;
        let clips = clips.len();
        let pair = WordPair { language, wrote, said };
        confusions.push(Confusion { pair, clips, people, other, in_use });
    }
    confusions
}

/// The words that people wrote, by language.
pub fn words(settled: &[SettledText], confirm: usize) -> BTreeMap<Language, KnownWords> {
    let mut found: BTreeMap<&Language, BTreeMap<String, Gathered>> = BTreeMap::new();
    for text in settled.iter().filter(|t| CountedIn::of(&t.language) == CountedIn::Words) {
        let words = found.entry(&text.language).or_default();
        for (n, at) in spaced(&text.text).enumerate() {
            let word = &text.text[at];
            let gathered = words.entry(lower(word)).or_default();
            gathered.clips.insert(&text.clip);
            gathered.people.extend(text.people.iter().cloned());
            // How a first word is spelled says nothing of capitals.
            let spelled = if n == 0 { lower(word) } else { word.to_string() };
            *gathered.spelled.entry(spelled).or_default() += 1;
        }
    }
    let mut all = BTreeMap::new();
    for (language, words) in found {
        let known: &mut KnownWords = all.entry(language.clone()).or_default();
        for (word, Gathered { clips, people, spelled }) in words {
            if confirm > 0 && clips.len().max(people.len()) >= confirm {
                let spelled = spelled.into_iter().max_by_key(|(said, n)| (*n, said.clone()));
                known.confirmed.extend(spelled.map(|(said, _)| (letters(&said), said)));
            }
            known.written.insert(word);
        }
    }
    all
}

/// Words that people wrote in one language.
#[derive(Clone, Debug, Default)]
pub struct KnownWords {
    /// All, in lower case.
    pub written: BTreeSet<String>,
    /// Those that enough clips or people confirm: letters, and as people spell them.
    pub confirmed: Vec<(String, String)>,
}

#[derive(Default)]
struct Gathered<'a> {
    clips: BTreeSet<&'a ClipId>,
    people: BTreeSet<String>,
    spelled: BTreeMap<String, usize>,
}

/// Which drafts have a sequence of a few words.
fn drafts_with(settled: &[SettledText]) -> BTreeMap<(&Language, String), BTreeSet<&ClipId>> {
    let mut with: BTreeMap<_, BTreeSet<&ClipId>> = BTreeMap::new();
    for text in settled {
        let words = lowered(&text.draft);
        for words in (1..=MOST_WORDS).flat_map(|length| words.windows(length)) {
            with.entry((&text.language, words.join(" "))).or_default().insert(&text.clip);
        }
    }
    with
}

/// What stands in a text where its draft has something else: pieces of a few words, with a word beside them where one side has
/// none of its own.
fn differences(draft: &str, text: &str) -> Vec<(String, String)> {
    let said: Vec<&str> = spaced(text).map(|at| &text[at]).collect();
    let (draft, plain): (Vec<&str>, Vec<String>) =
        (spaced(draft).map(|at| &draft[at]).collect(), said.iter().map(|w| lower(w)).collect());
    let wrote: Vec<String> = draft.iter().map(|word| lower(word)).collect();
    let reference: Vec<&str> = plain.iter().map(String::as_str).collect();
    let hypothesis: Vec<&str> = wrote.iter().map(String::as_str).collect();
    let ops = align(&reference, &hypothesis).ops;
    let mut found = Vec::new();
    for (mut right, mut left) in pieces(&ops) {
        if left.is_empty() || right.is_empty() {
            // The word behind, or the one before, is in both.
            if left.end < wrote.len() && right.end < said.len() {
                (left.end, right.end) = (left.end + 1, right.end + 1);
            } else if left.start > 0 && right.start > 0 {
                (left.start, right.start) = (left.start - 1, right.start - 1);
            } else {
                continue;
            }
        }
        if left.len().max(right.len()) > MOST_WORDS {
            continue;
        }
        let opens = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
        let mut spelled = said[right.clone()].join(" ");
        if opens(draft[left.start]) && opens(&spelled) {
            // A capital where the draft has one says that a sentence begins, or the same of both.
            spelled = small(&spelled);
        }
        found.push((wrote[left].join(" "), spelled));
    }
    found
}

fn small(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// The stretches in which two sequences differ: of the reference, and of the hypothesis.
fn pieces(ops: &[Op]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut pieces: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let (mut reference, mut hypothesis, mut open) = (0, 0, false);
    for op in ops {
        let (r, h, differs) = match op {
            Op::Match { .. } => (1, 1, false),
            Op::Substitute { .. } => (1, 1, true),
            Op::Delete { .. } => (1, 0, true),
            Op::Insert { .. } => (0, 1, true),
        };
        if differs && !open {
            pieces.push((reference..reference, hypothesis..hypothesis));
        }
        (reference, hypothesis, open) = (reference + r, hypothesis + h, differs);
        if let (true, Some((right, left))) = (differs, pieces.last_mut()) {
            (right.end, left.end) = (reference, hypothesis);
        }
    }
    pieces
}

fn lowered(text: &str) -> Vec<String> {
    spaced(text).map(|at| lower(&text[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(n: usize, draft: &str, text: &str, who: &str) -> SettledText {
        SettledText {
            clip: ClipId::from_stored(format!("c{n}")),
            language: "fr".parse().unwrap(),
            draft: draft.into(),
            text: text.into(),
            people: BTreeSet::from([who.to_string()]),
        }
    }

    #[test]
    fn a_difference_is_the_piece_that_differs_with_a_word_beside_it_where_one_side_has_none() {
        let of = |draft: &str, text: &str| differences(draft, text);
        let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
        assert_eq!(of("Appuyer ici.", "Appuyez ici"), [pair("appuyer", "appuyez")]);
        assert_eq!(
            of("dans l'extension 3", "dans la extension 3"),
            [pair("l'extension", "la extension")]
        );
        assert_eq!(of("votre boîte", "votre nouvelle boîte"), [pair("boîte", "nouvelle boîte")]);
        assert_eq!(of("au revoir bien", "au revoir"), [pair("revoir bien", "revoir")]);
        assert_eq!(of("chez des ilets", "chez Désilets"), [pair("des ilets", "Désilets")]);
        assert!(of("a b c d e", "v w x y z").is_empty(), "another sentence");
        assert!(of("", "oui").is_empty() && of("Oui !", "oui").is_empty());
    }

    #[test]
    fn two_clips_or_two_people_confirm_a_pair_and_clips_where_it_was_left_speak_against_it() {
        let mut all = vec![
            settled(1, "appuyer ici", "appuyez ici", "ana"),
            settled(2, "Appuyer là", "Appuyez là", "ana"),
            settled(3, "il faut appuyer", "il faut appuyer", "bob"),
            settled(4, "un ver", "un verre", "ana"),
        ];
        let found = confusions(&all, 2);
        let appuyez = found.iter().find(|c| c.pair.said == "appuyez").unwrap();
        assert_eq!((appuyez.clips, appuyez.other, appuyez.in_use), (2, 1, true));
        let verre = found.iter().find(|c| c.pair.said == "verre").unwrap();
        assert!(!verre.in_use);
        all[3].people.insert("bob".into());
        let again = confusions(&all, 2);
        assert!(again.iter().find(|c| c.pair.said == "verre").unwrap().in_use);
        assert!(confusions(&all, 0).iter().all(|c| !c.in_use));
    }
}
