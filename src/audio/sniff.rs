//! What a file is, by its first bytes: for error messages that name what we lack.
//! In: a path. Out: a name for people. Left to others: decoding.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are looked at.
const HEAD: u64 = 64 * 1024;

/// Names of formats that symphonia decodes whole.
const OURS: [&str; 8] = [
    "a WAV file (PCM)",
    "a WAV file (float)",
    "a WAV file (A-law)",
    "a WAV file (µ-law)",
    "a FLAC file",
    "an Ogg file (Vorbis)",
    "an Ogg file (Opus)",
    "an AIFF file",
];

/// What the first bytes say.
pub struct Looks {
    /// "a WAV file (GSM 6.10)", "a text file", "a file of unknown format".
    pub name: String,
    /// A format of which we decode every file: if that fails, the file is damaged.
    pub ours: bool,
}

/// Looks at the head of a file.
pub fn sniff(path: &Path) -> io::Result<Looks> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    let wav = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE");
    let name = name(&head, wav);
    let ours = OURS.contains(&name.as_str());
    Ok(Looks { name, ours })
}

fn name(head: &[u8], wav: bool) -> String {
    if wav {
        let tag = chunk(head, b"fmt ")
            .and_then(|(_, body)| Some(u16::from_le_bytes([*body.first()?, *body.get(1)?])));
        return match tag {
            Some(tag) => match wave_codec(tag) {
                Some(codec) => format!("a WAV file ({codec})"),
                None => format!("a WAV file (codec {tag:#06x})"),
            },
            None => "a WAV file without a format".into(),
        };
    }
    let known: &[(usize, &[u8], &str)] = &[
        (0, b"RF64", "an RF64 file (WAV over 4 GB)"),
        (0, b"BW64", "a BW64 file (WAV over 4 GB)"),
        (0, b"riff\x2e\x91\xcf\x11", "a Wave64 file"),
        (0, b"#!AMR-WB", "an AMR-WB file"),
        (0, b"#!AMR", "an AMR file"),
        (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "an ASF file (WMA)"),
        (0, b".snd", "an AU file"),
        (0, b"wvpk", "a WavPack file"),
        (0, b"MAC ", "a Monkey's Audio file"),
        (0, b"DSD ", "a DSF file"),
        (0, b"MThd", "a MIDI file: notes, no sound"),
        (0, b"FLV", "an FLV file"),
        (0, b"\x0b\x77", "an AC-3 file"),
        (0, b"fLaC", "a FLAC file"),
        (28, b"Speex   ", "an Ogg file (Speex)"),
        (28, b"OpusHead", "an Ogg file (Opus)"),
        (28, b"\x01vorbis", "an Ogg file (Vorbis)"),
        (0, b"OggS", "an Ogg file"),
        (8, b"AVI ", "an AVI file"),
        (4, b"ftyp", "an MP4 file"),
        (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM file"),
        (0, b"FORM", "an AIFF file"),
        (0, b"caff", "a CAF file"),
        (0, b"ID3", "an MP3 file"),
        (0, b"\xff\xfb", "an MP3 file"),
        (0, b"\xff\xfd", "an MP2 file"),
        (0, b"NIST_1A", "a NIST SPHERE file"),
        (0, b"PK\x03\x04", "a ZIP archive"),
        (0, b"%PDF", "a PDF document"),
    ];
    for (at, magic, name) in known {
        if head.get(*at..).is_some_and(|rest| rest.starts_with(magic)) {
            return (*name).into();
        }
    }
    let plain = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    if std::str::from_utf8(&head[..head.len().min(512)]).is_ok() && head.iter().all(plain) {
        return "a text file".into();
    }
    "a file of unknown format".into()
}

/// Size field and body of a RIFF chunk within the head.
fn chunk<'h>(head: &'h [u8], id: &[u8; 4]) -> Option<(u32, &'h [u8])> {
    let mut at = 12;
    loop {
        let header = head.get(at..at + 8)?;
        let size = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        if &header[..4] == id {
            return Some((size, &head[at + 8..]));
        }
        at = at.checked_add(8)?.checked_add(size as usize)?.checked_add(size as usize % 2)?;
    }
}

/// Registered WAVE format tags (RFC 2361) that speech comes in.
fn wave_codec(tag: u16) -> Option<&'static str> {
    Some(match tag {
        0x0001 => "PCM",
        0x0002 => "Microsoft ADPCM",
        0x0003 => "float",
        0x0006 => "A-law",
        0x0007 => "µ-law",
        0x0011 => "IMA ADPCM",
        0x0022 => "TrueSpeech",
        0x0031 => "GSM 6.10",
        0x0042 | 0x0111 => "G.723.1",
        0x0045 | 0x0064 => "G.726",
        0x0050 => "MP2",
        0x0055 => "MP3",
        0x0065 | 0x028f => "G.722",
        0x0083 => "G.729",
        0x00ff => "AAC",
        0x0160..=0x0163 => "WMA",
        0xfffe => "extensible",
        _ => return None,
    })
}
