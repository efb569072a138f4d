//! The task page: one HTML file that a person works in, without a network.
//! In: a batch and its items, one after the other. Out: HTML with audio, style, script and texts inside.
//! Left to others: cutting, encoding and measuring the audio; what its answers mean ([`super::answers`]).
//!
//! Everything from outside stands in one JSON blob (title and language aside, which are escaped).
//! In it `<`, `>` and `&` are written `\u003c` and so on, so that no text can end the blob or start markup. What the page
//! may load and send: [`policy()`].

mod content;
mod markdown;
mod peaks;
mod policy;
mod script;
mod seal;
mod team;
mod words;
mod work;

use std::io::Write;

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
pub use content::{Version, Warning};
pub use markdown::blocks;
pub use peaks::peaks;
pub use policy::policy;
use script::script;
pub use seal::{Passphrase, Seal};
use serde::Serialize;
pub use team::Team;
pub use words::{words, words_of};
pub use work::Work;

use super::notice::Section;
use crate::domain::{
    BatchId, Language, Millis, PageLanguage, Reason, RegionNames, TagKind, TaskRow,
};

const HTML: &str = include_str!("page/page.html");
const CSS: &str = include_str!("page/page.css");
/// By what the script knows that a server handed it out.
const MARK: &str = "<meta name=\"second-ear-served\" content=\"1\">\n";

/// What a page says of its batch as a whole.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Workspace id, as in the rows.
    pub workspace: String,
    /// Batch id, as in the rows.
    pub batch: BatchId,
    /// Heading, for people.
    pub title: String,
    /// To whom it is handed, where that is said: the name that stands in the box at the start.
    pub to: Option<String>,
    /// Interface language where the browser asks for none that the page has.
    pub interface: PageLanguage,
    /// Its number among the batches of the workspace, from 1.
    pub number: Option<usize>,
    /// The language spoken, where it is one for the whole batch: chooses regions, helps the spell checker.
    pub speech: Option<Language>,
    /// The language that the workspace expects.
    pub expected: Option<Language>,
    /// What the team says of it.
    pub team: Team,
    /// What is noted about its reader, and what for.
    pub notice: Vec<Section>,
    /// Regional words to suggest where they stand in a text.
    pub lexicon: Vec<Suggestion>,
    /// Time, pay and rest.
    pub work: Work,
    /// Regions beside the page's own; a code that is there already gets the new names.
    pub regions: RegionNames,
    /// Whether a server hands it out and takes the answers; such a page is under no passphrase.
    pub served: bool,
}

/// A lexicon entry that a validator may confirm.
#[derive(Clone, Debug, Serialize)]
pub struct Suggestion {
    /// Word or phrase.
    pub term: String,
    /// Regional word or idiom.
    pub kind: TagKind,
    /// Region code, or empty.
    pub region: String,
    /// In standard words, or empty.
    pub meaning: String,
}

/// A word of the draft and when it is said, from the clip's start.
#[derive(Clone, Debug)]
pub struct Word {
    /// As in the draft, punctuation included.
    pub text: String,
    /// Start.
    pub start: Millis,
    /// End.
    pub end: Millis,
}

/// One clip on the page.
#[derive(Clone, Debug, Default)]
pub struct PageItem {
    /// The row; `audio` is emptied, since the page holds the sound itself. An empty draft is blind:
    /// the words and what the reasons quote are then left out too.
    pub row: TaskRow,
    /// The clip as FLAC or WAV (known by its first bytes); every current browser plays both.
    pub audio: Vec<u8>,
    /// [`words()`] of the draft; empty where there are no times.
    pub words: Vec<Word>,
    /// [`peaks()`] of the clip, about 200 of them; may be empty.
    pub peaks: Vec<u8>,
    /// Why a person is asked.
    pub reasons: Vec<Reason>,
    /// Which of `words` are to be marked as doubtful: positions; others are left alone.
    pub doubtful: Vec<usize>,
    /// Why the page asks before it plays or shows anything of the clip; empty: it does not ask.
    pub warnings: Vec<Warning>,
    /// What others wrote, where they do not agree; also shown when there is no draft.
    pub versions: Vec<Version>,
    /// In which language it was transcribed.
    pub language: Option<Language>,
    /// Who speaks, as a number that says nothing outside of this page: the listener may leave a voice out.
    pub speaker: Option<usize>,
}

