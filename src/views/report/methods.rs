//! A paragraph on methods with the numbers filled in, to be pasted into a paper, and what it cites.

use super::Report;
use super::rounds::points;
use super::words::{counted, rate};
use crate::domain::Measured;
use crate::views::guarantee::statement;
use crate::views::lang::{Lang, t};
use crate::views::numbers::clock;
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
    pub fn methods(&self, lang: Lang) -> String {
        let v = &self.versions;
        let names = |of: &std::collections::BTreeMap<String, u64>| {
            of.keys().cloned().collect::<Vec<_>>().join(", ")
        };
        let (human, residual) = (&self.human, &self.residual_error);
        let mut said = vec![
            t!(
                lang,
                "methods.transcribed",
                audio = clock(self.input_seconds),
                clips = t!(lang, "many.clip", n = human.clips.of),
                speakers = t!(lang, "many.speaker", n = self.speakers),
                version = v.second_ear,
                model = self.model,
                digest = names(&v.models),
                policy = names(&v.policies),
                fitted = v.calibration.clips,
                sha256 = &v.calibration.sha256[..v.calibration.sha256.len().min(16)]
            ),
            t!(
                lang,
                "methods.human",
                clips = counted(lang, &human.clips),
                by_speaker = rate(lang, &human.clips_by_speaker),
                seconds = rate(lang, &human.seconds),
                words = rate(lang, &human.words)
            ),
            t!(
                lang,
                "methods.intervals",
                replicates = v.replicates,
                seed = v.settings.seed.to_string()
            ),
            t!(
                lang,
                "methods.audits",
                rate = lang.exact(v.settings.audit_rate),
                accepted = residual.accepted,
                drawn = residual.drawn,
                settled = residual.settled
            ),
        ];
        said.push(match residual.settled {
            0 => t!(lang, "methods.no_audit"),
            _ => t!(
                lang,
                "methods.residual",
                rate = self.error_words(lang),
                wer = rate(lang, &residual.wer),
                by_speaker = rate(lang, &residual.wer_by_speaker),
                with_model = rate(lang, &residual.wer_with_model),
                with_error = counted(lang, &residual.with_error)
            ),
        });
        said.extend(self.score.as_ref().map(|score| t!(lang, "methods.score", n = score.clips)));
        said.push(t!(lang, "methods.regions"));
        said.extend(self.course(lang));
        said.extend(self.guaranteed(lang));
        said.extend(sentences(lang, &self.withdrawals));
        said.join(" ")
    }

    /// How rounds are held against each other.
    fn course(&self, lang: Lang) -> Vec<String> {
        let mut said = vec![t!(lang, "methods.curve", target = self.target.words(lang))];
        if self.by_round.len() > 1 {
            said.push(t!(lang, "round.compared"));
            said.push(t!(lang, "methods.earlier_rounds"));
        }
        for r in &self.rounds {
            let sets: Vec<String> = r.measured.iter().map(|m| Self::measured(lang, m)).collect();
            let sets = match sets.is_empty() {
                true => String::new(),
                false => t!(
                    lang,
                    "methods.round.sets",
                    rate = self.error_words(lang),
                    sets = sets.join(", ")
                ),
            };
            let (round, audio) = (r.number, clock(r.train_seconds));
            said.push(match r.model() {
                Some(_) => t!(
                    lang,
                    "methods.round.promoted",
                    round = round,
                    audio = audio,
                    parent = r.parent,
                    sets = sets
                ),
                None => t!(
                    lang,
                    "methods.round.rejected",
                    round = round,
                    audio = audio,
                    parent = r.parent,
                    sets = sets
                ),
            });
        }
        said
    }

    fn measured(lang: Lang, m: &Measured) -> String {
        let [before, after] = [m.before, m.after].map(|x| lang.percent(Some(x)));
        t!(
            lang,
            "methods.round.measured",
            before = before,
            after = after,
            set = m.set,
            n = m.clips,
            points = points(lang, m)
        )
    }

    /// What holds with a stated probability, or that nothing was shown to.
    fn guaranteed(&self, lang: Lang) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(g) = &self.guarantee {
            let what = statement(lang, g.measure, g.target_risk, g.confidence);
            for (p, threshold) in g.scopes.iter().filter_map(|p| Some((p, p.threshold?))) {
                said.push(t!(
                    lang,
                    "methods.guarantee",
                    scope = p.name(lang),
                    threshold = lang.decimal(threshold, 3),
                    p = lang.decimal(p.p, 4),
                    n = p.audits,
                    what = what
                ));
            }
        }
        if said.is_empty() {
            said.push(t!(lang, "methods.no_guarantee"));
        }
        said
    }
}
