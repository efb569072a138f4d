//! The axis below pictures whose lines lie under each other. In: values. Out: places on it, ticks and
//! their grid. Left to others: the lines.

use super::{Anchor, Lang, Picture, WIDTH, tick, ticks};

/// Whether a label and what is said of it, one from each end of a line, leave a gap. Widths of letters are those of the widest of
/// the usual fonts.
pub fn fits(label: &str, says: &str) -> bool {
    let (label, says) = (label.chars().count() as f64, says.chars().count() as f64);
    6.7 * label + 5.9 * says < WIDTH
}

/// The tops of rows of this height; one whose texts do not fit beside each other is a line higher. The last is the bottom.
pub fn tops(height: f64, fits: impl Iterator<Item = bool>) -> Vec<f64> {
    let mut tops = vec![0.0];
    for fits in fits {
        let top = tops.last().copied().unwrap_or(0.0);
        tops.push(top + height + if fits { 0.0 } else { LINE });
    }
    tops
}

/// Between two lines of text.
pub const LINE: f64 = 14.0;
/// Room left and right of the axis.
const PAD: f64 = 6.0;

/// An axis from 0 across the picture.
pub struct Across {
    ticks: Vec<f64>,
    /// Its right end.
    pub end: f64,
}

impl Across {
    /// One that holds values up to `most`.
    pub fn to(most: f64) -> Self {
        let ticks = ticks(most);
        let end = ticks.last().copied().unwrap_or(1.0);
        Self { ticks, end }
    }

    /// Where a value lies; what is beyond the ends lies on them.
    pub fn x(&self, value: f64) -> f64 {
        PAD + (WIDTH - 2.0 * PAD - 8.0) * (value / self.end).clamp(0.0, 1.0)
    }

    /// Draws grid and ticks, down to `bottom`; `share`: ticks in per cent.
    pub fn draw(&self, lang: Lang, p: &mut Picture, bottom: f64, share: bool) {
        for t in &self.ticks {
            let x = self.x(*t);
            p.line((x, 18.0), (x, bottom), "grid");
            let anchor = match (*t == 0.0, *t == self.end) {
                (true, _) => Anchor::Start,
                (_, true) => Anchor::End,
                _ => Anchor::Middle,
            };
            let at = if *t == 0.0 { 0.0 } else { x + if *t == self.end { PAD } else { 0.0 } };
            p.text((at, bottom + 15.0), "soft", anchor, &tick(lang, *t, share));
        }
    }
}
