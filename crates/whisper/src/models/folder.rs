//! Where models are kept. In: the environment. Out: a folder. Left to others: making it (`pull`).

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names the models folder.
pub const FOLDER_VARIABLE: &str = "SECOND_EAR_MODELS";

/// `SECOND_EAR_MODELS` if it is set; else `models` here, in a checkout of second-ear (it holds
/// `registry.toml`); else `second-ear/models` in the user's data folder.
pub fn default_dir() -> PathBuf {
    let here = Path::new("models");
    choose(|name| env::var_os(name), here.join("registry.toml").is_file().then_some(here))
}

fn choose(variable: impl Fn(&str) -> Option<OsString>, checkout: Option<&Path>) -> PathBuf {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = || {
        let xdg = set("XDG_DATA_HOME").filter(|path| path.is_absolute());
        xdg.or_else(|| set("HOME").map(|home| home.join(".local/share")))
    };
    set(FOLDER_VARIABLE)
        .or_else(|| checkout.map(Path::to_path_buf))
        .or_else(|| data().map(|data| data.join("second-ear/models")))
        .unwrap_or_else(|| "models".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_wins_then_the_checkout_then_the_data_folder() {
        let home = |name: &str| (name == "HOME").then(|| "/home/a".into());
        let all = |name: &str| Some(OsString::from(format!("/{name}")));
        assert_eq!(choose(all, Some(Path::new("models"))), Path::new("/SECOND_EAR_MODELS"));
        assert_eq!(choose(home, Some(Path::new("models"))), Path::new("models"));
        assert_eq!(choose(home, None), Path::new("/home/a/.local/share/second-ear/models"));
        let xdg = |name: &str| (name == "XDG_DATA_HOME").then(|| "/data".into());
        assert_eq!(choose(xdg, None), Path::new("/data/second-ear/models"));
        assert_eq!(choose(|_| None, None), Path::new("models"));
    }
}
