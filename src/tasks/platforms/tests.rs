//! Round trips: what a tool would give back for the tasks written is read whole, and what it would
//! give back for other tasks is refused with what to do.

use ::csv::{Reader, Writer};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{appen, label_studio, turkle};
use crate::domain::HandedOut;
use crate::domain::{PageLanguage, Region, TaskRow, Verdict};
use crate::tables::Table;
use crate::tasks::answers::{Checked, KnownAnswers, check};
use crate::tasks::bundle::samples::{hostile_rows, sample_rows};
use crate::tasks::csv::LAYOUT;
use crate::text::tidy;

/// Task rows as they are handed out: nothing filled in, the audio beside.
fn tasks(rows: Vec<TaskRow>) -> Vec<TaskRow> {
    let blank = |row: TaskRow| TaskRow {
        validator: String::new(),
        verdict: String::new(),
        text: String::new(),
        tags: Vec::new(),
        active_seconds: None,
        answered_at: String::new(),
        listened: None,
        ..row
    };
    rows.into_iter().map(blank).collect()
}

type Rows = Vec<(u64, Result<TaskRow, String>)>;

fn read_export(bytes: &[u8]) -> Rows {
    label_studio::read(bytes).collect()
}

/// What `said` gives as text comes back for each row.
fn expect(rows: &[TaskRow], read: Rows, validator: &str) {
    assert_eq!(read.len(), rows.len());
    let mut known = KnownAnswers::new("w-1");
    for row in rows {
        let clip = crate::domain::ClipId::from_stored(&row.clip);
        known.hand_out(HandedOut::new(clip, row.draft.clone()));
    }
    for (row, (_, read)) in rows.iter().zip(read) {
        let blank = tidy(&row.draft).is_empty();
        let read = match read {
            Ok(read) => read,
            Err(why) if blank => panic!("{why}"),
            Err(why) => panic!("{}: {why}", row.draft),
        };
        let Checked::Answer(answer) = check(&read, &known).unwrap() else { panic!("{read:?}") };
        let wanted = if blank { Verdict::Skip } else { Verdict::Corrected };
        assert_eq!(answer.verdict, wanted);
        assert_eq!(answer.validator, validator);
        assert_eq!(answer.text, if blank { String::new() } else { tidy(&corrected(&row.draft)) });
        assert_eq!(answer.answered_at, "2026-11-20T17:05:41Z");
        assert_eq!(answer.active_seconds, Some(41.0));
        assert_eq!(answer.batch.unwrap().as_str(), row.batch);
    }
}

/// A correction that keeps how the draft begins.
fn corrected(draft: &str) -> String {
    format!("{draft} oui")
}

/// What somebody answers to a draft.
type Answered<'a> = &'a dyn Fn(&str) -> String;

