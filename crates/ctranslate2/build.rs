//! Compiles the bridge to CTranslate2 against the headers that the crate `ct2rs` carries. CTranslate2 itself is what
//! `scripts/setup-ctranslate2` fetched, or, with the feature `source`, what ct2rs builds.

use std::path::{Path, PathBuf};

use cargo_metadata::{CargoOpt, MetadataCommand};

/// Folder of the library where it is not the one that the script makes.
const FOLDER: &str = "SECOND_EAR_CTRANSLATE2";

fn main() {
    let metadata = MetadataCommand::new()
        .features(CargoOpt::SomeFeatures(vec!["source".into()]))
        .other_options(["--locked".to_string()])
        .exec()
        .expect("cargo tells where the source of ct2rs is");
    let ct2rs = metadata.packages.iter().find(|package| package.name.as_str() == "ct2rs");
    let manifest = PathBuf::from(&ct2rs.expect("ct2rs is a dependency").manifest_path);
    let headers = manifest.with_file_name("CTranslate2").join("include");
    assert!(headers.is_dir(), "{} has no headers of CTranslate2", headers.display());
    cxx_build::bridge("src/lib.rs")
        .file("src/whisper.cc")
        .include(headers)
        .std("c++17")
        .flag_if_supported("-Wno-unused-parameter")
        .compile("second-ear-ctranslate2");
    if std::env::var_os("CARGO_FEATURE_SOURCE").is_none() {
        link_fetched(metadata.workspace_root.as_std_path());
    }
    println!("cargo::rerun-if-changed=src/lib.rs");
    println!("cargo::rerun-if-changed=src/whisper.cc");
    println!("cargo::rerun-if-changed=src/whisper.h");
}

/// Links the shared library, and tells whoever links a program (`DEP_CTRANSLATE2_FOLDER`) where it lies.
fn link_fetched(root: &Path) {
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let folder = std::env::var_os(FOLDER).map_or_else(|| root.join(".ctranslate2"), PathBuf::from);
    println!("cargo::rerun-if-changed={}", folder.display());
    let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    let Some(library) = names.find(|name| name.starts_with("libctranslate2")) else {
        println!(
            "cargo::error=no CTranslate2 in {}: run scripts/setup-ctranslate2, or build it with --features \
             ctranslate2-source (half an hour; needs cmake)",
            folder.display()
        );
        return;
    };
    println!("cargo::rustc-link-search=native={}", folder.display());
    println!("cargo::rustc-link-lib=dylib:+verbatim={library}");
    println!("cargo::metadata=folder={}", folder.display());
}
