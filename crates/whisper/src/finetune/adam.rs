//! AdamW with warm-up, cosine and clipping. In: parameters and gradients. Out: the next parameters.
//! Left to others: where gradients come from (`train`).
//!
//! Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019. Ours, because a
//! checkpoint needs the moments, which candle's keeps to itself.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The settings that stay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Highest learning rate.
    pub rate: f64,
    /// Share of all steps in which the rate climbs from zero.
    pub warm_up: f64,
    /// Largest norm of all gradients together; larger ones are scaled down to it.
    pub clip: f64,
    /// Decay of weights a step, in learning rates.
    pub decay: f64,
}

impl Schedule {
    /// The learning rate of step `step` of `steps`, from 0: linear warm-up, then half a cosine to zero.
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        let warm = ((steps as f64 * self.warm_up).ceil()).max(1.0);
        let at = step as f64 + 1.0;
        if at <= warm {
            return self.rate * at / warm;
        }
        let through = (at - warm) / (steps as f64 - warm).max(1.0);
        self.rate * 0.5 * (1.0 + (std::f64::consts::PI * through.min(1.0)).cos())
    }
}

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.98;
const EPSILON: f32 = 1e-6;

/// First and second moments of one parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    /// Running mean of gradients.
    pub first: Vec<f32>,
    /// Running mean of squared gradients.
    pub second: Vec<f32>,
}

impl Moments {
    /// Changes `values` by one step (`step` from 1) along `gradient * scale`.
    pub fn update(
        &mut self,
        values: &mut [f32],
        gradient: &[f32],
        scale: f32,
        rate: f32,
        decay: f32,
        step: i32,
    ) {
        self.first.resize(values.len(), 0.0);
        self.second.resize(values.len(), 0.0);
        let (unbias1, unbias2) = (1.0 - BETA1.powi(step), 1.0 - BETA2.powi(step));
        const PART: usize = 1 << 15;
        values
            .par_chunks_mut(PART)
            .zip(gradient.par_chunks(PART))
            .zip(self.first.par_chunks_mut(PART).zip(self.second.par_chunks_mut(PART)))
            .for_each(|((values, gradient), (first, second))| {
                for i in 0..values.len() {
                    let g = gradient[i] * scale;
                    first[i] = BETA1 * first[i] + (1.0 - BETA1) * g;
                    second[i] = BETA2 * second[i] + (1.0 - BETA2) * g * g;
                    let along = first[i] / unbias1 / ((second[i] / unbias2).sqrt() + EPSILON);
                    values[i] -= rate * (along + decay * values[i]);
                }
            });
    }
}
