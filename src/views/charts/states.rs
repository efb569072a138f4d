//! Where every second is: one bar, cut by state, with a key that names each part.

use super::{Anchor, Picture, WIDTH, escaped};
use crate::domain::State;

/// One state.
pub struct Part {
    /// Which.
    pub state: State,
    /// Its name.
    pub name: String,
    /// Its share of all sound.
    pub share: f64,
    /// What stands behind its name in the key.
    pub note: String,
}

/// How a state is filled: the class of its colour, and the slant of the hatching over it, if any.
fn fill(state: State) -> (&'static str, Option<i32>) {
    match state {
        State::Auto => ("f-green", None),
        State::Waiting => ("f-orange", Some(45)),
        State::Settled => ("f-blue", Some(0)),
        State::NotSpeech => ("f-pale", None),
        State::NoOutput => ("f-pale", Some(135)),
        State::Pending => ("f-none", None),
        State::Failed => ("f-red", Some(90)),
        State::Dropped => ("f-grey", None),
    }
}

/// The bar and its key.
pub fn draw(parts: &[Part], title: &str) -> String {
    const BAR: f64 = 26.0;
    let mut p = Picture::new(BAR + 14.0 + 19.0 * parts.len() as f64);
    for angle in [0, 45, 90, 135] {
        p.raw(&format!(
            "<pattern id=\"hatch-{angle}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate({angle})\"><path d=\"M0 2.5H5\" class=\"hatch\"/></pattern>"
        ));
    }
    let mut x = 0.0;
    for (i, part) in parts.iter().enumerate() {
        let (class, hatch) = fill(part.state);
        let width = part.share * WIDTH;
        let y = BAR + 24.0 + 19.0 * i as f64;
        for (at, size) in [((x, 0.0), (width, BAR)), ((0.0, y - 11.0), (14.0, 13.0))] {
            p.rect(at, size, &format!("{class} edge"));
            if let Some(angle) = hatch {
                p.raw(&format!(
                    "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.2}\" height=\"{:.1}\" fill=\"url(#hatch-{angle})\"/>",
                    at.0, at.1, size.0, size.1
                ));
            }
        }
        p.text((22.0, y), "label", Anchor::Start, &part.name);
        p.text((WIDTH, y), "soft", Anchor::End, &part.note);
        x += width;
    }
    let said: Vec<String> =
        parts.iter().map(|p| escaped(&format!("{} {}", p.name, p.note))).collect();
    p.finish("states", title, &said.join("; "))
}
