//! Several people's texts of one clip become one, word by word (ROVER: Fiscus, ASRU 1997).
//! In: texts with weights, the machine's draft. Out: the text that most weight stands behind, and how
//! much they agree. Pure and independent of the order of the texts. Left to others: the weights
//! (`reliability`), whether that settles the clip (`consensus`).
//!
//! Texts are aligned one after the other, heaviest first, into a row of slots; each slot holds the
//! word, or no word, of each text. The word with the most weight wins its slot. The machine has half
//! the smallest weight of a person, for words that a person wrote: it breaks ties, and a word that
//! two people agree on and that wins without the machine wins with it. A narrow lead is a tie.

use std::collections::BTreeMap;

use super::words::{Chunk, chunks, plain};

/// A lead of less than this, as a share of the machine's weight, is a tie: weights are estimates.
const CLOSE: f64 = 0.5;

/// What one person wrote, with the weight of their word.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// The text.
    pub text: &'a str,
    /// Above 0; 1 is an ordinary validator's.
    pub weight: f64,
}

/// The outcome of a vote.
#[derive(Clone, Debug, PartialEq)]
pub struct Voted {
    /// The text: somebody's own where somebody wrote just these words.
    pub text: String,
    /// People who wrote just these words.
    pub support: usize,
    /// Mean share of the people's weight behind the winner of each slot, in (0, 1].
    pub agreement: f64,
    /// Two words of a slot had the same weight, and nothing decided between them.
    pub tied: bool,
}

/// Per slot: what each voice has there.
type Slot<'a> = Vec<Option<Chunk<'a>>>;

/// Takes the vote; `voices` holds at least one.
pub fn vote(voices: &[Voice<'_>], machine: Option<&str>) -> Voted {
    let mut voices = voices.to_vec();
    voices.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.text.cmp(b.text)));
    let lightest = voices.iter().map(|v| v.weight).fold(f64::INFINITY, f64::min);
    let texts = voices.iter().map(|v| v.text).chain(machine);
    let mut slots: Vec<Slot<'_>> = Vec::new();
    for (n, text) in texts.enumerate() {
        slots = add(slots, chunks(text), n);
    }
    let (mut won, mut share, mut tied) = (Vec::new(), 0.0, false);
    let mut counted = 0_usize;
    for slot in &slots {
        let Some(winner) = winner(slot, &voices, lightest / 2.0) else { continue };
        tied |= winner.tied;
        share += winner.share;
        counted += 1;
        won.extend(winner.chunk);
    }
    let words: Vec<String> = won.iter().map(|c| c.word.clone()).collect();
    let same: Vec<&str> =
        voices.iter().map(|v| v.text).filter(|text| plain(text) == words).collect();
    let joined: String = won.iter().map(|c| c.written).collect();
    let text = spelling(&same, machine).unwrap_or(joined.trim().to_string());
    let agreement = if counted == 0 { 1.0 } else { share / counted as f64 };
    Voted { text, support: same.len(), agreement, tied }
}

