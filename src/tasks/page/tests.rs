//! What the page file holds; how it behaves in a browser is tested by tests/page/page.test.mjs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::policy::source;
use super::script::{MAIN, SCRIPT, SERVED};
use super::*;
use crate::domain::{Probability, Verdict};
use crate::tasks::bundle::samples::hostile_rows;

pub fn batch(title: &str) -> Batch {
    Batch {
        workspace: "w-1".into(),
        batch: BatchId::from_stored("b"),
        title: title.into(),
        to: None,
        interface: "fr".parse().unwrap(),
        number: None,
        speech: Some("fr".parse().unwrap()),
        expected: Some("fr".parse().unwrap()),
        team: Team::default(),
        notice: Vec::new(),
        lexicon: vec![Suggestion {
            term: "</script><b>".into(),
            kind: TagKind::Idiom,
            region: "fr-CA-QC".into(),
            meaning: "<!--".into(),
        }],
        work: Work::default(),
        regions: RegionNames::default(),
        served: false,
    }
}

fn items() -> Vec<PageItem> {
    let item = |row: TaskRow| PageItem {
        words: vec![Word { text: row.draft.clone(), start: Millis(0), end: Millis(900) }],
        row,
        audio: b"fLaC not really".to_vec(),
        peaks: vec![0, 255],
        reasons: vec![Reason::Idiom { term: "t".into(), matched: "</script>".into() }],
        doubtful: vec![0, 7],
        warnings: vec![Warning::Reported],
        versions: vec![Version { text: "</script>".into(), support: 2 }],
        language: None,
        speaker: None,
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
    let first = &data["items"][0];
    assert_eq!(first["warnings"], serde_json::json!(["reported"]));
    assert_eq!(first["versions"], serde_json::json!([{"text": "</script>", "support": 2}]));
    // The item has one word: there is no eighth to mark.
    assert_eq!(first["doubtful"], serde_json::json!([0]));
}

#[test]
fn nothing_of_a_page_under_a_passphrase_can_be_read() {
    let passphrase = Passphrase::new("quatre mots faciles à dire").unwrap();
    let seal = Seal::new(&passphrase, [1; 16], [2; 8]);
    let (batch, mut page) = (batch("Appels de Gaspésie"), Vec::new());
    let count = items().len();
    let all = items().into_iter().map(Ok);
    assert_eq!(render_to(&mut page, &batch, Some(seal), all).unwrap(), count);
    let page = String::from_utf8(page).unwrap();
    let open = render(&batch, items()).unwrap();
    assert!(open.contains("Gaspésie") && !page.contains("Gaspésie"));
    let data: Value = serde_json::from_str(blob(&page)).unwrap();
    let keys: Vec<&str> = data.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["version", "kdf", "rounds", "salt", "cipher", "nonce", "interface", "pieces"]
    );
    assert_eq!(data["pieces"].as_array().unwrap().len(), count + 2);
    for row in hostile_rows() {
        assert!(!page.contains(&row.clip), "{}", row.clip);
    }
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
        doubtful: vec![0],
        reasons: vec![
            Reason::RegionalWord { term: "secret".into(), matched: "secrets".into() },
            Reason::LowConfidence { score, threshold: score },
        ],
        ..Default::default()
    };
    let page = render(&batch("t"), vec![item]).unwrap();
    assert!(!blob(&page).contains("secret"));
    assert!(!blob(&page).contains("0.123"));
    assert!(blob(&page).contains("\"doubtful\":[]"));
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
    let error = render_to(&mut Vec::new(), &batch("t"), None, failing).unwrap_err();
    assert!(error.to_string().contains("calls/12.opus"));
}

