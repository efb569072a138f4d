//! Values with their intervals, one under the other: a mark on a line as long as the doubt.

use super::across::{Across, LINE, fits, tops};
use super::{Anchor, Lang, Mark, Picture, WIDTH, aloud};

/// One value.
pub struct Line {
    /// What it is of.
    pub label: String,
    /// The value in words, with its interval.
    pub says: String,
    /// The value; `None`: not known.
    pub value: Option<f64>,
    /// Both ends, where there is an interval.
    pub ends: Option<(f64, f64)>,
    /// Its shape.
    pub mark: Mark,
    /// Class of its colour.
    pub class: &'static str,
}

/// Draws them on one axis from 0; `share`: in per cent, the axis not over 1. No axis where no value is known.
pub fn draw(lang: Lang, id: &str, title: &str, lines: &[Line], share: bool) -> String {
    const ROW: f64 = 38.0;
    let top =
        lines.iter().flat_map(|l| [l.value, l.ends.map(|e| e.1)]).flatten().fold(0.0, f64::max);
    let top = if share { top.min(1.0) } else { top };
    let axis = Across::to(if top > 0.0 {
        top
    } else if share {
        0.1
    } else {
        1.0
    });
    let x = |value: f64| axis.x(value);
    let alone = |line: &Line| fits(&line.label, &line.says);
    let tops = tops(ROW, lines.iter().map(alone));
    let bottom = tops[lines.len()];
    let known = lines.iter().any(|l| l.value.is_some());
    let mut p = Picture::new(if known { bottom + 20.0 } else { bottom });
    if known {
        axis.draw(lang, &mut p, bottom, share);
    }
    for (line, top) in lines.iter().zip(tops) {
        let below = if alone(line) { 0.0 } else { LINE };
        let (y, middle) = (top + below + 12.0, top + below + 25.0);
        p.text((0.0, top + 12.0), "label halo", Anchor::Start, &line.label);
        p.text((WIDTH, y), "soft halo", Anchor::End, &line.says);
        if let Some((low, high)) = line.ends {
            p.line((x(low), middle), (x(high), middle), &format!("whisker {}", line.class));
            for cap in [low, high].into_iter().filter(|e| *e <= axis.end) {
                p.line(
                    (x(cap), middle - 4.0),
                    (x(cap), middle + 4.0),
                    &format!("cap {}", line.class),
                );
            }
        }
        if let Some(value) = line.value {
            let hollow = if line.ends.is_none() { " hollow" } else { "" };
            p.mark((x(value), middle), line.mark, &format!("mark {}{hollow}", line.class));
        }
    }
    let said: Vec<String> = lines.iter().map(|l| aloud(lang, &l.label, &l.says)).collect();
    p.finish(id, title, &said.join(lang.phrase("list.semicolon")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: Option<f64>) -> Line {
        let (label, says) = ("round 1".to_string(), "nothing to count".to_string());
        Line { label, says, value, ends: None, mark: Mark::Disc, class: "s-blue" }
    }

    #[test]
    fn a_long_text_stands_under_its_label_and_not_on_it() {
        let with = |label: &str| {
            let long = Line { label: label.into(), ..line(Some(2.0)) };
            super::draw(Lang::ENGLISH, "work", "Work", &[long], false)
        };
        let (short, long) = (with("round 1"), with(&"a long name ".repeat(4)));
        assert!(short.contains("y=\"12.0\" class=\"soft halo\""), "{short}");
        assert!(long.contains("y=\"26.0\" class=\"soft halo\""), "{long}");
        assert!(short.contains("0 0 360 58") && long.contains("0 0 360 72"));
    }

    #[test]
    fn what_is_not_known_has_no_axis() {
        let draw = |lines: &[Line]| super::draw(Lang::ENGLISH, "work", "Work", lines, false);
        let unknown = draw(&[line(None), line(None)]);
        let known = draw(&[line(None), line(Some(2.0))]);
        assert_eq!(unknown.matches("<line").count(), 0, "{unknown}");
        assert!(known.contains("<line") && unknown.contains("nothing to count"));
    }
}
