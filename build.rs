//! Where the program looks for CTranslate2 at run time, if it is linked to a shared one: beside itself, in `lib` beside its
//! folder, then where it lay when it was built. And what a build of whisper.cpp needs, said in one sentence.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(folder) = std::env::var("DEP_SECOND_EAR_WHISPER_CTRANSLATE2") {
        for place in ["$ORIGIN", "$ORIGIN/../lib", &folder] {
            println!("cargo::rustc-link-arg=-Wl,-rpath,{place}");
        }
    }
    if std::env::var_os("CARGO_FEATURE_WHISPER_CPP").is_some() {
        check_whisper_cpp();
    }
}

/// `cargo install` does not read `.cargo/config.toml`: it would ask for libclang, or build a slower whisper.cpp in silence.
fn check_whisper_cpp() {
    let missing = |name| std::env::var_os(name).is_none();
    if missing("WHISPER_DONT_GENERATE_BINDINGS") || missing("GGML_LLAMAFILE") {
        println!(
            "cargo::error=building whisper.cpp needs two settings before the command: \
             WHISPER_DONT_GENERATE_BINDINGS=1 GGML_LLAMAFILE=ON"
        );
    }
    let cmake = std::env::var("CMAKE").unwrap_or_else(|_| "cmake".into());
    if std::process::Command::new(cmake).arg("--version").output().is_err() {
        println!("cargo::error=building whisper.cpp needs cmake: sudo apt-get install cmake");
    }
}
