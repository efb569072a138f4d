//! Totals against counting; clips that wait.

use super::*;
use crate::domain::{
    Bar, BarRule, Clip, ClipId, Decision, DropReason, Findings, Piece, Probability, Reason,
    RecordingId, Routed, Scoring, Span,
};
use crate::store::{BatchRow, Draft, Grounds};

/// A store with one recording of `n` clips of 100 samples, a silence after each.
pub fn store(dir: &std::path::Path, n: u64) -> (Store, Vec<ClipId>) {
    let mut store = Store::create(&dir.join("state.db"), "w").unwrap();
    let recording = crate::domain::Recording {
        id: RecordingId::from_stored("rec"),
        sha256: "ab".into(),
        path: "a.wav".into(),
        file: "a.wav".into(),
        bytes: 1,
        modified: 0,
        channel: crate::domain::Channel::Mix,
        length: Some(Samples(150 * n)),
        facts: crate::domain::Facts::default(),
    };
    store.register(&recording).unwrap();
    let span = |from: u64, to: u64| Span::new(Samples(from), Samples(to));
    let pieces: Vec<Piece> = (0..n)
        .flat_map(|i| {
            let start = i * 150;
            [
                Piece::Clip { span: span(start, start + 100) },
                Piece::Silence { span: span(start + 100, start + 150) },
            ]
        })
        .collect();
    store.keep_pieces(&recording.id, Samples(150 * n), &pieces, &Findings::default()).unwrap();
    let clip = |i: u64| Clip::new(&recording.id, span(i * 150, i * 150 + 100)).id;
    (store, (0..n).map(clip).collect())
}

pub fn routed(clip: &ClipId, decision: Decision) -> (Routed, &'static str, Option<f64>) {
    let routed = Routed {
        clip: clip.clone(),
        decision,
        score: None,
        inclusion: Probability::ONE,
        region: None,
        evidence: Vec::new(),
        bar: Some(Bar { least: Probability::ONE, rule: BarRule::Certified }),
    };
    (routed, "p", Some(0.25))
}

const SCORING: &Scoring = &Scoring {
    digest: String::new(),
    program: String::new(),
    calibration: String::new(),
    lexicon: String::new(),
};
pub const GROUNDS: Grounds = Grounds { model: "m", scoring: SCORING };

pub fn human(priority: f64) -> Decision {
    Decision::Human { reasons: vec![Reason::NoScore], priority }
}

/// As each clip's own row says it.
fn counted(store: &Store) -> Totals {
    let mut totals = Totals::default();
    store
        .each_clip(Draft::Decided, |row| {
            totals.account.add(row.state(), row.clip.span.len());
            *totals.clips.entry(row.state()).or_default() += 1;
            totals.handed_out += u64::from(row.state() == State::Waiting && row.frozen);
            Ok(())
        })
        .unwrap();
    let silence: u64 = store
        .db
        .query_row("SELECT SUM(stop - start) FROM pieces WHERE kind = 'silence'", [], |r| r.get(0))
        .unwrap();
    totals.account.add(State::NotSpeech, Samples(silence));
    totals
}

fn batch() -> BatchRow {
    BatchRow {
        id: crate::domain::BatchId::from_stored("b"),
        created: "t".into(),
        handed: "t".into(),
        reclaimed: None,
        validators: 1,
        estimate: None,
        pay: None,
        people: Vec::new(),
        served: false,
    }
}

#[test]
fn totals_are_what_counting_every_clip_gives_whatever_happens_to_clips() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, clips) = store(dir.path(), 8);
    assert_eq!(store.totals().unwrap(), counted(&store));
    let auto = || Decision::Auto { over_budget: Vec::new() };
    let decisions = [
        human(0.5),
        human(0.9),
        human(0.1),
        auto(),
        auto(),
        Decision::Dropped { why: DropReason::NoSpeech },
    ];
    let first: Vec<_> = clips.iter().zip(decisions).map(|(c, d)| routed(c, d)).collect();
    store.keep_decisions(&first, GROUNDS).unwrap();
    assert_eq!(store.totals().unwrap(), counted(&store));
    assert_eq!(store.totals().unwrap().clips[&State::Pending], 2);
    // Decided anew: what waited is accepted, what was accepted waits.
    store
        .keep_decisions(&[routed(&clips[0], auto()), routed(&clips[3], human(0.3))], GROUNDS)
        .unwrap();
    let batch = batch();
    let out = |clip: &ClipId| crate::domain::HandedOut::new(clip.clone(), String::new());
    let control =
        crate::domain::HandedOut { purpose: crate::domain::Purpose::Gold, ..out(&clips[4]) };
    store.keep_batch(&batch, &[out(&clips[1]), out(&clips[3]), control]).unwrap();
    store.keep_batch(&batch, &[out(&clips[1])]).unwrap();
    assert_eq!(store.totals().unwrap(), counted(&store));
    assert_eq!(store.totals().unwrap().handed_out, 2);
    let consensus = |clip: &ClipId| crate::domain::Consensus {
        clip: clip.clone(),
        verdict: crate::domain::Verdict::AsIs,
        text: "oui".into(),
        support: 1,
        answers: 1,
        agreement: 1.0,
    };
    store.keep_consensus(&[consensus(&clips[1]), consensus(&clips[7])], None).unwrap();
    assert_eq!(store.totals().unwrap(), counted(&store));
    store.keep_consensus(&[consensus(&clips[7])], None).unwrap();
    let totals = store.totals().unwrap();
    assert_eq!(totals, counted(&store));
    assert_eq!((totals.handed_out, totals.clips[&State::Settled]), (2, 1));
    assert_eq!(totals.account.sum(), Samples(8 * 150));
    // A transaction that is rolled back leaves no count behind.
    let tx = store.write().unwrap();
    tx.execute("DELETE FROM consensus", []).unwrap();
    tx.rollback().unwrap();
    assert_eq!(store.totals().unwrap(), totals);
}

#[test]
fn what_waits_comes_in_order_and_without_what_is_out_or_settled() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, clips) = store(dir.path(), 3);
    let decisions: Vec<_> = clips.iter().map(|c| routed(c, human(0.5))).collect();
    store.keep_decisions(&decisions, GROUNDS).unwrap();
    let batch = batch();
    let out = crate::domain::HandedOut::new(clips[1].clone(), String::new());
    store.keep_batch(&batch, &[out]).unwrap();
    let ids = |only_new| {
        let waiting = store.waiting(only_new).unwrap();
        waiting.into_iter().map(|w| w.clip).collect::<Vec<_>>()
    };
    assert_eq!(ids(false), clips);
    assert_eq!(ids(true), [clips[0].clone(), clips[2].clone()]);
}

#[test]
fn a_score_that_was_expected_is_forgotten_when_the_speaker_turns_out_to_be_from_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, clips) = store(dir.path(), 1);
    store.keep_decisions(&[routed(&clips[0], human(0.5))], GROUNDS).unwrap();
    let expected = |store: &Store| {
        let mut found = None;
        store
            .each_of(&clips, |row| {
                found = row.expected;
                Ok(())
            })
            .unwrap();
        found
    };
    let by = store.scoring(&SCORING.digest).unwrap().unwrap();
    assert_eq!(expected(&store), Some((by, Some(0.25))));
    assert_eq!(store.scoring("another").unwrap(), None);
    let mut recording = store.recordings().unwrap().remove(0).recording;
    recording.facts.region = Some("fr-BE".parse().unwrap());
    store.register(&recording).unwrap();
    assert_eq!(expected(&store), None);
}
