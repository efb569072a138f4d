//! Corpora as they are downloaded, in each shape, and what becomes of their texts and segments. Drafts are a script's.

mod util;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use util::{Workspace, decode_flac, rows, sample, stderr, write_wav};

/// A recording of so many seconds, no two the same; nobody speaks in it.
fn tone(path: &Path, n: i16, seconds: i32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let wave = |i: i32| ((i * i32::from(n) * 37) % 2000) as i16;
    write_wav(path, 1, 16_000, &(0..16_000 * seconds).map(wave).collect::<Vec<_>>());
}

/// The first seconds of a recording in which somebody speaks, from which on.
fn speech(path: &Path, from: usize, seconds: usize) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let (rate, samples) = decode_flac(&sample("quebec_menu.flac"));
    let rate_ = rate as usize;
    write_wav(path, 1, rate, &samples[from * rate_..(from + seconds) * rate_]);
}

fn write(path: PathBuf, text: impl AsRef<[u8]>) -> String {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_string()
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn packed(text: &str) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap()
}

#[track_caller]
fn ingested(ws: &Workspace, code: i32, args: &[&str]) -> (Value, String) {
    let output = ws.to(code, "ingest", &[args, &["--json"]].concat());
    (serde_json::from_slice(&output.stdout).unwrap(), stderr(&output))
}

/// Runs with drafts of a script.
#[track_caller]
fn run(ws: &Workspace, code: i32) -> (Value, String) {
    let script = ws.write_rows("script.jsonl", &[json!({"text": "un brouillon"})]);
    let output = ws.to(code, "run", &["--scripted", &script, "--json"]);
    (serde_json::from_slice(&output.stdout).unwrap(), stderr(&output))
}

/// One line of each recording: file name, speaker, region, language, licence.
fn facts(ws: &Workspace) -> Vec<String> {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    let mut all = db.prepare("SELECT path, facts FROM recordings ORDER BY position").unwrap();
    let all = all.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?))).unwrap();
    let row = |(path, facts): (String, String)| {
        let facts: Value = serde_json::from_str(&facts).unwrap();
        let said = ["speaker", "region", "language", "licence"];
        let said = said.map(|name| facts[name].as_str().unwrap_or("-").to_string());
        format!("{} {}", Path::new(&path).file_name().unwrap().display(), said.join(" "))
    };
    all.map(|r| row(r.unwrap())).collect()
}

