//! ELAN's EAF 3.0: tiers of texts, clip ids and words; words lie within texts. Times are milliseconds.

use std::fmt::Write;

use super::tiers::{Holds, Tier, tiers};
use super::{TranscriptRow, Whole};

/// The annotation that no time is known for is none: a word needs a millisecond.
const SHORTEST: u64 = 1;

/// The file. Its date is fixed, so that the same transcript makes the same file.
pub fn render(rows: &[TranscriptRow], whole: &Whole) -> String {
    let media = rows.first().map_or("", |row| row.path.rsplit(['/', '\\']).next().unwrap_or(""));
    let media = escaped(&media.replace(' ', "%20"));
    let (mut times, mut body, mut number) = (Vec::new(), String::new(), 0);
    let tiers = tiers(rows);
    let mut texts = String::new();
    for tier in &tiers {
        let parent = match tier.holds {
            Holds::Texts => {
                texts = escaped(&tier.name);
                String::new()
            }
            Holds::Ids => String::new(),
            Holds::Words => format!(" PARENT_REF=\"{texts}\""),
        };
        write_tier(&mut body, tier, &parent, &mut times, &mut number);
    }
    let mut slots: Vec<(u64, usize)> = times.iter().copied().zip(1..).collect();
    slots.sort_unstable();
    let slot = |(time, id): &(u64, usize)| {
        format!("        <TIME_SLOT TIME_SLOT_ID=\"ts{id}\" TIME_VALUE=\"{time}\"/>\n")
    };
    let slots: String = slots.iter().map(slot).collect();
    let url = format!("./{media}");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="second-ear" DATE="1970-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
        <MEDIA_DESCRIPTOR MEDIA_URL="{url}" MIME_TYPE="audio/*" RELATIVE_MEDIA_URL="{url}"/>
        <PROPERTY NAME="lengthMilliseconds">{length}</PROPERTY>
    </HEADER>
    <TIME_ORDER>
{slots}    </TIME_ORDER>
{body}    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="clips" TIME_ALIGNABLE="true"/>
    <LINGUISTIC_TYPE CONSTRAINTS="Included_In" GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="words" TIME_ALIGNABLE="true"/>
    <CONSTRAINT DESCRIPTION="Time alignable annotations within the parent annotation's time interval, gaps are allowed" STEREOTYPE="Included_In"/>
</ANNOTATION_DOCUMENT>
"#,
        length = millis(whole.length.seconds()),
    )
}

/// Writes a tier, and notes its times: slot n is the n-th of them.
fn write_tier(out: &mut String, tier: &Tier, parent: &str, times: &mut Vec<u64>, number: &mut u32) {
    let kind = if tier.holds == Holds::Words { "words" } else { "clips" };
    let name = escaped(&tier.name);
    // writing to a String cannot fail
    let _ = writeln!(out, "    <TIER LINGUISTIC_TYPE_REF=\"{kind}\"{parent} TIER_ID=\"{name}\">");
    for stretch in &tier.stretches {
        let start = millis(stretch.start);
        let end = millis(stretch.end).max(start + SHORTEST);
        times.extend([start, end]);
        *number += 1;
        let (first, last) = (times.len() - 1, times.len());
        let text = escaped(&stretch.text);
        let _ = writeln!(
            out,
            "        <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a{number}\" \
             TIME_SLOT_REF1=\"ts{first}\" TIME_SLOT_REF2=\"ts{last}\"><ANNOTATION_VALUE>{text}\
             </ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
        );
    }
    out.push_str("    </TIER>\n");
}

fn millis(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1000.0).round() as u64
}

/// As XML holds it; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
