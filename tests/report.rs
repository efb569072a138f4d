//! The report: its numbers as JSON and table, its page by itself.

mod util;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use util::{Workspace, rows, sample, stdout};

/// Scripted drafts of real recordings; every second task is settled, half of these with other words.
fn workspace() -> Workspace {
    let ws = Workspace::new();
    ws.set("audit_rate = 0.05", "audit_rate = 0.4");
    ws.ingest(&[&sample("quebec_menu.flac"), &sample("english_speakers.flac")]);
    let script = ws.write_rows("script.jsonl", &[json!({"text": "un deux trois <script> quatre"})]);
    ws.to(0, "run", &["--scripted", &script]);
    let answers: Vec<Value> = ws
        .tasks()
        .into_iter()
        .step_by(2)
        .enumerate()
        .map(|(n, mut row)| {
            row["validator"] = json!("<b>ana</b>");
            row["verdict"] = json!("corrected");
            row["text"] =
                json!(if n % 2 == 0 { "un deux trois script quatre" } else { "cinq six" });
            row["active_seconds"] = json!(6.25);
            row
        })
        .collect();
    let file = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&file]);
    ws
}

#[test]
fn the_table_has_one_row_per_clip_and_adds_up_to_the_report() {
    let ws = workspace();
    let table = ws.beside("clips.csv");
    let said = ws.to(0, "report", &["--json", "--csv", table.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!((&report["version"], &report["versions"]["clips_csv"]), (&json!(2), &json!(1)));

    let mut table = csv::Reader::from_path(table).unwrap();
    let names: Vec<String> = table.headers().unwrap().iter().map(String::from).collect();
    let clips: Vec<csv::StringRecord> = table.records().map(|r| r.unwrap()).collect();
    let column = |row: &csv::StringRecord, name: &str| {
        row[names.iter().position(|n| n == name).unwrap()].to_string()
    };
    let ids: BTreeSet<String> = clips.iter().map(|r| column(r, "clip")).collect();
    let transcribed: BTreeSet<String> = rows(&stdout(&ws.to(0, "transcripts", &[])))
        .iter()
        .map(|r| r["clip"].as_str().unwrap().into())
        .collect();
    assert_eq!(ids, transcribed);
    assert_eq!(ids.len(), clips.len());

    let human = clips.iter().filter(|r| column(r, "decision") == "human").count();
    assert_eq!(report["human"]["clips"]["part"], json!(human));
    let sum =
        |name: &str| clips.iter().filter_map(|r| column(r, name).parse::<u64>().ok()).sum::<u64>();
    assert_eq!(report["drafts"]["settled"]["errors"], json!(sum("errors")));
    assert_eq!(report["drafts"]["settled"]["words"], json!(sum("reference_words")));
    assert!(sum("errors") > 0);
    for row in clips.iter().filter(|r| column(r, "reasons").is_empty()) {
        assert_eq!(column(row, "inclusion"), "0.4");
    }
}

#[test]
fn every_rate_says_how_it_was_made_or_why_it_is_missing() {
    fn walk(node: &Value, path: &str, seen: &mut usize) {
        if let Some(rate) = node.as_object() {
            if rate.contains_key("method") && rate.contains_key("missing") {
                *seen += 1;
                let known = ["value", "low", "high"].iter().all(|k| rate[*k].is_number());
                assert!(known != rate["missing"].is_string(), "{path}: {node}");
            }
            rate.iter().for_each(|(k, v)| walk(v, &format!("{path}.{k}"), seen));
        } else if let Some(list) = node.as_array() {
            list.iter().enumerate().for_each(|(i, v)| walk(v, &format!("{path}[{i}]"), seen));
        }
    }
    let mut seen = 0;
    walk(&workspace().json("report"), "", &mut seen);
    assert!(seen > 30, "{seen} rates");
    seen = 0;
    walk(&Workspace::new().json("report"), "", &mut seen);
    assert!(seen > 10, "{seen} rates of an empty workspace");
}

#[test]
fn the_page_stands_alone_and_reads_aloud() {
    let ws = workspace();
    let path = ws.beside("report.html");
    ws.to(0, "report", &["--html", path.to_str().unwrap()]);
    let page = std::fs::read_to_string(&path).unwrap();
    for outside in ["<script", "http:", "https:", "src=", "@import", "<link"] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(!page.contains("<b>ana"), "a name became markup");
    let (pictures, said) = (page.matches("<svg").count(), page.matches("role=\"img\"").count());
    assert!(pictures >= 6 && said == pictures, "{pictures} pictures, {said} with a role");
    assert_eq!(page.matches("<title id=").count(), pictures);
    assert_eq!(page.matches("<desc id=").count(), pictures);
    assert!(page.matches("<summary>Table").count() >= pictures, "a picture without its table");
    let ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|s| s.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice");
    for wanted in
        ["Clopper", "Hajek", "Geifman", "SHA-256", "prefers-color-scheme: dark", "@media print"]
    {
        assert!(page.contains(wanted), "no {wanted}");
    }
}

/// What two rounds leave behind: drafts so far are of an earlier model, the script's is round 1's, and
/// round 2 was not promoted. Then a run: what nobody had been given is drafted again.
fn next_rounds(ws: &Workspace) {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    db.execute_batch(
        "UPDATE hypotheses SET model = 'earlier';
         UPDATE decisions SET model = 'earlier';",
    )
    .unwrap();
    let promoted =
        json!({"is": "promoted", "model": "scripted", "sha256": "ab", "file": "round-1.bin"});
    let rejected = json!({"is": "rejected", "why": ["<i>English</i> got worse by 1.3 points"]});
    for (number, verdict) in [(1, promoted), (2, rejected)] {
        let measured = json!([
            {"set": "test", "clips": 100, "units": 4, "words": 900, "before": 0.142, "after": 0.087,
             "difference": [-0.071, -0.039], "better": 1.0},
            {"set": "retention en", "clips": 80, "units": 1, "words": 700, "before": 0.021, "after": 0.034,
             "difference": [0.002, 0.024], "better": 0.0},
        ]);
        let body = json!({"number": number, "created": "2026-11-24T10:00:00Z", "base": "base",
            "parent": number - 1, "parent_model": "earlier", "start_model": "earlier", "averages": [], "seed": 7, "data_digest": "0123456789abcdef",
            "recipe": {"rate": 1e-5}, "clips": {"corrections": 120, "replay": 30}, "train_seconds": 552.0,
            "losses": [1.25, 0.5], "share": 0.6, "wall_seconds": 80.0, "measured": measured,
            "verdict": verdict});
        let model = body["verdict"]["model"].as_str();
        db.execute(
            "INSERT INTO rounds (number, created, base, parent, model, body) VALUES (?1, 't', 'base', ?2, ?3, ?4)",
            rusqlite::params![number, number - 1, model, body.to_string()],
        )
        .unwrap();
    }
    drop(db);
    let script = ws.beside("script.jsonl");
    ws.to(0, "run", &["--scripted", script.to_str().unwrap()]);
}

#[test]
fn a_later_model_makes_a_learning_curve_and_every_round_is_listed_with_what_came_of_it() {
    let ws = workspace();
    // What was given to people keeps its drafts; this comes after.
    ws.ingest(&[&sample("volunteer_19b6d3ae.flac")]);
    next_rounds(&ws);
    let report = ws.json("report");
    assert_eq!(report["target"], json!({"risk": 0.1, "measure": "wer", "set": false}));
    let rounds = report["by_round"].as_array().unwrap();
    let named: Vec<(&Value, &Value, &Value)> =
        rounds.iter().map(|r| (&r["round"], &r["model"], &r["whole"])).collect();
    let (earlier, scripted) = (json!("earlier"), json!("scripted"));
    assert_eq!(named, [(&json!(0), &earlier, &json!(false)), (&json!(1), &scripted, &json!(true))]);
    for round in rounds {
        let steps = round["by_region"].as_object().unwrap();
        assert!(!steps.is_empty());
        for of in steps.values().chain([round]) {
            for rate in [&of["human_at_target"], &of["minutes_per_hour"]] {
                assert_ne!(
                    rate["value"].is_number(),
                    rate["missing"] != json!("one_speaker") && rate["missing"].is_string()
                );
            }
        }
    }
    // Scripts have no score here, and nothing of round 1 is settled: both say so.
    assert_eq!(rounds[0]["human_at_target"]["missing"], "no_score");
    assert_eq!(rounds[1]["human_at_target"]["missing"], "none_settled");
    assert_eq!(rounds[1]["minutes_per_hour"]["missing"], "not_timed");
    assert!(rounds[0]["minutes_per_hour"]["value"].as_f64().unwrap() > 0.0);

    assert_eq!(report["rounds"][0]["verdict"]["is"], "promoted");
    assert_eq!(report["rounds"][1]["measured"][1]["set"], "retention en");
    let text = stdout(&ws.to(0, "report", &[]));
    for said in [
        "people needed for a mean WER of at most 10.0 %",
        "0 (as it was)",
        "no settled draft has a score",
        "1 (from 0): promoted, model scripted",
        "2 (from 1): not promoted: <i>English</i> got worse by 1.3 points",
        "clips corrections 120, replay 30; 9:12 of audio; loss 1.250, 0.500; share 0.60; seed 7; data 0123456789abcdef",
        "WER 14.2 % -> 8.7 %, -5.5 points (-7.1 to -3.9) on 100 clips, 900 words",
        "Clips of different rounds are different clips",
    ] {
        assert!(text.contains(said), "no '{said}' in\n{text}");
    }
    let path = ws.beside("report.html");
    ws.to(0, "report", &["--html", path.to_str().unwrap()]);
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page.contains("What each new model changed") && !page.contains("<i>English"));
    assert!(page.contains("Clips of different rounds are different clips"));
}

#[test]
fn the_first_screen_says_of_what_each_number_is_and_few_audits_stand_beside_their_interval() {
    let ws = Workspace::new();
    ws.set("audit_rate = 0.05", "audit_rate = 0.4");
    ws.set("title = \"\"", "title = \"Appels <2026>\"");
    ws.score_scripts();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    // Two drafts of three are sure: some of these are audited.
    let script: Vec<Value> = (0..100)
        .map(|n| {
            let logprob = [-0.001, -0.001, -1.5][n % 3];
            json!({"start": n * 4, "end": n * 4 + 4, "text": "appuyez sur la touche étoile", "logprob": logprob})
        })
        .collect();
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let answers: Vec<Value> = ws
        .tasks()
        .into_iter()
        .map(|mut row| {
            (row["validator"], row["verdict"]) = (json!("ana"), json!("corrected"));
            row["text"] = json!("appuyez sur la touche étoile");
            row
        })
        .collect();
    ws.to(0, "answers", &[&ws.write_rows("answers.jsonl", &answers)]);
    let (page, table) = (ws.beside("report.html"), ws.beside("clips.csv"));
    let (page, table) = (page.to_str().unwrap(), table.to_str().unwrap());
    ws.to(0, "report", &["--html", page, "--csv", table]);
    let text = std::fs::read_to_string(page).unwrap();
    let first = text.split("<h2>").next().unwrap();
    for said in [
        "Appels &#60;2026&#62;",
        &jiff::Zoned::now().date().to_string(),
        "of the time in clips needs a person",
        "href=\"clips.csv\"",
        "The input is ",
    ] {
        assert!(first.contains(said), "no '{said}' in\n{first}");
    }
    // As the JSON has it: seconds of the clips, and not of the input.
    let report = ws.json("report");
    let sum = |of: &str| -> f64 {
        let regions = report["by_region"].as_object().unwrap().values();
        regions.map(|region| region[of].as_f64().unwrap()).sum()
    };
    let clock = |seconds: f64| {
        format!("{}:{:02}", seconds.round() as u64 / 60, seconds.round() as u64 % 60)
    };
    let of = format!("{} of {} in ", clock(sum("human_seconds")), clock(sum("seconds")));
    assert!(first.contains(&of), "no '{of}' in\n{first}");
    let audits = report["residual_error"]["settled"].as_u64().unwrap();
    assert!((1..30).contains(&audits), "{audits}");
    assert!(first.contains("class=\"interval\"") && first.contains("only "), "{first}");
    // Without a table the page says how to get one.
    ws.to(0, "report", &["--html", page]);
    assert!(std::fs::read_to_string(page).unwrap().contains("report DIR --csv clips.csv"));
}

#[test]
fn months_are_compared_and_a_word_that_came_later_is_told_with_its_region() {
    let ws = Workspace::plain();
    ws.set("audit_rate = 0.05", "audit_rate = 1.0");
    let (rate, menu) = util::decode_flac(&sample("quebec_menu.flac"));
    let mut manifest = String::from("path,speaker,region,recorded\n");
    for (n, (month, by)) in [("01", 1.0), ("01", 0.8), ("07", 0.7), ("07", 0.6)].iter().enumerate()
    {
        let samples: Vec<i16> = menu.iter().map(|s| (f64::from(*s) * by) as i16).collect();
        util::write_wav(&ws.beside(&format!("{n}.wav")), 1, rate, &samples);
        manifest.push_str(&format!("{n}.wav,speaker {n},fr-CA-QC,2026-{month}-15\n"));
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
        let path = row["path"].as_str().unwrap();
        let later = ["2.wav", "3.wav"].contains(&path) && n % 2 == 0;
        row["validator"] = json!("vera");
        row["verdict"] = json!(if later { "corrected" } else { "as_is" });
        row["text"] = json!(if later { "il clavarde ici" } else { "il fait frais ici" });
        row["answered_at"] = json!("2026-08-01T10:00:00Z");
    }
    let answers = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&answers]);

    let report = ws.json("report");
    let months = report["drift"]["months"].as_array().unwrap();
    let named: Vec<&str> = months.iter().map(|m| m["month"].as_str().unwrap()).collect();
    assert_eq!(named, ["2026-01", "2026-07"]);
    assert_eq!(months[0]["draft_wer"]["value"], 0.0);
    assert!(months[1]["draft_wer"]["value"].as_f64().unwrap() > 0.2, "{}", months[1]);
    assert_eq!((&months[0]["new_words"], &months[1]["new_words"]), (&json!(0), &json!(1)));
    let word = &months[1]["examples"][0];
    assert_eq!((&word["word"], &word["region"]), (&json!("clavarde"), &json!("fr-CA-QC")));
    assert_eq!(
        (&report["drift"]["since"], &report["drift"]["promoted"]),
        (&json!("2026-01"), &json!(false))
    );
    let said = stdout(&ws.to(0, "report", &["--lang", "en"]));
    assert!(said.contains("Month by month") && said.contains("clavarde (fr-CA-QC"), "{said}");
    let status = stdout(&ws.to(0, "status", &["--lang", "en"]));
    assert!(
        status.contains("Errors in all drafts: 0.0 %") && status.contains("in 2026-07"),
        "{status}"
    );
    assert_eq!(ws.json("status")["fit"]["since"], "2026-01");
    let page = ws.beside("report.html");
    ws.to(0, "report", &["--html", page.to_str().unwrap(), "--lang", "fr"]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("Mois par mois") && page.contains("clavarde"), "the page has it too");
}
