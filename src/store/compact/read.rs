//! Bytes become a hypothesis again; see the head of `compact`. Bytes that end early, or hold what cannot
//! be, are an error.

use anyhow::{Context, Result, ensure};

use super::{has, p_of, text_of, token};
use crate::domain::{
    Alone, ClipId, End, Hypothesis, Language, Level, Millis, Pass, Probability, Token, Variant,
};

/// Bytes that are left.
pub(super) struct Reader<'a>(pub &'a [u8]);

const ENDS_EARLY: &str = "it ends early: damaged?";

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n).context(ENDS_EARLY)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn whole(&mut self) -> Result<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        anyhow::bail!("a number has no end: damaged?")
    }

    fn step(&mut self, from: Millis) -> Result<Millis> {
        let n = self.whole()?;
        let step = (n >> 1) as i64 ^ -((n & 1) as i64);
        Ok(Millis(from.0.wrapping_add(step as u64)))
    }

    fn float(&mut self) -> Result<f64> {
        Ok(f64::from_le_bytes(self.take(8)?.try_into()?))
    }

    fn p(&mut self) -> Result<Probability> {
        Probability::try_from(self.float()?).map_err(anyhow::Error::msg)
    }

    fn str(&mut self) -> Result<&'a str> {
        let length = self.whole()? as usize;
        Ok(std::str::from_utf8(self.take(length)?)?)
    }

    fn text(&mut self) -> Result<String> {
        Ok(self.str()?.to_string())
    }

    fn language(&mut self) -> Result<Language> {
        self.str()?.parse().map_err(anyhow::Error::msg)
    }

    /// What comes next if it is there at all.
    fn maybe<T>(
        &mut self,
        there: bool,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        there.then(|| read(self)).transpose()
    }

    pub(super) fn hypothesis(
        mut self,
        clip: &str,
        model: String,
        policy: String,
    ) -> Result<Hypothesis> {
        let flags = self.whole()?;
        let is = |bit: u64| flags & bit != 0;
        let language = self.language()?;
        let count = self.whole()? as usize;
        // Each token takes some bytes: a count beyond that is damage, not a reason to ask for memory.
        ensure!(count <= self.0.len(), ENDS_EARLY);
        let mut tokens = Vec::with_capacity(count);
        let mut before = Millis(0);
        for _ in 0..count {
            let token = self.token(before)?;
            before = token.end;
            tokens.push(token);
        }
        let text = self.maybe(is(has::TEXT), Self::text)?;
        let h = Hypothesis {
            clip: ClipId::from_stored(clip),
            model,
            policy,
            language,
            text: text.unwrap_or_else(|| text_of(&tokens)),
            tokens,
            p_no_speech: self.maybe(is(has::P_NO_SPEECH), Self::p)?,
            p_language: self.maybe(is(has::P_LANGUAGE), Self::p)?,
            best_language: self.maybe(is(has::BEST_LANGUAGE), |s| Ok((s.language()?, s.p()?)))?,
            language_entropy: self.maybe(is(has::LANGUAGE_ENTROPY), Self::float)?,
            pass: match () {
                () if is(has::GIVEN_PASS) => Pass::Given,
                () if is(has::WINDOW_PASS) => Pass::Window,
                () if is(has::FULL_PASS) => Pass::Full,
                () => Pass::Short,
            },
            replaced: self.maybe(is(has::REPLACED), Self::text)?,
            end: self
                .maybe(is(has::END), |s| Ok(End { logprob: s.float()?, entropy: s.float()? }))?,
            slowed: self.maybe(is(has::SLOWED), Self::text)?,
            alone: self.maybe(is(has::ALONE), |s| {
                Ok(Alone { text: s.text()?, mean_logprob: s.float()?, least_logprob: s.float()? })
            })?,
            engine_confidence: self.maybe(is(has::ENGINE_CONFIDENCE), Self::p)?,
            seconds: self.float()?,
            level: Level {
                rms_db: self.float()?,
                peak_db: self.float()?,
                range_db: self.float()?,
                clipped: self.float()?,
            },
            variants: (0..self.whole()?).map(|_| self.variant()).collect::<Result<_>>()?,
        };
        ensure!(self.0.is_empty(), "{} bytes too many: damaged?", self.0.len());
        Ok(h)
    }

    fn variant(&mut self) -> Result<Variant> {
        Ok(Variant {
            term: self.text()?,
            standard: self.text()?,
            regional: self.text()?,
            log_ratio: self.float()?,
        })
    }

    fn token(&mut self, before: Millis) -> Result<Token> {
        let flags = self.byte()?;
        let is = |bit: u8| flags & bit != 0;
        let rest = self.str()?;
        let text = if is(token::SPACE) { format!(" {rest}") } else { rest.to_string() };
        let logprob = match is(token::SHORT_LOGPROB) {
            true => f64::from(f32::from_le_bytes(self.take(4)?.try_into()?)),
            false => self.float()?,
        };
        let p = if is(token::P) { self.p()? } else { p_of(logprob) };
        let mut number = |there: u8, round: u8| match (is(there), is(round)) {
            (false, _) => Ok::<_, anyhow::Error>(None),
            (true, true) => Ok(Some(self.whole()? as f64 / 1e4)),
            (true, false) => Ok(Some(self.float()?)),
        };
        let entropy = number(token::ENTROPY, token::ROUND_ENTROPY)?;
        let margin = number(token::MARGIN, token::ROUND_MARGIN)?;
        let start = self.step(before)?;
        let end = self.step(start)?;
        Ok(Token { text, p, logprob, entropy, margin, start, end })
    }
}
