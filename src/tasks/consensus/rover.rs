//! Several people's texts of one clip become one, word by word (ROVER: Fiscus, ASRU 1997).
//! In: texts with weights, the machine's draft. Out: the text that most weight stands behind, and how
//! much they agree. Pure and independent of the order of the texts. Left to others: the weights
//! (`reliability`), whether that settles the clip (`consensus`).
//!
//! Texts are aligned one after the other, heaviest first, into a row of slots; each slot holds the
//! word, or no word, of each text. The word with the most weight wins its slot. The machine has half
//! the smallest weight of a person, for words that a person wrote: it breaks ties, and a word that
//! two people agree on and that wins without the machine wins with it.

use std::collections::BTreeMap;

use super::words::{Chunk, chunks, plain};

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
    for j in 1..columns {
        cost[0][j] = j;
    }
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

/// The winner of a slot; `None` where only the machine has a word.
fn winner<'a>(slot: &Slot<'a>, voices: &[Voice<'_>], machine: f64) -> Option<Winner<'a>> {
    // Word (or none): weight, people, and how it is written by the heaviest of them.
    let mut candidates: BTreeMap<Option<&str>, (f64, usize, Option<Chunk<'a>>)> = BTreeMap::new();
    let people = &slot[..voices.len()];
    for (chunk, voice) in people.iter().zip(voices) {
        let entry = candidates.entry(chunk.as_ref().map(|c| c.word.as_str()));
        let entry = entry.or_insert_with(|| (0.0, 0, chunk.clone()));
        entry.0 += voice.weight;
        entry.1 += 1;
    }
    if people.iter().all(Option::is_none) {
        return None;
    }
    let all: f64 = voices.iter().map(|v| v.weight).sum();
    let best = |with_machine: bool| {
        let heard = slot.get(voices.len()).map(|c| c.as_ref().map(|c| c.word.as_str()));
        let bonus = |word: &Option<&str>| {
            if with_machine && heard == Some(*word) { machine } else { 0.0 }
        };
        let most = candidates.iter().map(|(w, c)| c.0 + bonus(w)).fold(0.0, f64::max);
        let leaders: Vec<_> =
            candidates.iter().filter(|(w, c)| c.0 + bonus(w) > most - 1e-9).collect();
        leaders
    };
    let (without, with) = (best(false), best(true));
    let agreed = |leaders: &Vec<(&Option<&str>, &(f64, usize, Option<Chunk<'a>>))>| {
        leaders.len() == 1 && leaders[0].1.1 >= 2
    };
    let leaders = if agreed(&without) { without } else { with };
    // A word before no word, then the one that sorts first.
    let (_, (weight, _, chunk)) = leaders.iter().find(|(w, _)| w.is_some()).or(leaders.first())?;
    Some(Winner { chunk: chunk.clone(), share: weight / all, tied: leaders.len() > 1 })
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