/// Writes a page item by item, so that only one item is in memory at a time; gives the number of
/// items. Errors: those of the items, of the writer, or an item whose row is of another batch.
/// After an error the output is no whole page. With a `seal` nothing of the batch can be read in the page without its
/// passphrase, but for the language of its interface.
pub fn render_to(
    out: &mut impl Write,
    batch: &Batch,
    seal: Option<Seal>,
    items: impl IntoIterator<Item = anyhow::Result<PageItem>>,
) -> anyhow::Result<usize> {
    anyhow::ensure!(!batch.served || seal.is_none(), "a page under a passphrase is not served");
    let script = script(batch.served);
    let mut items = items.into_iter();
    let mut count = 0;
    let title = if seal.is_some() { "second-ear" } else { &batch.title };
    let mut seal = seal;
    for part in parts(HTML) {
        match part {
            Part::Text(text) => out.write_all(text.as_bytes())?,
            Part::Hole("title") => out.write_all(escape_html(title).as_bytes())?,
            Part::Hole("noscript") => out.write_all(noscript(batch.served).as_bytes())?,
            Part::Hole("csp") => out.write_all(policy(batch.served).as_bytes())?,
            Part::Hole("served") => {
                out.write_all(if batch.served { MARK } else { "" }.as_bytes())?
            }
            Part::Hole("style") => out.write_all(CSS.as_bytes())?,
            Part::Hole("script") => out.write_all(script.as_bytes())?,
            Part::Hole("data") => {
                count = match seal.take() {
                    Some(seal) => write_sealed(out, batch, seal, &mut items)?,
                    None => write_data(out, batch, &mut items)?,
                }
            }
            Part::Hole(other) => anyhow::bail!("page.html has an unknown hole '{other}'"),
        }
    }
    Ok(count)
}

/// The whole page as text, for small batches. Errors as in [`render_to`].
#[cfg(test)]
pub fn render(batch: &Batch, items: Vec<PageItem>) -> anyhow::Result<String> {
    let mut page = Vec::new();
    render_to(&mut page, batch, None, items.into_iter().map(Ok))?;
    Ok(String::from_utf8(page)?)
}

/// What concerns the batch as a whole.
fn head(batch: &Batch) -> serde_json::Value {
    serde_json::json!({
        "workspace": batch.workspace,
        "batch": batch.batch,
        "title": batch.title,
        "to": batch.to,
        "notice": batch.notice,
        "interface": batch.interface,
        "number": batch.number,
        "speech": batch.speech,
        "expected": batch.expected,
        "team": batch.team,
        "lexicon": batch.lexicon,
        "work": batch.work,
        "regions": batch.regions,
    })
}

/// An item as JSON; it must be of the batch.
fn item_text(batch: &Batch, item: PageItem) -> anyhow::Result<String> {
    let clip = item.row.clip.clone();
    anyhow::ensure!(
        item.row.workspace == batch.workspace && item.row.batch == batch.batch.as_str(),
        "clip {clip} is of batch '{}' of workspace '{}'",
        item.row.batch,
        item.row.workspace
    );
    serde_json::to_string(&ItemData::of(item)).with_context(|| format!("write clip {clip}"))
}

/// The blob: what concerns the batch, then `items` one by one.
fn write_data(
    out: &mut impl Write,
    batch: &Batch,
    items: &mut impl Iterator<Item = anyhow::Result<PageItem>>,
) -> anyhow::Result<usize> {
    let head = escape_json(&head(batch).to_string());
    // The list of items is the object's last field.
    write!(out, "{},\"items\":[", head.strip_suffix('}').unwrap_or(&head))?;
    let mut count = 0;
    for item in items {
        let text = item_text(batch, item?)?;
        out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
        out.write_all(escape_json(&text).as_bytes())?;
        count += 1;
    }
    out.write_all(b"\n]}")?;
    Ok(count)
}

