//! The folder where the library keeps what it fetches and prepares.

use std::path::{Path, PathBuf};

use crate::libraries;
use crate::{Error, ErrorKind, Result};

/// Environment variable that names the cache folder.
const HOME_VARIABLE: &str = "KOKORO_HOME";

/// The folder where the library keeps what it fetches and prepares: the variable `KOKORO_HOME`, else `kokoro` in the system's
/// folder for caches: `$XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`.
///
/// The folder need not exist; nothing is made by this call.
///
/// # Errors
/// [`ErrorKind::InvalidConfig`] if `KOKORO_HOME` is not an absolute path, or if it is not set and the system names no such
/// folder.
pub fn cache_dir() -> Result<PathBuf> {
    cache_by(|name| libraries::variable(name).map(PathBuf::from))
}

/// [`cache_dir`] by the variables that `variable` knows.
fn cache_by(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf> {
    if let Some(home) = variable(HOME_VARIABLE) {
        if home.is_absolute() {
            return Ok(home);
        }
        return Err(Error::new(
            ErrorKind::InvalidConfig,
            format!("{HOME_VARIABLE}={} is not an absolute path: correct or unset it", home.display()),
        ));
    }
    system_caches(variable).map(|caches| caches.join("kokoro")).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidConfig,
            format!(
                "the system names no folder for caches: set {HOME_VARIABLE} to the absolute path of a folder"
            ),
        )
    })
}

/// Where users' caches lie by the conventions of the platform. A relative path counts as none, as XDG's convention says.
fn system_caches(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
    if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        Some(absolute("HOME")?.join("Library/Caches"))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
    }
}

/// The folder of the Hugging Face hub's cache: `HF_HUB_CACHE`, `HF_HOME/hub`, `$XDG_CACHE_HOME/huggingface/hub`, else
/// `~/.cache/huggingface/hub`, on every platform.
pub(crate) fn hub_cache() -> Option<PathBuf> {
    let home = || libraries::absolute(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    hub_cache_by(libraries::absolute, home)
}

fn hub_cache_by(
    absolute: impl Fn(&str) -> Option<PathBuf>,
    home: impl Fn() -> Option<PathBuf>,
) -> Option<PathBuf> {
    if let Some(folder) = absolute("HF_HUB_CACHE").or_else(|| absolute("HUGGINGFACE_HUB_CACHE")) {
        return Some(folder);
    }
    Some(hub_home_by(absolute, home)?.join("hub"))
}

/// The folder of Hugging Face's tools, which has the token: `HF_HOME` and its defaults.
#[cfg(feature = "download")]
pub(crate) fn hub_home() -> Option<PathBuf> {
    let home = || libraries::absolute(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    hub_home_by(libraries::absolute, home)
}

fn hub_home_by(
    absolute: impl Fn(&str) -> Option<PathBuf>,
    home: impl Fn() -> Option<PathBuf>,
) -> Option<PathBuf> {
    let in_caches = |caches: &Path| caches.join("huggingface");
    absolute("HF_HOME")
        .or_else(|| Some(in_caches(&absolute("XDG_CACHE_HOME")?)))
        .or_else(|| Some(in_caches(&home()?.join(".cache"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<PathBuf> {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    }

    #[test]
    fn the_variable_wins_and_must_be_absolute() {
        assert_eq!(cache_by(given(&[("KOKORO_HOME", "/k"), ("HOME", "/h")])).unwrap(), Path::new("/k"));
        let error = cache_by(given(&[("KOKORO_HOME", "here"), ("HOME", "/h")])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains("KOKORO_HOME=here"), "{error}");
        assert_eq!(cache_by(given(&[])).unwrap_err().kind(), ErrorKind::InvalidConfig);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_names_the_folder() {
        let home = Path::new("/h/.cache/kokoro");
        assert_eq!(cache_by(given(&[("HOME", "/h")])).unwrap(), home);
        assert_eq!(cache_by(given(&[("HOME", "/h"), ("XDG_CACHE_HOME", "relative")])).unwrap(), home);
        let set = given(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")]);
        assert_eq!(cache_by(set).unwrap(), Path::new("/c/kokoro"));
    }

    #[test]
    fn the_hub_has_its_own_conventions() {
        let hub = |pairs| hub_cache_by(given(pairs), || Some("/h".into())).unwrap();
        assert_eq!(hub(&[]), Path::new("/h/.cache/huggingface/hub"));
        assert_eq!(hub(&[("XDG_CACHE_HOME", "/c")]), Path::new("/c/huggingface/hub"));
        assert_eq!(hub(&[("HF_HOME", "/hf"), ("XDG_CACHE_HOME", "/c")]), Path::new("/hf/hub"));
        assert_eq!(hub(&[("HF_HUB_CACHE", "/cache"), ("HF_HOME", "/hf")]), Path::new("/cache"));
    }
}
