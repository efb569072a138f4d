//! Rounds, their files and the score of a workspace that somebody leaves.

use std::fs;

use super::*;
use crate::domain::{
    Channel, Clip, Facts, Findings, LanguageChoice, Piece, Recording, RecordingId, Samples, Span,
    Used, example_round,
};

/// A recording of one clip.
fn recording(ws: &mut Workspace, name: &str) -> Clip {
    let sha256 = name.repeat(64);
    let id = RecordingId::derive(&sha256, Channel::Mix);
    let facts = Facts { speaker: Some(name.into()), ..Facts::default() };
    let span = Span::new(Samples(0), Samples(16_000));
    let recording = Recording {
        id: id.clone(),
        sha256,
        path: format!("{name}.wav"),
        file: ws.dir.join(format!("{name}.wav")),
        bytes: 1,
        modified: 0,
        channel: Channel::Mix,
        length: Some(span.end),
        facts,
    };
    ws.store.register(&recording).unwrap();
    let piece = [Piece::Clip { span }];
    ws.store.keep_pieces(&id, span.end, &piece, &Findings::default()).unwrap();
    Clip::new(&id, span)
}

/// A promoted round, with its model and its calibration.
fn round(ws: &mut Workspace, number: u32, parent: u32, used: &[(&Clip, Used)]) {
    let (model, file) = (format!("m{number}"), format!("models/round-{number}.bin"));
    fs::create_dir_all(ws.dir.join("models")).unwrap();
    fs::write(ws.dir.join(&file), "weights").unwrap();
    fs::write(ws.dir.join(format!("calibration-round-{number}.json")), "{}").unwrap();
    let round = example_round(number, parent, Some((model.clone(), model, file)));
    let used: Vec<_> = used.iter().map(|(clip, used)| (clip.id.clone(), *used)).collect();
    ws.store.keep_round(&round, &used).unwrap();
}

#[test]
fn the_model_in_use_falls_back_to_the_last_round_without_the_person_and_its_files_go() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ws");
    let mut ws = Workspace::init(&dir, LanguageChoice::Auto, "base").unwrap();
    let (ana, bob) = (recording(&mut ws, "a"), recording(&mut ws, "b"));
    round(&mut ws, 1, 0, &[(&ana, Used::Train)]);
    round(&mut ws, 2, 1, &[(&ana, Used::Train), (&bob, Used::Test)]);
    round(&mut ws, 3, 2, &[(&ana, Used::Train)]);
    fs::write(dir.join("models/training.safetensors"), "checkpoint").unwrap();
    assert_eq!(ws.round().unwrap(), 3);

    let target = Target::Speaker("b".into());
    let told = preview(&ws, &target).unwrap();
    assert_eq!((told.rounds.removed.clone(), told.rounds.to), (vec![2, 3], 1));
    assert_eq!(ws.round().unwrap(), 3, "a look changes nothing");
    let done = forget(&mut ws, &target).unwrap();
    assert!(!done.dry_run && done.unreachable.len() == 2, "{done:?}");
    assert_eq!(ws.round().unwrap(), 1);
    assert_eq!(ws.store.rounds().unwrap().len(), 1);
    let there = |name: &str| dir.join(name).exists();
    assert!(there("models/round-1.bin") && there("calibration-round-1.json"));
    for name in ["models/round-2.bin", "models/round-3.bin", "calibration-round-2.json"] {
        assert!(!there(name), "{name}");
    }
    assert!(!there("models/training.safetensors"), "nobody knows whom a checkpoint learnt from");
    assert_eq!(ws.store.forgetting().unwrap(), None);

    forget(&mut ws, &Target::Speaker("a".into())).unwrap();
    assert_eq!(ws.round().unwrap(), 0);
    assert!(ws.store.rounds().unwrap().is_empty() && ws.store.recordings().unwrap().is_empty());
    let counts = &ws.store.withdrawals().unwrap()[1].counts;
    assert_eq!((counts["rounds"], counts["recordings"]), (1, 1));
}

#[test]
fn begun_at_any_stage_a_withdrawal_ends_the_same() {
    for stage in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let mut ws =
            Workspace::init(&folder.path().join("ws"), LanguageChoice::Auto, "base").unwrap();
        recording(&mut ws, "a");
        ws.store.key_tombstones(&random::hex::<KEY_BYTES>().unwrap()).unwrap();
        let plan = Plan::of(&ws, &Target::Speaker("a".into())).unwrap();
        ws.store.begin_forgetting(&plan.erasure).unwrap();
        if stage > 0 {
            ws.store.forget_rows(&plan.erasure).unwrap();
        }
        if stage > 1 {
            ws.store.forgot_files(&plan.erasure).unwrap();
        }
        assert!(none_pending(&ws).is_err());
        assert!(finish(&mut ws).unwrap().is_some());
        assert!(finish(&mut ws).unwrap().is_none());
        assert!(ws.store.recordings().unwrap().is_empty());
        assert_eq!(ws.store.withdrawals().unwrap().len(), 1);
    }
}
