//! The tests held against what they guarantee, by simulation, seeded. `scripts/simulate-guarantee` runs
//! the full size and prints the table; the tests run a part of it.

use super::betting::{Rule, p_value};
use super::watch::watch;

/// Losses of a simulated clip.
#[derive(Clone, Copy, Debug)]
pub enum Losses {
    /// An error or none.
    YesOrNo,
    /// Like word error rates: mostly 0 or small, at times large; Beta(2.6 m, 2.6 (1 - m)), with
    /// which the power of a Hoeffding-Bentkus test at mean .03 is the published .05, .28, .69.
    Rates,
}

impl Losses {
    fn draw(self, mean: f64, random: &mut fastrand::Rng) -> f64 {
        match self {
            Losses::YesOrNo => f64::from(random.f64() < mean),
            Losses::Rates => {
                // Jöhnk 1964
                let (a, b) = (2.6 * mean, 2.6 * (1.0 - mean));
                loop {
                    let x = random.f64().powf(1.0 / a);
                    let y = random.f64().powf(1.0 / b);
                    if x + y <= 1.0 && x + y > 0.0 {
                        return x / (x + y);
                    }
                }
            }
        }
    }
}

/// Share of `runs` in which the bets are sure that the mean lies under .05, at confidence .9, after `n` losses.
fn convinced(losses: Losses, mean: f64, n: usize, runs: usize) -> f64 {
    let mut random = fastrand::Rng::with_seed(n as u64);
    let rule = Rule { target: 0.05, delta: 0.1, horizon: n };
    let mut sure = 0;
    for _ in 0..runs {
        let seen: Vec<f64> = (0..n).map(|_| losses.draw(mean, &mut random)).collect();
        sure += usize::from(p_value(seen, rule) <= 0.1);
    }
    sure as f64 / runs as f64
}

/// Share of `runs` streams of `length` audits with an alarm, and the delays after the change of those
/// without an earlier one, sorted. The mean goes from `before` to `after` at `change`.
fn alarms(
    losses: Losses,
    (before, after): (f64, f64),
    change: usize,
    length: usize,
    runs: usize,
) -> (f64, Vec<usize>) {
    let mut random = fastrand::Rng::with_seed(11);
    let (mut any, mut delays) = (0, Vec::new());
    for _ in 0..runs {
        let stream =
            (0..length).map(|i| losses.draw(if i < change { before } else { after }, &mut random));
        if let Some(alarm) = watch(stream.collect::<Vec<_>>(), 0.05, 0.1).alarm {
            any += 1;
            if alarm.at >= change {
                delays.push(alarm.at + 1 - change);
            }
        }
    }
    delays.sort_unstable();
    (any as f64 / runs as f64, delays)
}

#[test]
fn the_power_is_that_of_the_published_figures() {
    let runs = 2000;
    // three standard errors are .034
    for (n, published) in [(200, 0.63), (300, 0.90), (500, 0.99)] {
        let ours = convinced(Losses::Rates, 0.03, n, runs);
        assert!(ours > published - 0.034, "{n}: {ours}");
    }
}

#[test]
fn at_the_boundary_the_test_is_wrong_less_often_than_it_may() {
    for losses in [Losses::Rates, Losses::YesOrNo] {
        let wrong = convinced(losses, 0.05, 300, 4000);
        // .1 and three standard errors
        assert!(wrong <= 0.114, "{losses:?}: {wrong}");
    }
}

#[test]
fn a_guarantee_that_holds_raises_few_alarms_however_long_it_is_watched() {
    for losses in [Losses::Rates, Losses::YesOrNo] {
        let (any, _) = alarms(losses, (0.05, 0.05), 0, 3000, 1000);
        assert!(any <= 0.128, "{losses:?}: {any}");
    }
}

#[test]
fn a_risk_that_doubles_is_found() {
    for (losses, most) in [(Losses::Rates, 300), (Losses::YesOrNo, 800)] {
        let (any, delays) = alarms(losses, (0.04, 0.10), 200, 2200, 300);
        assert!(any > 0.99, "{losses:?}: {any}");
        let median = delays[delays.len() / 2];
        assert!(median < most, "{losses:?}: found after {median} audits");
    }
}

#[test]
#[ignore = "full size: scripts/simulate-guarantee"]
fn full_size_table_of_the_tests() {
    println!(
        "target .05, confidence .90: share of runs in which the mean is proved under the target"
    );
    println!("{:<10} {:>5} {:>5} {:>9}", "losses", "mean", "n", "betting");
    for losses in [Losses::Rates, Losses::YesOrNo] {
        for mean in [0.01, 0.03, 0.05] {
            for n in [100, 200, 300, 500, 1000] {
                let (name, sure) = (format!("{losses:?}"), convinced(losses, mean, n, 20_000));
                println!("{name:<10} {mean:>5} {n:>5} {sure:>9.3}");
            }
        }
    }
    println!("\nwatch, target .05, confidence .90");
    for losses in [Losses::Rates, Losses::YesOrNo] {
        let (any, _) = alarms(losses, (0.05, 0.05), 0, 10_000, 5000);
        println!("{losses:?}: false alarms within 10000 audits at the boundary {any:.3}");
        for (before, after, change) in [(0.04, 0.10, 0), (0.04, 0.10, 200), (0.04, 0.10, 1000)] {
            let (_, d) = alarms(losses, (before, after), change, change + 5000, 3000);
            let at = |share: f64| d[(share * (d.len() - 1) as f64) as usize];
            println!(
                "{losses:?}: from {before} to {after} at audit {change}: found after {} audits (median), {} (9 of 10)",
                at(0.5),
                at(0.9)
            );
        }
    }
}
