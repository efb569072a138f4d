//! A hypothesis becomes bytes; see the head of `compact`.

use super::{has, p_of, ten_thousandths, text_of, token};
use crate::domain::{Hypothesis, Millis, Pass, Token};

/// Bytes so far.
#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn whole(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.byte(n as u8 | 0x80);
            n >>= 7;
        }
        self.byte(n as u8);
    }

    /// The way from one time to another: small steps back are as short as small steps ahead.
    fn step(&mut self, from: Millis, to: Millis) {
        let step = to.0.wrapping_sub(from.0) as i64;
        self.whole(((step << 1) ^ (step >> 63)) as u64);
    }

    fn float(&mut self, x: f64) {
        self.0.extend(x.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.whole(text.len() as u64);
        self.0.extend(text.as_bytes());
    }

    pub(super) fn hypothesis(&mut self, h: &Hypothesis) {
        let own_text = h.text != text_of(&h.tokens);
        let flags = [
            (own_text, has::TEXT),
            (h.pass == Pass::Full, has::FULL_PASS),
            (h.p_no_speech.is_some(), has::P_NO_SPEECH),
            (h.p_language.is_some(), has::P_LANGUAGE),
            (h.best_language.is_some(), has::BEST_LANGUAGE),
            (h.language_entropy.is_some(), has::LANGUAGE_ENTROPY),
            (h.replaced.is_some(), has::REPLACED),
            (h.end.is_some(), has::END),
            (h.slowed.is_some(), has::SLOWED),
            (h.pass == Pass::Window, has::WINDOW_PASS),
            (h.alone.is_some(), has::ALONE),
            (h.pass == Pass::Given, has::GIVEN_PASS),
            (h.engine_confidence.is_some(), has::ENGINE_CONFIDENCE),
        ];
        self.whole(flags.iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum());
        self.text(h.language.as_str());
        self.whole(h.tokens.len() as u64);
        let mut before = Millis(0);
        for token in &h.tokens {
            self.token(token, before);
            before = token.end;
        }
        if own_text {
            self.text(&h.text);
        }
        h.p_no_speech.iter().for_each(|p| self.float(p.get()));
        h.p_language.iter().for_each(|p| self.float(p.get()));
        if let Some((language, p)) = &h.best_language {
            self.text(language.as_str());
            self.float(p.get());
        }
        h.language_entropy.iter().for_each(|x| self.float(*x));
        h.replaced.iter().for_each(|text| self.text(text));
        if let Some(end) = h.end {
            self.float(end.logprob);
            self.float(end.entropy);
        }
        h.slowed.iter().for_each(|text| self.text(text));
        if let Some(alone) = &h.alone {
            self.text(&alone.text);
            self.float(alone.mean_logprob);
            self.float(alone.least_logprob);
        }
        h.engine_confidence.iter().for_each(|p| self.float(p.get()));
        let l = h.level;
        let numbers = [h.seconds, l.rms_db, l.peak_db, l.range_db, l.clipped];
        numbers.into_iter().for_each(|x| self.float(x));
        // Last: they change nothing of what stands before them.
        self.whole(h.variants.len() as u64);
        for v in &h.variants {
            [&v.term, &v.standard, &v.regional].into_iter().for_each(|text| self.text(text));
            self.float(v.log_ratio);
        }
    }

    fn token(&mut self, t: &Token, before: Millis) {
        let short = t.logprob as f32;
        let is_short = f64::from(short).to_bits() == t.logprob.to_bits();
        let own_p = p_of(t.logprob).get().to_bits() != t.p.get().to_bits();
        let entropy = t.entropy.and_then(ten_thousandths);
        let margin = t.margin.and_then(ten_thousandths);
        let flags = [
            (t.text.starts_with(' '), token::SPACE),
            (own_p, token::P),
            (t.entropy.is_some(), token::ENTROPY),
            (entropy.is_some(), token::ROUND_ENTROPY),
            (t.margin.is_some(), token::MARGIN),
            (margin.is_some(), token::ROUND_MARGIN),
            (is_short, token::SHORT_LOGPROB),
        ];
        self.byte(flags.iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum());
        self.text(t.text.strip_prefix(' ').unwrap_or(&t.text));
        match is_short {
            true => self.0.extend(short.to_le_bytes()),
            false => self.float(t.logprob),
        }
        if own_p {
            self.float(t.p.get());
        }
        for (number, round) in [(t.entropy, entropy), (t.margin, margin)] {
            match (number, round) {
                (_, Some(n)) => self.whole(n),
                (Some(x), None) => self.float(x),
                (None, None) => {}
            }
        }
        self.step(before, t.start);
        self.step(t.start, t.end);
    }
}