/// Texts by the clips that they are known of, in order of clips: start, end, text.
fn gold(ws: &Workspace) -> Vec<(f64, f64, String)> {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    let sql = "SELECT p.start, p.stop, g.text FROM gold g JOIN pieces p ON p.clip = g.clip
               JOIN recordings r ON r.id = p.recording ORDER BY r.position, p.start";
    let mut all = db.prepare(sql).unwrap();
    let seconds = |at: i64| at as f64 / 16_000.0;
    let row = |r: &rusqlite::Row| Ok((seconds(r.get(0)?), seconds(r.get(1)?), r.get(2)?));
    all.query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// Texts that are kept for `evaluate`, and the texts that wait for clips.
fn kept(ws: &Workspace) -> (Vec<String>, Vec<String>) {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    let mut all = db.prepare("SELECT facts FROM recordings ORDER BY position").unwrap();
    let all: Vec<String> = all.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    let (mut evaluate, mut gold) = (Vec::new(), Vec::new());
    for facts in all {
        let facts: Value = serde_json::from_str(&facts).unwrap();
        for reference in facts["references"].as_array().into_iter().flatten() {
            let text = reference["text"].as_str().unwrap().to_string();
            if reference["for"] == "gold" { gold.push(text) } else { evaluate.push(text) }
        }
    }
    (evaluate, gold)
}

#[track_caller]
fn told(said: &str, words: &[&str]) {
    let found = said.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(found, "{words:?} in no line of\n{said}");
}

#[test]
fn a_folder_of_hugging_face_goes_in_with_the_metadata_of_each_split() {
    let ws = Workspace::new();
    let folder = ws.beside("corpus");
    for (n, name) in
        ["train/a.wav", "train/b.wav", "test/sub/c.wav", "test/d.wav"].iter().enumerate()
    {
        tone(&folder.join(name), n as i16 + 1, 2);
    }
    let rows = [
        json!({"file_name": "a.wav", "transcription": "oui", "speaker_id": "unknown", "language": "fr_CA"}),
        json!({"file_name": "b.wav", "transcription": "non", "speaker_id": "bob", "locale": "FR", "lang": "fr"}),
    ];
    write(folder.join("train/metadata.jsonl"), lines(&rows));
    write(
        folder.join("test/metadata.csv"),
        "file_name,transcription,region,license\nsub/c.wav,\"merci, bien\",fr_be,CC0-1.0\n",
    );
    let (done, said) = ingested(&ws, 0, &[folder.to_str().unwrap()]);
    assert_eq!((&done["added"], &done["known"]), (&json!(4), &json!(0)), "{said}");
    assert_eq!((&done["references_seen"], &done["references_kept"]), (&json!(3), &json!(0)));
    told(&said, &["3 rows have a reference text; none was kept", "--references gold", "evaluate"]);
    let wanted =
        ["a.wav - fr-CA fr -", "b.wav bob - fr -", "c.wav - fr-BE - CC0-1.0", "d.wav - - - -"];
    let mut found = facts(&ws);
    found.sort();
    assert_eq!(found, wanted);
    let (done, said) = ingested(&ws, 0, &[folder.to_str().unwrap(), "--references", "ignore"]);
    assert_eq!((&done["references_seen"], &done["known"]), (&json!(3), &json!(4)), "{said}");
    told(&said, &["3 reference texts ignored"]);
}

#[test]
fn a_table_of_common_voice_brings_regions_and_texts_and_each_file_is_a_clip() {
    let ws = Workspace::new();
    let folder = ws.beside("cv/fr");
    for (n, name) in ["a", "b", "c"].iter().enumerate() {
        tone(&folder.join(format!("clips/{name}.wav")), n as i16 + 1, 3);
    }
    tone(&folder.join("clips/long.wav"), 9, 20);
    let table = write(
        folder.join("validated.tsv"),
        "client_id\tpath\tsentence\taccents\tvariant\tlocale\tsegment\n\
         x\ta.wav\t\"Oui\" dit-il\tFrançais du Canada\t\tfr\t\n\
         y\tb.wav\tNon\t\tfr-metro\tfr\t\n\
         z\tc.wav\tMerci\tun peu du nord\t\tfr\t\n\
         z\tlong.wav\tAu revoir\t\t\tfr\t\n",
    );
    let (done, said) = ingested(&ws, 3, &[&table, "--references", "gold", "--segments", "keep"]);
    assert_eq!((&done["added"], &done["references_kept"]), (&json!(4), &json!(4)), "{said}");
    told(&said, &["line 5", "20.00 s are over slice.max_seconds (15 s)", "kept for `evaluate`"]);
    told(&said, &["No region is known for these accents", "'un peu du nord'"]);
    let wanted =
        ["a.wav x fr-CA fr -", "b.wav y fr-FR fr -", "c.wav z - fr -", "long.wav z - fr -"];
    assert_eq!(facts(&ws), wanted);
    let (done, said) = run(&ws, 0);
    assert_eq!(done["gold"], 3, "{said}");
    let known = gold(&ws);
    let texts: Vec<_> = known.iter().map(|(.., text)| text.as_str()).collect();
    assert_eq!(texts, ["\"Oui\" dit-il", "Non", "Merci"]);
    assert!(known.iter().all(|(start, end, _)| (*start, *end) == (0.0, 3.0)), "{known:?}");
    assert_eq!(kept(&ws), (vec!["Au revoir".to_string()], vec![]));
    // They are settled as gold, so that nobody is asked.
    assert_eq!(ws.json("status")["clips"]["settled"], 3);
}

#[test]
fn segments_of_a_nemo_manifest_are_clips_to_the_sample_when_they_are_kept() {
    let ws = Workspace::new();
    tone(&ws.beside("in/call.wav"), 1, 60);
    let row = |at: f64, seconds: f64, text: &str, speaker: &str| json!({"audio_filepath": "call.wav", "offset": at, "duration": seconds, "text": text, "speaker": speaker});
    let all = [
        row(1.0, 4.5, "un", "ana"),
        row(5.5, 2.25, "deux", "bob"),
        row(7.0, 3.0, "trois", "bob"),
        row(20.0, 18.0, "quatre", "ana"),
        row(50.0, 0.01, "cinq", "ana"),
        json!({"audio_filepath": "gone.wav", "offset": 1.0, "duration": 2.0, "text": "six"}),
        json!({"audio_filepath": "call.wav", "offset": 55.0, "duration": 2.0, "text": "sept", "transcript": "8"}),
    ];
    let manifest = write(ws.beside("in/train_manifest.json"), lines(&all));
    let (done, said) = ingested(&ws, 3, &[&manifest, "--references", "gold", "--segments", "keep"]);
    assert_eq!((&done["added"], &done["failed_total"]), (&json!(1), &json!(5)), "{said}");
    told(&said, &["json line 3", "shares 0.75 s with", "line 2, which stays"]);
    told(&said, &["json line 4", "18.00 s are over slice.max_seconds", "kept for `evaluate`"]);
    told(&said, &["json line 5", "too short for speech"]);
    told(&said, &["json line 6", "gone.wav: cannot be found"]);
    told(&said, &["json line 7", "`text` says 'sept' and `transcript` '8'"]);
    run(&ws, 0);
    assert_eq!(gold(&ws), [(1.0, 5.5, "un".to_string()), (5.5, 7.75, "deux".to_string())]);
    let speakers: Vec<_> = ws.transcripts().iter().map(|r| r["speaker"].clone()).collect();
    assert_eq!(speakers[..2], [json!("ana"), json!("bob")]);
    let (evaluate, waiting) = kept(&ws);
    assert_eq!((evaluate, waiting.len()), (vec!["quatre".to_string(), "cinq".to_string()], 0));
    // The same again says nothing new; other segments come too late.
    let (_, said) = ingested(&ws, 3, &[&manifest, "--segments", "keep"]);
    assert!(!said.contains("an earlier run"), "{said}");
    let other = write(ws.beside("in/other.json"), lines(&[row(2.0, 4.0, "neuf", "ana")]));
    let (_, said) = ingested(&ws, 3, &[&other, "--segments", "keep"]);
    told(&said, &["call.wav", "an earlier run cut it into clips, which stay as they are"]);
}

#[test]
fn a_text_finds_its_clip_at_pauses_too_and_one_that_is_of_several_is_named_and_kept() {
    let ws = Workspace::new();
    speech(&ws.beside("in/long.wav"), 0, 40);
    speech(&ws.beside("in/short.wav"), 47, 5);
    write_wav(&ws.beside("in/silence.wav"), 1, 16_000, &[0; 64_000]);
    let rows = [
        json!({"path": "long.wav", "offset": 0.0, "duration": 28.0, "text": "plusieurs phrases"}),
        json!({"path": "short.wav", "text": "une phrase"}),
        json!({"path": "silence.wav", "text": "personne ne parle"}),
    ];
    let manifest = write(ws.beside("in/m.jsonl"), lines(&rows[1..]));
    ingested(&ws, 0, &[&manifest, "--references", "gold"]);
    assert_eq!(kept(&ws).1, ["une phrase", "personne ne parle"]);
    let (done, said) = run(&ws, 3);
    assert_eq!(done["gold"], 1, "{said}");
    let known = gold(&ws);
    assert_eq!((known.len(), known[0].2.as_str()), (1, "une phrase"));
    told(&said, &["m.jsonl line 2", "silence.wav", "no clip lies in it", "kept for `evaluate`"]);
    assert_eq!(kept(&ws), (vec!["personne ne parle".to_string()], vec![]));
    // It is said once.
    run(&ws, 0);
    let segment = write(ws.beside("in/n.jsonl"), lines(&rows[..1]));
    let (_, said) = ingested(&ws, 3, &[&segment, "--references", "gold"]);
    told(&said, &["n.jsonl line 1", "more than a clip has", "kept for `evaluate`"]);
}

#[test]
fn texts_that_come_after_the_run_are_given_to_the_clips_at_once() {
    let ws = Workspace::new();
    speech(&ws.beside("in/short.wav"), 47, 5);
    let manifest = write(ws.beside("in/m.csv"), "path,text\nshort.wav,une phrase\n");
    ingested(&ws, 0, &[&manifest]);
    run(&ws, 0);
    let (done, said) = ingested(&ws, 0, &[&manifest, "--references", "gold"]);
    assert_eq!((&done["gold"], &done["references_kept"]), (&json!(1), &json!(1)), "{said}");
    told(&said, &["1 clips have theirs now"]);
    assert_eq!(gold(&ws)[0].2, "une phrase");
}

#[test]
fn a_data_folder_of_kaldi_goes_in_and_its_commands_are_not_run() {
    let ws = Workspace::new();
    let (folder, marker) = (ws.beside("data/train"), ws.beside("marker"));
    tone(&ws.beside("data/train/audio/call 1.wav"), 1, 20);
    write(
        folder.join("wav.scp"),
        format!("call audio/call 1.wav\npiped touch {} |\n", marker.display()),
    );
    write(folder.join("segments"), "ana-1 call 0.5 3.5\nx-2 call 4 6\nx-3 piped 0 1\n");
    write(folder.join("text"), "ana-1 bonjour\nx-2 au revoir\nx-9 nulle part\n");
    write(folder.join("utt2spk"), "ana-1 ana\nx-2 x-2\n");
    write(folder.join("spk2utt"), "ana ana-1\nx-2 x-2\n");
    write(folder.join("utt2lang"), "ana-1 fr-CA\n");
    for path in [folder.join("wav.scp"), ws.beside("data")] {
        let args = [path.to_str().unwrap(), "--references", "gold", "--segments", "keep"];
        let (done, said) = ingested(&ws, 3, &args);
        assert_eq!((&done["failed_total"], &done["skipped"]), (&json!(3), &json!(0)), "{said}");
        told(&said, &["wav.scp line 2: it is a command, which is never run"]);
        told(&said, &["segments line 3: recording 'piped' cannot be used: see", "wav.scp line 2"]);
        told(&said, &["text line 3: utterance 'x-9' is not in segments"]);
    }
    assert!(!marker.exists());
    run(&ws, 0);
    assert_eq!(gold(&ws), [(0.5, 3.5, "bonjour".to_string()), (4.0, 6.0, "au revoir".to_string())]);
    let speakers: Vec<_> = ws.transcripts().iter().map(|r| r["speaker"].clone()).collect();
    assert_eq!(speakers[0], "ana");
    assert_ne!(speakers[1], "x-2", "whoever is known by the utterance alone is unknown");
}

#[test]
fn manifests_of_lhotse_go_in_by_file_and_by_folder_packed_or_not() {
    let recording = |name: &str, channels: &[u16], kind: &str| json!({"id": name, "sources": [{"type": kind, "channels": channels, "source": format!("audio/{name}.wav")}], "sampling_rate": 16000, "num_samples": 160000, "duration": 10.0});
    let said = |of: &str, at: f64, channel: u16, text: &str| json!({"id": format!("{of}-{at}-{channel}"), "recording_id": of, "start": at, "duration": 2.0, "channel": channel, "text": text, "language": "fr-BE", "speaker": format!("s{channel}")});
    let recordings = [
        recording("mono", &[0], "file"),
        recording("stereo", &[0, 1], "file"),
        recording("piped", &[0], "command"),
    ];
    let supervisions = [
        said("mono", 1.0, 0, "un"),
        said("stereo", 1.0, 0, "deux"),
        said("stereo", 1.0, 1, "trois"),
        said("piped", 1.0, 0, "quatre"),
    ];
    let cut = json!({"id": "c", "start": 4.0, "duration": 5.0, "channel": 0, "supervisions": [said("mono", 1.0, 0, "un")], "recording": recordings[0], "type": "MonoCut"});
    let ws = Workspace::new();
    let folder = ws.beside("lhotse");
    tone(&folder.join("audio/mono.wav"), 1, 10);
    write_wav(&folder.join("audio/stereo.wav"), 2, 16_000, &[900, -300].repeat(160_000));
    write(folder.join("fr_recordings_train.jsonl.gz"), packed(&lines(&recordings)));
    write(folder.join("fr_supervisions_train.jsonl.gz"), packed(&lines(&supervisions)));
    let all = ["--references", "gold", "--segments", "keep"];
    let (done, text) = ingested(&ws, 3, &[&[folder.to_str().unwrap()], &all[..]].concat());
    assert_eq!((&done["added"], &done["failed_total"]), (&json!(3), &json!(1)), "{text}");
    told(&text, &["fr_supervisions_train.jsonl.gz line 4", "a command, which is never run"]);
    run(&ws, 0);
    let mut known = gold(&ws);
    known.sort_by(|a, b| a.2.cmp(&b.2));
    let at = |text: &str| (1.0, 3.0, text.to_string());
    assert_eq!(known, [at("deux"), at("trois"), at("un")]);

    let ws = Workspace::new();
    let folder = ws.beside("cuts");
    tone(&folder.join("audio/mono.wav"), 1, 10);
    let cuts = write(folder.join("cuts.jsonl"), lines(&[cut]));
    ingested(&ws, 0, &[&[cuts.as_str()], &all[..]].concat());
    run(&ws, 0);
    assert_eq!(gold(&ws), [(5.0, 7.0, "un".to_string())]);
    let alone = write(ws.beside("alone/supervisions.jsonl"), lines(&supervisions));
    let (_, text) = ingested(&ws, 3, &[&alone]);
    told(&text, &["which name no audio: put the recordings beside it"]);
}

#[test]
fn codes_of_languages_and_regions_are_understood_in_every_spelling_or_the_row_is_named() {
    let ws = Workspace::new();
    for n in 1..=6 {
        tone(&ws.beside(&format!("{n}.wav")), n, 2);
    }
    let rows = [
        json!({"path": "1.wav", "language": "fr-fr", "region": "FR_fr_sud"}),
        json!({"path": "2.wav", "lang": "ZH-cn"}),
        json!({"path": "3.wav", "language": "fr", "locale": "fr_CA"}),
        json!({"path": "4.wav", "language": "fr-FR", "region": "fr-CA"}),
        json!({"path": "5.wav", "language": "fr", "lang": "en"}),
        json!({"path": "6.wav", "client_id": "", "speaker": "Unknown"}),
    ];
    let manifest = ws.write_rows("m.jsonl", &rows);
    let folder = ws.folder.path().to_str().unwrap();
    let (done, said) = ingested(&ws, 3, &[&manifest, folder]);
    // Rows with an error keep their files out of folders.
    assert_eq!((&done["added"], &done["failed_total"]), (&json!(4), &json!(4)), "{said}");
    told(&said, &["line 4", "`region` says fr-CA and the language's code fr-FR"]);
    told(&said, &["line 5", "`language` says 'fr' and `lang` 'en'"]);
    let wanted =
        ["1.wav - fr-FR-SUD fr -", "2.wav - zh-CN zh -", "3.wav - fr-CA fr -", "6.wav - - - -"];
    assert_eq!(facts(&ws), wanted);
}

#[test]
fn references_for_evaluate_are_kept_with_the_workspace_until_their_speaker_leaves() {
    let ws = Workspace::plain();
    let dir = ws.path();
    let refused = stderr(&util::run_to(1, &["evaluate", &dir]));
    assert!(refused.contains("keeps no references"), "{refused}");
    tone(&ws.beside("in/call.wav"), 1, 40);
    tone(&ws.beside("in/long.wav"), 2, 40);
    let manifest = write(
        ws.beside("in/m.csv"),
        "path,offset,duration,speaker,text\ncall.wav,1,5,Ana,pamplemousse violet\ncall.wav,8,5,Bob,chauve-souris\n\
         call.wav,14,5,Bob,kilimandjaro\nlong.wav,,,Eve,beaucoup de mots\n",
    );
    let (done, said) =
        ingested(&ws, 3, &[&manifest, "--references", "evaluate", "--segments", "keep"]);
    assert_eq!((&done["references_seen"], &done["references_kept"]), (&json!(4), &json!(3)));
    told(&said, &["line 5", "its text is not kept: 40.00 s are too long"]);
    told(&said, &["3 of 4 reference texts kept. Next: second-ear evaluate"]);
    run(&ws, 0);
    assert!(gold(&ws).is_empty());
    // It goes as far as a model is needed.
    let mut command = util::second_ear();
    command.env("SECOND_EAR_MODELS", ws.beside("none")).args(["evaluate", &dir]);
    let said = stderr(&command.output().unwrap());
    assert!(said.contains("model") && !said.contains("references"), "{said}");

    let holds = |words: &str| {
        ["state.db", "state.db-wal"].iter().any(|name| {
            let bytes = std::fs::read(ws.dir.join(name)).unwrap_or_default();
            bytes.windows(words.len()).any(|w| w == words.as_bytes())
        })
    };
    assert!(holds("pamplemousse violet") && holds("chauve-souris") && holds("kilimandjaro"));
    ws.to(0, "subject", &["--speaker", "Ana", "--out", ws.beside("held").to_str().unwrap()]);
    let held = std::fs::read_to_string(ws.beside("held/recordings.jsonl")).unwrap();
    let texts = rows(&held)[0]["reference_texts"].clone();
    assert_eq!(texts, json!([{"start": 1.0, "end": 6.0, "text": "pamplemousse violet"}]));
    ws.to(0, "forget", &["--speaker", "Ana", "--yes"]);
    assert!(!holds("pamplemousse violet"));
    assert_eq!(kept(&ws).0, ["chauve-souris", "kilimandjaro"]);
    let clip = ws.transcripts()[0]["clip"].as_str().unwrap().to_string();
    ws.to(0, "forget", &["--clip", &clip, "--yes"]);
    assert!(!holds("chauve-souris"));
    assert_eq!(kept(&ws).0, ["kilimandjaro"]);
}

#[test]
fn what_dataset_writes_comes_back_in_with_all_that_was_said_of_it() {
    let from = Workspace::plain();
    speech(&from.beside("in/ana.wav"), 0, 30);
    speech(&from.beside("in/bob.wav"), 40, 30);
    let manifest = write(
        from.beside("in/m.csv"),
        "path,speaker,region,language,licence,consent_date,consent_text,consent_purposes,consent_until\n\
         ana.wav,ana,fr-CA-QC,fr,CC-BY-4.0,2026-03-31,v2,\"review, train, publish\",2099-12-31\n\
         bob.wav,,,fr,CC0-1.0,,,,\n",
    );
    ingested(&from, 0, &[&manifest]);
    run(&from, 0);
    let answers: Vec<Value> = from
        .tasks()
        .into_iter()
        .enumerate()
        .map(|(n, mut row)| {
            row["validator"] = json!("val");
            row["verdict"] = json!("corrected");
            row["text"] = json!(format!("texte numéro {n}"));
            row["answered_at"] = json!("2026-11-24T10:00:00Z");
            row
        })
        .collect();
    let answers = from.write_rows("answers.jsonl", &answers);
    from.to(0, "answers", &[&answers]);
    let out = from.beside("out");
    from.to(
        0,
        "dataset",
        &[
            "--out",
            out.to_str().unwrap(),
            "--format",
            "hf,nemo,lhotse,kaldi,common-voice",
            "--names",
        ],
    );
    for (format, name) in [
        ("hf", "hf"),
        ("nemo", "nemo"),
        ("lhotse", "lhotse"),
        ("kaldi", "kaldi/clips.jsonl"),
        ("common-voice", "common-voice/clips.jsonl"),
    ] {
        let ws = Workspace::new();
        let folder = out.join(name);
        let all = [folder.to_str().unwrap(), "--references", "gold", "--segments", "keep"];
        let (done, said) = ingested(&ws, 0, &all);
        let clips = done["added"].as_u64().unwrap();
        assert!(clips > 3 && done["known"] == 0, "{format}: {said}");
        assert_eq!(
            (&done["references_seen"], &done["references_kept"]),
            (&json!(clips), &json!(clips))
        );
        assert!(done["accents_without_region"].as_object().unwrap().is_empty(), "{done}");
        let mut found: Vec<_> =
            facts(&ws).iter().map(|row| row.split_once(' ').unwrap().1.to_string()).collect();
        found.sort();
        found.dedup();
        assert_eq!(found, ["- - fr CC0-1.0", "ana fr-CA-QC fr CC-BY-4.0"], "{format}");
        let consent = ws.to(0, "consent", &["--json"]);
        let consent: Value = serde_json::from_slice(&consent.stdout).unwrap();
        let of_ana =
            consent["recordings"].as_array().unwrap().iter().find(|r| r["speaker"] == "ana");
        let of_ana = of_ana.unwrap();
        assert_eq!(
            (&of_ana["date"], &of_ana["until"]),
            (&json!("2026-03-31"), &json!("2099-12-31"))
        );
        assert_eq!(
            (&of_ana["text"], of_ana["purposes"].as_array().unwrap().len()),
            (&json!("v2"), 3)
        );
        let (done, said) = run(&ws, 0);
        assert_eq!(done["gold"], clips, "{format}: {said}");
        let texts = gold(&ws);
        assert!(texts.iter().all(|(.., text)| text.starts_with("texte numéro")), "{texts:?}");
    }
    // These have no columns for licences and consent.
    for (name, wanted) in [
        ("kaldi", ["- - fr -", "ana - fr -"]),
        ("common-voice/validated.tsv", ["- - fr -", "ana fr-CA fr -"]),
    ] {
        let ws = Workspace::new();
        ingested(&ws, 0, &[out.join(name).to_str().unwrap(), "--references", "ignore"]);
        let mut found: Vec<_> =
            facts(&ws).iter().map(|row| row.split_once(' ').unwrap().1.to_string()).collect();
        found.sort();
        found.dedup();
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn evaluate_measures_the_same_on_a_manifest_and_on_what_a_workspace_keeps_of_it() {
    let ws = Workspace::new();
    let all = rows(&std::fs::read_to_string(sample("references.jsonl")).unwrap());
    let mut some: Vec<Value> =
        all.into_iter().filter(|row| row["path"] == "quebec_menu.flac").take(12).collect();
    some.iter_mut().for_each(|row| row["path"] = json!(sample("quebec_menu.flac")));
    let manifest = ws.write_rows("m.jsonl", &some);
    let manifest = manifest.as_str();
    let (done, said) = ingested(&ws, 0, &[manifest, "--references", "evaluate"]);
    assert_eq!(done["references_seen"], done["references_kept"], "{said}");
    let measured = |what: &str| {
        let output = util::run_to(0, &["evaluate", what, "--language", "fr", "--json"]);
        let done: Value = serde_json::from_slice(&output.stdout).unwrap();
        ["clips", "words", "errors"].map(|name| done[name].as_u64().unwrap())
    };
    let of_workspace = measured(&ws.path());
    assert_eq!(of_workspace[0], done["references_kept"].as_u64().unwrap());
    assert_eq!(of_workspace, measured(manifest));
}