/// Aligns the words of voice `n` with the slots: least edits (a word that some voice has there costs
/// nothing, so does leaving out a word that some voice leaves out), matches as far right as possible.
fn add<'a>(slots: Vec<Slot<'a>>, chunks: Vec<Chunk<'a>>, n: usize) -> Vec<Slot<'a>> {
    let (rows, columns) = (slots.len() + 1, chunks.len() + 1);
    let here = |slot: &Slot<'a>, c: &Chunk<'a>| slot.iter().flatten().any(|o| o.word == c.word);
    let gap = |slot: &Slot<'a>| usize::from(!slot.iter().any(Option::is_none));
    let mut cost = vec![vec![0_usize; columns]; rows];
    cost[0] = (0..columns).collect();
    for i in 1..rows {
        cost[i][0] = cost[i - 1][0] + gap(&slots[i - 1]);
        for j in 1..columns {
            let differs = usize::from(!here(&slots[i - 1], &chunks[j - 1]));
            let both = cost[i - 1][j - 1] + differs;
            let skipped = cost[i - 1][j] + gap(&slots[i - 1]);
            cost[i][j] = both.min(skipped).min(cost[i][j - 1] + 1);
        }
    }
    let (mut i, mut j) = (slots.len(), chunks.len());
    let (mut slots, mut chunks) = (slots, chunks);
    let mut out: Vec<Slot<'a>> = Vec::new();
    while i + j > 0 {
        let both = i > 0
            && j > 0
            && cost[i][j] == cost[i - 1][j - 1] + usize::from(!here(&slots[i - 1], &chunks[j - 1]));
        if both {
            let mut slot = std::mem::take(&mut slots[i - 1]);
            slot.push(chunks.pop());
            out.push(slot);
            (i, j) = (i - 1, j - 1);
        } else if i > 0 && cost[i][j] == cost[i - 1][j] + gap(&slots[i - 1]) {
            let mut slot = std::mem::take(&mut slots[i - 1]);
            slot.push(None);
            out.push(slot);
            i -= 1;
        } else {
            let mut slot: Slot<'a> = (0..n).map(|_| None).collect();
            slot.push(chunks.pop());
            out.push(slot);
            j -= 1;
        }
    }
    out.reverse();
    out
}

struct Winner<'a> {
    chunk: Option<Chunk<'a>>,
    share: f64,
    tied: bool,
}

/// A word of a slot, or no word: what speaks for it.
struct Candidate<'a> {
    word: Option<String>,
    weight: f64,
    people: usize,
    /// As the heaviest of them wrote it.
    chunk: Option<Chunk<'a>>,
}

/// The winner of a slot; `None` where only the machine has a word.
fn winner<'a>(slot: &Slot<'a>, voices: &[Voice<'_>], machine: f64) -> Option<Winner<'a>> {
    let word = |chunk: &Option<Chunk<'a>>| chunk.as_ref().map(|c| c.word.clone());
    let (people, drafted) = slot.split_at(voices.len());
    if people.iter().all(Option::is_none) {
        return None;
    }
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    for (chunk, voice) in people.iter().zip(voices) {
        let word = word(chunk);
        match candidates.iter_mut().find(|c| c.word == word) {
            Some(same) => {
                same.weight += voice.weight;
                same.people += 1;
            }
            None => candidates.push(Candidate {
                word,
                weight: voice.weight,
                people: 1,
                chunk: chunk.clone(),
            }),
        }
    }
    let drafted = drafted.first().map(word);
    let bonus = |c: &Candidate<'a>| if drafted.as_ref() == Some(&c.word) { machine } else { 0.0 };
    let first = leaders(&candidates, |c| c.weight, 1e-9);
    let leaders = match first.as_slice() {
        [one] if one.people >= 2 => first,
        _ => leaders(&candidates, |c| c.weight + bonus(c), machine * CLOSE),
    };
    // A word before no word, then the one that sorts first.
    let first = leaders.iter().min_by_key(|c| (c.word.is_none(), &c.word))?;
    let all: f64 = voices.iter().map(|v| v.weight).sum();
    Some(Winner { chunk: first.chunk.clone(), share: first.weight / all, tied: leaders.len() > 1 })
}

/// Those with the most of something, or nearly so.
fn leaders<'c, 'a>(
    candidates: &'c [Candidate<'a>],
    amount: impl Fn(&Candidate<'a>) -> f64,
    nearly: f64,
) -> Vec<&'c Candidate<'a>> {
    let most = candidates.iter().map(&amount).fold(0.0, f64::max);
    candidates.iter().filter(|c| amount(c) > most - nearly).collect()
}

/// Which of several spellings of the same words: the most frequent, then the machine's, then the
/// one that sorts first.
fn spelling(texts: &[&str], machine: Option<&str>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let rank = |(text, n): &(&str, usize)| (*n, machine == Some(*text));
    let best = counts.into_iter().rev().max_by_key(rank);
    best.map(|(text, _)| text.to_string())
}

#[cfg(test)]
mod tests;
