//! The formats against files that real programs accepted, and against hostile text.

use proptest::prelude::*;

use super::*;

fn row(n: u32, start: f64, end: f64, text: &str) -> TranscriptRow {
    TranscriptRow {
        recording: "rec01".into(),
        path: "calls/rec01.wav".into(),
        clip: format!("rec01_{n:04}"),
        start,
        end,
        text: text.into(),
        speaker: "spk1".into(),
        ..Default::default()
    }
}

fn example() -> Vec<TranscriptRow> {
    // out of order on purpose
    vec![row(2, 4.1, 6.6, "on va souper à six heures"), row(1, 0.4, 3.6, "il fait frette à matin")]
}

fn render(format: TranscriptFormat, rows: &[TranscriptRow]) -> String {
    let length = Samples::from_seconds(12.0);
    format.render(rows, &Whole { name: "rec01", length, voices: Voices::Unnamed })
}

#[test]
fn files_equal_those_that_real_programs_accepted() {
    let rows = example();
    assert_eq!(
        render(TranscriptFormat::Srt, &rows),
        include_str!("../../../tests/data/transcripts/rec01.srt")
    );
    assert_eq!(
        render(TranscriptFormat::Vtt, &rows),
        include_str!("../../../tests/data/transcripts/rec01.vtt")
    );
    let grid = render(TranscriptFormat::Textgrid, &rows);
    assert_eq!(grid, include_str!("../../../tests/data/transcripts/rec01.TextGrid"));
    let text = render(TranscriptFormat::Txt, &rows);
    assert_eq!(text, "il fait frette à matin\non va souper à six heures\n");
}

#[test]
fn a_jsonl_row_has_exactly_the_documented_fields_in_order() {
    let line = render(TranscriptFormat::Jsonl, &example()[..1]);
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys.join(" "),
        "recording path clip start end text source draft score decision reasons \
         inclusion_probability region speaker model evidence"
    );
    assert!(value["score"].is_null());
    assert_eq!(value["source"], "machine");
}

#[test]
fn hostile_text_breaks_no_format() {
    let nasty =
        "a\n\n2\r\n00:00:00,000 --> 00:00:01,000\n\"</v><script>&amp; \u{202e}שלום 🙂 \u{0}";
    let mut rows = vec![row(1, 0.0, 1.0, nasty), row(2, 1.0, 2.0, ""), row(3, 2.0, 3.0, "fin")];
    rows[0].speaker = "Zoé \"><i>\n&".into();
    let srt = render(TranscriptFormat::Srt, &rows);
    assert_eq!(srt.matches(" --> ").count(), 2);
    assert_eq!(srt.split("\n\n").filter(|cue| !cue.is_empty()).count(), 2);
    let vtt = render(TranscriptFormat::Vtt, &rows);
    assert_eq!(vtt.matches("-->").count(), 2);
    assert_eq!(vtt.matches('<').count(), 2, "{vtt}");
    assert!(vtt.contains("<v Zoé \"&gt;&lt;i&gt; &amp;>a 2"));
    let grid = render(TranscriptFormat::Textgrid, &rows);
    assert!(grid.contains("--> 00:00:01,000 \"\"</v>"));
    assert!(grid.lines().all(|line| line.matches('"').count() % 2 == 0));
    assert!(grid.contains("שלום 🙂"));
    assert_eq!(render(TranscriptFormat::Txt, &rows).lines().count(), 2);
    let lines = render(TranscriptFormat::Jsonl, &rows);
    let back: TranscriptRow = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(back, rows[0]);
}

#[test]
fn a_recording_without_clips_is_still_a_valid_file() {
    assert_eq!(render(TranscriptFormat::Srt, &[]), "");
    assert_eq!(render(TranscriptFormat::Vtt, &[]), "WEBVTT\n");
    let grid = render(TranscriptFormat::Textgrid, &[]);
    assert_eq!(grid.matches("intervals: size = 1").count(), 2);
}

#[test]
fn a_clip_without_a_word_makes_no_cue() {
    let rows = [row(1, 0.0, 1.0, "… ?!"), row(2, 1.0, 2.0, "fin")];
    assert_eq!(render(TranscriptFormat::Srt, &rows), "1\n00:00:01,000 --> 00:00:02,000\nfin\n\n");
}

/// Three sentences of 30 characters, 10 seconds each as the model decoded them, the last one slowly.
fn long() -> TranscriptRow {
    let text = "un deux trois quatre cinq six, sept huit neuf dix onze douze, treize quatorze quinze seize.";
    let starts = (0..16).map(|n| 100.0 + f64::from(n));
    let words = text.split(' ').zip(starts).map(|(text, start)| TimedWord {
        text: text.into(),
        start,
        end: start + 1.0,
        p_wrong: None,
    });
    TranscriptRow { words: words.collect(), ..row(1, 99.0, 120.0, text) }
}