/// What a crowd tool gives back: the input columns under their new names, and the answers.
fn results(
    input: &[u8],
    rename: impl Fn(&str) -> String,
    more: &[(&str, Answered<'_>)],
) -> Vec<u8> {
    let mut reader = Reader::from_reader(input);
    let names: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let draft = names.iter().position(|n| n == "draft").unwrap();
    let mut out = Writer::from_writer(Vec::new());
    let header = more.iter().map(|(n, _)| n.to_string()).chain(names.iter().map(|n| rename(n)));
    out.write_record(header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let shown = crate::tasks::csv::unguard(&record[draft]).to_string();
        let cells = more.iter().map(|(_, f)| f(&shown));
        out.write_record(cells.chain(record.iter().map(String::from))).unwrap();
    }
    out.into_inner().unwrap()
}

fn verdict(draft: &str) -> String {
    if tidy(draft).is_empty() { "skip".into() } else { String::new() }
}

fn turkle_results(rows: &[TaskRow]) -> Vec<u8> {
    let mut input = Vec::new();
    turkle::write(&mut input, rows).unwrap();
    results(
        &input,
        |name| format!("Input.{name}"),
        &[
            ("AssignmentId", &|_| "1".into()),
            ("WorkerId", &|_| "2".into()),
            ("SubmitTime", &|_| "Fri Nov 20 17:05:41 UTC 2026".into()),
            ("WorkTimeInSeconds", &|_| "41".into()),
            ("Answer.transcript", &corrected),
            ("Answer.verdict", &verdict),
            ("Turkle.Username", &|_| "ana@example.org".into()),
        ],
    )
}

fn appen_report(rows: &[TaskRow]) -> Vec<u8> {
    let mut input = Vec::new();
    appen::write(&mut input, rows.iter().map(|row| (row, None))).unwrap();
    results(
        &input,
        |name| if name == "_golden" { "orig__golden".into() } else { name.into() },
        &[
            ("_unit_id", &|_| "867851139".into()),
            ("_created_at", &|_| "11/20/2026 17:05:41".into()),
            ("_golden", &|_| "false".into()),
            ("_started_at", &|_| "11/20/2026 17:05:00".into()),
            ("_worker_id", &|_| "4711".into()),
            ("transcript", &corrected),
            ("verdict", &verdict),
        ],
    )
}

fn label_studio_export(rows: &[TaskRow]) -> Vec<u8> {
    let mut written = Vec::new();
    label_studio::write(&mut written, rows).unwrap();
    let mut tasks: Vec<Value> = serde_json::from_slice(&written).unwrap();
    for (task, row) in tasks.iter_mut().zip(rows) {
        let text = task["predictions"][0]["result"][0]["value"]["text"][0].as_str();
        assert_eq!(text.unwrap_or_default().trim(), row.draft.trim());
        let result = json!([
            {"id": "a", "from_name": "transcript", "to_name": "audio", "type": "textarea",
             "value": {"text": [corrected(&row.draft)]}},
        ]);
        task["annotations"] = json!([{
            "id": 1, "completed_by": {"id": 7, "email": "ana@example.org"}, "lead_time": 41.0,
            "was_cancelled": tidy(&row.draft).is_empty(), "result": result,
            "created_at": "2026-11-20T17:00:00.000000Z", "updated_at": "2026-11-20T17:05:41.000000Z",
        }]);
    }
    serde_json::to_vec(&tasks).unwrap()
}

fn read_table(bytes: &[u8]) -> Rows {
    let table = Table::open(bytes, LAYOUT).unwrap().unwrap();
    assert!(turkle::is_results(&table) != appen::is_report(&table));
    if turkle::is_results(&table) {
        turkle::read(table).collect()
    } else {
        appen::read(table).collect()
    }
}

#[test]
fn hostile_texts_come_back_whole_from_every_tool() {
    let rows = tasks(hostile_rows());
    expect(&rows, read_table(&turkle_results(&rows)), "turkle-2");
    expect(&rows, read_table(&appen_report(&rows)), "appen-4711");
    expect(&rows, read_export(&label_studio_export(&rows)), "ls-7");
}

#[test]
fn no_cell_for_a_spreadsheet_starts_like_a_formula() {
    let rows = tasks(hostile_rows());
    let (mut turkle, mut appen) = (Vec::new(), Vec::new());
    turkle::write(&mut turkle, &rows).unwrap();
    appen::write(&mut appen, rows.iter().map(|row| (row, Some(row.draft.as_str())))).unwrap();
    for table in [turkle, appen] {
        for record in Reader::from_reader(&table[..]).records() {
            for cell in &record.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            }
        }
    }
}

#[test]
fn a_blind_task_carries_no_prediction_and_a_gold_unit_its_text() {
    let mut rows = tasks(sample_rows(2));
    rows[0].draft.clear();
    let mut written = Vec::new();
    label_studio::write(&mut written, &rows).unwrap();
    let tasks: Value = serde_json::from_slice(&written).unwrap();
    assert!(tasks[0].get("predictions").is_none() && tasks[1].get("predictions").is_some());
    assert_eq!(tasks[0]["data"]["audio"], format!("/data/local-files/?d={}", rows[0].audio));
    assert_eq!(tasks[0]["data"].as_object().unwrap().len(), 14);
    // Handed back as written: nobody has answered.
    let back = read_export(&written);
    assert!(back.iter().all(|(_, row)| row.as_ref().unwrap().verdict.is_empty()));

    let mut written = Vec::new();
    appen::write(&mut written, [(&rows[0], Some("oui")), (&rows[1], None)]).unwrap();
    let mut reader = Reader::from_reader(&written[..]);
    let names = reader.headers().unwrap().clone();
    let last: Vec<_> = names.iter().skip(14).collect();
    assert_eq!(last, ["_golden", "transcript_gold", "transcript_gold_reason"]);
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!((&records[0][14], &records[0][15]), ("TRUE", "oui"));
    assert!(records[1].iter().skip(14).all(str::is_empty));
}

#[test]
fn several_annotations_are_several_validators_and_each_bad_one_is_named() {
    let rows = tasks(sample_rows(3));
    let mut export: Value = serde_json::from_slice(&label_studio_export(&rows)).unwrap();
    let mut second = export[0]["annotations"][0].clone();
    second["completed_by"] = json!("Bob@example.org");
    second["result"] = json!([
        {"from_name": "verdict", "type": "choices", "value": {"choices": ["not_speech"]}},
        {"from_name": "region", "type": "choices", "value": {"choices": ["fr-CA-QC"]}},
    ]);
    let mut third = second.clone();
    third["completed_by"] = Value::Null;
    export[0]["annotations"].as_array_mut().unwrap().extend([second, third]);
    export[1]["data"].as_object_mut().unwrap().remove("workspace");
    export[2]["annotations"] = json!([]);
    export.as_array_mut().unwrap().push(json!({"audio": "x", "transcript": "y", "annotator": 7}));
    let bytes = serde_json::to_vec(&export).unwrap();
    let read = read_export(&bytes);
    let places: Vec<_> = read.iter().map(|(n, _)| *n).collect();
    assert_eq!(places, [1, 1, 1, 2, 3, 4]);
    let second = read[1].1.as_ref().unwrap();
    assert!(second.validator.starts_with("ls-") && !second.validator.contains('@'));
    assert_eq!(
        (second.verdict.as_str(), second.tags[0].region.as_str()),
        ("not_speech", "fr-CA-QC")
    );
    assert!(read[2].1.as_ref().unwrap_err().contains("annotation 3: `completed_by`"));
    assert!(read[3].1.as_ref().unwrap_err().contains("workspace"));
    assert_eq!(read[4].1.as_ref().unwrap().verdict, "");
    assert!(read[5].1.as_ref().unwrap_err().contains("JSON-MIN"));
    // Cut off: what stands before the break is kept.
    let cut = read_export(&bytes[..bytes.len() - 20]);
    assert_eq!(cut.len(), 6);
    assert!(cut[5].1.as_ref().unwrap_err().contains("cut off"));
}

#[test]
fn files_of_other_projects_say_what_is_missing() {
    let of = |name: &str| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/formats/");
        std::fs::read(format!("{path}{name}")).unwrap()
    };
    for (rows, rows_expected, why) in [
        (read_table(&of("mturk_results.csv")), 1, "workspace"),
        (read_table(&of("turkle_results.csv")), 1, "workspace"),
        (read_table(&of("appen_aggregated.csv")), 1, "Full report"),
        (read_export(&of("ls_export_regions.json")), 1, "workspace"),
    ] {
        assert_eq!(rows.len(), rows_expected);
        let said = rows[0].1.as_ref().unwrap_err();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn mechanical_turk_in_its_own_columns_and_times() {
    let row = tasks(sample_rows(1)).remove(0);
    let text = format!(
        "\"WorkerId\",\"AssignmentStatus\",\"SubmitTime\",\"WorkTimeInSeconds\",\"Input.clip_id\",\
         \"Input.workspace\",\"Input.draft\",\"Input.draft_digest\",\"Answer.transcript\"\n\
         \"A1WORKER\",\"Rejected\",\"Fri Nov 20 09:05:41 PST 2026\",\"41\",\"{}\",\"w-1\",\"{}\",\"'{}\",\"{}\"\n\
         \"\",\"Submitted\",\"\",\"\",\"c\",\"w-1\",\"\",\"d\",\"x\"\n\
         \"A2\",\"Submitted\",\"soon\",\"\",\"c\",\"w-1\",\"\",\"d\",\"x\"\n",
        row.clip, row.draft, row.draft_digest, row.draft
    );
    let rows = read_table(text.as_bytes());
    let first = rows[0].1.as_ref().unwrap();
    assert_eq!((first.validator.as_str(), first.verdict.as_str()), ("mturk-A1WORKER", "as_is"));
    assert_eq!(first.answered_at, "2026-11-20T17:05:41Z");
    assert!(rows[1].1.as_ref().unwrap_err().contains("WorkerId"));
    assert!(rows[2].1.as_ref().unwrap_err().contains("not a time"));
    assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4]);
}

