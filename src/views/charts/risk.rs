//! Risk and coverage: what would be wrong in the accepted drafts if more of them were accepted.

use super::{Anchor, Lang, Picture, WIDTH, t, tick, ticks};
use crate::views::report::score::Point;

const LEFT: f64 = 40.0;
const BOTTOM: f64 = 210.0;
const TOP: f64 = 18.0;

/// The curve; `now`: the coverage at the threshold in use; `rate`: what errors are counted as.
pub fn draw(lang: Lang, points: &[Point], now: Option<f64>, title: &str, rate: &str) -> String {
    let most = points.iter().flat_map(|p| [p.wer.value, p.wer.high, p.with_error.value]).flatten();
    let ticks = ticks(most.fold(0.05, f64::max).min(1.0));
    let end = ticks.last().copied().unwrap_or(1.0);
    let x = |coverage: f64| LEFT + (WIDTH - LEFT - 8.0) * coverage;
    let y = |risk: f64| BOTTOM - (BOTTOM - TOP) * (risk / end).clamp(0.0, 1.0);
    let mut p = Picture::new(BOTTOM + 40.0);
    for t in &ticks {
        p.line((LEFT, y(*t)), (WIDTH - 8.0, y(*t)), "grid");
        p.text((LEFT - 6.0, y(*t) + 4.0), "soft", Anchor::End, &tick(lang, *t, true));
    }
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let anchor = if share == 1.0 { Anchor::End } else { Anchor::Middle };
        let at = if share == 1.0 { WIDTH } else { x(share) };
        p.text((at, BOTTOM + 16.0), "soft", anchor, &tick(lang, share, true));
    }
    let below = lang.phrase("risk.below");
    p.text((x(0.5), BOTTOM + 34.0), "soft", Anchor::Middle, below);
    for run in points.chunk_by(|a, b| a.wer.low.is_some() == b.wer.low.is_some()) {
        let at = |of: fn(&Point) -> Option<f64>| {
            run.iter().filter_map(move |p| Some((x(p.coverage?), y(of(p)?)))).collect::<Vec<_>>()
        };
        let mut band = at(|p| p.wer.high);
        band.extend(at(|p| p.wer.low).into_iter().rev());
        if band.len() > 2 {
            p.path(&band, true, "band s-blue");
        }
    }
    let through = |of: fn(&Point) -> Option<f64>| {
        points.iter().filter_map(move |p| Some((x(p.coverage?), y(of(p)?)))).collect::<Vec<_>>()
    };
    let (clips, wer) = (through(|p| p.with_error.value), through(|p| p.wer.value));
    p.path(&clips, false, "curve dashed s-red");
    p.path(&wer, false, "curve s-blue");
    if let Some(now) = now {
        p.line((x(now), TOP), (x(now), BOTTOM), "rule");
        let (anchor, at) =
            if now > 0.6 { (Anchor::End, x(now) - 5.0) } else { (Anchor::Start, x(now) + 5.0) };
        p.text((at, TOP - 6.0), "soft halo", anchor, lang.phrase("risk.now"));
    }
    let at = |line: &[(f64, f64)], by: f64| {
        line.last().map(|(_, last)| (last + by).clamp(TOP + 8.0, BOTTOM - 6.0))
    };
    let (above, mut below) = (at(&clips, -8.0), at(&wer, 16.0));
    // One name does not stand on the other.
    if let (Some(above), Some(below)) = (above, &mut below)
        && (above - *below).abs() < 14.0
    {
        *below = if above > BOTTOM - 20.0 { above - 14.0 } else { above + 14.0 };
    }
    for (at, name) in [(above, lang.phrase("column.clips_with_error")), (below, rate)] {
        if let Some(at) = at {
            p.text((WIDTH - 10.0, at), "label halo", Anchor::End, name);
        }
    }
    let last = points.last().and_then(|p| p.wer.value);
    let known = last.map_or(lang.phrase("risk.not_known").into(), |v| lang.percent(Some(v)));
    let desc = t!(lang, "risk.aloud", n = points.len(), rate = rate, known = known);
    p.finish("risk", title, &desc)
}
