//! What a killed training goes on from. In: variables, moments, how far it is. Out: one safetensors
//! file, whole or not at all. Left to others: when to write one (`train`).

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::{Device, Tensor, Var, safetensors as format};
use serde::{Deserialize, Serialize};

use super::adam::Moments;
use super::ops::numbers;
use crate::models::replace::Replacement;

/// How far a training is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// What is trained on what: parent, data, recipe.
    pub key: String,
    /// Mean loss of each epoch that is done.
    pub losses: Vec<f64>,
    /// Steps that are done.
    pub steps: usize,
}

/// The name under which [`Done`] stands in the file.
const DONE: &str = "done";

/// Writes all of it.
pub fn write(
    path: &Path,
    done: &Done,
    variables: &[(String, Var)],
    moments: &[Moments],
) -> Result<()> {
    let mut tensors: HashMap<String, Tensor> = HashMap::new();
    for ((name, var), m) in variables.iter().zip(moments) {
        let shaped = |values: &[f32]| Tensor::from_slice(values, var.shape(), &Device::Cpu);
        tensors.insert(format!("first {name}"), shaped(&m.first)?);
        tensors.insert(format!("second {name}"), shaped(&m.second)?);
        tensors.insert(format!("value {name}"), var.as_tensor().clone());
    }
    tensors.insert(DONE.into(), Tensor::new(serde_json::to_vec(done)?, &Device::Cpu)?);
    let file = Replacement::start(path)?;
    format::save(&tensors, file.path()).with_context(|| format!("write {}", path.display()))?;
    file.commit()?;
    Ok(())
}

/// Sets variables and moments to what was written for `key`, and says how far that is; `None` without
/// such a file, with one for something else, and with one that cannot be read: then training begins
/// anew.
pub fn read(
    path: &Path,
    key: &str,
    variables: &[(String, Var)],
    moments: &mut [Moments],
) -> Option<Done> {
    let tensors = format::load(path, &Device::Cpu).ok()?;
    let done: Done = serde_json::from_slice(&tensors.get(DONE)?.to_vec1::<u8>().ok()?).ok()?;
    if done.key != key {
        return None;
    }
    let whole = |what: &str, name: &str, var: &Var| -> Result<Vec<f32>> {
        let found = tensors.get(&format!("{what} {name}")).context("a tensor is missing")?;
        ensure!(found.shape() == var.shape(), "{name} has another shape");
        Ok(numbers(found)?)
    };
    let all: Result<Vec<[Vec<f32>; 3]>> = variables
        .iter()
        .map(|(name, var)| {
            let [a, b, c] = ["value", "first", "second"].map(|what| whole(what, name, var));
            Ok([a?, b?, c?])
        })
        .collect();
    for (((_, var), m), [value, first, second]) in variables.iter().zip(moments).zip(all.ok()?) {
        var.set(&Tensor::from_vec(value, var.shape(), &Device::Cpu).ok()?).ok()?;
        *m = Moments { first, second };
    }
    Some(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_for_the_same_training_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.safetensors");
        let var = |v: [f32; 2]| Var::new(&v, &Device::Cpu).unwrap();
        let variables = vec![("a".to_string(), var([1.0, 2.0]))];
        let moments = vec![Moments { first: vec![0.1, 0.2], second: vec![0.3, 0.4] }];
        let done = Done { key: "k".into(), losses: vec![1.5], steps: 7 };
        write(&path, &done, &variables, &moments).unwrap();

        let fresh = vec![("a".to_string(), var([0.0, 0.0]))];
        let mut again = vec![Moments::default()];
        assert_eq!(read(&path, "other", &fresh, &mut again), None);
        assert_eq!(numbers(fresh[0].1.as_tensor()).unwrap(), [0.0, 0.0]);
        assert_eq!(read(&path, "k", &fresh, &mut again), Some(done));
        assert_eq!(numbers(fresh[0].1.as_tensor()).unwrap(), [1.0, 2.0]);
        assert_eq!(again, moments);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 4]).unwrap();
        assert_eq!(read(&path, "k", &fresh, &mut again), None, "cut off");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no other file is left");
    }
}
