//! Withdrawals as sentences. In: the account of them. Out: what a reader of numbers has to know. Left to others: showing it.

use super::lang::{Lang, t};
use crate::domain::{Withdrawal, day};

/// What numbers are of, and which guarantees are tested anew; nothing where nothing was withdrawn.
pub fn sentences(lang: Lang, withdrawals: &[Withdrawal]) -> Vec<String> {
    let (Some(first), Some(last)) = (withdrawals.first(), withdrawals.last()) else {
        return Vec::new();
    };
    let sum = |what: &str| -> u64 { withdrawals.iter().filter_map(|w| w.counts.get(what)).sum() };
    let mut said = vec![t!(
        lang,
        "withdrawals.so_far",
        n = withdrawals.len(),
        first = day(&first.created),
        last = day(&last.created),
        clips = t!(lang, "withdrawals.clips", n = sum("clips")),
        answers = t!(lang, "withdrawals.answers", n = sum("answers"))
    )];
    for withdrawal in withdrawals {
        if let Some(audits) = withdrawal.counts.get("audits") {
            let day = day(&withdrawal.created);
            said.push(t!(lang, "withdrawals.audits", n = *audits, day = day));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_reader_is_told_which_guarantees_lost_audits_and_when() {
        let at = |created: &str, counts: &[(&str, u64)]| Withdrawal {
            created: created.into(),
            kind: "speaker".into(),
            counts: counts.iter().map(|(n, c)| (n.to_string(), *c)).collect::<BTreeMap<_, _>>(),
        };
        let sentences = |all: &[Withdrawal]| super::sentences(Lang::default(), all);
        assert!(sentences(&[]).is_empty());
        let said = sentences(&[
            at("2026-11-02T10:00:00Z", &[("clips", 3), ("audits", 2)]),
            at("2026-11-09T10:00:00Z", &[("answers", 4)]),
        ]);
        assert!(said[0].contains("2 withdrawals from 2026-11-02 to 2026-11-09: 3 clips and 4"));
        assert_eq!(said.len(), 2);
        assert!(said[1].contains("2 audits were withdrawn on 2026-11-02"), "{said:?}");
    }
}
