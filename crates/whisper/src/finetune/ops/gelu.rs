//! GELU. In: numbers. Out: numbers. Left to others: nothing.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::{read, slice};

/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): the GELU of whisper.cpp.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Gelu)
}

struct Gelu;

const ROOT: f32 = 0.797_884_6;
const CUBE: f32 = 0.044_715;

/// tanh by exp: vectorises, and is exact to f32 where it matters.
fn tanh(x: f32) -> f32 {
    let e = (2.0 * x.clamp(-9.0, 9.0)).exp();
    (e - 1.0) / (e + 1.0)
}

fn map(values: &[f32], f: impl Fn(f32) -> f32 + Sync) -> Vec<f32> {
    let mut out = vec![0.0f32; values.len()];
    out.par_chunks_mut(1 << 14)
        .zip(values.par_chunks(1 << 14))
        .for_each(|(out, v)| out.iter_mut().zip(v).for_each(|(o, v)| *o = f(*v)));
    out
}

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = map(slice(x, layout)?, |x| 0.5 * x * (1.0 + tanh(ROOT * (x + CUBE * x * x * x))));
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let slope = read(x, |x| {
            map(x, |x| {
                let t = tanh(ROOT * (x + CUBE * x * x * x));
                0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * ROOT * (1.0 + 3.0 * CUBE * x * x)
            })
        })?;
        Ok(Some(Tensor::from_vec(slope, x.shape(), x.device())?.mul(grad)?))
    }
}
