//! What a new model changes: from a hollow mark to a full one, one set of clips under the other.

use super::across::{Across, LINE, fits, tops};
use super::{Anchor, Lang, Mark, Picture, WIDTH, aloud};

/// One set of clips under two models.
pub struct Step {
    /// What was measured on.
    pub label: String,
    /// The change in words.
    pub says: String,
    /// The rate under the old model.
    pub before: f64,
    /// Under the new one.
    pub after: f64,
    /// Ends of the interval of `after - before`.
    pub difference: (f64, f64),
}

/// Draws them on one axis from 0, in per cent.
pub fn draw(lang: Lang, id: &str, title: &str, steps: &[Step]) -> String {
    const ROW: f64 = 42.0;
    let most = steps.iter().flat_map(|s| [s.before, s.after, s.before + s.difference.1]);
    let axis = Across::to(most.filter(|v| v.is_finite()).fold(0.05, f64::max));
    let x = |value: f64| axis.x(value);
    let alone = |step: &Step| fits(&step.label, &step.says);
    let tops = tops(ROW, steps.iter().map(alone));
    let bottom = tops[steps.len()];
    let mut p = Picture::new(bottom + 20.0);
    axis.draw(lang, &mut p, bottom, true);
    for (step, top) in steps.iter().zip(tops) {
        let below = if alone(step) { 0.0 } else { LINE };
        let (y, middle) = (top + below + 12.0, top + below + 27.0);
        let class = if step.after <= step.before { "s-blue" } else { "s-red dashed" };
        let mark = if step.after <= step.before { Mark::Disc } else { Mark::Triangle };
        p.text((0.0, top + 12.0), "label halo", Anchor::Start, &step.label);
        p.text((WIDTH, y), "soft halo", Anchor::End, &step.says);
        // Of the change; it starts where the old model stood.
        let [low, high] = [step.difference.0, step.difference.1].map(|d| x(step.before + d));
        p.line((low, middle), (high, middle), &format!("whisker {class}"));
        p.path(
            &[(x(step.before), middle), (x(step.after), middle)],
            false,
            &format!("curve {class}"),
        );
        p.mark((x(step.before), middle), mark, &format!("mark {class} hollow"));
        p.mark((x(step.after), middle), mark, &format!("mark {class}"));
    }
    let said: Vec<String> = steps.iter().map(|s| aloud(lang, &s.label, &s.says)).collect();
    p.finish(id, title, &said.join(lang.phrase("list.semicolon")))
}
