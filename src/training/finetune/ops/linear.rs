//! A matrix with its bias. In: rows, weights. Out: rows. Left to others: nothing.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp3, DType, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::{numbers, slice, trains};

/// `x` (.., inputs), `weight` (outputs, inputs), `bias` (outputs) -> (.., outputs). Gradients are
/// computed for what can be trained alone.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let dims = x.dims().to_vec();
    let inputs = weight.dim(1)?;
    let flat = x.reshape(((), inputs))?;
    let zero = Tensor::zeros(weight.dim(0)?, DType::F32, x.device())?;
    let done = flat.detach().matmul(&weight.detach().t()?)?;
    let op = Linear {
        done: Mutex::new(Some(done)),
        bias: bias.is_some(),
        needs: [&flat, weight, bias.unwrap_or(&zero)].map(trains),
    };
    let y = flat.apply_op3(weight, bias.unwrap_or(&zero), op)?;
    let mut shape = dims;
    if let Some(last) = shape.last_mut() {
        *last = weight.dim(0)?;
    }
    y.reshape(shape)
}

struct Linear {
    /// The product, computed before; taken by the forward pass, so that it is held once.
    done: Mutex<Option<Tensor>>,
    bias: bool,
    needs: [bool; 3],
}

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        bias: &CpuStorage,
        layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let done = self.done.lock().ok().and_then(|mut done| done.take());
        let Some(done) = done else { bail!("a linear layer was run twice") };
        let shape = done.shape().clone();
        let mut out = numbers(&done)?;
        drop(done);
        if self.bias {
            let bias = slice(bias, layout)?;
            out.par_chunks_mut(bias.len() * 32).for_each(|rows| {
                for row in rows.chunks_exact_mut(bias.len()) {
                    row.iter_mut().zip(bias).for_each(|(o, b)| *o += b);
                }
            });
        }
        Ok((CpuStorage::F32(out), shape))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let grad = grad.detach().contiguous()?;
        let [to_x, to_weight, to_bias] = self.needs;
        let dx = if to_x { Some(grad.matmul(&weight.detach())?) } else { None };
        let dw = if to_weight { Some(grad.t()?.matmul(&x.detach())?) } else { None };
        let db = if to_bias && self.bias {
            let sums = column_sums(&numbers(&grad)?, weight.dim(0)?);
            Some(Tensor::new(sums, grad.device())?)
        } else {
            None
        };
        Ok((dx, dw, db))
    }
}

/// The sums of the columns, of rows of `width`. Parts are added in order: the same bits every time.
fn column_sums(values: &[f32], width: usize) -> Vec<f32> {
    let parts: Vec<Vec<f32>> = values
        .par_chunks(width * 64)
        .map(|rows| {
            let mut sums = vec![0.0f32; width];
            for row in rows.chunks_exact(width) {
                sums.iter_mut().zip(row).for_each(|(s, v)| *s += v);
            }
            sums
        })
        .collect();
    super::added(&parts, width)
}
