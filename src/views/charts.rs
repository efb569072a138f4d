//! The report's pictures: SVG inside the page. In: numbers with intervals. Out: text of `<svg>`.
//! Left to others: which numbers (`figures`), colours and dark mode (the page's style sheet).
//!
//! Whatever colour says, shape, dash or a label says too (palette: Okabe and Ito 2008). Pictures are
//! 360 units wide, so that their letters can be read on a telephone of 320 pixels.

mod across;
pub mod lines;
pub mod reliability;
pub mod risk;
pub mod states;
pub mod steps;
pub mod whiskers;

use std::fmt::Write;

use super::lang::{Lang, t};

/// Width of every picture.
pub const WIDTH: f64 = 360.0;

/// A picture that is being drawn.
pub struct Picture {
    height: f64,
    body: String,
}

/// Where a text is fixed.
#[derive(Clone, Copy)]
pub enum Anchor {
    /// At its start.
    Start,
    /// At its middle.
    Middle,
    /// At its end.
    End,
}

/// A mark's shape: series differ in it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A disc.
    Disc,
    /// A square on its side.
    Square,
    /// A triangle.
    Triangle,
}

impl Picture {
    /// Empty.
    pub fn new(height: f64) -> Self {
        Self { height, body: String::new() }
    }

    /// A text with its baseline at `y`.
    pub fn text(&mut self, (x, y): (f64, f64), class: &str, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(text);
        let _ = write!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    /// A straight line.
    pub fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), class: &str) {
        let _ = write!(
            self.body,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" class=\"{class}\"/>"
        );
    }

    /// A rectangle.
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), class: &str) {
        let _ = write!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.2}\" height=\"{height:.1}\" class=\"{class}\"/>"
        );
    }

    /// A line through points, or the area that they enclose.
    pub fn path(&mut self, points: &[(f64, f64)], closed: bool, class: &str) {
        let mut d = String::new();
        for (i, (x, y)) in points.iter().enumerate() {
            let _ = write!(d, "{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" });
        }
        let _ = write!(
            self.body,
            "<path d=\"{d}{}\" class=\"{class}\"/>",
            if closed { "Z" } else { "" }
        );
    }

    /// A mark around a point.
    pub fn mark(&mut self, (x, y): (f64, f64), mark: Mark, class: &str) {
        match mark {
            Mark::Disc => {
                let _ = write!(
                    self.body,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" class=\"{class}\"/>"
                );
            }
            Mark::Square => {
                self.path(&[(x, y - 5.0), (x + 5.0, y), (x, y + 5.0), (x - 5.0, y)], true, class);
            }
            Mark::Triangle => {
                self.path(&[(x, y - 5.0), (x + 5.0, y + 4.0), (x - 5.0, y + 4.0)], true, class);
            }
        }
    }

    /// Anything else.
    pub fn raw(&mut self, svg: &str) {
        self.body.push_str(svg);
    }

    /// The whole picture. `id` must be unique in the page; `title` and `desc` are what is read aloud.
    pub fn finish(self, id: &str, title: &str, desc: &str) -> String {
        format!(
            "<svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{}</svg>",
            self.height,
            escaped(title),
            escaped(desc),
            self.body
        )
    }
}

/// Text inside markup.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Round numbers from 0 to at least `most`: at most six, the last is the end of an axis.
pub fn ticks(most: f64) -> Vec<f64> {
    let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
    let power = 10.0_f64.powf((most / 5.0).log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|s| s * power).into_iter().find(|s| s * 5.0 >= most - 1e-9);
    let step = step.unwrap_or(power * 10.0);
    let count = (most / step - 1e-9).ceil() as usize;
    (0..=count).map(|i| i as f64 * step).collect()
}

/// A tick's label: per cent without needless decimals, or a plain number.
pub fn tick(lang: Lang, value: f64, share: bool) -> String {
    let value = if share { value * 100.0 } else { value };
    let number = lang.decimal(value, usize::from((value - value.round()).abs() >= 1e-9));
    if share { t!(lang, "number.percent", number = number) } else { number }
}

/// What is read aloud of a line: its label and what is said of it.
fn aloud(lang: Lang, label: &str, says: &str) -> String {
    t!(lang, "chart.line", label = label, says = says)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_cannot_break_out_of_a_picture() {
        let mut p = Picture::new(10.0);
        p.text((0.0, 0.0), "soft", Anchor::Start, "</text><script>");
        let svg = p.finish("a", "<b>", "\"c\"");
        assert!(!svg.contains("<script>") && !svg.contains("<b>"), "{svg}");
    }

    proptest! {
        #[test]
        fn ticks_are_few_round_and_reach_the_top(most in 1e-4..1e5f64) {
            let ticks = ticks(most);
            prop_assert!((2..=6).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(*ticks.last().unwrap() >= most * (1.0 - 1e-9));
            prop_assert!(ticks[ticks.len() - 2] < most);
        }
    }
}
