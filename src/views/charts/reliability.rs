//! Does a score mean what it says: bins on the diagonal do.

use super::{Anchor, Lang, Mark, Picture, WIDTH, t, tick};
use crate::views::report::score::Bin;

/// The reliability diagram.
pub fn draw(lang: Lang, bins: &[Bin], title: &str) -> String {
    const LEFT: f64 = 44.0;
    const BOTTOM: f64 = 210.0;
    const TOP: f64 = 12.0;
    let x = |share: f64| LEFT + (WIDTH - LEFT - 8.0) * share;
    let y = |share: f64| BOTTOM - (BOTTOM - TOP) * share;
    let mut p = Picture::new(BOTTOM + 40.0);
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        p.line((LEFT, y(share)), (WIDTH - 8.0, y(share)), "grid");
        p.text((LEFT - 6.0, y(share) + 4.0), "soft", Anchor::End, &tick(lang, share, true));
        let anchor = if share == 1.0 { Anchor::End } else { Anchor::Middle };
        let at = if share == 1.0 { WIDTH } else { x(share) };
        p.text((at, BOTTOM + 16.0), "soft", anchor, &tick(lang, share, true));
    }
    let below = lang.phrase("reliability.below");
    p.text((x(0.5), BOTTOM + 34.0), "soft", Anchor::Middle, below);
    p.line((x(0.0), y(0.0)), (x(1.0), y(1.0)), "rule");
    for bin in bins {
        let (Some(score), Some(good)) = (bin.score, bin.good.value) else { continue };
        if let (Some(low), Some(high)) = (bin.good.low, bin.good.high) {
            p.line((x(score), y(low)), (x(score), y(high)), "whisker s-blue");
        }
        p.mark((x(score), y(good)), Mark::Disc, "mark s-blue");
    }
    p.text((x(0.02), TOP + 10.0), "soft halo", Anchor::Start, lang.phrase("reliability.beside"));
    let said: Vec<String> = bins
        .iter()
        .filter_map(|b| {
            let (score, good) = (b.score?, b.good.value?);
            let [score, good] = [lang.decimal(score, 2), lang.decimal(100.0 * good, 0)];
            Some(t!(lang, "reliability.aloud", score = score, good = good))
        })
        .collect();
    p.finish("reliability", title, &said.join(lang.phrase("list.semicolon")))
}
