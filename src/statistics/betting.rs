//! The betting p-value: is the mean of bounded losses at most a target? In: losses in [0, 1], one by
//! one, in an order that does not depend on them. Out: a p-value that may be looked at after every
//! loss. Left to others: which losses, in what order (routing), what follows (`certify`).
//!
//! Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting". Under
//! H: mean >= target, the wealth K_t = prod(1 + nu_t (target - L_t)) is a supermartingale as long as
//! each bet nu_t is fixed before L_t is seen, so P(max_t K_t >= 1/p) <= p (Ville 1939).
//! nu_t = min(sqrt(2 ln(1/delta) / (h v_{t-1})), .75 / (1 - target)), where v is the running variance
//! around the running mean, started as if one loss of 1/2 with variance 1/4 had been seen. The horizon
//! h, the number of losses that the bets are best for, is fixed beforehand; any other number is valid.

/// What is tested, and for how many losses the bets are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The mean loss that is asked for, in (0, 1).
    pub target: f64,
    /// The share of wrong answers allowed: 1 - confidence, in (0, 1).
    pub delta: f64,
    /// About how many losses will be seen.
    pub horizon: usize,
}

impl Rule {
    /// The fewest losses that can convince anybody, all of them 0: with a loss of yes or no,
    /// (1 - target)^n <= delta.
    pub fn least(&self) -> usize {
        (self.delta.ln() / (-self.target).ln_1p()).ceil() as usize
    }
}

/// The wealth of somebody who bets that the mean loss is under the target.
#[derive(Clone, Copy, Debug)]
pub struct Wealth {
    rule: Rule,
    n: f64,
    sum: f64,
    squares: f64,
    log: f64,
    best: f64,
}

impl Wealth {
    /// Before the first bet: 1.
    pub fn new(rule: Rule) -> Self {
        Self { rule, n: 0.0, sum: 0.5, squares: 0.25, log: 0.0, best: 0.0 }
    }

    /// Sees one more loss.
    pub fn observe(&mut self, loss: f64) {
        let Rule { target, delta, horizon } = self.rule;
        let variance = self.squares / (self.n + 1.0);
        let bet = (2.0 * -delta.ln() / (horizon.max(1) as f64 * variance)).sqrt();
        let bet = bet.min(0.75 / (1.0 - target));
        self.log += (bet * (target - loss)).ln_1p();
        self.best = self.best.max(self.log);
        self.n += 1.0;
        self.sum += loss;
        self.squares += (loss - self.sum / (self.n + 1.0)).powi(2);
    }

    /// The p-value, in (0, 1]; it never rises.
    pub fn p(&self) -> f64 {
        (-self.best).exp()
    }
}

/// The p-value of H: mean loss >= target.
pub fn p_value(losses: impl IntoIterator<Item = f64>, rule: Rule) -> f64 {
    let mut wealth = Wealth::new(rule);
    losses.into_iter().for_each(|loss| wealth.observe(loss));
    wealth.p()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { target: 0.05, delta: 0.1, horizon: 100 };

    #[test]
    fn the_wealth_follows_the_formula() {
        // By hand: nu_1 = min(sqrt(2 ln 10 / (100 / 4)), .75 / .95) = .429193; K_1 = 1 + nu_1 .05.
        // v_1 = (1/4 + (0 - 1/4)^2) / 2 = .15625, nu_2 = .542891; K_2 = K_1 (1 + nu_2 (.05 - .2)).
        let mut wealth = Wealth::new(RULE);
        wealth.observe(0.0);
        assert!((wealth.log - 1.021_459_65f64.ln()).abs() < 1e-6, "{}", wealth.log.exp());
        wealth.observe(0.2);
        assert!((wealth.log.exp() - 0.938_278).abs() < 1e-5, "{}", wealth.log.exp());
        assert_eq!(wealth.p(), (-wealth.best).exp());
        assert!(wealth.best > wealth.log);
    }

    #[test]
    fn clean_losses_convince_soon_and_losses_at_the_target_do_not() {
        let clean = |n| p_value(std::iter::repeat_n(0.0, n), RULE);
        assert!(clean(RULE.least()) > 0.1 && clean(100) < 0.1, "{}", clean(100));
        assert_eq!(RULE.least(), 45);
        assert!(p_value(std::iter::repeat_n(0.05, 5000), RULE) > 0.99);
        assert_eq!(p_value([], RULE), 1.0);
    }
}
