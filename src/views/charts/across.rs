//! The axis below pictures whose lines lie under each other. In: values. Out: places on it, ticks and
//! their grid. Left to others: the lines.

use super::{Anchor, Picture, WIDTH, tick, ticks};

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
    pub fn draw(&self, p: &mut Picture, bottom: f64, share: bool) {
        for t in &self.ticks {
            let x = self.x(*t);
            p.line((x, 18.0), (x, bottom), "grid");
            let anchor = match (*t == 0.0, *t == self.end) {
                (true, _) => Anchor::Start,
                (_, true) => Anchor::End,
                _ => Anchor::Middle,
            };
            let at = if *t == 0.0 { 0.0 } else { x + if *t == self.end { PAD } else { 0.0 } };
            p.text((at, bottom + 15.0), "soft", anchor, &tick(*t, share));
        }
    }
}
