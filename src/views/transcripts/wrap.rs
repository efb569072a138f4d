//! Subtitles as people read them: at most two lines of 42 characters at a time. In: the words of a clip, with when each
//! starts. Out: blocks, with when each starts. Breaks are at spaces, where sentences or clauses end if that costs
//! little, and never before a lone mark such as the French « ? ».

/// Characters of a line.
pub const LINE: usize = 42;

/// A word and when it starts, seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Without spaces.
    pub text: String,
    /// Seconds from the recording's start.
    pub start: f64,
}

/// What is shown at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// One line, or two.
    pub lines: Vec<String>,
    /// Seconds from the recording's start.
    pub start: f64,
}

/// The words in blocks: as few as fit, the best breaks of all.
pub fn blocks(words: &[Word], end: f64) -> Vec<Block> {
    let units = units(words, end);
    // best[j]: what the units before j cost, and where their last block starts.
    let mut best = vec![(0.0, 0)];
    for to in 1..=units.len() {
        let from_here = (0..to).rev().take_while(|from| to - from == 1 || fits(&units[*from..to]));
        let costs = from_here.filter_map(|from| {
            let (_, lines) = lines(&units[from..to])?;
            let spare = (2 * LINE).saturating_sub(length(&units[from..to])) as f64;
            let gap = if to < units.len() { gap(&units[to - 1]) } else { 0.0 };
            Some((best[from].0 + 40.0 + lines + spare * spare / 600.0 + gap, from))
        });
        best.push(costs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((best[to - 1].0, to - 1)));
    }
    let mut blocks = Vec::new();
    let mut to = units.len();
    while to > 0 {
        let from = best[to].1;
        let line =
            |units: &[Word]| units.iter().map(|u| u.text.as_str()).collect::<Vec<_>>().join(" ");
        let block = &units[from..to];
        let (first, second) = block.split_at(lines(block).map_or(block.len(), |(at, _)| at));
        let lines = [first, second].into_iter().filter(|l| !l.is_empty()).map(line).collect();
        blocks.push(Block { lines, start: block[0].start });
        to = from;
    }
    blocks.reverse();
    blocks
}

/// Words with the marks that belong to them, none longer than a line.
fn units(words: &[Word], end: f64) -> Vec<Word> {
    let mark = |text: &str| !text.contains(char::is_alphanumeric);
    let opens = |text: &str| {
        mark(text) && text.ends_with(['«', '“', '‘', '(', '[', '-', '–', '—', '¿', '¡'])
    };
    let mut units: Vec<Word> = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let next = words.get(n + 1).map_or(end, |next| next.start);
        match units.last_mut() {
            Some(last)
                if (opens(&last.text) || (mark(&word.text) && !opens(&word.text)))
                    && characters(&last.text) + 1 + characters(&word.text) <= LINE =>
            {
                last.text = format!("{} {}", last.text, word.text);
            }
            _ => units.extend(pieces(word, next)),
        }
    }
    units
}

/// A word that is longer than a line, in pieces.
fn pieces(word: &Word, next: f64) -> Vec<Word> {
    let characters: Vec<char> = word.text.chars().collect();
    let pieces: Vec<String> = characters.chunks(LINE).map(|piece| piece.iter().collect()).collect();
    let step = (next - word.start).max(0.0) / pieces.len().max(1) as f64;
    let at = |n: usize| word.start + step * n as f64;
    pieces.into_iter().enumerate().map(|(n, text)| Word { text, start: at(n) }).collect()
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// Characters with the spaces between.
fn length(units: &[Word]) -> usize {
    units.iter().map(|unit| characters(&unit.text) + 1).sum::<usize>().saturating_sub(1)
}

/// Whether more units may still fit two lines; not whether these do.
fn fits(units: &[Word]) -> bool {
    length(units) <= 2 * LINE + 1
}

/// How many units the first line has, and what that break costs; nothing when two lines do not hold them.
fn lines(units: &[Word]) -> Option<(usize, f64)> {
    if length(units) <= LINE {
        return Some((units.len(), 0.0));
    }
    let breaks = (1..units.len()).filter_map(|at| {
        let (first, second) = (length(&units[..at]), length(&units[at..]));
        let uneven = first.abs_diff(second) as f64 / 4.0;
        (first.max(second) <= LINE).then(|| (at, gap(&units[at - 1]) + uneven))
    });
    breaks.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// What a break after a unit costs.
fn gap(unit: &Word) -> f64 {
    let end = unit.text.trim_end_matches(['"', '»', '”', '’', ')', ']', ' ']);
    match end.chars().next_back() {
        Some('.' | '!' | '?' | '…') => 0.0,
        Some(',' | ';' | ':' | '—' | '–') => 6.0,
        _ => 16.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let words: Vec<Word> = text
            .split_whitespace()
            .zip(0_u32..)
            .map(|(text, n)| Word { text: text.into(), start: f64::from(n) })
            .collect();
        let end = words.len() as f64;
        blocks(&words, end).into_iter().map(|block| block.lines.join("\n")).collect()
    }

    #[test]
    fn a_long_sentence_is_two_lines_and_a_longer_one_two_cues() {
        assert_eq!(shown("il fait frette à matin"), ["il fait frette à matin"]);
        assert_eq!(
            shown("bonjour, vous êtes bien chez votre dépanneur du coin"),
            ["bonjour, vous êtes bien\nchez votre dépanneur du coin"]
        );
        assert_eq!(
            shown(
                "Pour le service en français, faites le un. Pour parler à un agent de notre service à la clientèle, \
                 restez en ligne."
            ),
            [
                "Pour le service en français, faites le un.",
                "Pour parler à un agent de notre service\nà la clientèle, restez en ligne."
            ]
        );
    }

    #[test]
    fn a_lone_mark_stays_with_its_word() {
        let shown = shown(
            "est-ce que vous avez bien reçu notre lettre ? Elle dit : « venez demain matin »",
        );
        for line in shown.iter().flat_map(|block| block.lines()) {
            assert!(!line.starts_with(['?', ':', '»']) && !line.ends_with('«'), "{shown:?}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_short_and_no_word_is_lost(text in "[a-zé,.?日 ]{0,300}") {
            let blocks = shown(&text);
            for block in &blocks {
                prop_assert!((1..=2).contains(&block.lines().count()));
                prop_assert!(block.lines().all(|line| (1..=LINE).contains(&line.chars().count())));
            }
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&blocks.join(" ")), letters(&text));
        }
    }
}
