//! The cheapest way from one word sequence to another. In: reference and hypothesis words.
//! Out: what happened to each word, and counts. Left to others: making words of text (`normalise`).

/// What happened to one word; numbers are positions in the two sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The same word in both.
    Match {
        /// Position in the reference.
        reference: usize,
        /// Position in the hypothesis.
        hypothesis: usize,
    },
    /// Another word in its place.
    Substitute {
        /// Position in the reference.
        reference: usize,
        /// Position in the hypothesis.
        hypothesis: usize,
    },
    /// A reference word without counterpart.
    Delete {
        /// Position in the reference.
        reference: usize,
    },
    /// A hypothesis word without counterpart.
    Insert {
        /// Position in the hypothesis.
        hypothesis: usize,
    },
}

/// An alignment of minimal cost (each substitution, deletion, insertion costs 1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// In order; every word of either side stands in exactly one of them.
    pub ops: Vec<Op>,
    /// Words replaced.
    pub substitutions: usize,
    /// Words left out.
    pub deletions: usize,
    /// Words added.
    pub insertions: usize,
}

impl Alignment {
    /// Word edit distance.
    pub fn errors(&self) -> usize {
        self.substitutions + self.deletions + self.insertions
    }
}

/// Cost first; at equal cost fewer substitutions, which is the same as more matches: with
/// n reference words, H = n - S - D and D - I fixed, a smaller S leaves more of the words in place.
type Cost = (u32, u32);

/// How a cell of the table is reached.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Diagonal,
    Down,
    Right,
}

/// Wagner-Fischer with back-trace, O(n m) time and n m bytes. Of several cheapest alignments it
/// gives one with the most matches, and of those the one that aligns towards the end.
pub fn align(reference: &[&str], hypothesis: &[&str]) -> Alignment {
    let width = hypothesis.len() + 1;
    let mut steps = vec![Step::Right; (reference.len() + 1) * width];
    let mut above: Vec<Cost> = (0..width as u32).map(|j| (j, 0)).collect();
    let mut row: Vec<Cost> = above.clone();
    for (i, word) in reference.iter().enumerate() {
        row[0] = (i as u32 + 1, 0);
        steps[(i + 1) * width] = Step::Down;
        for (j, other) in hypothesis.iter().enumerate() {
            let differs = u32::from(word != other);
            let diagonal = (above[j].0 + differs, above[j].1 + differs);
            let down = (above[j + 1].0 + 1, above[j + 1].1);
            let right = (row[j].0 + 1, row[j].1);
            let best = diagonal.min(down).min(right);
            row[j + 1] = best;
            steps[(i + 1) * width + j + 1] = if best == diagonal {
                Step::Diagonal
            } else if best == down {
                Step::Down
            } else {
                Step::Right
            };
        }
        std::mem::swap(&mut above, &mut row);
    }
    trace(reference, hypothesis, &steps)
}

fn trace(reference: &[&str], hypothesis: &[&str], steps: &[Step]) -> Alignment {
    let (mut i, mut j) = (reference.len(), hypothesis.len());
    let mut out = Alignment::default();
    while i + j > 0 {
        match steps[i * (hypothesis.len() + 1) + j] {
            Step::Diagonal => {
                (i, j) = (i - 1, j - 1);
                if reference[i] == hypothesis[j] {
                    out.ops.push(Op::Match { reference: i, hypothesis: j });
                } else {
                    out.substitutions += 1;
                    out.ops.push(Op::Substitute { reference: i, hypothesis: j });
                }
            }
            Step::Down => {
                i -= 1;
                out.deletions += 1;
                out.ops.push(Op::Delete { reference: i });
            }
            Step::Right => {
                j -= 1;
                out.insertions += 1;
                out.ops.push(Op::Insert { hypothesis: j });
            }
        }
    }
    out.ops.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_of_error_is_found_where_it_is() {
        let alignment =
            align(&["il", "fait", "frette", "ici"], &["il", "fait", "frais", "là", "ici"]);
        assert_eq!(alignment.errors(), 2);
        assert_eq!((alignment.substitutions, alignment.insertions), (1, 1));
        assert_eq!(align(&["a", "b"], &[]).deletions, 2);
        assert_eq!(align(&[], &["a"]).ops, [Op::Insert { hypothesis: 0 }]);
        assert_eq!(align(&[], &[]), Alignment::default());
    }

    #[test]
    fn of_equally_cheap_alignments_the_one_with_most_matches_is_given() {
        // two substitutions cost as much as keeping b, but keep nothing
        let alignment = align(&["a", "b"], &["b", "c"]);
        assert_eq!((alignment.substitutions, alignment.deletions, alignment.insertions), (0, 1, 1));
    }

    proptest! {
        #[test]
        fn cost_equals_strsims_and_the_ops_rebuild_both_sides(
            a in prop::collection::vec(0u8..4, 0..14),
            b in prop::collection::vec(0u8..4, 0..14),
        ) {
            let names = ["un", "deux", "trois", "quatre"];
            let words = |side: &[u8]| side.iter().map(|&n| names[n as usize]).collect::<Vec<_>>();
            let (a_words, b_words) = (words(&a), words(&b));
            let alignment = align(&a_words, &b_words);
            prop_assert_eq!(alignment.errors(), strsim::generic_levenshtein(&a, &b));
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for op in &alignment.ops {
                match *op {
                    Op::Match { reference, hypothesis } => {
                        prop_assert_eq!(a_words[reference], b_words[hypothesis]);
                        left.push(reference);
                        right.push(hypothesis);
                    }
                    Op::Substitute { reference, hypothesis } => {
                        prop_assert_ne!(a_words[reference], b_words[hypothesis]);
                        left.push(reference);
                        right.push(hypothesis);
                    }
                    Op::Delete { reference } => left.push(reference),
                    Op::Insert { hypothesis } => right.push(hypothesis),
                }
            }
            prop_assert_eq!(left, (0..a.len()).collect::<Vec<_>>());
            prop_assert_eq!(right, (0..b.len()).collect::<Vec<_>>());
        }

        #[test]
        fn it_is_symmetric(a in "[ab ]{0,12}", b in "[ab ]{0,12}") {
            let a: Vec<_> = a.split(' ').collect();
            let b: Vec<_> = b.split(' ').collect();
            let (there, back) = (align(&a, &b), align(&b, &a));
            prop_assert_eq!(there.errors(), back.errors());
            prop_assert_eq!(there.substitutions, back.substitutions);
            prop_assert_eq!(there.deletions, back.insertions);
        }
    }
}
