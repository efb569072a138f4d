//! The pages that tests/page/ opens in a browser, written to target/page-test/.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::domain::{
    ClipId, Probability, REGION_EXAMPLE, RecordingId, RetentionSettings, Samples, Span,
    TaskSettings, draft_digest,
};
use crate::tasks::bundle;
use crate::tasks::notice::notice;

/// A real clip: its sound, its waveform, and what Whisper base made of it.
struct Natation {
    words: Vec<(String, u64, u64)>,
    peaks: Vec<u8>,
    seconds: f64,
    draft: String,
}

fn natation() -> Natation {
    let data: Value =
        serde_json::from_str(include_str!("../../../tests/data/page/natation.json")).unwrap();
    let words: Vec<(String, u64, u64)> = serde_json::from_value(data["words"].clone()).unwrap();
    Natation {
        draft: words.iter().map(|w| w.0.as_str()).collect::<String>().trim().to_string(),
        words,
        peaks: serde_json::from_value(data["peaks"].clone()).unwrap(),
        seconds: data["seconds"].as_f64().unwrap(),
    }
}

impl Natation {
    /// The clip as number `n` of a recording; a draft that is its own comes with its words.
    fn item(&self, n: u64, draft: &str, reasons: Vec<Reason>) -> PageItem {
        let start = Samples(n * 80_000 + 672_000);
        let span = Span::new(start, start + Samples::from_seconds(self.seconds));
        let clip = ClipId::derive(&RecordingId::from_stored("00112233aabbccdd"), span);
        let plain = !(3..200).contains(&n);
        let path = if plain { "entretiens/piscine.flac" } else { "r/l'été \"<b>\" & co.flac" };
        let own = draft == self.draft || draft.is_empty();
        let word = |(text, start, end): &(String, u64, u64)| Word {
            text: text.clone(),
            start: Millis(*start),
            end: Millis(*end),
        };
        PageItem {
            row: TaskRow {
                workspace: "page-test".into(),
                path: path.into(),
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
            },
            audio: include_bytes!("../../../tests/data/page/natation.flac").to_vec(),
            words: self.words.iter().filter(|_| own).map(word).collect(),
            peaks: self.peaks.clone(),
            reasons,
            language: "fr".parse().ok(),
            speaker: Some(n as usize % 2),
            ..Default::default()
        }
    }
}

fn suggestion(term: &str, kind: TagKind, meaning: &str) -> Suggestion {
    Suggestion { term: term.into(), kind, region: "fr-CA-QC".into(), meaning: meaning.into() }
}

fn low() -> Reason {
    Reason::LowConfidence { score: Probability::clamped(0.4), threshold: Probability::clamped(0.6) }
}

/// Writes `name`.html, and its rows as `rows`.jsonl.
fn write(name: &str, rows: &str, batch: &Batch, items: Vec<PageItem>) {
    write_under(None, name, rows, batch, items);
}

/// The same, under a seal.
fn write_under(
    seal: Option<Seal>,
    name: &str,
    rows: &str,
    batch: &Batch,
    mut items: Vec<PageItem>,
) {
    items.iter_mut().for_each(|item| item.row.batch = batch.batch.to_string());
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "target", "page-test"].iter().collect();
    std::fs::create_dir_all(&folder).unwrap();
    let all: Vec<TaskRow> = items.iter().map(|item| item.row.clone()).collect();
    let file = |name: String| std::fs::File::create(folder.join(name)).unwrap();
    bundle::write_jsonl(&mut file(format!("{rows}.jsonl")), &all).unwrap();
    let mut page = std::io::BufWriter::new(file(format!("{name}.html")));
    assert_eq!(render_to(&mut page, batch, seal, items.into_iter().map(Ok)).unwrap(), all.len());
    page.flush().unwrap();
}

