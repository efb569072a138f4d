//! Languages: how one is chosen, that all say the same things, and that the sources ask for what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;

const FR: Lang = Lang(1);

fn chosen(asked: Option<&str>, environment: &[(&str, &str)]) -> &'static str {
    let variable = |name: &str| {
        environment.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string())
    };
    Lang::choose(asked.map(|code| code.parse().unwrap()), variable).code()
}

#[test]
fn the_environment_chooses_a_language_as_posix_has_it_and_the_option_wins() {
    for french in ["fr", "fr_FR.UTF-8", "fr_CA", "fr-BE", "fr_FR@euro", "FR_fr"] {
        assert_eq!(chosen(None, &[("LANG", french)]), "fr", "{french}");
    }
    for english in ["", "C", "C.UTF-8", "POSIX", "en_GB.UTF-8", "de_DE", "frr_DE", "français"] {
        assert_eq!(chosen(None, &[("LANG", english)]), "en", "{english}");
    }
    assert_eq!(chosen(None, &[]), "en");
    assert_eq!(chosen(None, &[("LANG", "en_US"), ("LC_MESSAGES", "fr_FR")]), "fr");
    assert_eq!(chosen(None, &[("LANG", "fr_FR"), ("LC_MESSAGES", "fr_FR"), ("LC_ALL", "C")]), "en");
    assert_eq!(chosen(None, &[("LANG", "fr_FR"), ("LC_ALL", "")]), "fr", "an empty one is not set");
    assert_eq!(chosen(Some("en"), &[("LC_ALL", "fr_FR.UTF-8")]), "en");
    assert_eq!(chosen(Some("fr"), &[]), "fr");
    let error = "de".parse::<Lang>().unwrap_err();
    assert!(error.contains("'de'") && error.contains("en, fr"), "{error}");
}

#[test]
fn numbers_and_plurals_are_those_of_the_language() {
    let en = Lang::default();
    assert_eq!(
        (en.decimal(12345.678, 2), FR.decimal(12345.678, 2)),
        ("12345.68".into(), "12\u{202f}345,68".into())
    );
    assert_eq!(
        (FR.decimal(1234.5, 1), FR.signed(-1234567.0, 0)),
        ("1234,5".into(), "-1\u{202f}234\u{202f}567".into())
    );
    assert_eq!(
        (en.percent(Some(0.123)), FR.percent(Some(0.123))),
        ("12.3 %".into(), "12,3\u{a0}%".into())
    );
    assert_eq!((FR.percent(None), en.decimal(-0.04, 1)), ("-".into(), "0.0".into()));
    let clips = |lang: Lang| [0_u64, 1, 2].map(|n| t!(lang, "many.clip", n = n));
    assert_eq!(clips(en), ["0 clips", "1 clip", "2 clips"]);
    assert_eq!(clips(FR), ["0 extrait", "1 extrait", "2 extraits"]);
}

/// The holes of a text.
fn holes(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).map(|part| part.split('}').next().unwrap().to_string()).collect()
}

fn base(key: &str) -> &str {
    key.strip_suffix(".one").unwrap_or(key)
}

fn texts(lang: Lang) -> &'static Map<String, Value> {
    &lang.strings().texts
}

#[test]
fn every_language_has_the_keys_and_the_holes_of_the_first() {
    let keys = |lang| -> BTreeSet<&str> { texts(lang).keys().map(|key| base(key)).collect() };
    for lang in Lang::all() {
        let _: Strings = serde_json::from_str(LANGUAGES[lang.0].1).unwrap();
        assert_eq!(keys(lang), keys(Lang::default()), "{lang}");
        for (key, text) in texts(lang) {
            let text = text.as_str().unwrap();
            assert!(!text.trim().is_empty(), "{lang} {key} is empty");
            let first = Lang::default().find(base(key)).unwrap();
            let plural = base(key) != key;
            // What is one may be said without its number.
            let (mut own, mut wanted) = (holes(text), holes(first));
            if plural {
                assert!(wanted.remove("n"), "{lang} {key}: nothing to count");
                own.remove("n");
            }
            assert_eq!(own, wanted, "{lang} {key}");
            assert!(!plural || texts(lang).contains_key(base(key)), "{lang} {key} has no plural");
        }
    }
}

#[test]
fn french_has_its_spaces_quotes_and_apostrophes() {
    for (key, text) in texts(FR) {
        // Commands and options are no prose.
        let prose: String = text.as_str().unwrap().split('`').step_by(2).collect();
        for wrong in [" :", " ;", " !", " ?", " %", "« ", " »", "'", "\"", "..."] {
            assert!(!prose.contains(wrong), "{key}: '{wrong}' in {prose}");
        }
    }
}

/// The sources: Rust and the report's templates.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, all: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if path.is_dir() {
                walk(&path, all);
            } else if ["rs", "html"].contains(&kind) && !path.ends_with("lang/tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                all.push((path, text));
            }
        }
    }
    let mut all = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    all
}

