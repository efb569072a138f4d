//! Where tests and examples look for a shared CTranslate2 at run time: where it lay when they were built. Programs are
//! told the folder (`DEP_SECOND_EAR_WHISPER_CTRANSLATE2`).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(folder) = std::env::var("DEP_CTRANSLATE2_FOLDER") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
        println!("cargo::metadata=CTRANSLATE2={folder}");
    }
}
