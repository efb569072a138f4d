//! What `retention` found or did, for a terminal. In: its outcome. Out: text.

use super::{Expired, ExpiredKind};
use crate::domain::Kept;
use crate::views::progress::shown;

impl Expired {
    /// Whether anything goes.
    pub fn is_nothing(&self) -> bool {
        self.kinds.iter().all(|kind| kind.things == 0)
    }

    /// As text.
    pub fn text(&self) -> String {
        const NAMED: usize = 20;
        let mut t: String = self.kinds.iter().map(|kind| line(kind, self.dry_run)).collect();
        for path in self.elsewhere.iter().take(NAMED) {
            t += &format!("  outside of the workspace, yours to remove: {}\n", shown(path));
        }
        if self.elsewhere.len() > NAMED {
            t += &format!("  and {} more (--json lists all)\n", self.elsewhere.len() - NAMED);
        }
        t
    }
}

fn line(kind: &ExpiredKind, dry_run: bool) -> String {
    let what = match kind.kind {
        Kept::Audio => "audio files",
        Kept::TaskFiles => "task files",
        Kept::Answers => "texts of answers",
        Kept::People => "names of validators",
    };
    let Some(from) = kind.kept_from else {
        return format!("{what}: kept for ever ({})\n", kind.rule);
    };
    let goes = match (kind.kind, dry_run) {
        (Kept::People, true) => "would become pseudonyms",
        (Kept::People, false) => "became pseudonyms",
        (_, true) => "would be removed",
        (_, false) => "were removed",
    };
    let mut t = format!("{what}: {} from before {from} {goes} ({})\n", kind.things, kind.rule);
    if kind.bytes > 0 {
        t += &format!("  {:.1} MB\n", kind.bytes as f64 / 1e6);
    }
    if kind.undated > 0 {
        t += &format!("  {} stay: no day is known of them\n", kind.undated);
    }
    if let Some(remark) = &kind.remark {
        t += &format!("  {remark}\n");
    }
    t
}