/// With texts from real speech and hostile ones.
#[test]
fn writes_a_sample_page() {
    let natation = natation();
    let idiom = Reason::Idiom {
        term: "lâche pas la patate".into(),
        matched: "lâche pas la patate".into(),
    };
    let mut items = vec![
        natation.item(0, &natation.draft, vec![low()]),
        natation.item(1, "Lâche pas la patate, il fait frette à matin.", vec![idiom]),
        natation.item(2, "", vec![Reason::NoOutput]),
    ];
    let audit = Reason::RandomAudit { rate: Probability::clamped(0.05) };
    let hostile = bundle::samples::HOSTILE.iter().filter(|t| !t.trim().is_empty());
    items.extend((3..).zip(hostile).map(|(n, t)| natation.item(n, t, vec![audit.clone()])));
    // One for each other verdict.
    items.extend((100..107).map(|n| {
        let item = natation.item(n, &natation.draft, vec![Reason::NoScore]);
        let row = TaskRow { region: String::new(), ..item.row };
        PageItem { row, ..item }
    }));
    let batch = Batch {
        workspace: "page-test".into(),
        batch: BatchId::from_stored("fcd7a49891ed"),
        title: "Sport et loisirs, lot 1".into(),
        to: None,
        lexicon: vec![
            suggestion("lâche pas la patate", TagKind::Idiom, "ne te décourage pas"),
            suggestion("frette", TagKind::RegionalWord, "très froid"),
        ],
        ..super::tests::batch("")
    };
    write("page", "tasks", &batch, items);
}

/// Under a passphrase that tests/page/unlock.test.mjs knows.
#[test]
fn writes_a_sample_page_under_a_passphrase() {
    let natation = natation();
    let items = vec![
        natation.item(0, &natation.draft, vec![low()]),
        natation.item(1, "Lâche pas la patate, il fait frette à matin.", vec![low()]),
    ];
    let batch = Batch {
        workspace: "page-test".into(),
        batch: BatchId::from_stored("5ea1ed5ea1ed"),
        title: "Lot protégé".into(),
        ..super::tests::batch("")
    };
    let passphrase = Passphrase::new("quatre mots faciles à dire").unwrap();
    let seal = Seal::new(&passphrase, [3; 16], [4; 8]);
    write_under(Some(seal), "sealed", "sealed", &batch, items);
}

/// With pay, warned and contested clips, doubtful words and a region of its own.
#[test]
fn writes_a_sample_page_of_everything() {
    let natation = natation();
    let version = |text: &str, support| Version { text: text.into(), support };
    let versions = vec![
        version("Les gens font souvent de la natation pour améliorer leur condition physique.", 2),
        version("Les gens font souvent de la natation pour maintenir leur condition physique.", 1),
        version(&natation.draft, 0),
    ];
    let item = |n: u64, draft: &str| natation.item(200 + n, draft, vec![low()]);
    let draft = natation.draft.as_str();
    let other_reading = version(&draft.replace("notation", "natation"), 0);
    let items = vec![
        PageItem { doubtful: vec![6, 7], ..item(0, draft) },
        PageItem { warnings: vec![Warning::Violent, Warning::Reported], ..item(1, draft) },
        PageItem { versions: versions.clone(), doubtful: vec![1], ..item(2, "") },
        PageItem { versions, ..item(3, draft) },
        PageItem {
            warnings: vec![Warning::Hateful],
            language: "en".parse().ok(),
            ..item(4, draft)
        },
        PageItem { warnings: vec![Warning::Sexual], ..item(5, "") },
        PageItem { versions: vec![other_reading], ..item(6, draft) },
        item(7, draft),
    ];
    let batch = Batch {
        workspace: "page-test".into(),
        batch: BatchId::from_stored("5eca11ab1e00"),
        title: "Appels de Gaspésie".into(),
        lexicon: vec![suggestion("frette", TagKind::RegionalWord, "très froid")],
        work: Work {
            estimate_seconds: Some(240.0),
            measured: true,
            currency: "EUR".into(),
            pay_per_clip: Some(0.12),
            floor_per_hour: Some(12.0),
            break_minutes: 45,
            daily_minutes: 240,
        },
        regions: toml::from_str(REGION_EXAMPLE).unwrap(),
        number: Some(2),
        notice: notice(
            &TaskSettings { pay_per_clip: 0.12, ..TaskSettings::default() },
            &RetentionSettings::default(),
        ),
        team: Team {
            instructions: blocks(
                "Écoutez **toute** la phrase, même <b>longue</b>.\n\n- Un *doute* ? Passez.\n- [lien](javascript:x)",
            ),
            rules: blocks("- Nombres en **lettres**.\n- Les prénoms restent."),
            contact: "Dora, dora@example.org".into(),
            deadline: "2026-12-15".into(),
        },
        ..super::tests::batch("")
    };
    write("everything", "everything", &batch, items.clone());
    // The same as a server hands it out.
    let served = Batch { to: Some("ana".into()), served: true, ..batch };
    write("served", "served", &served, items);
}
