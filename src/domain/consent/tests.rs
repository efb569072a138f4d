//! What a statement, a note, the default and the calendar permit together.

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn all() -> DataUses {
    DataUse::ALL.into_iter().collect()
}

#[test]
fn a_recording_without_a_statement_follows_the_default() {
    let nothing = Consent::default();
    for purpose in DataUse::ALL {
        let ask = |default: DataUses| {
            permitted(&nothing, &ConsentNote::Free, &default, day("2026-01-01"), purpose)
        };
        assert_eq!(ask(all()), Ok(()));
        assert_eq!(ask(DataUses::new()), Err(WhyNot::NoStatement(purpose)));
    }
}

#[test]
fn a_statement_permits_what_it_names_and_nothing_else() {
    let consent =
        Consent { purposes: Some(data_uses("review; train").unwrap()), ..Consent::default() };
    let ask = |purpose| permitted(&consent, &ConsentNote::Free, &all(), day("2026-01-01"), purpose);
    assert_eq!(ask(DataUse::Review), Ok(()));
    assert_eq!(ask(DataUse::Train), Ok(()));
    assert_eq!(ask(DataUse::Evaluate), Err(WhyNot::NotGranted(DataUse::Evaluate)));
    assert_eq!(ask(DataUse::Publish), Err(WhyNot::NotGranted(DataUse::Publish)));
    let note = ConsentNote::Purposes(data_uses("publish").unwrap());
    let (uses, source) = standing(&Consent::default(), &note, &all(), day("2026-01-01"));
    assert_eq!((data_uses_text(&uses), source), ("publish".to_string(), ConsentSource::Own));
}

#[test]
fn a_refusal_wins_over_everything() {
    let consent = Consent { purposes: Some(all()), ..Consent::default() };
    for purpose in DataUse::ALL {
        let asked = permitted(&consent, &ConsentNote::Refused, &all(), day("2026-01-01"), purpose);
        assert_eq!(asked, Err(WhyNot::Refused));
    }
}

#[test]
fn consent_holds_to_the_end_of_its_last_day_and_the_default_does_not_outlive_it() {
    let until = day("2026-06-30");
    let named = Consent { purposes: Some(all()), until: Some(until), ..Consent::default() };
    let unnamed = Consent { until: Some(until), ..Consent::default() };
    for consent in [named, unnamed] {
        let on =
            |today| permitted(&consent, &ConsentNote::Free, &all(), day(today), DataUse::Train);
        assert_eq!(on("2026-06-30"), Ok(()));
        assert_eq!(on("2026-07-01"), Err(WhyNot::Expired(until)));
    }
}

#[test]
fn purposes_are_parted_by_commas_semicolons_bars_or_blanks() {
    for text in ["train,publish", "Publish ; TRAIN", "train publish", " train|publish, "] {
        assert_eq!(data_uses_text(&data_uses(text).unwrap()), "train, publish", "{text}");
    }
    assert_eq!(data_uses("").unwrap(), DataUses::new());
    assert_eq!(data_uses("none").unwrap(), DataUses::new());
    assert_eq!(data_uses(&data_uses_text(&DataUses::new())).unwrap(), DataUses::new());
    assert!(data_uses("train, sell").unwrap_err().contains("'sell'"));
    assert!(data_uses("none, train").is_err(), "two answers in one");
}

#[test]
fn only_whole_dates_are_dates() {
    assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
    for text in
        ["2026-02-29", "31/03/2026", "2026-3-1", "2026", "20260331", "", "2026-03-31T10:00Z"]
    {
        assert!(text.parse::<Day>().unwrap_err().contains("2026-03-31"), "{text}");
    }
}

#[test]
fn what_is_newly_said_replaces_what_was_said_before() {
    let old = Consent { by: Some("ana".into()), purposes: Some(all()), ..Consent::default() };
    let new = Consent { purposes: Some(DataUses::new()), ..Consent::default() };
    let both = new.or(old);
    assert_eq!((both.by.as_deref(), both.purposes), (Some("ana"), Some(DataUses::new())));
}

#[test]
fn a_consent_is_stored_and_read_back() {
    let consent = Consent {
        by: Some("ana".into()),
        date: Some(day("2026-03-31")),
        text: Some("form 3, version 2".into()),
        purposes: Some(DataUses::new()),
        until: Some(day("2030-01-01")),
    };
    let text = serde_json::to_string(&consent).unwrap();
    assert_eq!(serde_json::from_str::<Consent>(&text).unwrap(), consent);
    assert_eq!(serde_json::from_str::<Consent>("{}").unwrap(), Consent::default());
}
