//! What a team writes about its batch, as blocks that the page makes elements of: paragraphs, headings, lists, bold and italics.
//! In: Markdown. Out: plain data. Left to others: making elements. Anything else (links, HTML, images) stays the text it is, so no
//! text can become markup.

use serde::Serialize;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Lines under `#`, of whatever depth.
    Heading,
    /// One line, joined.
    Paragraph,
    /// A list with points: a line each.
    Bullets,
    /// A list with numbers: a line each.
    Numbers,
}

/// How a piece of a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// As it is.
    Plain,
    /// `**so**`
    Bold,
    /// `*so*` or `_so_`
    Italic,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What it says.
    pub text: String,
    /// How.
    pub style: Style,
}

/// A heading, a paragraph or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Which of them.
    pub kind: BlockKind,
    /// One line, or one for each point of a list.
    pub lines: Vec<Vec<Run>>,
}

/// The blocks of a text. Every text has some; nothing is an error.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut raw: Vec<(BlockKind, Vec<String>)> = Vec::new();
    let mut open = false; // whether a line may go on with the block before it
    for line in text.lines() {
        let line = line.trim_start_matches('\u{feff}').trim();
        let Some((kind, rest)) = start(line) else {
            open = false;
            continue;
        };
        match raw.last_mut() {
            Some((BlockKind::Heading, _)) | None => raw.push((kind, vec![rest.into()])),
            Some((_, lines)) if open && kind == BlockKind::Paragraph => {
                if let Some(last) = lines.last_mut() {
                    *last = format!("{last} {rest}");
                }
            }
            Some((before, lines)) if *before == kind && kind != BlockKind::Paragraph => {
                lines.push(rest.into());
            }
            Some(_) => raw.push((kind, vec![rest.into()])),
        }
        open = kind != BlockKind::Heading;
    }
    let block = |(kind, lines): (_, Vec<String>)| Block {
        kind,
        lines: lines.iter().map(|line| runs(line)).collect(),
    };
    raw.into_iter().map(block).collect()
}

/// What a line begins, and the rest of it; nothing for an empty line.
fn start(line: &str) -> Option<(BlockKind, &str)> {
    if line.is_empty() {
        return None;
    }
    let heading = line.trim_start_matches('#');
    if heading.len() < line.len() && heading.starts_with(' ') {
        return Some((BlockKind::Heading, heading.trim()));
    }
    if let Some(point) = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some((BlockKind::Bullets, point.trim()));
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = &line[digits..];
    let point = after.strip_prefix(". ").or_else(|| after.strip_prefix(") "));
    match point.filter(|_| (1..=9).contains(&digits)) {
        Some(point) => Some((BlockKind::Numbers, point.trim())),
        None => Some((BlockKind::Paragraph, line)),
    }
}

/// A line in pieces. A mark without its other half is text; `\*` is a star.
fn runs(line: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut say = |text: &str, style: Style| match runs.last_mut() {
        Some(last) if last.style == style => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => runs.push(Run { text: text.into(), style }),
    };
    let mut rest = line;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let escaped = rest.strip_prefix('\\').and_then(|r| r.chars().next());
        if let Some(sign) = escaped.filter(|sign| "*_\\#-".contains(*sign)) {
            say(&sign.to_string(), Style::Plain);
            rest = &rest[1 + sign.len_utf8()..];
            before = sign;
            continue;
        }
        let marked =
            [("**", Style::Bold), ("__", Style::Bold), ("*", Style::Italic), ("_", Style::Italic)]
                .into_iter()
                .find_map(|(mark, style)| {
                    inside(rest, mark, before).map(|text| (mark, style, text))
                });
        if let Some((mark, style, text)) = marked {
            say(&text.replace("\\*", "*").replace("\\_", "_"), style);
            rest = &rest[2 * mark.len() + text.len()..];
            before = '*';
            continue;
        }
        say(&rest[..c.len_utf8()], Style::Plain);
        before = c;
        rest = &rest[c.len_utf8()..];
    }
    runs
}

/// What stands between two of `mark` at the start of `rest`; an underscore within a word is none.
fn inside<'t>(rest: &'t str, mark: &str, before: char) -> Option<&'t str> {
    let text = rest.strip_prefix(mark)?;
    if mark.starts_with('_') && before.is_alphanumeric() {
        return None;
    }
    let end = text.match_indices(mark).map(|(at, _)| at).find(|&at| !text[..at].ends_with('\\'))?;
    let (text, after) = (&text[..end], text[end + mark.len()..].chars().next());
    let tight = !text.is_empty() && text.trim() == text && !text.starts_with('*');
    let in_word = mark.starts_with('_') && after.is_some_and(char::is_alphanumeric);
    (tight && !in_word).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> Vec<Run> {
        vec![Run { text: text.into(), style: Style::Plain }]
    }

    fn styles(line: &str) -> Vec<(String, Style)> {
        runs(line).into_iter().map(|run| (run.text, run.style)).collect()
    }

    #[test]
    fn paragraphs_headings_and_lists_are_blocks() {
        let text = "# How we write\nWrite what\nis said.\n\nAnother.\n- one\n  goes on\n- two\n\n1. first\n2) second\n";
        let kinds: Vec<_> = blocks(text).iter().map(|b| (b.kind, b.lines.len())).collect();
        use BlockKind::*;
        assert_eq!(
            kinds,
            [(Heading, 1), (Paragraph, 1), (Paragraph, 1), (Bullets, 2), (Numbers, 2)]
        );
        let all = blocks(text);
        assert_eq!(all[1].lines[0], plain("Write what is said."));
        assert_eq!(all[3].lines[0], plain("one goes on"));
        assert_eq!(blocks("\n \n"), []);
    }

    #[test]
    fn bold_and_italics_are_pieces_and_all_else_is_text() {
        use Style::*;
        let pieces = [
            ("Say ".into(), Plain),
            ("no".into(), Bold),
            (" or ".into(), Plain),
            ("yes".into(), Italic),
        ];
        assert_eq!(styles("Say **no** or *yes*"), pieces);
        assert_eq!(styles("_so_ and __so__")[0], ("so".into(), Italic));
        for text in
            ["snake_case_name", "2 * 3 * 4", "**open", "<b>x</b> [a](javascript:b)", "a\u{a0}: b"]
        {
            assert_eq!(runs(text), plain(text), "{text}");
        }
        assert_eq!(runs("\\*not\\*"), plain("*not*"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_no_letter_is_lost(text in "[a-z*_# \\n\\\\<&é.1-]{0,60}") {
            let all: String = blocks(&text).iter().flat_map(|b| b.lines.iter().flatten()).map(|run| run.text.as_str()).collect();
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic() || *c == '<').count();
            prop_assert_eq!(letters(&all), letters(&text));
        }
    }
}
