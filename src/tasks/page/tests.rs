//! What the page file holds; how it behaves in a browser is tested by tests/page/page.test.mjs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::domain::{ClipId, Probability, RecordingId, Samples, Span, Verdict, draft_digest};
use crate::tasks::bundle::samples::hostile_rows;

fn batch(title: &str) -> Batch {
    Batch {
        workspace: "w-1".into(),
        batch: BatchId::from_stored("b"),
        title: title.into(),
        interface: "fr".into(),
        speech: Some("fr".parse().unwrap()),
        lexicon: vec![Suggestion {
            term: "</script><b>".into(),
            kind: TagKind::Idiom,
            region: "fr-CA-QC".into(),
            meaning: "<!--".into(),
        }],
    }
}

fn items() -> Vec<PageItem> {
    let item = |row: TaskRow| PageItem {
        words: vec![Word { text: row.draft.clone(), start: Millis(0), end: Millis(900) }],
        row,
        audio: b"fLaC not really".to_vec(),
        peaks: vec![0, 255],
        reasons: vec![Reason::Idiom { term: "t".into(), heard: "</script>".into() }],
    };
    hostile_rows().into_iter().map(item).collect()
}

/// What stands between the blob's tags, up to the first thing that a browser would take for their end.
fn blob(page: &str) -> &str {
    let start = page.find("id=\"tasks\">").unwrap() + "id=\"tasks\">".len();
    &page[start..start + page[start..].to_lowercase().find("</script").unwrap()]
}

#[test]
fn no_text_breaks_out_of_the_page() {
    let page = render(&batch("</title><script>alert(1)</script> \"x\""), items()).unwrap();
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("</title").count(), 1);
    let blob = blob(&page);
    assert!(!blob.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    let data: Value = serde_json::from_str(blob).unwrap();
    assert_eq!(data["items"].as_array().unwrap().len(), hostile_rows().len());
    for (item, row) in data["items"].as_array().unwrap().iter().zip(hostile_rows()) {
        let read: TaskRow = serde_json::from_value(item["row"].clone()).unwrap();
        assert_eq!(read, TaskRow { audio: String::new(), ..row });
        assert_eq!(item["audio"], BASE64_STANDARD.encode(b"fLaC not really"));
    }
    assert_eq!(data["lexicon"][0]["term"], "</script><b>");
}

#[test]
fn an_empty_batch_makes_a_whole_page() {
    let page = render(&batch("Vide"), Vec::new()).unwrap();
    let data: Value = serde_json::from_str(blob(&page)).unwrap();
    assert_eq!(data["items"], serde_json::json!([]));
    assert!(page.trim_end().ends_with("</html>"));
}

#[test]
fn a_blind_task_gives_nothing_of_its_draft_away() {
    let row = TaskRow { draft: String::new(), ..hostile_rows()[0].clone() };
    let score = Probability::clamped(0.123);
    let item = PageItem {
        row: TaskRow { text: String::new(), tags: Vec::new(), ..row },
        words: vec![Word { text: "secret".into(), start: Millis(0), end: Millis(9) }],
        reasons: vec![
            Reason::RegionalWord { term: "secret".into(), heard: "secrets".into() },
            Reason::LowConfidence { score, threshold: score },
        ],
        ..Default::default()
    };
    let page = render(&batch("t"), vec![item]).unwrap();
    assert!(!blob(&page).contains("secret"));
    assert!(!blob(&page).contains("0.123"));
}

#[test]
fn an_item_of_another_batch_is_refused_and_errors_pass_through() {
    let other = PageItem {
        row: TaskRow { batch: "c".into(), ..hostile_rows()[0].clone() },
        ..Default::default()
    };
    let error = render(&batch("t"), vec![other]).unwrap_err();
    assert!(error.to_string().contains("batch 'c'"));
    let failing = std::iter::once(Err(anyhow::anyhow!("decode calls/12.opus")));
    let error = render_to(&mut Vec::new(), &batch("t"), failing).unwrap_err();
    assert!(error.to_string().contains("calls/12.opus"));
}

