//! What a file is, by its first bytes. In: a file. Out: a name for people, and which of ffmpeg's demuxers may read it.
//! Left to others: decoding.

use std::io::{self, Read, Seek};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks {
    /// "a WAV file (GSM 6.10)", "a text file", "a file of unknown format".
    pub name: String,
    /// What may read it.
    pub content: Content,
    /// A format of which we decode every file: if that fails, the file is damaged.
    pub ours: bool,
}

/// What may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The demuxer of ffmpeg that has this name; several, separated by commas.
    Demuxer(&'static str),
    /// Nobody knows.
    Unknown,
    /// Nobody: it is no audio.
    NoAudio,
}

use Content::{Demuxer, NoAudio, Unknown};

/// Offset, bytes, name, and who reads it.
const KNOWN: [(usize, &[u8], &str, Content); 49] = [
    (0, b"RF64", "an RF64 file (WAV over 4 GB)", Demuxer("wav")),
    (0, b"BW64", "a BW64 file (WAV over 4 GB)", Demuxer("wav")),
    (0, b"riff\x2e\x91\xcf\x11", "a Wave64 file", Demuxer("w64")),
    (0, b"#!AMR-WB", "an AMR-WB file", Demuxer("amr")),
    (0, b"#!AMR", "an AMR file", Demuxer("amr")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "an ASF file (WMA)", Demuxer("asf")),
    (0, b".snd", "an AU file", Demuxer("au")),
    (0, b"wvpk", "a WavPack file", Demuxer("wv")),
    (0, b"MAC ", "a Monkey's Audio file", Demuxer("ape")),
    (0, b"DSD ", "a DSF file", Demuxer("dsf")),
    (0, b"TTA1", "a True Audio file", Demuxer("tta")),
    (0, b"MPCK", "a Musepack file", Demuxer("mpc8")),
    (0, b"MP+", "a Musepack file", Demuxer("mpc")),
    (0, b".RMF", "a RealMedia file", Demuxer("rm")),
    (0, b"Creative Voice File", "a VOC file", Demuxer("voc")),
    (0, b"FLV", "an FLV file", Demuxer("flv")),
    (0, b"\x0b\x77", "an AC-3 file", Demuxer("ac3,eac3")),
    (0, b"fLaC", "a FLAC file", Demuxer("flac")),
    (28, b"Speex   ", "an Ogg file (Speex)", Demuxer("ogg")),
    (28, b"OpusHead", "an Ogg file (Opus)", Demuxer("ogg")),
    (28, b"\x01vorbis", "an Ogg file (Vorbis)", Demuxer("ogg")),
    (0, b"OggS", "an Ogg file", Demuxer("ogg")),
    (8, b"AVI ", "an AVI file", Demuxer("avi")),
    (8, b"XWMA", "an xWMA file", Demuxer("xwma")),
    (4, b"ftyp", "an MP4 file", Demuxer("mov")),
    (4, b"moov", "a QuickTime file", Demuxer("mov")),
    (4, b"mdat", "a QuickTime file", Demuxer("mov")),
    (4, b"wide", "a QuickTime file", Demuxer("mov")),
    (4, b"free", "a QuickTime file", Demuxer("mov")),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM file", Demuxer("matroska")),
    (0, b"FORM", "an AIFF file", Demuxer("aiff")),
    (0, b"caff", "a CAF file", Demuxer("caf")),
    (0, b"ID3", "an MP3 file", Demuxer("mp3,aac,flac,tta,aiff")),
    (0, b"\xff\xfb", "an MP3 file", Demuxer("mp3")),
    (0, b"\xff\xfa", "an MP3 file", Demuxer("mp3")),
    (0, b"\xff\xf3", "an MP3 file", Demuxer("mp3")),
    (0, b"\xff\xf2", "an MP3 file", Demuxer("mp3")),
    (0, b"\xff\xfd", "an MP2 file", Demuxer("mp3")),
    (0, b"\xff\xfc", "an MP2 file", Demuxer("mp3")),
    (0, b"\xff\xf5", "an MP2 file", Demuxer("mp3")),
    (0, b"\xff\xf1", "an AAC file", Demuxer("aac")),
    (0, b"\xff\xf9", "an AAC file", Demuxer("aac")),
    (0, b"NIST_1A", "a NIST SPHERE file", Demuxer("nistsphere")),
    (0, b"\x00\x00\x01\xba", "an MPEG program stream", Demuxer("mpeg")),
    (0, b"MThd", "a MIDI file: notes, no audio", NoAudio),
    (0, b"PK\x03\x04", "a ZIP archive", NoAudio),
    (0, b"%PDF", "a PDF document", NoAudio),
    (0, b"\x89PNG", "a picture", NoAudio),
    (0, b"\xff\xd8\xff", "a picture", NoAudio),
];

/// Beginnings of texts that name other files.
const PLAYLISTS: [&str; 10] = [
    "#extm3u",
    "#ext-x-",
    "#extinf",
    "[playlist]",
    "[reference]",
    "ffconcat",
    "<asx",
    "<smil",
    "<mpd",
    "<?wpl",
];

/// Looks at the head of a file, and goes back to its first byte.
pub fn sniff(file: &mut (impl Read + Seek)) -> io::Result<Looks> {
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    let (name, content) = name(&head);
    let ours = OURS.contains(&name.as_str());
    Ok(Looks { name, content, ours })
}

fn name(head: &[u8]) -> (String, Content) {
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE") {
        let tag = chunk(head, b"fmt ")
            .and_then(|(_, body)| Some(u16::from_le_bytes([*body.first()?, *body.get(1)?])));
        let name = match tag {
            Some(tag) => match wave_codec(tag) {
                Some(codec) => format!("a WAV file ({codec})"),
                None => format!("a WAV file (codec {tag:#06x})"),
            },
            None => "a WAV file without a format".into(),
        };
        return (name, Demuxer("wav"));
    }
    for (at, magic, name, content) in KNOWN {
        if head.get(at..).is_some_and(|rest| rest.starts_with(magic)) {
            return (name.into(), content);
        }
    }
    // Packets of 188 bytes; on discs each has 4 bytes in front.
    let packets =
        |first: usize, size: usize| (0..5).all(|n| head.get(first + n * size) == Some(&0x47));
    if packets(0, 188) || packets(4, 192) {
        return ("an MPEG transport stream".into(), Demuxer("mpegts"));
    }
    let plain = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    let text = String::from_utf8_lossy(&head[..head.len().min(512)]).to_lowercase();
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let xml =
        text.starts_with("<?xml") && ["<mpd", "<smil", "<asx"].iter().any(|tag| text.contains(tag));
    let session = text.starts_with("v=0") && text.contains("\no=");
    if xml || session || PLAYLISTS.iter().any(|start| text.starts_with(start)) {
        return ("a playlist, which names other files,".into(), NoAudio);
    }
    let whole = |e: std::str::Utf8Error| e.error_len().is_none(); // the cut may be within a character
    if std::str::from_utf8(&head[..head.len().min(512)]).map_or_else(whole, |_| true)
        && head.iter().all(plain)
    {
        return ("a text file".into(), NoAudio);
    }
    ("a file of unknown format".into(), Unknown)
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
