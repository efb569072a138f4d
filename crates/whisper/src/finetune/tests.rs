//! Training on a tiny model with random weights: every trained tensor moves, frozen ones do not, the same
//! training gives the same bits, a killed one goes on.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::batches::Example;
use super::weights::Weights;
use super::*;
use crate::random::word;

const STATE: usize = 32;
const WORDS: usize = 50;

fn random(count: usize, seed: u64, size: f32) -> Vec<f32> {
    let unit = |i| (word(seed, i) >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
    (0..count as u64).map(|i| unit(i) * size).collect()
}

/// Two layers a side, two heads, 32 wide.
pub fn tiny() -> Model {
    let mut parameters = weights::Parameters::new();
    let mut add = |name: String, dims: &[usize], size: f32| {
        let count = dims.iter().product();
        let seed = parameters.len() as u64;
        let values = random(count, seed, size);
        parameters.insert(name, Parameter::new(dims.to_vec(), values).unwrap());
    };
    let norm = |add: &mut dyn FnMut(String, &[usize], f32), name: String| {
        add(format!("{name}.weight"), &[STATE], 1.0);
        add(format!("{name}.bias"), &[STATE], 0.1);
    };
    add("encoder.positional_embedding".into(), &[1500, STATE], 0.5);
    add("decoder.positional_embedding".into(), &[448, STATE], 0.5);
    add("decoder.token_embedding.weight".into(), &[WORDS, STATE], 1.0);
    for (conv, inputs) in [("conv1", 80), ("conv2", STATE)] {
        add(format!("encoder.{conv}.weight"), &[STATE, inputs, 3], 0.1);
        add(format!("encoder.{conv}.bias"), &[STATE, 1], 0.1);
    }
    for (side, parts) in [("encoder", &["attn"][..]), ("decoder", &["attn", "cross_attn"])] {
        for i in 0..2 {
            let block = format!("{side}.blocks.{i}");
            for part in parts {
                norm(&mut add, format!("{block}.{part}_ln"));
                for matrix in ["query", "key", "value", "out"] {
                    add(format!("{block}.{part}.{matrix}.weight"), &[STATE, STATE], 0.3);
                    if matrix != "key" {
                        add(format!("{block}.{part}.{matrix}.bias"), &[STATE], 0.1);
                    }
                }
            }
            norm(&mut add, format!("{block}.mlp_ln"));
            for (mlp, dims) in [("mlp.0", [4 * STATE, STATE]), ("mlp.2", [STATE, 4 * STATE])] {
                add(format!("{block}.{mlp}.weight"), &dims, 0.3);
                add(format!("{block}.{mlp}.bias"), &dims[..1], 0.1);
            }
        }
    }
    norm(&mut add, "encoder.ln_post".into());
    norm(&mut add, "decoder.ln".into());
    let shape = Shape { audio_heads: 2, audio_layers: 2, text_heads: 2, text_layers: 2 };
    Model {
        shape,
        filters: random(80 * 201, 77, 0.01).iter().map(|v| v.abs()).collect(),
        parameters,
    }
}

pub fn examples() -> Vec<Example> {
    let example = |n: u64| Example {
        samples: random(8_000 + 3_000 * n as usize, 100 + n, 0.3),
        frames: 64 + 64 * (n as usize % 2),
        prompt: vec![40, 41, 42],
        text: (0..3 + n as u32 % 3).map(|i| (7 * n as u32 + i) % 40).collect(),
        end: 49,
        weight: 1.0,
    };
    (0..7).map(example).collect()
}

fn recipe(part: Part) -> Recipe {
    let mut recipe = Recipe::of(part, 3);
    recipe.schedule.rate = 1e-3;
    Recipe { epochs: 3, batch: 3, ..recipe }
}

fn run(
    model: &Model,
    recipe: &Recipe,
    folder: &Path,
    stop_after: Option<usize>,
) -> anyhow::Result<Trained> {
    let file = CheckpointFile { path: folder.join("checkpoint"), key: "k".into() };
    let stop = AtomicBool::new(false);
    let mut tell = |step: Step| {
        let now = stop_after.is_some_and(|after| step.step >= after);
        stop.store(now, std::sync::atomic::Ordering::Relaxed);
    };
    train(model, &examples(), recipe, &file, &stop, &mut tell)
}

#[test]
fn every_trained_tensor_receives_a_gradient_and_frozen_ones_do_not_change() {
    let model = tiny();
    for part in [Part::All, Part::Decoder] {
        let folder = tempfile::tempdir().unwrap();
        // A variable without a gradient is an error of `train`; what has one moves.
        let trained = run(&model, &recipe(part), folder.path(), None).unwrap();
        let expected: BTreeSet<&String> =
            model.parameters.keys().filter(|name| part.trains(name)).collect();
        assert_eq!(trained.values.keys().collect::<BTreeSet<_>>(), expected, "{part:?}");
        for (name, values) in &trained.values {
            let before = &model.values(name).unwrap();
            let moved = values.iter().zip(before).filter(|(a, b)| a != b).count();
            assert!(
                moved * 2 > before.len(),
                "{part:?}: {name}: {moved} of {} moved",
                before.len()
            );
        }
        assert!(trained.losses[2] < trained.losses[0], "{part:?}: {:?}", trained.losses);
    }
}

#[test]
fn the_same_training_gives_the_same_bits_and_a_stopped_one_goes_on_to_them() {
    let model = tiny();
    let recipe = recipe(Part::All);
    let folder = tempfile::tempdir().unwrap();
    let whole = run(&model, &recipe, folder.path(), None).unwrap();
    let other = tempfile::tempdir().unwrap();
    let stopped = run(&model, &recipe, other.path(), Some(5)).unwrap_err();
    assert!(stopped.is::<Stopped>(), "in the middle of the second epoch");
    assert!(other.path().join("checkpoint").exists());
    let resumed = run(&model, &recipe, other.path(), None).unwrap();
    assert_eq!(whole.losses, resumed.losses);
    assert!(whole.values == resumed.values);
    let another = Recipe { seed: 4, ..recipe };
    let third = tempfile::tempdir().unwrap();
    assert!(run(&model, &another, third.path(), None).unwrap().values != whole.values);
}

#[test]
fn trainings_in_other_orders_are_averaged() {
    let (model, folder) = (tiny(), tempfile::tempdir().unwrap());
    let of = |n: usize| {
        let folder = folder.path().join(n.to_string());
        std::fs::create_dir(&folder).unwrap();
        run(&model, &recipe(Part::All).training(n), &folder, None).unwrap()
    };
    let all = [of(0), of(1), of(2)];
    assert!(all[0].values != all[1].values && all[1].values != all[2].values);
    let mean = Trained::mean(all.iter().cloned()).unwrap();
    for (name, values) in &mean.values {
        for (i, value) in values.iter().enumerate() {
            let sum: f32 = all.iter().map(|t| t.values[name][i]).sum();
            assert!((value - sum / 3.0).abs() < 1e-5, "{name} {i}");
        }
    }
    assert!((mean.losses[2] - all.iter().map(|t| t.losses[2]).sum::<f64>() / 3.0).abs() < 1e-9);
}

#[test]
fn the_decoder_learns_the_same_from_frames_on_disk_as_from_an_encoder_that_stands_still() {
    let model = tiny();
    let (recipe, examples) = (recipe(Part::Decoder), examples());
    let weights = Weights::new(&model.parameters, &recipe).unwrap();
    let network = network::Network::new(model.shape, weights.now());
    let chosen: Vec<&Example> = examples[..3].iter().collect();
    let stems: Vec<_> = chosen
        .iter()
        .map(|e| {
            let mel = crate::log_mel(&e.samples, &model.filters, 2 * e.frames);
            network.stem(&mel, e.frames).unwrap()
        })
        .collect();
    let together = network.encode(&stems).unwrap();
    let mut frames = frames::Frames::new().unwrap();
    for stem in &stems {
        let alone = network.encode(std::slice::from_ref(stem)).unwrap();
        frames.push(&alone.frames.squeeze(0).unwrap()).unwrap();
    }
    let alone: Vec<_> = (0..3).map(|n| frames.get(n).unwrap()).collect();
    let texts = batches::texts(&chosen, &recipe);
    let loss = |encoded| network.loss(&encoded, &texts).unwrap().to_scalar::<f32>().unwrap();
    let (a, b) = (loss(together), loss(network::padded(&alone).unwrap()));
    assert!((a - b).abs() < 1e-5, "padding changes the loss: {a} and {b}");
}

#[test]
fn numbers_that_explode_end_the_training_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let mut recipe = recipe(Part::All);
    recipe.schedule.rate = f64::INFINITY;
    let error = run(&tiny(), &recipe, folder.path(), None).unwrap_err().to_string();
    assert!(error.contains("learning rate"), "{error}");
}