#[test]
fn the_tools_pages_offer_every_verdict_and_regions_that_exist() {
    for language in PageLanguage::all() {
        let (config, template) = (label_studio::config(language), turkle::template(language));
        for verdict in Verdict::ALL {
            let code = verdict.code();
            assert!(config.contains(&format!("alias=\"{code}\"")), "{code}");
            assert!(template.contains(&format!("value=\"{code}\"")), "{code}");
        }
        let aliases = config.split("alias=\"").skip(1).filter_map(|s| s.split('"').next());
        let regions: Vec<_> = aliases.filter(|a| a.contains('-')).collect();
        assert!(regions.iter().all(|r| r.parse::<Region>().is_ok()), "{regions:?}");
        assert_eq!(regions, language.strings().regions.keys().collect::<Vec<_>>());
        for variable in
            ["${audio}", "${draft_html}", "${context_before_html}", "${context_after_html}"]
        {
            assert_eq!(template.matches(variable).count(), 1, "{variable}");
        }
        assert_eq!(template.matches("${").count(), 4);
        assert!(!config.contains("{{") && !template.contains("{{"));
    }
}

#[test]
fn the_tools_pages_show_the_chosen_language_first_and_others_only_if_reviewed() {
    let english = label_studio::config("en".parse().unwrap());
    assert!(english.contains("value=\"Skip / Passer\" alias=\"skip\" hotkey=\"alt+9\""));
    assert!(english.contains("value=\"Alsace (fr-FR-ALSACE)\""));
    let french = turkle::template("fr".parse().unwrap());
    assert!(
        french.contains("<span lang=\"fr\">Passer</span> / <span lang=\"en\">Skip</span> <kbd>")
    );
}

proptest! {
    #[test]
    fn any_draft_comes_back(draft in "(?s)['=$<&\"0-9a-]{0,5}.{0,8}") {
        let mut rows = tasks(sample_rows(1));
        rows[0].draft_digest =
            crate::domain::draft_digest(&crate::domain::ClipId::from_stored(&rows[0].clip), &draft);
        rows[0].draft = draft;
        expect(&rows, read_table(&turkle_results(&rows)), "turkle-2");
        expect(&rows, read_table(&appen_report(&rows)), "appen-4711");
        expect(&rows, read_export(&label_studio_export(&rows)), "ls-7");
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for head in ["[", "[{\"data\":", "Input.clip,WorkerId,Answer.transcript\n", "_unit_id,_worker_id,transcript\n"] {
            let bytes = [head.as_bytes(), &bytes].concat();
            crate::tasks::answers::read_bytes("f", &bytes);
        }
    }
}
