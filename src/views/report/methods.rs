//! A paragraph on methods with the numbers filled in, to be pasted into a paper, and what it cites.

use super::Report;
use super::rounds::{COMPARED, points};
use super::words::{counted, many, rate};
use crate::domain::Measured;
use crate::views::guarantee::statement;
use crate::views::numbers::{clock, percent};
use crate::views::withdrawals::sentences;

/// What the paragraph rests on.
pub const CITED: [&str; 11] = [
    "Clopper, C. J., & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika, 26(4), 404-413.",
    "Hajek, J. (1971). Comment on a paper by D. Basu. In V. P. Godambe & D. A. Sprott (Eds.), Foundations of Statistical Inference (p. 236). Holt, Rinehart and Winston.",
    "Horvitz, D. G., & Thompson, D. J. (1952). A generalization of sampling without replacement from a finite universe. Journal of the American Statistical Association, 47(260), 663-685.",
    "Robins, J. M., Rotnitzky, A., & Zhao, L. P. (1994). Estimation of regression coefficients when some regressors are not always observed. Journal of the American Statistical Association, 89(427), 846-866.",
    "Sarndal, C.-E., Swensson, B., & Wretman, J. (1992). Model Assisted Survey Sampling. Springer.",
    "Korn, E. L., & Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of positive counts estimated from survey data. Survey Methodology, 24(2), 193-201.",
    "Efron, B., & Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman and Hall.",
    "Geifman, Y., & El-Yaniv, R. (2017). Selective classification for deep neural networks. Advances in Neural Information Processing Systems 30.",
    "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics, 6(2), 65-70.",
    "Angelopoulos, A. N., Bates, S., Candes, E. J., Jordan, M. I., & Lei, L. (2021). Learn then Test: calibrating predictive algorithms to achieve risk control. arXiv:2110.01052. (For bounds on what nobody checked.)",
    "Waudby-Smith, I., & Ramdas, A. (2023). Estimating means of bounded random variables by betting. Journal of the Royal Statistical Society B, 86(1), 1-27. (For the same bounds.)",
];

impl Report {
    /// The paragraph.
    pub fn methods(&self) -> String {
        let v = &self.versions;
        let names = |of: &std::collections::BTreeMap<String, u64>| {
            of.keys().cloned().collect::<Vec<_>>().join(", ")
        };
        let (human, residual) = (&self.human, &self.residual_error);
        let mut t = format!(
            "We transcribed {} of recordings ({} of {}) with second-ear {}: Whisper model {} \
             (digest {}), decode policy {}, and a confidence score calibrated on {} clips (calibration \
             SHA-256 {}). A person was to review {} of the clips; clustered by speaker the share is {} of the clips, \
             {} of the seconds and {} of the draft words. ",
            clock(self.input_seconds),
            many(human.clips.of, "clip"),
            many(self.speakers, "speaker"),
            v.second_ear,
            self.model,
            names(&v.models),
            names(&v.policies),
            v.calibration.clips,
            &v.calibration.sha256[..v.calibration.sha256.len().min(16)],
            counted(&human.clips),
            rate(&human.clips_by_speaker),
            rate(&human.seconds),
            rate(&human.words),
        );
        t.push_str(
            "Intervals of counts are exact (Clopper & Pearson, 1934) and take clips as independent; all other \
             rates are ratios whose 95 % intervals are percentiles of a bootstrap over speakers ",
        );
        t.push_str(&format!("({} replicates, seed {}). ", v.replicates, v.settings.seed));
        t.push_str(&format!(
            "Each draft that would have been accepted was drawn for an audit with a recorded probability \
             (rate {}); of {} such clips {} were drawn and {} settled with a text. Word errors are \
             substitutions, deletions and insertions after lower-casing, without punctuation, with numbers as words. ",
            v.settings.audit_rate, residual.accepted, residual.drawn, residual.settled
        ));
        if residual.settled > 0 {
            t.push_str(&format!(
                "The residual {} of accepted drafts is {} by Hajek's ratio (1971) with the variance of \
                 Poisson sampling, {} with the variance between speakers, and {} by the difference estimator (AIPW; \
                 Robins et al., 1994) with the expected error rate of each clip as its model; {} audited drafts \
                 had an error. ",
                self.error_words(),
                rate(&residual.wer),
                rate(&residual.wer_by_speaker),
                rate(&residual.wer_with_model),
                counted(&residual.with_error)
            ));
        } else {
            t.push_str(
                "No audit is settled yet: the residual error of accepted drafts is unknown. ",
            );
        }
        if let Some(score) = &self.score {
            t.push_str(&format!(
                "Risk and coverage follow Geifman & El-Yaniv (2017), on {} settled clips weighted by the inverse of \
                 their sampling probability. ",
                score.clips
            ));
        }
        t.push_str(
            "Regions were compared with all other clips by permuting speakers, with Holm's correction (1979). ",
        );
        t.push_str(&self.course());
        t.push_str(&self.guaranteed());
        for sentence in sentences(&self.withdrawals) {
            t.push(' ');
            t.push_str(&sentence);
        }
        t
    }

    /// How rounds are held against each other.
    fn course(&self) -> String {
        let mut t = format!(
            "For the learning curve each round is weighted by itself. The share that people would have to review is the smallest, lowest scores first, that leaves {} in the other drafts as estimated on its settled clips (1 - coverage on the risk-coverage curve); minutes of work are active time over the round's audio. ",
            self.target.words()
        );
        if self.by_round.len() > 1 {
            t.push_str(COMPARED);
            t.push_str(
                " Of an earlier round only the clips that people had been given keep their drafts; audits among them stand for the accepted clips they were drawn from. ",
            );
        }
        for r in &self.rounds {
            let sets: Vec<String> = r.measured.iter().map(Self::measured).collect();
            t.push_str(&format!(
                "Round {} trained on {} of audio from round {} and was {}{}{}. ",
                r.number,
                clock(r.train_seconds),
                r.parent,
                if r.model().is_some() { "promoted" } else { "not promoted" },
                if sets.is_empty() { String::new() } else { format!("; {} ", self.error_words()) },
                sets.join(", ")
            ));
        }
        t
    }

    fn measured(m: &Measured) -> String {
        let [before, after] = [m.before, m.after].map(|x| percent(Some(x)));
        format!("{before} before and {after} after on {} ({} clips; {})", m.set, m.clips, points(m))
    }

    /// What holds with a stated probability, or that nothing was shown to.
    fn guaranteed(&self) -> String {
        let mut t = String::new();
        if let Some(g) = &self.guarantee {
            let what = statement(g.measure, g.target_risk, g.confidence);
            for (p, threshold) in g.scopes.iter().filter_map(|p| Some((p, p.threshold?))) {
                t.push_str(&format!(
                    "For {}, drafts that score {threshold:.3} or more are accepted: Learn-then-Test (Angelopoulos et \
                     al., 2021) with the betting p-value (Waudby-Smith & Ramdas, 2023; p = {:.4} on {} random audits) \
                     shows a {what}, for these recordings. ",
                    p.name(),
                    p.p,
                    p.audits
                ));
            }
        }
        if t.is_empty() {
            t.push_str(
                "These intervals describe; a bound that holds with a stated probability needs a test such as \
                 Learn-then-Test (Angelopoulos et al., 2021) with betting (Waudby-Smith & Ramdas, 2023).",
            );
        }
        t.trim_end().to_string()
    }
}