#[test]
fn the_page_asks_for_nothing_outside_itself() {
    let page = render(&batch("t"), items()).unwrap();
    assert!(!CSS.contains("url(") && !CSS.contains("@import"));
    let code = [HTML, CSS, &script(false)].concat();
    for request in ["http:", "https:", " src=", "import(", "fetch(", "XMLHttpRequest", "sendBeacon"]
    {
        assert!(!code.contains(request), "{request}");
    }
    assert!(!code.to_lowercase().contains("<!--"));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_file_may_send_nothing_and_a_served_page_only_to_its_own_server() {
    let hashes =
        |served| format!("script-src '{}'; style-src '{}'", source(&script(served)), source(CSS));
    let rest = "media-src blob: data:; img-src data:";
    let file = format!(
        "default-src 'none'; {}; {rest}; base-uri 'none'; form-action 'none'",
        hashes(false)
    );
    let served = format!(
        "default-src 'none'; {}; {rest}; connect-src 'self'; base-uri 'none'; form-action 'none'",
        hashes(true)
    );
    assert_eq!((policy(false), policy(true)), (file.clone(), served.clone()));
    let mark = "<meta name=\"second-ear-served\" content=\"1\">";
    let page = render(&batch("t"), items()).unwrap();
    assert!(page.contains(&file) && !page.contains(mark));
    let page = render(&Batch { served: true, ..batch("t") }, items()).unwrap();
    assert!(page.contains(&served) && page.contains(mark) && page.contains("fetch("));
}

#[test]
fn a_page_under_a_passphrase_is_not_served() {
    let seal = Seal::new(&Passphrase::new("quatre mots faciles à dire").unwrap(), [1; 16], [2; 8]);
    let batch = Batch { served: true, ..batch("t") };
    let mut page = Vec::new();
    let error = render_to(&mut page, &batch, Some(seal), Vec::new()).unwrap_err();
    assert!(error.to_string().contains("passphrase") && page.is_empty());
}

#[test]
fn every_text_that_the_page_asks_for_exists() {
    let texts = &PageLanguage::default().strings().texts;
    let script = [SCRIPT.concat(), SERVED.concat(), MAIN.into()].concat();
    let code = [HTML, &script].concat();
    let asked = regex::Regex::new(
        r#"(?:data-t(?:-aria)?="|\bt\("|hint\("|named: ")([a-z_0-9.]*[a-z_0-9])""#,
    )
    .unwrap();
    let mut found = 0;
    for capture in asked.captures_iter(&code) {
        assert!(texts.contains_key(&capture[1]), "no text for '{}'", &capture[1]);
        found += 1;
    }
    assert!(found > 60, "the pattern no longer finds the texts asked for");
    for verdict in Verdict::ALL {
        assert!(texts.contains_key(&format!("verdict.{}", verdict.code())));
        assert!(script.contains(&format!("\"{}\"", verdict.code())));
    }
    let reasons = texts.keys().filter_map(|key| key.strip_prefix("reason."));
    let reasons = reasons.filter(|reason| !reason.ends_with(".detail"));
    let reasons: BTreeSet<String> = reasons.map(String::from).collect();
    assert!(reasons.contains("low_confidence"));
    assert_eq!(reasons, Reason::codes().into_iter().collect());
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

/// The accents of Common Voice's French corpus, as our codes (its north, south, east and west of France too).
#[test]
fn every_french_accent_of_common_voice_has_a_name() {
    let codes = "CA US BE CH LU MC DE IT NL RO GB FR-NORD FR-SUD FR-EST FR-OUEST RE MQ GP GF YT NC PF MF BL PM WF TN \
                 DZ MA MR MG CM CI ML SN NE TG CD BJ KM SC MU BF GN TD GA RW HT LB SY VU";
    for code in codes.split_whitespace() {
        let code = format!("fr-{code}");
        assert!(PageLanguage::default().region(&code).is_some(), "{code}");
    }
}

#[test]
fn settings_of_the_work_may_be_left_out_and_none_may_be_misspelt() {
    let work: Work = serde_json::from_str(r#"{"pay_per_clip": 0.1, "currency": "EUR"}"#).unwrap();
    let want = Work { pay_per_clip: Some(0.1), currency: "EUR".into(), ..Work::default() };
    assert_eq!(work, want);
    assert!(serde_json::from_str::<Work>(r#"{"pay": 1}"#).is_err());
}
