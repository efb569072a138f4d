//! Logistic regression with a ridge penalty, by Newton's method.
//! In: rows of numbers and yes/no labels. Out: standardised weights and probabilities.
//! Left to others: which numbers (`features`), how good it is (`metrics`, `fit`).

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Newton steps at most; five to eight are usual.
const MAX_STEPS: usize = 100;

/// A fitted model: p(yes) = sigmoid(intercept + sum of weight * (x - mean) / scale).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Mean of each column in the data it was fitted on.
    pub means: Vec<f64>,
    /// Population standard deviation of each column; 1 for constant ones.
    pub scales: Vec<f64>,
    /// Weight of each standardised column.
    pub weights: Vec<f64>,
    /// Log-odds of an average row.
    pub intercept: f64,
}

/// What a row is fitted to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Share of yes in [0, 1]: 0 or 1 for a yes/no label.
    pub yes: f64,
    /// How many rows it counts for, above 0.
    pub weight: f64,
}

impl From<bool> for Target {
    fn from(yes: bool) -> Self {
        Self { yes: f64::from(yes), weight: 1.0 }
    }
}

/// Minimises sum of weighted log-losses + `l2` / 2 * |weights|^2 over standardised columns; the
/// intercept is not penalised. `l2` is scikit-learn's 1 / C. Targets between 0 and 1 give the
/// fractional logit (Papke and Wooldridge 1996).
///
/// # Errors
/// Rows of different lengths, numbers that are not finite, labels all alike, `l2` not above 0.
pub fn fit(rows: &[&[f64]], labels: &[Target], l2: f64) -> Result<Logistic> {
    ensure!(rows.len() == labels.len(), "as many labels as rows are needed");
    ensure!(
        labels.iter().all(|t| (0.0..=1.0).contains(&t.yes) && t.weight > 0.0),
        "a target lies outside of 0 to 1, or has no weight"
    );
    let columns = rows.first().map_or(0, |r| r.len());
    ensure!(rows.iter().all(|r| r.len() == columns), "rows of different lengths");
    ensure!(rows.iter().all(|r| r.iter().all(|x| x.is_finite())), "a feature is not a number");
    let yes = labels.iter().filter(|l| l.yes == 1.0).count();
    let no = labels.iter().filter(|l| l.yes == 0.0).count();
    ensure!(
        yes < labels.len() && no < labels.len(),
        "all {} clips have the same label ({}); clips with and without errors are needed",
        labels.len(),
        if yes > 0 { "no error" } else { "error" }
    );
    ensure!(l2 > 0.0, "the penalty must be above 0");

    let (means, scales) = moments(rows, columns);
    // One column more: the constant of the intercept.
    let standard: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let z = row.iter().zip(means.iter().zip(&scales)).map(|(x, (m, s))| (x - m) / s);
            z.chain([1.0]).collect()
        })
        .collect();
    let mut beta = vec![0.0; columns + 1];
    let mut loss = objective(&standard, labels, &beta, l2);
    for _ in 0..MAX_STEPS {
        let step = newton_step(&standard, labels, &beta, l2)?;
        // Halve the step until the objective falls; near the optimum it no longer can.
        let mut size = 1.0;
        let improved = loop {
            let next: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b - size * s).collect();
            let next_loss = objective(&standard, labels, &next, l2);
            if next_loss < loss {
                break Some((next, next_loss));
            }
            size /= 2.0;
            if size < 1e-8 {
                break None;
            }
        };
        let Some((next, next_loss)) = improved else { break };
        let gain = loss - next_loss;
        (beta, loss) = (next, next_loss);
        if gain < 1e-12 * loss.max(1.0) {
            break;
        }
    }
    let intercept = beta[columns];
    beta.truncate(columns);
    Ok(Logistic { means, scales, weights: beta, intercept })
}

impl Logistic {
    /// Whether it is for `columns` columns and can predict.
    pub fn check(&self, columns: usize) -> Result<()> {
        ensure!(
            [&self.means, &self.scales, &self.weights].iter().all(|v| v.len() == columns),
            "the calibration does not hold {columns} means, scales and weights"
        );
        ensure!(self.scales.iter().all(|&s| s > 0.0), "a scale is not above 0");
        Ok(())
    }

    /// p(yes) of a row with as many columns as it was fitted on.
    pub fn predict(&self, row: &[f64]) -> f64 {
        debug_assert_eq!(row.len(), self.weights.len());
        let z = row.iter().zip(self.means.iter().zip(&self.scales)).map(|(x, (m, s))| (x - m) / s);
        sigmoid(self.intercept + z.zip(&self.weights).map(|(z, w)| z * w).sum::<f64>())
    }
}

fn moments(rows: &[&[f64]], columns: usize) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len() as f64;
    (0..columns)
        .map(|c| {
            let mean = rows.iter().map(|r| r[c]).sum::<f64>() / n;
            let variance = rows.iter().map(|r| (r[c] - mean).powi(2)).sum::<f64>() / n;
            let scale = variance.sqrt();
            (mean, if scale > 1e-12 * mean.abs().max(1.0) { scale } else { 1.0 })
        })
        .unzip()
}

fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn objective(rows: &[Vec<f64>], labels: &[Target], beta: &[f64], l2: f64) -> f64 {
    let losses = rows.iter().zip(labels).map(|(row, target)| {
        let x = dot(row, beta);
        // ln(1 + e^x) without overflow, less the share of yes
        target.weight * (x.max(0.0) + (-x.abs()).exp().ln_1p() - target.yes * x)
    });
    let weights = &beta[..beta.len() - 1];
    losses.sum::<f64>() + l2 / 2.0 * dot(weights, weights)
}

/// Hessian^-1 * gradient.
fn newton_step(rows: &[Vec<f64>], labels: &[Target], beta: &[f64], l2: f64) -> Result<Vec<f64>> {
    let n = beta.len();
    let mut gradient = vec![0.0; n];
    let mut hessian = vec![vec![0.0; n]; n];
    for (row, target) in rows.iter().zip(labels) {
        let p = sigmoid(dot(row, beta));
        let residual = target.weight * (p - target.yes);
        let weight = target.weight * p * (1.0 - p);
        for i in 0..n {
            gradient[i] += residual * row[i];
            for j in 0..=i {
                hessian[i][j] += weight * row[i] * row[j];
            }
        }
    }
    for i in 0..n {
        // The intercept gets a trace, so that the matrix stays regular when every p is 0 or 1.
        hessian[i][i] += if i + 1 < n { l2 } else { 1e-9 };
        if i + 1 < n {
            gradient[i] += l2 * beta[i];
        }
    }
    cholesky_solve(hessian, gradient)
}

/// Solves A x = b for a symmetric positive definite A, given by its lower triangle.
fn cholesky_solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Result<Vec<f64>> {
    let n = b.len();
    for i in 0..n {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            let rest = a[i][j] - inner;
            if i == j {
                ensure!(rest > 0.0, "the features cannot be told apart");
                a[i][i] = rest.sqrt();
            } else {
                a[i][j] = rest / a[j][j];
            }
        }
    }
    for i in 0..n {
        let inner: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - inner) / a[i][i];
    }
    for i in (0..n).rev() {
        let inner: f64 = (i + 1..n).map(|k| a[k][i] * b[k]).sum();
        b[i] = (b[i] - inner) / a[i][i];
    }
    Ok(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Fixture {
        c: f64,
        rows: Vec<Vec<f64>>,
        labels: Vec<u8>,
        weights: Vec<f64>,
        intercept: f64,
        probabilities: Vec<f64>,
    }

    #[test]
    fn weights_and_probabilities_equal_those_of_scikit_learn() {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../../tests/data/logistic_sklearn.json")).unwrap();
        let rows: Vec<&[f64]> = fixture.rows.iter().map(Vec::as_slice).collect();
        let labels: Vec<Target> = fixture.labels.iter().map(|&l| (l == 1).into()).collect();
        let model = fit(&rows, &labels, 1.0 / fixture.c).unwrap();
        for (ours, theirs) in model.weights.iter().zip(&fixture.weights) {
            assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
        }
        assert!((model.intercept - fixture.intercept).abs() < 1e-5);
        for (row, p) in rows.iter().zip(&fixture.probabilities) {
            assert!((model.predict(row) - p).abs() < 1e-6);
        }
    }

    #[test]
    fn separable_constant_and_huge_columns_still_fit() {
        let rows: Vec<Vec<f64>> =
            (0..20).map(|i| vec![f64::from(i), 7.0, f64::from(i) * 1e12]).collect();
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let labels: Vec<Target> = (0..20).map(|i| (i >= 10).into()).collect();
        let model = fit(&rows, &labels, 1.0).unwrap();
        assert!(model.predict(rows[0]) < 0.2 && model.predict(rows[19]) > 0.8);
        assert_eq!(model.weights[1], 0.0);
    }

    #[test]
    fn a_share_counts_like_that_many_rows_of_each_label() {
        let rows = [&[1.0, 0.5][..], &[2.0, -1.0][..], &[4.0, 0.0][..]];
        let shares = [(0.25, 4.0), (0.5, 2.0), (1.0, 3.0)];
        let targets: Vec<Target> =
            shares.iter().map(|&(yes, weight)| Target { yes, weight }).collect();
        let shared = fit(&rows, &targets, 1.0).unwrap();
        let mut many: Vec<&[f64]> = Vec::new();
        let mut labels: Vec<Target> = Vec::new();
        for (row, (yes, weight)) in rows.iter().zip(shares) {
            for n in 0..weight as usize {
                many.push(row);
                labels.push(((n as f64) < yes * weight).into());
            }
        }
        let many = fit(&many, &labels, 1.0).unwrap();
        // The columns are standardised over rows, so weights differ; for one penalty-free point of
        // comparison the predictions agree as the penalty is small beside nine rows.
        for row in rows {
            assert!((shared.predict(row) - many.predict(row)).abs() < 0.05);
        }
        let out = Target { yes: 1.2, weight: 1.0 };
        assert!(fit(&rows[..2], &[out, out], 1.0).is_err());
    }

    #[test]
    fn data_without_errors_are_refused() {
        let rows = [&[1.0][..], &[2.0][..]];
        let message = fit(&rows, &[true.into(), true.into()], 1.0).unwrap_err().to_string();
        assert!(message.contains("clips with and without errors"), "{message}");
        assert!(fit(&[&[f64::NAN][..], &[1.0][..]], &[true.into(), false.into()], 1.0).is_err());
    }
}
