//! Gradients against differences, and against candle's own slow operations.

use candle_core::{Device, Tensor, Var};

use super::*;

/// Numbers between -1 and 1 that look random and are always the same.
pub fn some(count: usize, seed: u64) -> Vec<f32> {
    let word = |i| crate::random::word(seed, i);
    (0..count as u64).map(|i| (word(i) >> 40) as f32 / (1u64 << 23) as f32 - 1.0).collect()
}

fn var(shape: &[usize], seed: u64) -> Var {
    let values = some(shape.iter().product(), seed);
    Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu).unwrap()).unwrap()
}

/// The gradient of `f` along every number of `x`, by central differences.
fn differences(x: &Var, f: &dyn Fn() -> Tensor) -> Vec<f32> {
    let (start, step) = (numbers(x).unwrap(), 1e-2);
    let mut slopes = Vec::new();
    for i in 0..start.len() {
        let at = |by: f32| {
            let mut moved = start.clone();
            moved[i] += by;
            x.set(&Tensor::from_vec(moved, x.shape(), &Device::Cpu).unwrap()).unwrap();
            f().to_scalar::<f32>().unwrap()
        };
        slopes.push((at(step) - at(-step)) / (2.0 * step));
    }
    x.set(&Tensor::from_vec(start, x.shape(), &Device::Cpu).unwrap()).unwrap();
    slopes
}

fn check(name: &str, variables: &[&Var], f: &dyn Fn() -> Tensor) {
    check_with_sink(name, variables, &GradientSink::default(), f);
}

fn check_with_sink(name: &str, variables: &[&Var], sink: &GradientSink, f: &dyn Fn() -> Tensor) {
    let gradients = f().backward().unwrap();
    let all: Vec<_> =
        variables.iter().map(|x| sink.take(x).or_else(|| gradients.get(x).cloned())).collect();
    for (n, (x, gradient)) in variables.iter().zip(all).enumerate() {
        let gradient = gradient.unwrap_or_else(|| panic!("{name}: no gradient for {n}"));
        let gradient = numbers(&gradient.contiguous().unwrap()).unwrap();
        for (i, (ours, slope)) in gradient.iter().zip(differences(x, f)).enumerate() {
            let off = (ours - slope).abs();
            assert!(off < 2e-3 + 0.01 * slope.abs(), "{name} {n}[{i}]: {ours}, not {slope}");
        }
    }
}

/// Turns a result into one number that every part of it moves.
fn weigh(y: &Tensor) -> Tensor {
    let weights = some(y.elem_count(), 99);
    let weights = Tensor::from_vec(weights, y.shape(), &Device::Cpu).unwrap();
    (y * weights).unwrap().sum_all().unwrap()
}

#[test]
fn every_gradient_is_the_slope_of_its_function() {
    let (x, w, b) = (var(&[2, 3, 4], 1), var(&[5, 4], 2), var(&[5], 3));
    let sink = GradientSink::default();
    let product = || weigh(&linear(&x, &w, Some(&b), &sink).unwrap());
    check_with_sink("linear", &[&x, &w, &b], &sink, &product);
    let scaled = || weigh(&linear(&x, &w.affine(2.0, 0.0).unwrap(), None, &sink).unwrap());
    check("linear of what is no variable itself", &[&x, &w], &scaled);
    let (gain, offset) = (var(&[4], 4), var(&[4], 5));
    check("layer norm", &[&x, &gain, &offset], &|| weigh(&layer_norm(&x, &gain, &offset).unwrap()));
    check("gelu", &[&x], &|| weigh(&gelu(&x.affine(3.0, 0.0).unwrap()).unwrap()));
    let (q, k, v) = (var(&[2, 3, 4], 6), var(&[2, 3, 4], 10), var(&[2, 3, 4], 11));
    for mask in [Mask { causal: true, keys: vec![3, 3] }, Mask { causal: false, keys: vec![3, 2] }]
    {
        check("attention", &[&q, &k, &v], &|| weigh(&attention(&q, &k, &v, 2, &mask).unwrap()));
    }
    let other = var(&[2, 5, 4], 12);
    let cross = Mask { causal: false, keys: vec![4, 5] };
    let look = || weigh(&attention(&q, &other, &other, 1, &cross).unwrap());
    check("attention to something else", &[&q, &other], &look);
    let (hidden, embedding) = (var(&[3, 4], 7), var(&[6, 4], 8));
    for smoothing in [0.0, 0.3] {
        let targets = Targets { ids: vec![5, 0, 2], weights: vec![1.0, 0.0, 0.5], smoothing };
        let loss = || cross_entropy(&hidden, &embedding, &targets).unwrap();
        check("cross-entropy", &[&hidden], &loss);
    }
}

#[test]
fn a_frozen_tensor_receives_no_gradient_and_padding_is_not_looked_at() {
    let (x, b) = (var(&[2, 4], 1), var(&[5], 3));
    let frozen = var(&[5, 4], 2);
    let y = weigh(&linear(&x, &frozen.detach(), Some(&b), &GradientSink::default()).unwrap());
    let gradients = y.backward().unwrap();
    assert!(gradients.get(&x).is_some() && gradients.get(&b).is_some());
    assert!(gradients.get(&frozen).is_none());
    let (q, k, v) = (var(&[2, 1, 4], 6), var(&[2, 3, 4], 7), var(&[2, 3, 4], 8));
    let taken = |v: &Tensor| {
        let mask = Mask { causal: false, keys: vec![2, 3] };
        numbers(&attention(&q, &k, v, 2, &mask).unwrap()).unwrap()
    };
    let even = taken(&Tensor::ones((2, 3, 4), candle_core::DType::F32, &Device::Cpu).unwrap());
    assert!(even.iter().all(|y| (y - 1.0).abs() < 1e-6), "weights sum to 1: {even:?}");
    let mut other = numbers(&v).unwrap();
    other[2 * 4..3 * 4].fill(9.0);
    other[5 * 4..].fill(9.0);
    let (ours, other) =
        (taken(&v), taken(&Tensor::from_vec(other, (2, 3, 4), &Device::Cpu).unwrap()));
    assert_eq!(ours[..4], other[..4], "the third key of the first item is padding");
    assert_ne!(ours[4..], other[4..]);
}

#[test]
fn attention_is_the_formula() {
    let (q, k, v) = (var(&[1, 2, 6], 1), var(&[1, 4, 6], 2), var(&[1, 4, 6], 3));
    let mask = Mask { causal: false, keys: vec![4] };
    let ours = attention(&q, &k, &v, 2, &mask).unwrap().squeeze(0).unwrap();
    for head in 0..2 {
        let part =
            |t: &Var| t.squeeze(0).unwrap().narrow(1, 3 * head, 3).unwrap().contiguous().unwrap();
        let scores = (part(&q).matmul(&part(&k).t().unwrap()).unwrap() / 3f64.sqrt()).unwrap();
        let weights = scores.exp().unwrap();
        let weights = weights.broadcast_div(&weights.sum_keepdim(1).unwrap()).unwrap();
        let theirs = numbers(&weights.matmul(&part(&v)).unwrap()).unwrap();
        let ours = numbers(&ours.narrow(1, 3 * head, 3).unwrap().contiguous().unwrap()).unwrap();
        assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-5), "{ours:?} {theirs:?}");
    }
}