#[test]
fn a_long_clip_is_split_where_its_words_were_spoken() {
    let vtt = render(TranscriptFormat::Vtt, &[long()]);
    assert_eq!(
        vtt,
        "WEBVTT\n\nrec01_0001.1\n00:01:39.000 --> 00:01:52.000\n<v spk1>un deux trois quatre cinq six,\nsept huit neuf \
         dix onze douze,\n\nrec01_0001.2\n00:01:52.000 --> 00:02:00.000\n<v spk1>treize quatorze quinze seize.\n"
    );
    // Nothing is known of its words: in proportion to characters.
    let corrected = TranscriptRow { words: Vec::new(), ..long() };
    let srt = render(TranscriptFormat::Srt, &[corrected]);
    assert!(srt.contains("00:01:39,000 --> 00:01:53,"), "{srt}");
    // Word times that would leave no time to read are not used.
    let mut bad = long();
    bad.words.iter_mut().for_each(|word| word.start = 119.9);
    assert_eq!(render(TranscriptFormat::Srt, &[bad]), srt);
}

#[test]
fn a_conversation_says_who_speaks_in_order_of_time() {
    let other = |n, start, text| TranscriptRow {
        recording: "rec01-c1".into(),
        speaker: "client".into(),
        ..row(n, start, start + 2.0, text)
    };
    let rows = [row(1, 0.0, 3.0, "allô"), row(2, 5.0, 6.0, "oui"), other(3, 2.0, "bonjour")];
    let length = Samples::from_seconds(12.0);
    let whole = Whole { name: "rec01", length, voices: Voices::Named };
    let talk = |format: TranscriptFormat| format.render(&rows, &whole);
    assert_eq!(talk(TranscriptFormat::Txt), "spk1: allô\nclient: bonjour\nspk1: oui\n");
    let srt = talk(TranscriptFormat::Srt);
    assert!(srt.contains("00:00:02,000 --> 00:00:04,000\nclient: bonjour\n"), "{srt}");
    assert!(talk(TranscriptFormat::Vtt).contains("<v client>bonjour\n"));
    let grid = talk(TranscriptFormat::Textgrid);
    for tier in ["spk1", "id spk1", "client", "id client"] {
        assert!(grid.contains(&format!("name = \"{tier}\"")), "{grid}");
    }
}

/// Two channels of one file, words with times.
fn worded() -> [TranscriptRow; 2] {
    let word = |text: &str, start: f64, p_wrong: Option<f64>| TimedWord {
        text: text.into(),
        start,
        end: start + 0.5,
        p_wrong,
    };
    let first = TranscriptRow {
        channel: 2,
        recording: "rec01-c1".into(),
        words: vec![word("Allô,", 1.0, Some(0.1)), word("…", 1.5, None)],
        ..row(1, 0.9, 2.2, "Allô, …")
    };
    let second = TranscriptRow {
        channel: 1,
        recording: "rec01-c0".into(),
        source: TextSource::Human,
        words: vec![word("\"l'été\"", 3.0, None), word("<est>", 3.5, None)],
        ..row(2, 2.9, 4.2, "\"l'été\" <est>")
    };
    [first, second]
}

#[test]
fn words_for_sclite_are_in_order_of_channel_and_without_punctuation() {
    assert_eq!(
        render(TranscriptFormat::Ctm, &worded()),
        "rec01 1 3.000 0.500 l'été\nrec01 1 3.500 0.500 est\nrec01 2 1.000 0.500 Allô 0.9000\n"
    );
    let silent = TranscriptRow { speaker: " ".into(), channel: 2, ..row(3, 5.0, 6.0, "…") };
    let rows = [&worded()[..], &[silent]].concat();
    assert_eq!(
        render(TranscriptFormat::Stm, &rows),
        "rec01 1 spk1 2.900 4.200 l'été est\nrec01 2 spk1 0.900 2.200 Allô\n\
         rec01 2 rec01 5.000 6.000 IGNORE_TIME_SEGMENT_IN_SCORING\n"
    );
    assert_eq!(
        render(TranscriptFormat::Rttm, &rows),
        "SPEAKER rec01 1 2.900 1.300 <NA> <NA> spk1 <NA> <NA>\n\
         SPEAKER rec01 2 0.900 1.300 <NA> <NA> spk1 <NA> <NA>\n"
    );
    let blank = Whole { name: ";; my talk", ..Whole::ROWS };
    assert!(TranscriptFormat::Ctm.render(&worded(), &blank).starts_with("_my_talk 1 "));
}

