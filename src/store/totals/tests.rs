//! Totals against counting; clips that wait; workspaces of earlier versions.

use rusqlite::params;

use super::*;
use crate::domain::{
    Clip, ClipId, Decision, DropReason, Piece, Probability, Reason, RecordingId, Routed, Span,
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
    store.keep_pieces(&recording.id, Samples(150 * n), &pieces).unwrap();
    let clip = |i: u64| Clip::new(&recording.id, span(i * 150, i * 150 + 100)).id;
    (store, (0..n).map(clip).collect())
}

pub fn routed(clip: &ClipId, decision: Decision) -> (Routed, Option<f64>) {
    let routed = Routed {
        clip: clip.clone(),
        decision,
        score: None,
        inclusion: Probability::ONE,
        region: None,
        evidence: Vec::new(),
    };
    (routed, Some(0.25))
}

pub const GROUNDS: Grounds = Grounds { model: "m", policy: "p", scoring: "s" };

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
        validators: 1,
        estimate: None,
        pay: None,
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
    store.keep_consensus(&[consensus(&clips[1]), consensus(&clips[7])]).unwrap();
    assert_eq!(store.totals().unwrap(), counted(&store));
    store.keep_consensus(&[consensus(&clips[7])]).unwrap();
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
    let by = store.scoring("s").unwrap().unwrap();
    assert_eq!(expected(&store), Some((by, Some(0.25))));
    assert_eq!(store.scoring("another").unwrap(), None);
    let mut recording = store.recordings().unwrap().remove(0).recording;
    recording.facts.region = Some("fr-BE".parse().unwrap());
    store.register(&recording).unwrap();
    assert_eq!(expected(&store), None);
}

/// A workspace as the fifth version left it: counted, read and routed like any other.
#[test]
fn a_workspace_of_the_version_before_is_counted_and_stays_readable() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    for step in &crate::store::open::MIGRATIONS[..5] {
        db.execute_batch(step).unwrap();
    }
    db.pragma_update(None, "user_version", 5).unwrap();
    db.execute_batch(
        r#"INSERT INTO meta VALUES ('workspace', 'old');
        INSERT INTO recordings VALUES ('rec', 1, 'ab', 'a.wav', 'a.wav', 1, 0, '"mix"', '{}', 350, 'sliced', NULL);
        INSERT INTO pieces VALUES ('rec', 0, 100, 'clip', NULL, 'rec_1'), ('rec', 100, 150, 'silence', NULL, NULL),
            ('rec', 150, 250, 'clip', NULL, 'rec_2'), ('rec', 250, 350, 'clip', NULL, 'rec_3');
        INSERT INTO decisions VALUES ('rec_1', '{"decision":"human","reasons":[{"code":"no_score"}],"priority":0.75,"evidence":[{"weight":1.0,"piece":"declared","region":"fr-CA-QC"}]}',
            0.5, 1.0, 'fr-CA-QC', 'm', 'p'),
            ('rec_2', '{"decision":"auto","over_budget":[]}', 0.9, 0.05, NULL, 'm', 'p');
        INSERT INTO batches (id, created, validators) VALUES ('b', 't', 1);
        INSERT INTO batch_clips (batch, clip, position, draft, draft_digest, blind) VALUES ('b', 'rec_1', 0, 'oui', 'd', 0);
        INSERT INTO consensus VALUES ('rec_2', 'as_is', 'oui', 1, 1, 1.0);"#,
    )
    .unwrap();
    let body = r#"{"clip":"rec_1","model":"m","policy":"p","language":"fr","text":"oui","tokens":[{"text":" oui","p":0.5,"logprob":-0.6931471805599453,"start":0,"end":5}],"p_no_speech":0.25,"p_language":null,"best_language":null,"language_entropy":null,"pass":"short","replaced":null,"seconds":1.5,"level":{"rms_db":-20.0,"peak_db":-3.0,"range_db":30.0,"clipped":0.0}}"#;
    db.execute("INSERT INTO hypotheses VALUES ('rec_1', 'm', 'p', ?1)", params![body]).unwrap();
    drop(db);
    let store = Store::open(&path).unwrap();
    let totals = store.totals().unwrap();
    assert_eq!(totals, counted(&store));
    assert_eq!((totals.handed_out, totals.account.of(State::Waiting)), (1, Samples(100)));
    assert_eq!((totals.clips[&State::Settled], totals.clips[&State::Pending]), (1, 1));
    let mut rows = Vec::new();
    store
        .each_clip(Draft::Decided, |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    let first = &rows[0];
    assert_eq!(serde_json::to_string(first.hypothesis.as_ref().unwrap()).unwrap(), body);
    assert_eq!(first.routed.as_ref().unwrap().evidence.len(), 1);
    assert_eq!((first.frozen, first.expected), (true, None));
    let waiting = store.waiting(false).unwrap();
    assert_eq!((waiting.len(), waiting[0].priority), (1, 0.75));
    assert!(
        store.untranscribed("m", "p").unwrap().values().flatten().all(|c| c.id.as_str() != "rec_1")
    );
}
