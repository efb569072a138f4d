//! Models go out and come back; what a ggml file cannot hold is refused.

use std::fs;

use super::super::super::convert;
use super::super::super::ggml::{self, Storage};
use super::super::super::progress::Stage;
use super::super::super::synthetic::{number, write_bpe};
use super::super::export;
use super::*;
use serde_json::Value;

fn quiet(_: ProgressEvent) {}

/// A synthetic model, and the folder made of it.
fn exported() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let (ours, folder) = (root.path().join("ours.bin"), root.path().join("hf"));
    write_bpe(&ours, Storage::F16);
    export(&ours, &folder, &mut quiet).unwrap();
    (root, ours, folder)
}

fn failure(folder: &Path) -> String {
    let out = folder.with_extension("bin");
    let error = import(folder, &out, Format::F16, &mut quiet).unwrap_err();
    assert!(!out.exists());
    format!("{error:#}")
}

fn set(folder: &Path, file: &str, key: &str, value: impl Into<Value>) {
    let path = folder.join(file);
    let mut json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    json[key] = value.into();
    fs::write(path, json.to_string()).unwrap();
}

/// Writes the weights of a folder again, changed.
fn rewrite(folder: &Path, change: impl FnOnce(&mut Vec<(String, Vec<usize>, Vec<f32>)>)) {
    let path = folder.join(WEIGHTS);
    let bytes = fs::read(&path).unwrap();
    let mut list = super::super::tensors::all(&bytes);
    change(&mut list);
    let described: Vec<_> = list.iter().map(|(n, shape, _)| (n.clone(), shape.clone())).collect();
    let mut bytes = Vec::new();
    super::super::tensors::start(&mut bytes, &described).unwrap();
    for (_, _, numbers) in &list {
        bytes.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn every_number_is_in_its_place_and_the_way_back_gives_the_same_bytes() {
    let (root, ours, folder) = exported();
    let mut tensors = Tensors::open(&folder.join(WEIGHTS)).unwrap();
    let header = ggml::inspect(&ours).unwrap();
    let slots = slots(&header);
    assert_eq!(tensors.names().len(), slots.len());
    for slot in &slots {
        let mut at = 0;
        let check = &mut |numbers: &[f32]| {
            for found in numbers {
                assert_eq!(*found, number(&slot.name, at), "{} at {at}", slot.name);
                at += 1;
            }
            Ok(())
        };
        tensors.values(&names::name(slot), &names::shape(slot), check).unwrap();
        assert_eq!(at, slot.count());
    }

    let back = root.path().join("back.bin");
    let sum = import(&folder, &back, Format::F16, &mut quiet).unwrap();
    assert!(fs::read(&ours).unwrap() == fs::read(&back).unwrap());
    assert_eq!(sum, crate::hex_digest(&fs::read(&ours).unwrap()));
    // as transformers saves the slow tokenizer
    fs::remove_file(folder.join("tokenizer.json")).unwrap();
    import(&folder, &back, Format::F16, &mut quiet).unwrap();
    assert!(fs::read(&ours).unwrap() == fs::read(&back).unwrap());
    import(&folder, &back, Format::Q8_0, &mut quiet).unwrap();
    assert_eq!(ggml::inspect(&back).unwrap().storage, Storage::Q8_0);
}

#[test]
fn a_model_of_f32_gives_the_same_folder_and_a_quantised_one_none() {
    let (root, ours, folder) = exported();
    let f32s = root.path().join("f32.bin");
    write_bpe(&f32s, Storage::F32);
    let (mut last, again) = (0, root.path().join("hf32"));
    let mut watch = |event| {
        let ProgressEvent::Bytes { stage: Stage::Convert, done, total } = event else { return };
        assert!(done > last && Some(done) <= total);
        last = done;
    };
    export(&f32s, &again, &mut watch).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(fs::read(folder.join(&name)).unwrap() == fs::read(again.join(&name)).unwrap());
    }
    assert_eq!(fs::read_dir(&again).unwrap().count(), 9);

    let small = root.path().join("small.bin");
    convert::quantise(&ours, &small, &mut quiet).unwrap();
    let out = root.path().join("none");
    let error = export(&small, &out, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("quantised (Q8_0)") && !out.exists(), "{error}");
    let error = export(&ours, &folder, &mut quiet).unwrap_err().to_string();
    assert!(error.contains("there already"), "{error}");
}

#[test]
fn a_vocabulary_without_merges_is_refused_and_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    super::super::super::synthetic::write_ct2(root.path());
    let ours = root.path().join("ours.bin");
    convert::from_ct2(root.path(), &ours, Format::F16, &mut quiet, |_| Ok(())).unwrap();
    let error = export(&ours, &root.path().join("hf"), &mut quiet).unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("vocabulary") && error.contains("the byte 0"), "{error}");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 3);
}

