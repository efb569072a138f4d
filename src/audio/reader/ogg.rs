//! Ogg files, page by page: packets, what was lost between them, and where they belong in time.
//! In: bytes. Out: the packets of each page of the first audio stream, with the page's granule position:
//! a page whose number is missing is lost, a granule position that jumps is a pause.
//! Left to others: decoding, placing.

mod link;
mod pages;

use std::io::{Read, Seek, SeekFrom};

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

pub use self::link::Link;
use self::link::Other;
use self::pages::{Page, Pages};
use super::Refusal;
use super::demux::{Group, Time};

/// A packet of more bytes than this is dropped.
const LONGEST_PACKET: usize = 4 << 20;
/// The end of a file in which its last page is looked for, bytes.
const END: u64 = 128 * 1024;

/// An open Ogg file.
pub struct Ogg<F> {
    pages: Pages<F>,
    serial: u32,
    link: Link,
    /// Number that the next page of the stream has.
    sequence: u32,
    /// The start of a packet that ends on a later page.
    open: Vec<u8>,
    lost: bool,
    ended: bool,
    /// A page of a stream's beginning that was read and not yet looked at.
    next: Option<Page>,
    /// Decoding starts anew.
    anew: bool,
}

/// What [`Ogg::open`] found.
pub struct Opened<F> {
    /// The stream.
    pub ogg: Ogg<F>,
    /// Audio streams beside it.
    pub others: usize,
    /// Granule position of the file's last page, where that belongs to the stream.
    pub end: Option<u64>,
}

impl<F: Read + Seek> Ogg<F> {
    /// Reads the first pages.
    pub fn open(mut file: F, looks: &str) -> Result<Opened<F>, Refusal> {
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
        let (mut last, mut tail) = (None, Pages::new(&mut file));
        while let Some(page) = tail.next()? {
            last = page.granule.map(|granule| (page.serial, granule)).or(last);
        }
        file.rewind()?;
        let mut pages = Pages::new(file);
        let Some(first) = pages.next()? else {
            return Err(Refusal::Damaged(format!("{looks} without a single whole page")));
        };
        let heads = Heads::read(first, &mut pages)?;
        let Some((page, link)) = heads.chosen else {
            let why = heads.lacking.unwrap_or("no audio that is known here");
            return Err(Refusal::Lacking(format!("{looks} cannot be read here ({why})")));
        };
        let end = last.filter(|(serial, _)| *serial == page.serial);
        let ogg = Self {
            pages,
            serial: page.serial,
            link,
            sequence: page.sequence.wrapping_add(1),
            open: Vec::new(),
            lost: false,
            ended: false,
            next: heads.next,
            anew: true,
        };
        let end = end.and_then(|(_, granule)| u64::try_from(granule).ok());
        Ok(Opened { ogg, others: heads.audio.saturating_sub(1), end })
    }
}

impl<F: Read> Ogg<F> {
    /// The stream that is being read.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// The packets that end on the next page, or the end.
    ///
    /// Errors: reading, or an end in the middle of the stream.
    pub fn next(&mut self) -> Result<Option<Group>, Error> {
        loop {
            let page = match self.next.take() {
                Some(page) => page,
                None => match self.pages.next()? {
                    Some(page) => page,
                    // A recorder that was switched off leaves whole pages; a copy that broke does not.
                    None if self.pages.cut() && !self.ended => {
                        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
                    }
                    None => return Ok(None),
                },
            };
            if page.first {
                self.chain(page)?;
            } else if page.serial == self.serial
                && let Some(group) = self.group(page)
            {
                return Ok(Some(group));
            }
        }
    }

    /// Goes over to the next stream of a chain.
    fn chain(&mut self, page: Page) -> Result<(), Error> {
        let heads = Heads::read(page, &mut self.pages)?;
        let Some((page, link)) = heads.chosen else {
            return Err(Error::Unsupported("a chained stream whose next part has no known audio"));
        };
        (self.serial, self.link) = (page.serial, link);
        self.sequence = page.sequence.wrapping_add(1);
        self.next = heads.next;
        self.open.clear();
        (self.lost, self.ended, self.anew) = (false, false, true);
        Ok(())
    }

    /// The audio packets that end on a page.
    fn group(&mut self, page: Page) -> Option<Group> {
        // Numbers that repeat or fall back are a writer's error; numbers that are missing are lost pages.
        let missing = page.sequence.wrapping_sub(self.sequence);
        if (1..1 << 31).contains(&missing) {
            self.lost = true;
            self.open.clear();
        }
        self.sequence = page.sequence.wrapping_add(1);
        self.ended |= page.last;
        if !page.continued {
            self.open.clear();
        }
        let orphan = page.continued && self.open.is_empty();
        let (mut packets, mut at) = (Vec::new(), 0);
        for (i, &length) in page.lengths.iter().enumerate() {
            let bytes = page.body.get(at..at + length).unwrap_or_default();
            at += length;
            let ends = !page.open || i + 1 < page.lengths.len();
            if i == 0 && orphan {
                continue; // its beginning is lost
            }
            self.open.extend_from_slice(bytes);
            if ends {
                let whole = std::mem::take(&mut self.open);
                if whole.len() <= LONGEST_PACKET && self.link.audio(&whole) {
                    let (start, none) = (Timestamp::ZERO, Duration::ZERO);
                    packets.push(Packet::new(0, start, none, whole));
                }
            } else if self.open.len() > LONGEST_PACKET {
                self.open.clear();
            }
        }
        if packets.is_empty() {
            return None;
        }
        let time = page.granule.map(Time::End);
        let anew = std::mem::take(&mut self.anew);
        let lost = std::mem::take(&mut self.lost);
        Some(Group { packets, time, lost, last: page.last, anew })
    }
}

/// The first pages of streams that begin together.
struct Heads {
    /// The first audio stream that we decode.
    chosen: Option<(Page, Link)>,
    /// Audio streams.
    audio: usize,
    /// Audio that cannot be decoded here.
    lacking: Option<&'static str>,
    /// The page behind them.
    next: Option<Page>,
}

impl Heads {
    fn read<F: Read>(first: Page, pages: &mut Pages<F>) -> std::io::Result<Self> {
        let mut heads = Self { chosen: None, audio: 0, lacking: None, next: None };
        let mut page = Some(first);
        while let Some(head) = page {
            if !head.first {
                heads.next = Some(head);
                break;
            }
            match Link::new(&head.body) {
                Ok(link) => {
                    heads.audio += 1;
                    heads.chosen = heads.chosen.or(Some((head, link)));
                }
                Err(Other::Lacking(codec)) => {
                    heads.audio += 1;
                    heads.lacking = heads.lacking.or(Some(codec));
                }
                Err(Other::Foreign) => {}
            }
            page = pages.next()?;
        }
        Ok(heads)
    }
}
