//! Monotone maps of a probability, and how each is fitted.
//! In: predictions with what came of them. Out: a [`Map`]. Pure.
//!
//! Platt's map (Platt 1999) has two numbers, held to "no change" by a prior; isotonic regression (pool
//! adjacent violators, Ayer et al. 1955) has as many steps as the data ask for and needs more of them.

use serde::{Deserialize, Serialize};

/// A monotone map of a probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Map {
    /// As it is.
    Identity,
    /// sigmoid(intercept + slope * log-odds).
    Platt {
        /// 1: no change.
        slope: f64,
        /// 0: no change.
        intercept: f64,
    },
    /// Straight lines between knots, level outside of them.
    Isotonic {
        /// Probabilities in ascending order.
        from: Vec<f64>,
        /// What they become.
        to: Vec<f64>,
    },
}

impl Map {
    /// The map's value.
    pub fn of(&self, p: f64) -> f64 {
        match self {
            Map::Identity => p,
            Map::Platt { slope, intercept } => sigmoid(intercept + slope * log_odds(p)),
            Map::Isotonic { from, to } => {
                let at = from.partition_point(|x| *x <= p);
                match (at.checked_sub(1), from.get(at)) {
                    (None, _) => to.first().copied().unwrap_or(p),
                    (Some(i), None) => to[i],
                    (Some(i), Some(next)) => {
                        to[i] + (to[at] - to[i]) * (p - from[i]) / (next - from[i])
                    }
                }
            }
        }
    }
}

/// A prediction and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Predicted probability.
    pub p: f64,
    /// Share of yes, 0 to 1.
    pub yes: f64,
    /// How much it counts.
    pub weight: f64,
}

impl Point {
    /// Weighted log-loss of predicting `p`, nats.
    pub fn loss(&self, p: f64) -> f64 {
        let p = p.clamp(1e-6, 1.0 - 1e-6);
        -self.weight * (self.yes * p.ln() + (1.0 - self.yes) * (1.0 - p).ln())
    }
}

/// Which kind of map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// No change.
    Identity,
    /// Two numbers.
    Platt,
    /// Steps.
    Isotonic,
}

impl Way {
    /// The best map of its kind.
    pub fn fit(self, points: &[Point]) -> Map {
        match self {
            Way::Identity => Map::Identity,
            Way::Platt => platt(points),
            Way::Isotonic => isotonic(points),
        }
    }
}

/// Newton's method on slope and intercept, with a standard normal prior around "no change".
fn platt(points: &[Point]) -> Map {
    let (mut slope, mut intercept) = (1.0, 0.0);
    for _ in 0..50 {
        let (mut gs, mut gi) = (slope - 1.0, intercept);
        let (mut hss, mut hsi, mut hii) = (1.0, 0.0, 1.0);
        for point in points {
            let x = log_odds(point.p);
            let q = sigmoid(intercept + slope * x);
            let (residual, h) = (point.weight * (q - point.yes), point.weight * q * (1.0 - q));
            gs += residual * x;
            gi += residual;
            hss += h * x * x;
            hsi += h * x;
            hii += h;
        }
        let det = hss * hii - hsi * hsi;
        let (ds, di) = ((hii * gs - hsi * gi) / det, (hss * gi - hsi * gs) / det);
        slope -= ds.clamp(-1.0, 1.0);
        intercept -= di.clamp(-1.0, 1.0);
        if ds.abs() + di.abs() < 1e-10 {
            break;
        }
    }
    // A map that turns the order round would say that sure drafts are worse: then only the level.
    Map::Platt { slope: slope.max(0.05), intercept }
}

/// Pool adjacent violators; a block's knot lies at its weighted mean.
fn isotonic(points: &[Point]) -> Map {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.p.total_cmp(&b.p));
    // weight, mean of p, mean of yes
    let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
    for point in sorted {
        let mut block = (point.weight, point.p, point.yes);
        while let Some(&(w, p, yes)) = blocks.last().filter(|last| last.2 >= block.2) {
            let sum = w + block.0;
            block = (sum, (w * p + block.0 * block.1) / sum, (w * yes + block.0 * block.2) / sum);
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks.dedup_by(|b, a| b.1 <= a.1);
    // Nothing is ever certain: half a clip of the other kind in each block.
    let soft = |(w, p, yes): (f64, f64, f64)| (p, (w * yes + 0.25) / (w + 0.5));
    let (from, mut to): (Vec<f64>, Vec<f64>) = blocks.into_iter().map(soft).unzip();
    for i in 1..to.len() {
        to[i] = to[i].max(to[i - 1]);
    }
    Map::Isotonic { from, to }
}

/// ln(p / (1 - p)), p kept off 0 and 1.
pub fn log_odds(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

/// 1 / (1 + e^-x).
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_map_keeps_the_order_and_stays_within_0_and_1(
            points in prop::collection::vec((0.0f64..=1.0, any::<bool>(), 0.1f64..5.0), 1..60),
            a in 0.0f64..=1.0, b in 0.0f64..=1.0,
        ) {
            let points: Vec<Point> = points.into_iter()
                .map(|(p, yes, weight)| Point { p, yes: f64::from(yes), weight }).collect();
            for way in [Way::Identity, Way::Platt, Way::Isotonic] {
                let map = way.fit(&points);
                let (low, high) = (map.of(a.min(b)), map.of(a.max(b)));
                prop_assert!(low <= high + 1e-12 && low >= 0.0 && high <= 1.0, "{map:?}");
            }
        }
    }

    #[test]
    fn isotonic_regression_pools_what_is_out_of_order() {
        let point = |p, yes| Point { p, yes, weight: 1000.0 };
        let map = isotonic(&[point(0.1, 0.0), point(0.4, 1.0), point(0.6, 0.0), point(0.9, 1.0)]);
        assert!(map.of(0.1) < 0.01 && map.of(0.95) > 0.99);
        assert!((map.of(0.5) - 0.5).abs() < 1e-3, "{map:?}");
    }
}
