//! Time stamps against decoded frames. In: where packets should start, and how many frames they gave.
//! Out: how much silence goes before them. Left to others: the packets.

/// A time stamp this far ahead of what was decoded, seconds, means that audio is missing ...
const GAP_SECONDS: f64 = 0.1;
/// ... and this far, where time stamps are exact and packets are known to be lost.
const EXACT_GAP_SECONDS: f64 = 0.001;
/// A longer jump, seconds, is a damaged time stamp, or the clock of a stream that was joined late.
const LONGEST_GAP_SECONDS: f64 = 3_600.0;
/// Silence that is filled into one recording at most, seconds.
const MOST_SECONDS: f64 = 24.0 * 3_600.0;
/// Time stamps that fall back by more than this, seconds, begin anew.
const BACK_SECONDS: f64 = 1.0;

/// The time line of one track, in frames; it begins at 0.
pub struct Clock {
    rate: f64,
    /// Frames so far, silence included.
    position: u64,
    /// What a time stamp exceeds the position by, where nothing is missing.
    offset: Option<f64>,
    /// How far the last time stamp was ahead.
    ahead: f64,
    /// A first time stamp after 0 means that the sound starts late.
    late: bool,
    filled: u64,
}

impl Clock {
    /// `late`: whether the first time stamp tells when the sound starts.
    pub fn new(rate: u32, late: bool) -> Self {
        let rate = f64::from(rate.max(1));
        Self { rate, position: 0, offset: None, ahead: 0.0, late, filled: 0 }
    }

    /// A new stream begins: its time stamps say nothing about where it belongs.
    pub fn restart(&mut self) {
        (self.offset, self.ahead, self.late) = (None, 0.0, false);
    }

    /// Frames of silence to put before a packet that should start at `stamp` (frames); `exact`: also
    /// where little is missing.
    pub fn gap(&mut self, stamp: Option<f64>, exact: bool) -> u64 {
        let Some(stamp) = stamp else { return 0 };
        let at = self.position as f64;
        let follows = |gap: f64, least: f64| {
            (least * self.rate..=LONGEST_GAP_SECONDS * self.rate).contains(&gap)
        };
        let late = self.late && self.position == 0 && follows(stamp, GAP_SECONDS);
        let offset = self.offset.unwrap_or(if late { 0.0 } else { stamp - at });
        self.offset = Some(offset);
        let ahead = stamp - offset - at;
        let gap = if follows(ahead, if exact { EXACT_GAP_SECONDS } else { GAP_SECONDS })
            && self.filled as f64 + ahead <= MOST_SECONDS * self.rate
        {
            ahead.round() as u64
        } else {
            if ahead > GAP_SECONDS * self.rate || ahead < self.ahead - BACK_SECONDS * self.rate {
                self.offset = Some(stamp - at);
            }
            0
        };
        self.ahead = stamp - self.offset.unwrap_or(offset) - at - gap as f64;
        self.filled += gap;
        self.position += gap;
        gap
    }

    /// Frames beyond `end`, where the container says that the sound ends (frames, as time stamps).
    pub fn beyond(&self, end: f64, frames: u64) -> u64 {
        let excess = self.position as f64 + frames as f64 + self.offset.unwrap_or(0.0) - end;
        // An end before the last packets makes no sense.
        if excess < frames as f64 { excess.max(0.0).round() as u64 } else { 0 }
    }

    /// Frames were decoded, or covered with silence.
    pub fn advance(&mut self, frames: u64) {
        self.position += frames;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gaps before packets of 10 ms at 1 kHz.
    fn gaps(late: bool, stamps: &[f64]) -> Vec<u64> {
        let mut clock = Clock::new(1_000, late);
        let gap = |stamp: &f64| {
            let gap = clock.gap(Some(*stamp), false);
            clock.advance(10);
            gap
        };
        stamps.iter().map(gap).collect()
    }

    #[test]
    fn a_pause_is_filled_and_jitter_is_not() {
        assert_eq!(gaps(true, &[0.0, 12.0, 19.0, 3_030.0, 3_040.0]), [0, 0, 0, 3_000, 0]);
    }

    #[test]
    fn a_late_start_is_filled_where_time_stamps_tell_it() {
        assert_eq!(gaps(true, &[4_840.0, 4_850.0]), [4_840, 0]);
        assert_eq!(gaps(false, &[4_840.0, 4_850.0]), [0, 0]);
    }

    #[test]
    fn a_stream_that_was_joined_late_or_a_broken_time_stamp_does_not_become_hours_of_silence() {
        assert_eq!(gaps(true, &[9e9, 9e9 + 10.0, 9e9 + 520.0]), [0, 0, 500]);
        assert_eq!(gaps(true, &[0.0, 9e9, 20.0, 30.0, 540.0]), [0, 0, 0, 0, 500]);
    }

    #[test]
    fn all_pauses_together_are_at_most_a_day() {
        let stamps: Vec<f64> = (0..40).map(|i| f64::from(i) * 3_000_010.0).collect();
        let total: u64 = gaps(true, &stamps).iter().sum();
        assert_eq!(total, 28 * 3_000_000);
    }
}
