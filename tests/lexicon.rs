//! The `lexicon` commands, and regional evidence from declaration, words and validators to transcripts.

mod util;

use serde_json::{Value, json};
use util::{Workspace, run_to, sample, stderr, stdout};

/// `second-ear lexicon COMMAND DIR ...`.
#[track_caller]
fn lexicon(ws: &Workspace, code: i32, command: &str, more: &[&str]) -> std::process::Output {
    let dir = ws.path();
    let mut args = vec!["lexicon", command, &dir];
    args.extend(more);
    run_to(code, &args)
}

#[track_caller]
fn lexicon_json(ws: &Workspace, command: &str, more: &[&str]) -> Value {
    let output = lexicon(ws, 0, command, &[more, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn settings(ws: &Workspace) -> String {
    std::fs::read_to_string(ws.dir.join("second-ear.toml")).unwrap()
}

#[test]
fn a_word_that_is_added_is_listed_found_and_named_in_the_settings() {
    let ws = Workspace::new();
    ws.set("workers = 0", "workers = 0 # all of them");
    let before = settings(&ws);
    let all = lexicon_json(&ws, "list", &[])["entries"].as_u64().unwrap();
    let add = ["barguiner", "--region", "fr-CA-QC,fr-CA-ACAD", "--meaning", "discuter le prix"];
    let changed = lexicon_json(&ws, "add", &add);
    assert_eq!(
        (&changed["added"], &changed["file"]),
        (&json!(["barguiner"]), &json!("lexicon.tsv"))
    );
    assert_eq!(settings(&ws), before.replace("lexicon = \"\"", "lexicon = \"lexicon.tsv\""));
    let file = ws.dir.join("lexicon.tsv");
    let text = std::fs::read_to_string(&file).unwrap();

    // again: nothing changes, not even a byte
    assert_eq!(lexicon_json(&ws, "add", &add)["unchanged"], json!(["barguiner"]));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    // something else of the same word: refused without --replace
    let other = ["barguiner", "--region", "fr-BE", "--ambiguity", "1"];
    let refused = lexicon(&ws, 3, "add", &other);
    assert!(stderr(&refused).contains("--replace"), "{}", stderr(&refused));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    let replaced = lexicon_json(&ws, "add", &[&other[..], &["--replace"]].concat());
    assert_eq!(replaced["replaced"], json!(["barguiner"]));

    let listing = lexicon_json(&ws, "list", &["--region", "fr-BE", "--kind", "word"]);
    assert_eq!(listing["entries"].as_u64().unwrap(), all + 1);
    let listed = listing["listed"].as_array().unwrap();
    let own = listed.iter().find(|row| row["term"] == "barguiner").unwrap();
    assert_eq!((&own["source"], &own["ambiguity"]), (&json!("workspace"), &json!(1)));
    assert!(listed.iter().all(|row| row["kind"] == "word"));
    assert!(!listed.iter().any(|row| row["term"] == "pantoute"), "Québec's alone");

    for (bad, what) in [
        (&["x", "--region", "Québec"][..], "not a region code"),
        (&["x", "--region", "fr-BE", "--pattern", "("][..], "no regular expression"),
        (&["x", "--region", "fr-BE", "--ambiguity", "7"][..], "write 0, 1 or 2"),
        (&["#x", "--region", "fr-BE"][..], "cannot be in"),
    ] {
        let dir = ws.path();
        let output = util::run(&[&["lexicon", "add", &dir][..], bad].concat());
        assert!(matches!(output.status.code(), Some(1 | 2)), "{bad:?}");
        assert!(stderr(&output).contains(what), "{}", stderr(&output));
    }
}

#[test]
fn an_import_names_every_bad_row_keeps_comments_and_changes_nothing_the_second_time() {
    let ws = Workspace::new();
    let own =
        "# ours, by hand\nterm\tkind\tregions\tambiguity\nbec\tword\tfr-CA-QC\t1\n\n# the end\n";
    std::fs::write(ws.dir.join("mots.tsv"), own).unwrap();
    ws.set("lexicon = \"\"", "lexicon = \"mots.tsv\"");
    let file = ws.beside("inventory.tsv");
    std::fs::write(
        &file,
        "term\tvariants\tkind\tregions\tmeaning_fr\tstandard_fr\tambiguity\tpattern\tevidence\tnote\n\
         barguiner\tbargainer\tverbe\tfr-CA-QC\tdiscuter le prix\tmarchander\t0\t\tA\t\n\
         bec\t\tnom\tfr-CA-QC\tbaiser\tbaiser\t0\t\tA\t\n\
         rien\t\tnom\t\t\t\t0\t\tA\t\n\
         fou\t\tnom\tfr-BE\t\t\t9\t\tA\t\n\
         frette\t\tadjectif\tfr-CA-QC\tfroid\tfroid\t2\t\\bfrettes?\\b\tA\tmine\n",
    )
    .unwrap();
    let path = file.to_str().unwrap();
    let output = lexicon(&ws, 3, "import", &[path, "--json"]);
    let changed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(changed["added"], json!(["barguiner"]));
    assert_eq!(changed["conflicting"], json!(["bec"]));
    assert_eq!(changed["built_in_preferred"], json!(["frette"]));
    let said = stderr(&output);
    assert!(
        said.contains("inventory.tsv, line 4") && said.contains("inventory.tsv, line 5"),
        "{said}"
    );
    let once = std::fs::read_to_string(ws.dir.join("mots.tsv")).unwrap();
    assert!(once.starts_with("# ours, by hand\n") && once.contains("\n\n# the end\n"), "{once}");
    assert!(once.contains("bec\tword\tfr-CA-QC\t1\n"), "{once}");
    lexicon(&ws, 3, "import", &[path]);
    assert_eq!(std::fs::read_to_string(ws.dir.join("mots.tsv")).unwrap(), once);

    // a lexicon of the team's own stands before the built-in list
    let mine = ws.beside("mine.tsv");
    std::fs::write(&mine, "term\tkind\tregions\tambiguity\nfrette\tword\tfr-CA-QC\t2\n").unwrap();
    let changed = lexicon_json(&ws, "import", &[mine.to_str().unwrap()]);
    assert_eq!(changed["added"], json!(["frette"]));
    assert_eq!(changed["over_built_in"], json!(["frette"]));
    let told = lexicon_json(&ws, "test", &["Il veut bargainer, il fait frette."]);
    let hits: Vec<_> =
        told["hits"].as_array().unwrap().iter().map(|h| h["ambiguity"].clone()).collect();
    assert!(hits.contains(&json!(2)) && hits.contains(&json!(0)), "{told}");
    let no_header = ws.beside("x.tsv");
    std::fs::write(&no_header, "mot\tsens\n").unwrap();
    lexicon(&ws, 1, "import", &[no_header.to_str().unwrap()]);
}

#[test]
fn a_sentence_is_explained_and_a_file_of_sentences_is_measured() {
    let ws = Workspace::new();
    let told = stdout(&lexicon(&ws, 0, "test", &["Mon char est icitte."]));
    for part in ["icitte", "regional wherever it occurs", "Region: fr-CA", "goes to a person"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let alone = stdout(&lexicon(&ws, 0, "test", &["Mon char est là."]));
    assert!(alone.contains("ignored: very ambiguous") && alone.contains("Region: none"), "{alone}");
    let declared = stdout(&lexicon(&ws, 0, "test", &["Mon char est là.", "--region", "fr-CA-QC"]));
    assert!(declared.contains("fr-CA-QC was declared (+1.00)"), "{declared}");
    let set = util::root().join("tests/data/lexicon/sentences.tsv");
    let proof = lexicon_json(&ws, "test", &["--file", set.to_str().unwrap()]);
    assert_eq!(proof["scores"].as_array().unwrap().len(), 10);
    let regions = lexicon_json(&ws, "regions", &[]);
    let quebec = regions.as_array().unwrap().iter().find(|r| r["region"] == "fr-CA-QC").unwrap();
    assert_eq!((&quebec["accent"], &quebec["variant"]), (&json!("canada"), &json!("fr-namerica")));
    run_to(2, &["lexicon", "test", &ws.path()]);
}

#[test]
fn entries_are_looked_for_in_their_language_and_a_team_brings_its_own() {
    let ws = Workspace::new();
    let hits = |sentence: &[&str]| {
        let told = lexicon_json(&ws, "test", sentence);
        told["hits"].as_array().unwrap().iter().map(|hit| hit["term"].clone()).collect::<Vec<_>>()
    };
    // The workspace is in French.
    assert!(hits(&["It's a dreich day."]).is_empty());
    assert_eq!(hits(&["It's a dreich day.", "--region", "en-IE"]), [json!("dreich")]);
    assert!(hits(&["Il fait frette.", "--region", "en-IE"]).is_empty());
    let english = util::root().join("tests/data/lexicon/sentences_en.tsv");
    let proof = lexicon_json(&ws, "test", &["--file", english.to_str().unwrap()]);
    assert_eq!(proof["scores"].as_array().unwrap().len(), 10);

    let list = ws.beside("de.tsv");
    let rows = "term\tkind\tregions\tambiguity\nJänner\tword\tde-AT\t0\nheuer\tword\tde-AT\t1\n";
    std::fs::write(&list, rows).unwrap();
    let changed = lexicon_json(&ws, "import", &[list.to_str().unwrap()]);
    assert_eq!(changed["added"], json!(["Jänner", "heuer"]));
    let set = ws.beside("sentences.tsv");
    let sentences = "part\tregions\tsentence\na\tde-AT\tIm Jänner fahren wir weg.\n\
                     a\t\tIm Januar bleiben wir hier.\na\t\tDer Name ist Frette oder Nowt.\n";
    std::fs::write(&set, sentences).unwrap();
    let proof = lexicon_json(&ws, "test", &["--file", set.to_str().unwrap()]);
    let all = &proof["scores"][2];
    assert_eq!((&all["true_positives"], &all["false_positives"]), (&json!(1), &json!(0)));
}

/// A recording of the speaker Zoe, routed with a script's drafts.
fn spoken(ws: &Workspace, declared: Option<&str>, rows: &[Value]) -> Vec<Value> {
    let path = sample("volunteer_19b6d3ae.flac");
    let row = json!({"path": path, "speaker": "zoe", "region": declared});
    let manifest = ws.write_rows("m.jsonl", &[row]);
    run_to(0, &["ingest", &ws.path(), &manifest]);
    let script = ws.write_rows("script.jsonl", rows);
    ws.to(0, "run", &["--scripted", &script]);
    ws.transcripts()
}

#[test]
fn transcripts_say_what_speaks_for_a_region_and_validators_accents_count_in_the_next_round() {
    let ws = Workspace::new();
    let script = json!({"text": "viens ici", "variants": [{"term": "icitte", "standard": "ici",
                        "regional": "icitte", "log_ratio": 1.5}]});
    let row = spoken(&ws, None, std::slice::from_ref(&script)).remove(0);
    assert_eq!(row["evidence"], json!(["'icitte' nearly as likely as what the draft has (+0.50)"]));
    assert_eq!(row["region"], "", "half a piece names no region");

    let mut task = ws.tasks().remove(0);
    task["validator"] = json!("ana");
    task["verdict"] = json!("corrected");
    task["text"] = json!("viens ici");
    task["tags"] = json!([{"kind": "accent", "text": "", "region": "fr-CA-QC", "meaning": ""}]);
    let answers = ws.write_rows("answers.jsonl", &[task]);
    ws.to(0, "answers", &[&answers]);
    // another recording of the speaker; the answered clip keeps its decision
    let more = ws.write_rows(
        "more.jsonl",
        &[json!({"path": sample("volunteer_2b2a8f5e.flac"), "speaker": "zoe"})],
    );
    run_to(0, &["ingest", &ws.path(), &more]);
    let script = ws.write_rows("again.jsonl", &[json!({"text": "bonjour"}), script]);
    ws.to(0, "run", &["--scripted", &script]);
    let all = ws.transcripts();
    let new = all.iter().find(|r| r["clip"] != row["clip"]).unwrap();
    let told: Vec<&str> =
        new["evidence"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(told[0], "1 validator marked fr-CA-QC (+0.67)", "{told:?}");
    let old = all.iter().find(|r| r["clip"] == row["clip"]).unwrap();
    assert_eq!(old["evidence"], row["evidence"]);
}

#[test]
fn every_clip_of_a_region_that_is_always_reviewed_goes_to_a_person() {
    let ws = Workspace::new();
    ws.set("always_review_regions = []", "always_review_regions = [\"fr-BE\"]");
    let row = spoken(&ws, Some("fr-BE-LIEGE"), &[json!({"text": "bonjour"})]).remove(0);
    assert_eq!((&row["decision"], &row["inclusion_probability"]), (&json!("human"), &json!(1.0)));
    assert!(row["reasons"].as_array().unwrap().contains(&json!("region_always_reviewed")), "{row}");
    ws.set("[\"fr-BE\"]", "[\"Belgique !\"]");
    let output = ws.to(1, "run", &["--scripted", "none"]);
    assert!(stderr(&output).contains("not a region code"), "{}", stderr(&output));
}

/// Every hypothesis as it is stored, by clip.
fn hypotheses(ws: &Workspace) -> Vec<Vec<u8>> {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    let mut statement = db.prepare("SELECT body FROM hypotheses ORDER BY clip").unwrap();
    let bodies = statement.query_map([], |row| row.get(0)).unwrap();
    bodies.map(Result::unwrap).collect()
}

/// How many variants these bytes are, and nothing but: a count, then for each three texts with their
/// lengths and a number of eight bytes.
fn variants(bytes: &[u8]) -> Option<usize> {
    let (count, mut rest) = bytes.split_first()?;
    for _ in 0..*count {
        for _ in 0..3 {
            let (length, after) = rest.split_first()?;
            rest = after.split_at_checked(usize::from(*length))?.1;
        }
        rest = rest.split_at_checked(8)?.1;
    }
    rest.is_empty().then_some(usize::from(*count))
}

#[test]
fn trying_regional_forms_changes_no_draft_and_none_of_its_numbers() {
    let decoded = |own: Option<&str>| {
        let ws = Workspace::new();
        if let Some(row) = own {
            let text = format!(
                "term\tkind\tregions\tambiguity\tpattern\tnear\tstandard\tmeaning\tnote\tswap\n{row}\n"
            );
            std::fs::write(ws.dir.join("own.tsv"), text).unwrap();
            ws.set("lexicon = \"\"", "lexicon = \"own.tsv\"");
        }
        ws.ingest(&[&sample("fleurs_fr_002.flac"), &sample("fleurs_fr_005.flac")]);
        ws.to(0, "run", &[]);
        hypotheses(&ws)
    };
    let few = decoded(None);
    let many = decoded(Some("d'\tword\tfr-XX\t0\t\t\t\t\t\tde=d'"));
    assert_eq!(few.len(), many.len());
    let mut more = 0;
    for (few, many) in few.iter().zip(&many).filter(|(few, many)| few != many) {
        // Variants stand last: up to their count all is the same, and behind it there is nothing else.
        let same = few.iter().zip(many).take_while(|(a, b)| a == b).count();
        let count = |body: &[u8]| variants(&body[same..]).expect("only variants differ");
        assert!(count(many) > count(few));
        more += count(many) - count(few);
    }
    assert!(more > 0);
}

#[test]
fn a_word_that_one_region_says_is_suggested_and_one_key_takes_it_into_the_lexicon() {
    let ws = Workspace::plain();
    let (rate, menu) = util::decode_flac(&sample("quebec_menu.flac"));
    let mut manifest = String::from("path,speaker,region\n");
    for (file, region, by) in [("a.wav", "fr-CA-QC", 1.0), ("b.wav", "fr-FR-PAC", 0.7)] {
        let samples: Vec<i16> = menu.iter().map(|s| (f64::from(*s) * by) as i16).collect();
        util::write_wav(&ws.beside(file), 1, rate, &samples);
        manifest.push_str(&format!("{file},speaker of {file},{region}\n"));
    }
    std::fs::write(ws.beside("all.csv"), manifest).unwrap();
    ws.ingest(&[&ws.beside("all.csv")]);
    let script: Vec<Value> = (0..100)
        .map(|n| json!({"start": n * 4, "end": n * 4 + 4, "text": "il fait frais ici"}))
        .collect();
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let mut answers = ws.tasks();
    for (n, row) in answers.iter_mut().enumerate() {
        let quebec = row["path"] == "a.wav" && n % 3 == 0;
        row["validator"] = json!("vera");
        row["verdict"] = json!(if quebec { "corrected" } else { "as_is" });
        row["text"] = json!(if quebec { "il fait frimasse ici" } else { "il fait frais ici" });
        row["answered_at"] = json!("2026-03-01T10:00:00Z");
    }
    let answers = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&answers]);

    let found = lexicon_json(&ws, "suggest", &[]);
    let terms: Vec<&str> =
        found.as_array().unwrap().iter().map(|c| c["term"].as_str().unwrap()).collect();
    assert_eq!(terms, ["frimasse"], "{found:#}");
    let frimasse = &found[0];
    assert_eq!((&frimasse["region"], &frimasse["why"]), (&json!("fr-CA-QC"), &json!("regional")));
    assert_eq!(frimasse["instead"], "frais");
    assert_eq!(frimasse["elsewhere"][0], 0);
    assert!(frimasse["missed"][0].as_u64().unwrap() >= 10, "{frimasse}");
    let said = stdout(&lexicon(&ws, 0, "suggest", &[]));
    for part in ["frimasse (fr-CA-QC)", "most often 'frais'", "\"il fait frimasse ici\""] {
        assert!(said.contains(part), "{said}");
    }

    let unknown = lexicon(&ws, 1, "suggest", &["--accept", "zut"]);
    assert!(stderr(&unknown).contains("'zut' is none of the candidates"), "{}", stderr(&unknown));
    let mut child = util::second_ear()
        .args(["lexicon", "suggest", &ws.path(), "--review"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::Write;
    child.stdin.take().unwrap().write_all(b"?\ny\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("In the lexicon from the next run: frimasse"));
    let listed = lexicon_json(&ws, "list", &["--region", "fr-CA-QC"]);
    let entry = listed["listed"].as_array().unwrap().iter().find(|e| e["term"] == "frimasse");
    assert_eq!(entry.unwrap()["standard"], "frais");
    assert_eq!(lexicon_json(&ws, "suggest", &[]), json!([]), "it is known now");
}