#[test]
fn a_folder_in_another_form_says_how_to_save_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(failure(folder).contains("has no model.safetensors"));
    for (name, hint) in
        [(PICKLE, "Python pickle"), (ADAPTER, "merge_and_unload"), (SHARDS, "max_shard_size")]
    {
        fs::write(folder.join(name), "{}").unwrap();
        assert!(super::super::is_folder(folder));
        assert!(failure(folder).contains(hint), "{}", failure(folder));
    }
    fs::write(folder.join(WEIGHTS), "").unwrap();
    assert!(failure(folder).contains("config.json"));
}

#[test]
fn a_folder_that_does_not_fit_names_the_file_and_the_reason() {
    let (_root, _, folder) = exported();
    set(&folder, "config.json", "decoder_layers", 2);
    assert!(failure(&folder).contains("model.decoder.layers.1."), "{}", failure(&folder));
    set(&folder, "config.json", "decoder_layers", 1);
    set(&folder, "config.json", "model_type", "wav2vec2");
    assert!(failure(&folder).contains("config.json") && failure(&folder).contains("wav2vec2"));
    set(&folder, "config.json", "model_type", "whisper");
    set(&folder, "config.json", "num_mel_bins", 128);
    assert!(failure(&folder).contains("[64, 80, 3], not [64, 128, 3]"), "{}", failure(&folder));
    set(&folder, "config.json", "num_mel_bins", 80);
    set(&folder, "tokenizer.json", "model", serde_json::json!({ "vocab": { "!": 0 } }));
    assert!(failure(&folder).contains("token 1 of 50256 is missing"), "{}", failure(&folder));
    for name in ["tokenizer.json", "vocab.json"] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    assert!(failure(&folder).contains("processor.save_pretrained"), "{}", failure(&folder));
}

#[test]
fn weights_that_ggml_cannot_hold_are_refused() {
    let (_root, ours, folder) = exported();
    let sound = fs::read(folder.join(WEIGHTS)).unwrap();
    let embedding = |list: &[(String, Vec<usize>, Vec<f32>)]| {
        list.iter().find(|t| t.0 == names::EMBEDDING).cloned()
    };

    let tied = |list: &mut Vec<(String, Vec<usize>, Vec<f32>)>| {
        let (_, shape, numbers) = embedding(list).unwrap();
        list.push((names::OUTPUT.into(), shape, numbers));
    };
    rewrite(&folder, tied);
    let back = folder.with_extension("bin");
    import(&folder, &back, Format::F16, &mut quiet).unwrap();
    assert!(fs::read(&ours).unwrap() == fs::read(&back).unwrap());
    fs::remove_file(back).unwrap();
    rewrite(&folder, |list| list.last_mut().unwrap().2[70_000] += 0.5);
    assert!(failure(&folder).contains("tied embeddings"), "{}", failure(&folder));

    fs::write(folder.join(WEIGHTS), &sound).unwrap();
    rewrite(&folder, |list| list.push(("model.lora_A.weight".into(), vec![1], vec![0.0])));
    assert!(failure(&folder).contains("model.lora_A.weight"), "{}", failure(&folder));

    fs::write(folder.join(WEIGHTS), &sound).unwrap();
    rewrite(&folder, |list| drop(list.remove(0)));
    assert!(failure(&folder).contains("is missing"), "{}", failure(&folder));

    for bad in [f32::NAN, f32::NEG_INFINITY, 65_520.0] {
        fs::write(folder.join(WEIGHTS), &sound).unwrap();
        rewrite(&folder, |list| {
            let tensor = list.iter_mut().find(|t| t.0.ends_with("fc1.weight")).unwrap();
            tensor.2[3] = bad;
        });
        assert!(failure(&folder).contains("fc1.weight holds"), "{}", failure(&folder));
    }
    fs::write(folder.join(WEIGHTS), &sound[..sound.len() - 1]).unwrap();
    assert!(failure(&folder).contains("copied whole"), "{}", failure(&folder));
}
