//! What the cells of a row say. In: cells by any of their columns' names. Out: a row, or why it is none. Pure. Left to
//! others: reading files (`manifest`).

use std::collections::BTreeSet;

use super::accents;
use super::columns::{canonical, gather, is_cut_out, is_unknown};
use super::{BadRow, Channels, Elsewhere, Row};
use crate::domain::{Consent, Day, Facts, Language, Locale, Region, Samples, Span, data_uses};
use crate::tables;
use crate::text::tidy;

/// The row that cells make, whatever their columns are called; its place is not known here.
pub fn row_of(
    cells: impl Iterator<Item = (String, String)>,
    elsewhere: Elsewhere,
    ignored: &mut BTreeSet<String>,
) -> Result<Row, BadRow> {
    let cells: Vec<(String, String)> = cells.collect();
    let names: Vec<&str> = cells.iter().map(|(name, _)| name.trim()).collect();
    let cut_out = is_cut_out(&names);
    // What `dataset` writes beside formats without room for it.
    let beside = ["clip", "file"].iter().all(|name| names.contains(name));
    let elsewhere = if beside { Elsewhere::Clips } else { elsewhere };
    // Whatever is wrong with its other cells, it is about this file.
    let path = cells
        .iter()
        .find(|(name, cell)| canonical(name) == Some("path") && !cell.trim().is_empty());
    let about = path.map(|(_, path)| {
        Box::new(Row { path: path.trim().to_string(), elsewhere, ..Row::default() })
    });
    let mut known = gather(cells.into_iter(), ignored).map_err(|why| BadRow { why, about })?;
    let bounds = (known.remove("start"), known.remove("end"));
    if let Some((start, length)) =
        between(&bounds).filter(|_| !cut_out && !known.contains_key("offset"))
    {
        known.insert("offset", start.to_string());
        known.insert("duration", length.to_string());
    } else {
        let (start, end) = bounds;
        ignored.extend(start.map(|_| "start".to_string()));
        ignored.extend(end.map(|_| "end".to_string()));
    }
    let mut column = |name: &str| known.remove(name);
    let path = column("path").ok_or("no path".to_string())?;
    let named = Row { path, elsewhere, ..Row::default() };
    let bad = |why| BadRow { why, about: Some(Box::new(named.clone())) };
    said_of(&named, &mut column, ignored).map_err(bad)
}

/// Where a part begins and how long it is, where both of its ends are seconds.
fn between((start, end): &(Option<String>, Option<String>)) -> Option<(f64, f64)> {
    let (start, end) = (tables::number(start.as_ref()?)?, tables::number(end.as_ref()?)?);
    (start < end).then_some((start, end - start))
}

/// What a row says of the file that it names.
fn said_of(
    named: &Row,
    column: &mut dyn FnMut(&str) -> Option<String>,
    ignored: &mut BTreeSet<String>,
) -> Result<Row, String> {
    let span = match (column("offset"), column("duration")) {
        (Some(offset), Some(duration)) => Some(span(&offset, &duration)?),
        (Some(_), None) => return Err("`offset` without `duration`: write both, in seconds".into()),
        (None, Some(_)) => {
            ignored.insert("duration".into());
            None
        }
        (None, None) => None,
    };
    let (language, region, without_region) = spoken(column)?;
    Ok(Row {
        span,
        channels: column("channel").map_or(Ok(Channels::Mix), |c| channels(&c))?,
        text: column("text").map(|text| tidy(&text)).filter(|text| !text.is_empty()),
        without_region,
        facts: Facts {
            speaker: column("speaker").map(|name| tidy(&name)).filter(|name| !is_unknown(name)),
            region,
            language,
            licence: column("licence").map(|text| tidy(&text)),
            recorded: column("recorded").map(|day| recorded(&day)).transpose()?,
            consent: column("consent").map(|text| tidy(&text)),
            agreed: agreed(column)?,
            ..Facts::default()
        },
        ..named.clone()
    })
}

/// The day of a date, with a time behind it or without.
fn recorded(date: &str) -> Result<Day, String> {
    let day = date.split(['T', ' ']).next().unwrap_or_default();
    day.parse().map_err(|why| format!("`recorded`: {why}"))
}

/// The language, and the region: of its own column, of the locale, of Common Voice's accents and variants; then the
/// accents that have none.
#[expect(clippy::type_complexity, reason = "named once")]
fn spoken(
    column: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<(Option<Language>, Option<Region>, Vec<String>), String> {
    let locale = column("language").map(|code| code.parse::<Locale>()).transpose()?;
    let (language, of_locale) = locale.map_or((None, None), |l| (Some(l.language), l.region));
    let region: Option<Region> = column("region").map(|code| code.parse()).transpose()?;
    let declared = match (region, of_locale) {
        (Some(region), Some(locale)) => {
            let why = format!(
                "`region` says {region} and the language's code {locale}: correct one of them"
            );
            Some(region.narrower(locale).ok_or(why)?)
        }
        (region, locale) => region.or(locale),
    };
    let said = accents::said(language.as_ref(), column("accents"), column("variant"));
    let region = match (declared, said.region) {
        (Some(declared), Some(accent)) if !accents::agree(&declared, &said.all) => {
            return Err(format!(
                "`region` says {declared} and the accent {accent}: correct one of them"
            ));
        }
        (Some(declared), Some(accent)) => {
            accent.clone().narrower(declared.clone()).or(Some(declared))
        }
        (declared, accent) => declared.or(accent),
    };
    let variant = said.variant.filter(|_| region.is_none());
    Ok((language, region, said.accents.into_iter().chain(variant).collect()))
}

/// What the columns about consent say, but for the free note.
pub fn agreed(column: &mut dyn FnMut(&str) -> Option<String>) -> Result<Consent, String> {
    let mut named =
        |name: &str| column(name).map(|text| tidy(&text)).filter(|text| !text.is_empty());
    let day = |name: &str, text: Option<String>| -> Result<Option<Day>, String> {
        let day = text.map(|text| text.parse::<Day>()).transpose();
        day.map_err(|why| format!("`{name}`: {why}"))
    };
    let purposes = named("consent_purposes").map(|text| data_uses(&text)).transpose();
    Ok(Consent {
        by: named("consent_by"),
        date: day("consent_date", named("consent_date"))?,
        text: named("consent_text"),
        purposes: purposes.map_err(|why| format!("`consent_purposes`: {why}"))?,
        until: day("consent_until", named("consent_until"))?,
    })
}

/// From seconds and their number.
fn span(offset: &str, duration: &str) -> Result<Span, String> {
    let seconds = |name: &str, text: &str| match tables::number(text) {
        // A year: longer than any recording, and far from where samples stop fitting.
        Some(n) if (0.0..=3.2e7).contains(&n) => Ok(n),
        _ => Err(format!("`{name}` must be seconds, not '{text}'")),
    };
    let (start, length) = (seconds("offset", offset)?, seconds("duration", duration)?);
    let (start, end) = (Samples::from_seconds(start), Samples::from_seconds(start + length));
    match start < end {
        true => Ok(Span::new(start, end)),
        false => Err(format!("`duration` must be over 0 seconds, not '{duration}'")),
    }
}

fn channels(text: &str) -> Result<Channels, String> {
    match text.to_lowercase().as_str() {
        "mix" => Ok(Channels::Mix),
        "split" => Ok(Channels::Split),
        number => number.parse().map(Channels::Only).map_err(|_| {
            format!("channel '{text}' is unknown; write mix, split, or a channel's number from 0")
        }),
    }
}
