//! The times of other tools. In: a time as a tool writes it. Out: the instant, or what is wrong.
//!
//! RFC 3339 (`2026-11-20T10:00:41Z`), Mechanical Turk and Turkle (`Fri Nov 20 09:05:41 PST 2026`),
//! Appen (`11/20/2026 19:02:18`, UTC).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Hours east of Greenwich, for the names that the tools' servers use.
const ZONES: [(&str, i8); 20] = [
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 1),
    ("BST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("AST", -4),
    ("ADT", -3),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// Reads a time; empty text is none.
pub fn read(text: &str) -> Result<Option<Timestamp>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse().ok().or_else(|| appen(text));
    match read.map_or_else(|| turk(text), |t| Ok(Some(t)))? {
        Some(instant) => Ok(Some(instant)),
        None => Err(format!(
            "'{text}' is not a time: write it like 2026-11-23T10:00:00Z, or leave it empty"
        )),
    }
}

/// `11/20/2026 19:02:18`.
fn appen(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(' ')?;
    let mut parts = date.split('/');
    let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let date = Date::new(parts.next()?.parse().ok()?, month, day).ok()?;
    instant(date, time, Offset::UTC)
}

/// `Fri Nov 20 09:05:41 PST 2026`; the error is an unknown time zone.
fn turk(text: &str) -> Result<Option<Timestamp>, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, time, zone, year] = words[..] else { return Ok(None) };
    let date = || {
        let month = (1..).zip(MONTHS).find(|(_, name)| *name == month)?.0;
        Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
    };
    let Some(date) = date() else { return Ok(None) };
    match offset(zone) {
        Some(offset) => Ok(instant(date, time, offset)),
        None => Err(format!(
            "the time zone of '{text}' is not known here: write the time like 2026-11-23T10:00:00Z, or leave it empty"
        )),
    }
}

/// A zone's name, or `+0530`.
fn offset(zone: &str) -> Option<Offset> {
    if let Some((_, hours)) = ZONES.into_iter().find(|(name, _)| *name == zone) {
        return Offset::from_hours(hours).ok();
    }
    let east = if zone.starts_with('-') { -1 } else { 1 };
    let digits = zone.strip_prefix(['+', '-'])?.replace(':', "");
    let number: i32 = (digits.len() == 4).then(|| digits.parse().ok())??;
    Offset::from_seconds(east * (number / 100 * 3600 + number % 100 * 60)).ok()
}

fn instant(date: Date, time: &str, offset: Offset) -> Option<Timestamp> {
    let time: Time = time.parse().ok()?;
    offset.to_timestamp(DateTime::from_parts(date, time)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> String {
        read(text).unwrap().unwrap().to_string()
    }

    #[test]
    fn each_tools_times_are_read() {
        assert_eq!(utc("Fri Nov 20 09:05:41 PST 2026"), "2026-11-20T17:05:41Z");
        assert_eq!(utc("Mon Jul  6 09:05:41 PDT 2026"), "2026-07-06T16:05:41Z");
        assert_eq!(utc("Fri Nov 20 17:05:41 UTC 2026"), "2026-11-20T17:05:41Z");
        assert_eq!(utc("Fri Nov 20 17:05:41 +0530 2026"), "2026-11-20T11:35:41Z");
        assert_eq!(utc("11/20/2026 19:02:18"), "2026-11-20T19:02:18Z");
        assert_eq!(utc("2026-11-20T10:00:41.2+01:00"), "2026-11-20T09:00:41.2Z");
        assert_eq!(read("  ").unwrap(), None);
    }

    #[test]
    fn what_is_no_time_says_what_to_write() {
        for text in ["yesterday", "Fri Nox 20 09:05:41 PST 2026", "13/40/2026 19:02:18"] {
            assert!(read(text).unwrap_err().contains("2026-11-23T10:00:00Z"), "{text}");
        }
        assert!(read("Fri Nov 20 09:05:41 MARS 2026").unwrap_err().contains("time zone"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9/:+ -]{0,30}") {
            let _ = read(&text);
        }
    }
}