#[test]
fn the_page_asks_for_nothing_outside_itself() {
    let page = render(&batch("t"), items()).unwrap();
    assert!(!CSS.contains("url(") && !CSS.contains("@import"));
    let code = [HTML, CSS, &script()].concat();
    for request in ["http:", "https:", " src=", "import(", "fetch(", "XMLHttpRequest", "sendBeacon"]
    {
        assert!(!code.contains(request), "{request}");
    }
    assert!(!code.to_lowercase().contains("<!--"));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn every_text_of_the_interface_exists_in_every_language() {
    let strings: Value = serde_json::from_str(STRINGS).unwrap();
    let keys = |language: &str| -> BTreeSet<String> {
        let texts = strings["texts"][language].as_object().unwrap();
        assert!(texts.values().all(|t| t.as_str().is_some_and(|t| !t.trim().is_empty())));
        texts.keys().filter(|k| !k.ends_with(".one")).cloned().collect()
    };
    let (fr, en) = (keys("fr"), keys("en"));
    assert_eq!(fr, en);
    let code = [HTML, &SCRIPT.concat()].concat();
    let asked = regex::Regex::new(
        r#"(?:data-t(?:-aria)?="|\bt\("|hint\("|named: ")([a-z_0-9.]*[a-z_0-9])""#,
    )
    .unwrap();
    let mut found = 0;
    for capture in asked.captures_iter(&code) {
        assert!(fr.contains(&capture[1]), "no text for '{}'", &capture[1]);
        found += 1;
    }
    assert!(found > 60, "the pattern no longer finds the texts asked for");
    for verdict in Verdict::ALL {
        assert!(fr.contains(&format!("verdict.{}", verdict.code())));
        assert!(SCRIPT.concat().contains(&format!("\"{}\"", verdict.code())));
    }
    for code in [
        "low_confidence",
        "no_score",
        "regional_evidence",
        "regional_word",
        "idiom",
        "suspected_hallucination",
        "no_output",
        "wrong_language",
        "random_audit",
    ] {
        assert!(fr.contains(&format!("reason.{code}")));
    }
    for (code, names) in strings["regions"].as_object().unwrap() {
        assert!(code.parse::<crate::domain::Region>().is_ok());
        assert!(names["fr"].is_string() && names["en"].is_string(), "{code}");
    }
}

#[test]
fn the_script_stands_in_the_page_as_the_policy_names_it() {
    let page = render(&batch("t"), Vec::new()).unwrap();
    let start = page.rfind("<script>").unwrap() + "<script>".len();
    let end = page.rfind("</script>").unwrap();
    assert!(page.contains(&source(&page[start..end])));
    // "abc", from FIPS 180-4.
    assert_eq!(source("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

/// The page that tests/page/page.test.mjs opens; with texts from real speech and hostile ones.
#[test]
fn writes_a_sample_page() {
    let data: Value =
        serde_json::from_str(include_str!("../../../tests/data/page/natation.json")).unwrap();
    let audio = include_bytes!("../../../tests/data/page/natation.flac");
    let words: Vec<(String, u64, u64)> = serde_json::from_value(data["words"].clone()).unwrap();
    let peaks: Vec<u8> = serde_json::from_value(data["peaks"].clone()).unwrap();
    let draft = words.iter().map(|w| w.0.as_str()).collect::<String>().trim().to_string();
    let item = |n: u64, draft: &str, words: &[(String, u64, u64)], reasons: Vec<Reason>| {
        let start = Samples(n * 80_000 + 672_000);
        let span =
            Span::new(start, start + Samples::from_seconds(data["seconds"].as_f64().unwrap()));
        let clip = ClipId::derive(&RecordingId::from_stored("00112233aabbccdd"), span);
        let row = TaskRow {
            workspace: "page-test".into(),
            path: if n < 3 { "entretiens/piscine.flac" } else { "r/l'été \"<b>\" & co.flac" }
                .into(),
            start: span.start.seconds(),
            end: span.end.seconds(),
            draft: draft.into(),
            draft_digest: draft_digest(&clip, draft),
            clip: clip.to_string(),
            reasons: reasons.iter().map(|r| r.code().to_string()).collect(),
            region: "fr-CA-QC".into(),
            context_before: "Il y a une piscine tout près de chez moi.".into(),
            context_after: "Moi, je préfère marcher.".into(),
            ..Default::default()
        };
        let words = words.iter().map(|(t, s, e)| Word {
            text: t.clone(),
            start: Millis(*s),
            end: Millis(*e),
        });
        PageItem {
            row,
            audio: audio.to_vec(),
            words: words.collect(),
            peaks: peaks.clone(),
            reasons,
        }
    };
    let low = Reason::LowConfidence {
        score: Probability::clamped(0.4),
        threshold: Probability::clamped(0.6),
    };
    let idiom =
        Reason::Idiom { term: "lâche pas la patate".into(), heard: "lâche pas la patate".into() };
    let mut items = vec![
        item(0, &draft, &words, vec![low]),
        item(1, "Lâche pas la patate, il fait frette à matin.", &[], vec![idiom]),
        item(2, "", &words, vec![Reason::NoOutput]),
    ];
    for (n, text) in
        (3..).zip(crate::tasks::bundle::samples::HOSTILE.iter().filter(|t| !t.trim().is_empty()))
    {
        items.push(item(
            n,
            text,
            &[],
            vec![Reason::RandomAudit { rate: Probability::clamped(0.05) }],
        ));
    }
    for n in 0..7 {
        items.push(item(100 + n, &draft, &words, vec![Reason::NoScore])); // one for each other verdict
    }
    let id = BatchId::from_stored("fcd7a49891ed");
    let mut rows: Vec<TaskRow> = items.iter().map(|i| i.row.clone()).collect();
    rows.iter_mut().for_each(|row| row.batch = id.to_string());
    let suggestion = |term: &str, kind, meaning: &str| Suggestion {
        term: term.into(),
        kind,
        region: "fr-CA-QC".into(),
        meaning: meaning.into(),
    };
    let batch = Batch {
        workspace: "page-test".into(),
        batch: id,
        title: "Sport et loisirs, lot 1".into(),
        lexicon: vec![
            suggestion("lâche pas la patate", TagKind::Idiom, "ne te décourage pas"),
            suggestion("frette", TagKind::RegionalWord, "très froid"),
        ],
        ..self::batch("")
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/page-test");
    std::fs::create_dir_all(&folder).unwrap();
    let mut rows_file = Vec::new();
    crate::tasks::bundle::write_jsonl(&mut rows_file, &rows).unwrap();
    std::fs::write(folder.join("tasks.jsonl"), rows_file).unwrap();
    let count = items.len();
    let items = items.into_iter().zip(rows).map(|(item, row)| Ok(PageItem { row, ..item }));
    let mut page = Vec::new();
    assert_eq!(render_to(&mut page, &batch, items).unwrap(), count);
    std::fs::write(folder.join("page.html"), page).unwrap();
}
