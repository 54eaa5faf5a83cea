//! What the searches for shared libraries have in common: ONNX Runtime's and espeak-ng's.
//!
//! A library that someone names is final, right or wrong, and must be an absolute path: what a relative one means
//! depends on the current folder, which is never searched, so that a file planted there cannot run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, Result};

/// A file that may be the library.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// An absolute path, or a bare name for the system's loader where that never looks into the current folder.
    pub(crate) path: PathBuf,
    /// Who named it, for messages.
    pub(crate) origin: &'static str,
    /// Whether the search ends here, right or wrong.
    pub(crate) is_final: bool,
}

/// What is looked for, as messages about a named file need it.
pub(crate) struct Wanted<'a> {
    /// Such as "ONNX Runtime's library".
    pub(crate) name: &'a str,
    /// The kind of error where it is missing.
    pub(crate) missing: ErrorKind,
    /// What else can be done, to follow "give the absolute path of the library file, or".
    pub(crate) remedy: &'a str,
}

impl Wanted<'_> {
    /// The candidate that the user has named, by code or else by a variable, if any. `in_folder` finds the library in a
    /// folder, which stands for it.
    pub(crate) fn named(
        &self,
        names: [(Option<PathBuf>, &'static str); 2],
        in_folder: impl Fn(&Path) -> Option<PathBuf>,
    ) -> Result<Option<Candidate>> {
        let Some((path, origin)) = names.into_iter().find_map(|(path, origin)| Some((path?, origin))) else {
            return Ok(None);
        };
        let path = self.check(path, origin, in_folder)?;
        Ok(Some(Candidate { path, origin, is_final: true }))
    }

    fn check(
        &self,
        path: PathBuf,
        origin: &str,
        in_folder: impl Fn(&Path) -> Option<PathBuf>,
    ) -> Result<PathBuf> {
        let refuse = |kind, what: String| {
            Err(Error::new(
                kind,
                format!(
                    "{origin} names `{}`, {what}: give the absolute path of the library file, or {}",
                    path.display(),
                    self.remedy
                ),
            ))
        };
        if !path.is_absolute() {
            return refuse(ErrorKind::InvalidConfig, "which is not an absolute path".into());
        }
        if path.is_dir() {
            return in_folder(&path)
                .map_or_else(|| refuse(self.missing, format!("a folder without {}", self.name)), Ok);
        }
        if !path.exists() {
            return refuse(self.missing, "which does not exist".into());
        }
        Ok(path)
    }
}

/// The value of an environment variable; an empty one counts as none.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The absolute path in an environment variable; a relative one counts as none.
pub(crate) fn absolute(name: &str) -> Option<PathBuf> {
    variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Roots of the active Python environments, innermost first.
pub(crate) fn python_prefixes() -> Vec<PathBuf> {
    ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(absolute).collect()
}

/// Where an environment has a folder of a package: in `site-packages` of each of its Pythons; then its own libraries.
pub(crate) fn python_folders(prefix: &Path, in_package: &str) -> Vec<PathBuf> {
    let lib = prefix.join("lib");
    let entries = std::fs::read_dir(&lib).into_iter().flatten().flatten();
    let mut pythons: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("python"))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    pythons.sort();
    // Unix has lib/pythonX.Y/site-packages, Windows has Lib\site-packages.
    pythons.push(prefix.join("Lib"));
    let packages = pythons.iter().map(|python| python.join("site-packages").join(in_package));
    packages.chain([lib.clone()]).collect()
}

/// Where the system's package manager puts libraries. On Windows there is no such place.
pub(crate) fn system_folders() -> Vec<PathBuf> {
    let folders: &[&str] = if cfg!(target_os = "macos") {
        &["/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"]
    } else if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        &["/usr/local/lib", "/usr/local/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]
    } else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
        &["/usr/local/lib", "/usr/local/lib64", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
    } else if cfg!(unix) {
        &["/usr/local/lib", "/usr/lib"]
    } else {
        &[]
    };
    folders.iter().map(PathBuf::from).collect()
}