/// What stands between this bracket, which is open, and the one that closes it.
fn within(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// Arguments, parted by commas that stand in no brackets.
fn arguments(text: &str) -> Vec<String> {
    let (mut all, mut depth, mut quoted) = (vec![String::new()], 0, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut().unwrap().push(c);
    }
    all.into_iter().map(|one| one.trim().to_string()).filter(|one| !one.is_empty()).collect()
}

/// `"key"` as a literal.
fn literal(argument: &str) -> Option<&str> {
    argument.strip_prefix('"')?.strip_suffix('"')
}

/// Every key that is asked for: with its holes where `t!` fills them, without where a call takes the text as it is; and the kinds
/// of which names are looked up.
#[derive(Default)]
struct Asked {
    keys: BTreeMap<String, Vec<(PathBuf, BTreeSet<String>)>>,
    kinds: BTreeSet<String>,
}

fn asked() -> Asked {
    let mut asked = Asked::default();
    for (path, text) in sources() {
        let calls = |call: &'static str| {
            let whole = |at: &usize| {
                let before = text[..*at].chars().next_back();
                !call.starts_with('t') || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            };
            let all = text.match_indices(call).map(|(at, _)| at).filter(whole);
            all.map(|at| arguments(within(&text[at + call.len()..]))).collect::<Vec<_>>()
        };
        for arguments in calls("t!(") {
            let Some(key) = arguments.get(1).and_then(|key| literal(key)) else { continue };
            let hole = |one: &String| one.split_once('=').map(|(name, _)| name.trim().to_string());
            let holes = arguments[2..].iter().filter_map(hole).collect();
            asked.keys.entry(key.into()).or_default().push((path.clone(), holes));
        }
        for call in [".phrase(", ".t("] {
            for arguments in calls(call) {
                let Some(key) = arguments.first().and_then(|key| literal(key)) else { continue };
                let holes = BTreeSet::new();
                asked.keys.entry(key.into()).or_default().push((path.clone(), holes));
            }
        }
        for call in [".named(", ".again("] {
            let kinds = calls(call);
            asked
                .kinds
                .extend(kinds.iter().filter_map(|all| literal(all.first()?)).map(String::from));
        }
    }
    asked
}

#[test]
fn the_sources_ask_for_texts_that_there_are_and_fill_every_hole() {
    let (first, asked) = (Lang::default(), asked());
    assert!(asked.keys.len() > 100, "{} keys", asked.keys.len());
    for (key, places) in &asked.keys {
        for (path, given) in places {
            let path = path.display();
            let text = first.find(key).unwrap_or_else(|| panic!("{path} asks for {key}"));
            assert_eq!(&holes(text), given, "{path}: {key}");
        }
    }
}

#[test]
fn no_text_is_left_that_nobody_asks_for() {
    let asked = asked();
    let of_kind = |key: &str| asked.kinds.iter().any(|kind| key.starts_with(&format!("{kind}.")));
    let keys = texts(Lang::default()).keys().map(|key| base(key));
    let unused: Vec<_> =
        keys.filter(|key| !asked.keys.contains_key(*key) && !of_kind(key)).collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn every_code_that_people_read_has_a_name() {
    use crate::domain::{
        AppealOutcome, Contested, DataUse, Flag, Mark, OutputKind, PageLanguage, State, Verdict,
    };
    let mut keys: Vec<String> = Vec::new();
    let mut named = |kind: &str, code: &str| keys.push(format!("{kind}.{code}"));
    State::ALL.iter().for_each(|state| named("state", state.code()));
    Verdict::ALL.iter().for_each(|verdict| named("verdict", verdict.code()));
    Contested::all().for_each(|about| named("contested", about.code()));
    Flag::ALL.iter().for_each(|flag| named("flag", flag.code()));
    AppealOutcome::ALL.iter().for_each(|outcome| named("outcome", outcome.code()));
    Mark::ALL.iter().for_each(|mark| named("mark", mark.code()));
    DataUse::ALL.iter().for_each(|purpose| named("purpose", purpose.code()));
    OutputKind::ALL.iter().for_each(|kind| named("output", kind.code()));
    // The page names every reason.
    let of_page = PageLanguage::default().strings().texts.keys();
    let reasons = of_page.filter_map(|key| key.strip_prefix("reason."));
    reasons.filter(|code| !code.contains('.')).for_each(|code| named("reason", code));
    for lang in Lang::all() {
        let missing: Vec<_> = keys.iter().filter(|key| lang.find(key.as_str()).is_none()).collect();
        assert!(missing.is_empty(), "{lang}: {missing:?}");
    }
    for flag in Flag::ALL {
        assert_eq!(Lang::ENGLISH.named("flag", flag.code()), flag.about());
    }
}
