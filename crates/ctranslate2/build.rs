//! Compiles the bridge to CTranslate2 against the headers that the crate `ct2rs` carries.

use std::path::PathBuf;

fn main() {
    let metadata = cargo_metadata::MetadataCommand::new()
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
    println!("cargo:rerun-if-changed=src/lib.rs");
    println!("cargo:rerun-if-changed=src/whisper.cc");
    println!("cargo:rerun-if-changed=src/whisper.h");
}
