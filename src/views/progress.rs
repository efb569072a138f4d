//! What a waiting person sees on stderr: a bar on a terminal, a plain line every 30 s elsewhere.
//! The only file that names indicatif.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::lang::{Lang, t};
use crate::text::fold::is_unseen;

/// How much is said on stderr, and in which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Console {
    /// Errors only, else bars and remarks too.
    pub quiet: bool,
    /// The language, of what is printed too.
    pub lang: Lang,
}

/// A text on one line of a terminal: control characters, line breaks and characters that nobody sees
/// (a terminal obeys them) are written as escapes, `\n` or `\u{1b}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same for a text of several lines.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

fn escaped(text: &str, stays: fn(char) -> bool) -> Cow<'_, str> {
    let obeyed = |c: char| !stays(c) && (c.is_control() || is_unseen(c) || is_line_end(c));
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match obeyed(c) {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

impl Console {
    /// A remark of one line.
    pub fn say(self, line: impl AsRef<str>) {
        if !self.quiet {
            eprintln!("{}", shown(line.as_ref()));
        }
    }

    /// Something that went wrong: said even when quiet.
    pub fn problem(self, line: impl AsRef<str>) {
        eprintln!("{}", shown(line.as_ref()));
    }

    /// Starts a progress display for `total` units.
    pub fn progress(self, what: &str, unit: Unit, total: u64) -> Progress {
        let shown = !self.quiet;
        let terminal = shown && std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            Some(total),
            if terminal {
                ProgressDrawTarget::stderr_with_hz(10)
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        let colour = if std::env::var_os("NO_COLOR").is_some() { "" } else { ".cyan" };
        let left = t!(self.lang, "progress.left", eta = "{eta}");
        let style = format!("{{prefix}} {{bar:28{colour}}} {{percent:>3}} % {{msg}}  {left}");
        if let Ok(style) = ProgressStyle::with_template(&style) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.set_prefix(what.to_string());
        Progress {
            bar,
            lang: self.lang,
            unit,
            what: what.to_string(),
            plain: shown && !terminal,
            note: Mutex::new(String::new()),
            last: Mutex::new(Instant::now()),
        }
    }
}

/// What a progress display counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Files, rows, clips.
    Things(&'static str),
    /// Samples at 16 kHz, shown as minutes.
    Audio,
    /// Bytes.
    Bytes,
}

impl Unit {
    fn number(self, lang: Lang, n: u64) -> String {
        match self {
            Unit::Things(_) => n.to_string(),
            Unit::Audio => lang.decimal(n as f64 / 16_000.0 / 60.0, 1),
            Unit::Bytes => lang.decimal(n as f64 / 1e6, 1),
        }
    }

    fn show(self, lang: Lang, n: u64) -> String {
        let name = match self {
            Unit::Things(name) => name,
            Unit::Audio => "min",
            Unit::Bytes => "MB",
        };
        format!("{} {name}", self.number(lang, n))
    }
}

/// A running progress display; cleared when dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    lang: Lang,
    unit: Unit,
    what: String,
    plain: bool,
    note: Mutex<String>,
    last: Mutex<Instant>,
}

/// Off a terminal, seconds between two lines.
const PLAIN_EVERY: Duration = Duration::from_secs(30);

impl Progress {
    /// `n` more units are done.
    pub fn advance(&self, n: u64) {
        self.bar.inc(n);
        self.show();
    }

    /// `n` units are done in all, of `total`.
    pub fn set(&self, n: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(n);
        self.show();
    }

    /// What is said beside the count from now on.
    pub fn note(&self, note: String) {
        if let Ok(mut old) = self.note.lock() {
            *old = note;
        }
    }

    fn show(&self) {
        let due = || self.last.lock().is_ok_and(|last| last.elapsed() >= PLAIN_EVERY);
        if self.bar.is_hidden() && !(self.plain && due()) {
            return;
        }
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(0));
        let note = self.note.lock().map_or(String::new(), |note| note.clone());
        let note = if note.is_empty() { note } else { format!(", {note}") };
        let (part, of) = (self.unit.number(self.lang, done), self.unit.show(self.lang, total));
        let message = t!(self.lang, "people.of", part = part, of = of) + &note;
        self.bar.set_message(shown(&message).into_owned());
        if self.plain
            && let Ok(mut last) = self.last.lock()
            && last.elapsed() >= PLAIN_EVERY
        {
            *last = Instant::now();
            let said = shown(&message);
            eprintln!("{}", t!(self.lang, "chart.line", label = self.what, says = said));
        }
    }

    /// A remark above the bar.
    pub fn say(&self, line: impl AsRef<str>) {
        self.bar.suspend(|| eprintln!("{}", shown(line.as_ref())));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_seen() {
        assert_eq!(shown("a\u{1b}[2J\nb\u{202e}"), "a\\u{1b}[2J\\nb\\u{202e}");
        assert_eq!(shown_lines("a\r\nb"), "a\\r\nb");
        assert!(matches!(shown("l'été « d'accord »"), Cow::Borrowed(_)));
    }
}