/// The blob of a page under a passphrase: how to make the key, then the same pieces encrypted, then their number.
fn write_sealed(
    out: &mut impl Write,
    batch: &Batch,
    mut seal: Seal,
    items: &mut impl Iterator<Item = anyhow::Result<PageItem>>,
) -> anyhow::Result<usize> {
    let mut open = seal.parameters();
    open["interface"] = serde_json::json!(batch.interface);
    let open = open.to_string();
    // The list of pieces is the object's last field.
    writeln!(out, "{},\"pieces\":[", open.strip_suffix('}').unwrap_or(&open))?;
    out.write_all(seal.piece(&head(batch).to_string())?.as_bytes())?;
    let mut count = 0;
    for item in items {
        let text = item_text(batch, item?)?;
        write!(out, ",\n{}", seal.piece(&text)?)?;
        count += 1;
    }
    let end = serde_json::json!({ "items": count }).to_string();
    write!(out, ",\n{}\n]}}", seal.piece(&end)?)?;
    Ok(count)
}

/// An item as the script reads it.
#[derive(Serialize)]
struct ItemData {
    row: TaskRow,
    audio_type: &'static str,
    audio: String,
    /// Text, start and end in milliseconds.
    words: Vec<(String, u64, u64)>,
    peaks: Vec<u8>,
    reasons: Vec<serde_json::Value>,
    doubtful: Vec<usize>,
    warnings: Vec<Warning>,
    versions: Vec<Version>,
    language: Option<Language>,
    speaker: Option<usize>,
}

impl ItemData {
    fn of(item: PageItem) -> Self {
        let blind = item.row.draft.is_empty();
        let flac = item.audio.starts_with(b"fLaC");
        let words: Vec<_> = item
            .words
            .into_iter()
            .filter(|_| !blind)
            .map(|w| (w.text, w.start.0, w.end.0))
            .collect();
        let reason = |reason: &Reason| match reason {
            // Neither the draft's words nor its score, which would sway the listener.
            Reason::RegionalWord { matched, .. } | Reason::Idiom { matched, .. } if !blind => {
                serde_json::json!({"code": reason.code(), "heard": matched})
            }
            Reason::RegionalEvidence { region, .. } | Reason::RegionAlwaysReviewed { region } => {
                serde_json::json!({"code": reason.code(), "region": region})
            }
            Reason::WrongLanguage { language, .. } => {
                serde_json::json!({"code": reason.code(), "language": language})
            }
            _ => serde_json::json!({"code": reason.code()}),
        };
        Self {
            audio_type: if flac { "audio/flac" } else { "audio/wav" },
            audio: BASE64_STANDARD.encode(&item.audio),
            doubtful: item.doubtful.into_iter().filter(|n| *n < words.len()).collect(),
            words,
            peaks: item.peaks,
            reasons: item.reasons.iter().map(reason).collect(),
            warnings: item.warnings,
            versions: item.versions,
            language: item.language,
            speaker: item.speaker,
            row: TaskRow { audio: String::new(), ..item.row },
        }
    }
}

/// A piece of page.html.
enum Part {
    Text(&'static str),
    /// `{{name}}`
    Hole(&'static str),
}

fn parts(html: &'static str) -> impl Iterator<Item = Part> {
    html.split("{{").enumerate().flat_map(|(n, piece)| match piece.split_once("}}") {
        Some((name, text)) if n > 0 => vec![Part::Hole(name), Part::Text(text)],
        _ => vec![Part::Text(piece)],
    })
}

/// What a browser without scripts shows, in every language.
fn noscript(served: bool) -> String {
    let key = if served { "page.noscript.served" } else { "page.noscript" };
    let said = |language: PageLanguage| {
        let text = escape_html(language.text(key));
        format!("<span lang=\"{language}\">{text}</span>")
    };
    PageLanguage::all().map(said).collect::<Vec<_>>().join(" — ")
}

/// A text as it stands in HTML or XML, in attributes too.
pub fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// JSON stays the same JSON; these characters only ever stand inside its strings.
fn escape_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
