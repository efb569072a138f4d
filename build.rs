//! Where the program looks for CTranslate2 at run time, if it is linked to a shared one: beside itself, in `lib` beside its
//! folder, then where it lay when it was built.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(folder) = std::env::var("DEP_SECOND_EAR_WHISPER_CTRANSLATE2") {
        for place in ["$ORIGIN", "$ORIGIN/../lib", &folder] {
            println!("cargo::rustc-link-arg=-Wl,-rpath,{place}");
        }
    }
}
