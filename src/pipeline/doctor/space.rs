//! Whether the disk has room for the next command.

use std::path::Path;

/// Bytes that should be free, whatever the size of the database.
const LEAST: u64 = 500_000_000;

/// What is wrong; `database`: its size in bytes, of which SQLite may need as much again.
pub fn findings(dir: &Path, database: u64) -> Vec<(String, String)> {
    free(dir).map_or(Vec::new(), |free| of(free, LEAST.max(database)))
}

fn of(free: u64, needed: u64) -> Vec<(String, String)> {
    if free >= needed {
        return Vec::new();
    }
    let megabytes = |bytes: u64| bytes / 1_000_000;
    let problem = format!("{} MB are free, {} MB should be", megabytes(free), megabytes(needed));
    vec![(problem, "free some space on this disk before the next command".into())]
}

/// Bytes that are free for this user; `None` where the system does not say.
fn free(dir: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(dir).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    #[cfg(not(unix))]
    return None;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nearly_full_disk_is_found() {
        assert!(of(500_000_000, LEAST).is_empty());
        assert!(of(3_000_000, LEAST)[0].0.starts_with("3 MB are free, 500 MB"));
        assert!(free(Path::new(".")).is_none_or(|free| free > 0));
    }
}