#[test]
fn words_stand_in_tiers_and_in_json() {
    let grid = render(TranscriptFormat::Textgrid, &worded());
    for tier in ["spk1", "spk1 2", "id spk1", "id spk1 2", "words spk1", "words spk1 2"] {
        assert_eq!(grid.matches(&format!("name = \"{tier}\"\n")).count(), 1, "{tier}: {grid}");
    }
    let eaf = render(TranscriptFormat::Eaf, &worded());
    assert!(eaf.contains("<ANNOTATION_VALUE>&lt;est&gt;</ANNOTATION_VALUE>"), "{eaf}");
    assert!(eaf.contains("PARENT_REF=\"spk1 2\" TIER_ID=\"words spk1 2\""), "{eaf}");
    let labels = render(TranscriptFormat::Audacity, &worded());
    assert_eq!(labels.lines().next(), Some("0.900000\t2.200000\tAllô, …"));
    let json = render(TranscriptFormat::JsonWords, &worded());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let word = serde_json::json!({"word": "Allô,", "start": 1.0, "end": 1.5, "p_wrong": 0.1});
    assert_eq!(json["clips"][0]["words"][0], word);
    assert!(json["clips"][1]["words"][0]["p_wrong"].is_null());
}

#[test]
fn a_format_is_named_as_people_write_it() {
    assert!("srt".parse::<TranscriptFormat>().is_ok());
    assert!("doc".parse::<TranscriptFormat>().unwrap_err().contains("textgrid"));
}

/// Reads a TextGrid tier back: (xmin, xmax, text) of each interval.
fn intervals(grid: &str) -> Vec<(f64, f64, String)> {
    let value = |line: &str| line.split_once(" = ").unwrap().1.to_string();
    let lines: Vec<&str> = grid.lines().collect();
    let starts = lines.iter().enumerate().filter(|(_, l)| l.trim().starts_with("intervals ["));
    starts
        .map(|(i, _)| {
            let text = value(lines[i + 3]);
            let text = text[1..text.len() - 1].replace("\"\"", "\"");
            (value(lines[i + 1]).parse().unwrap(), value(lines[i + 2]).parse().unwrap(), text)
        })
        .collect()
}

proptest! {
    #[test]
    fn a_textgrid_tiles_and_keeps_every_text(
        clips in prop::collection::vec((0u32..4000, 1u32..4000, r#"[a "=é🙂\n]{0,8}"#), 0..8),
    ) {
        let mut at = 0;
        let rows: Vec<_> = clips.iter().enumerate().map(|(i, (gap, length, text))| {
            let start = at + gap;
            at = start + length;
            row(i as u32, f64::from(start) / 16.0, f64::from(at) / 16.0, text)
        }).collect();
        let length = Samples::from_seconds(f64::from(at + 1) / 16.0);
        let whole = Whole { name: "r", length, voices: Voices::Unnamed };
        let grid = TranscriptFormat::Textgrid.render(&rows, &whole);
        let all = intervals(&grid);
        let (texts, ids) = all.split_at(all.len() / 2);
        for tier in [texts, ids] {
            prop_assert_eq!(tier[0].0, 0.0);
            prop_assert_eq!(tier.last().unwrap().1, length.seconds());
            prop_assert!(tier.windows(2).all(|w| w[0].1 == w[1].0 && w[0].0 < w[0].1));
        }
        let shown: Vec<_> = ids.iter().zip(texts).filter(|(id, _)| !id.2.is_empty()).collect();
        prop_assert_eq!(shown.len(), rows.len());
        for ((id, text), row) in shown.into_iter().zip(&rows) {
            prop_assert_eq!(&id.2, &row.clip);
            prop_assert_eq!(&text.2, &cues::flat(&row.text));
            prop_assert_eq!((text.0, text.1), (row.start, row.end));
        }
    }

    #[test]
    fn no_text_adds_or_breaks_a_cue(texts in prop::collection::vec(".{0,20}|[-> \n<&]{0,9}", 0..6)) {
        let rows: Vec<_> = texts.iter().enumerate()
            .map(|(i, text)| row(i as u32, i as f64, i as f64 + 1.0, text)).collect();
        let spoken = texts.iter().filter(|t| t.contains(char::is_alphanumeric)).count();
        let srt = render(TranscriptFormat::Srt, &rows);
        prop_assert_eq!(srt.lines().count(), 4 * spoken);
        prop_assert_eq!(srt.matches("-->").count(), spoken);
        let vtt = render(TranscriptFormat::Vtt, &rows);
        prop_assert_eq!(vtt.lines().count(), 1 + 4 * spoken);
        prop_assert_eq!(vtt.matches("-->").count(), spoken);
    }
}
