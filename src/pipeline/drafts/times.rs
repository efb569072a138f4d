//! Times of words that an engine gave none, between words that have one: WhisperX gives digits none. In: the words of a text.
//! Out: the same with times, where any had one. Pure. Left to others: texts without any time.

use super::said::SaidWord;

/// Fills gaps: words without a time share the time between their neighbours, or up to the ends of their part.
pub fn fill(words: &mut [SaidWord], part: Option<(f64, f64)>) {
    let Some(first) = words.iter().find_map(|word| word.at) else { return };
    let mut from = part.map_or(first.0, |(start, _)| start.min(first.0));
    let mut n = 0;
    while n < words.len() {
        if let Some((_, end)) = words[n].at {
            (from, n) = (end, n + 1);
            continue;
        }
        let gap = words[n..].iter().take_while(|word| word.at.is_none()).count();
        let next = words.get(n + gap).and_then(|word| word.at).map(|(start, _)| start);
        let to = next.or(part.map(|(_, end)| end)).unwrap_or(from).max(from);
        let step = (to - from) / gap as f64;
        for (k, word) in words[n..n + gap].iter_mut().enumerate() {
            word.at = Some((from + step * k as f64, from + step * (k + 1) as f64));
        }
        (from, n) = (to, n + gap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(at: &[Option<(f64, f64)>], part: Option<(f64, f64)>) -> Vec<Option<(f64, f64)>> {
        let word = |at: &Option<(f64, f64)>| SaidWord { at: *at, ..SaidWord::default() };
        let mut words: Vec<SaidWord> = at.iter().map(word).collect();
        fill(&mut words, part);
        words.into_iter().map(|word| word.at).collect()
    }

    #[test]
    fn words_without_a_time_lie_between_their_neighbours() {
        let (one, two) = (Some((1.0, 2.0)), Some((4.0, 5.0)));
        assert_eq!(
            filled(&[None, one, None, None, two, None], Some((0.0, 6.0))),
            [Some((0.0, 1.0)), one, Some((2.0, 3.0)), Some((3.0, 4.0)), two, Some((5.0, 6.0))]
        );
        assert_eq!(filled(&[None, one, None], None), [Some((1.0, 1.0)), one, Some((2.0, 2.0))]);
        assert_eq!(filled(&[None, None], Some((0.0, 6.0))), [None, None]);
    }
}
