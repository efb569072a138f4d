//! Who stands for whom: settled clips get the number of clips that they speak for. In: rows. Out: the
//! same rows with weights. Left to others: the rates (`groups`, `rounds`).
//!
//! When a model follows another, it drafts every clip again that nobody had been given; of the earlier
//! drafts, only those in people's hands stay. Two questions, two weightings. *All clips as they are
//! now* ([`weigh`]): a clip that stayed stands for itself, because those it was drawn for are there
//! again with another draft. *A round as it was* ([`of_round`]): an audit that stayed stands for those
//! that it was drawn from.

use std::collections::BTreeMap;

use crate::views::clips::{Part, ReportRow};

/// Clips that weights are made good within; those whose draft is not the latest model's stand apart,
/// however they came to people.
pub fn cell(row: &ReportRow) -> (bool, Part) {
    match (row.current, row.part) {
        (false, Part::Accepted) => (false, Part::Reasons),
        other => other,
    }
}

/// Gives settled clips their weight: 1 / inclusion (1 where only what people were given stayed), times
/// the clips of their cell that people are to review over those settled with a text. Where all are
/// settled that factor is 1; until then it takes the unsettled for like the settled. Gold clips that
/// nobody drew stand for nothing.
pub fn weigh(rows: &mut [ReportRow]) {
    let mut cells: BTreeMap<(bool, Part), (u64, u64)> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.is_human()) {
        let (reviewed, settled) = cells.entry(cell(row)).or_default();
        *reviewed += 1;
        *settled += u64::from(row.errors.is_some());
    }
    for row in rows.iter_mut() {
        row.weight = None;
        if row.is_human() && row.errors.is_some() {
            let (reviewed, settled) = cells[&cell(row)];
            let inclusion = if row.current { row.inclusion } else { 1.0 };
            row.weight = Some(reviewed as f64 / settled as f64 / inclusion);
        }
    }
}

/// The rows of one round by themselves, with weights from them alone. Where a later model has drafted
/// its clips again, the round is taken as it was before: clips in people's hands stand for those they
/// were drawn from. Also whether it is so still.
pub fn of_round(rows: &[&ReportRow]) -> (Vec<ReportRow>, bool) {
    let whole = rows.is_empty() || rows.iter().any(|r| r.current);
    let mut own: Vec<ReportRow> = rows.iter().map(|r| (*r).clone()).collect();
    if !whole {
        for row in &mut own {
            row.current = true;
            row.stands = if row.is_human() { 1.0 / row.inclusion } else { 0.0 };
        }
    }
    weigh(&mut own);
    (own, whole)
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::row;
    use super::*;

    #[test]
    fn settled_clips_stand_for_their_part_and_gold_that_nobody_drew_for_nothing() {
        let mut rows = vec![
            row("routed, settled", "human", Part::Reasons, 1.0, Some(2)),
            row("routed, waiting", "human", Part::Reasons, 1.0, None),
            row("audit, settled", "human", Part::Accepted, 0.25, Some(0)),
            row("accepted", "auto", Part::Accepted, 0.25, None),
            row("accepted, but gold", "auto", Part::Accepted, 0.25, Some(1)),
        ];
        weigh(&mut rows);
        let weights: Vec<_> = rows.iter().map(|r| r.weight).collect();
        assert_eq!(weights, [Some(2.0), None, Some(4.0), None, None]);
    }

    #[test]
    fn an_audit_of_an_earlier_model_stands_for_itself_now_and_for_its_round_then() {
        let earlier = |clip, part, inclusion, errors| ReportRow {
            current: false,
            ..row(clip, "human", part, inclusion, errors)
        };
        let mut rows = vec![
            earlier("routed", Part::Reasons, 1.0, Some(2)),
            earlier("audit", Part::Accepted, 0.25, Some(0)),
            row("routed again", "human", Part::Reasons, 1.0, Some(1)),
            row("audit again", "human", Part::Accepted, 0.5, Some(0)),
            row("accepted again", "auto", Part::Accepted, 0.5, None),
        ];
        weigh(&mut rows);
        let weights: Vec<_> = rows.iter().map(|r| r.weight).collect();
        assert_eq!(weights, [Some(1.0), Some(1.0), Some(1.0), Some(2.0), None]);
        let (then, whole) = of_round(&rows[..2].iter().collect::<Vec<_>>());
        assert!(!whole);
        let stood: Vec<_> = then.iter().map(|r| (r.weight, r.stands)).collect();
        assert_eq!(stood, [(Some(1.0), 1.0), (Some(4.0), 4.0)]);
        let (now, whole) = of_round(&rows[2..].iter().collect::<Vec<_>>());
        assert!(whole && now == rows[2..], "nothing changes in the round that is routed");
    }

    #[test]
    fn a_round_that_few_have_answered_is_not_weighed_by_another_that_all_have() {
        let mut first = vec![row("a", "human", Part::Reasons, 1.0, Some(1))];
        let second = [
            row("b", "human", Part::Reasons, 1.0, Some(1)),
            row("c", "human", Part::Reasons, 1.0, None),
            row("d", "human", Part::Reasons, 1.0, None),
        ];
        first.extend(second.clone());
        weigh(&mut first);
        assert_eq!(first[1].weight, Some(2.0));
        let (own, _) = of_round(&second.iter().collect::<Vec<_>>());
        assert_eq!(own[0].weight, Some(3.0));
    }
}
