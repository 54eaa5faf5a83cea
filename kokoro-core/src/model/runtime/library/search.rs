//! The documented order in which ONNX Runtime's library is looked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::assets::catalogue;
pub(super) use crate::libraries::Candidate;
use crate::libraries::{self, Wanted};
use crate::{ErrorKind, Result, folders};

const PATH_VARIABLE: &str = "ORT_DYLIB_PATH";

/// How to name the library, for messages.
const WANTED: Wanted<'_> = Wanted {
    name: "ONNX Runtime's library",
    missing: ErrorKind::RuntimeNotFound,
    remedy: "leave it out to have the library searched for",
};

/// What the search depends on, taken from the process once.
#[derive(Debug, Default)]
pub(super) struct Search {
    explicit: Option<PathBuf>,
    variable: Option<OsString>,
    executable_folder: Option<PathBuf>,
    /// What the program has named.
    program_folders: Vec<PathBuf>,
    /// Roots of the active virtual environments, innermost first.
    python_prefixes: Vec<PathBuf>,
    /// Where `Fetcher::runtime` puts it.
    cache_folder: Option<PathBuf>,
    system_folders: Vec<PathBuf>,
}

impl Search {
    pub(super) fn of_this_process(explicit: Option<&Path>) -> Self {
        Self {
            explicit: explicit.map(Into::into),
            variable: libraries::variable(PATH_VARIABLE),
            executable_folder: std::env::current_exe()
                .ok()
                .and_then(|path| path.parent().map(Path::to_owned)),
            program_folders: super::super::folders_of_program(),
            python_prefixes: libraries::python_prefixes(),
            cache_folder: folders::cache_dir().ok().map(|cache| cache.join(catalogue().runtime_place())),
            // None on Windows, where System32 carries an old ONNX Runtime.
            system_folders: libraries::system_folders(),
        }
    }

    /// The files to try, best first.
    pub(super) fn candidates(&self) -> Result<Vec<Candidate>> {
        let named = [
            (self.explicit.clone(), "runtime_library"),
            (self.variable.as_ref().map(PathBuf::from), PATH_VARIABLE),
        ];
        if let Some(named) = WANTED.named(named, |folder| libraries_in(folder).into_iter().next())? {
            return Ok(vec![named]);
        }
        let groups = [
            (self.executable_folders(), "beside the executable"),
            (self.program_folders.clone(), "named by the program"),
            (self.python_folders(), "active Python environment"),
            (self.cache_folder.iter().cloned().collect(), "Kokoro cache"),
            (self.system_folders.clone(), "system folder"),
        ];
        let found = groups.into_iter().flat_map(|(folders, origin)| {
            folders.into_iter().flat_map(|folder| libraries_in(&folder)).map(move |path| Candidate {
                path,
                origin,
                is_final: false,
            })
        });
        Ok(found.collect())
    }

    /// Every folder that is searched, for the message that nothing was found.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let cache = self.cache_folder.iter().cloned().collect();
        let program = self.program_folders.clone();
        [self.executable_folders(), program, self.python_folders(), cache, self.system_folders.clone()]
            .concat()
    }

    fn executable_folders(&self) -> Vec<PathBuf> {
        self.executable_folder.iter().flat_map(|folder| [folder.clone(), folder.join("lib")]).collect()
    }

    fn python_folders(&self) -> Vec<PathBuf> {
        self.python_prefixes
            .iter()
            .flat_map(|prefix| libraries::python_folders(prefix, "onnxruntime/capi"))
            .collect()
    }
}

/// ONNX Runtime's library files in one folder, the highest version first.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(|entry| Some((library_version(entry.file_name().to_str()?)?, entry.path())))
        .filter(|(_, path)| path.is_file())
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The version in the name of a library file (none: empty), or `None` for any other file.
fn library_version(file_name: &str) -> Option<Vec<u32>> {
    let rest = file_name.strip_prefix(std::env::consts::DLL_PREFIX)?.strip_prefix("onnxruntime")?;
    let suffix = std::env::consts::DLL_SUFFIX;
    // libonnxruntime.so.1.31.1 on Linux, libonnxruntime.1.31.1.dylib on macOS, onnxruntime.dll on Windows.
    let version = rest.strip_suffix(suffix).or_else(|| rest.strip_prefix(suffix))?;
    match version.strip_prefix('.') {
        None => version.is_empty().then(Vec::new),
        Some(version) => version.split('.').map(|part| part.parse().ok()).collect(),
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::fs;

    fn touch(folder: &Path, name: &str) -> PathBuf {
        fs::create_dir_all(folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, "").unwrap();
        path
    }

    fn paths(search: &Search) -> Vec<PathBuf> {
        search.candidates().unwrap().into_iter().map(|candidate| candidate.path).collect()
    }

    #[test]
    fn follows_the_documented_order() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let capi = "venv/lib/python3.11/site-packages/onnxruntime/capi";
        let in_system = touch(&at("system"), "libonnxruntime.so.1.21.0");
        let in_cache = touch(&at("cache"), "libonnxruntime.so.1.31.1");
        let in_capi = touch(&at(capi), "libonnxruntime.so.1.31.1");
        let in_prefix = touch(&at("venv/lib"), "libonnxruntime.so");
        let in_lib = touch(&at("exe/lib"), "libonnxruntime.so");
        let beside = touch(&at("exe"), "libonnxruntime.so.1.20.0");
        let in_named = touch(&at("host"), "libonnxruntime.so.1.25.0");
        let mut search = Search {
            executable_folder: Some(at("exe")),
            program_folders: vec![at("host")],
            python_prefixes: vec![at("venv")],
            cache_folder: Some(at("cache")),
            system_folders: vec![at("system")],
            ..Search::default()
        };
        assert_eq!(paths(&search), [beside, in_lib, in_named, in_capi, in_prefix, in_cache, in_system]);

        let named = touch(&at("named"), "anything.so");
        search.variable = Some(named.clone().into());
        assert_eq!(
            search.candidates().unwrap(),
            [Candidate { path: named.clone(), origin: PATH_VARIABLE, is_final: true }]
        );

        let explicit = touch(&at("explicit"), "libonnxruntime.so");
        search.explicit = Some(explicit.clone());
        assert_eq!(paths(&search), std::slice::from_ref(&explicit));

        search.explicit = Some(at("explicit"));
        assert_eq!(paths(&search), [explicit], "a folder stands for the library in it");
    }

    #[test]
    fn newest_version_of_a_folder_comes_first() {
        let root = tempfile::tempdir().unwrap();
        let names = [
            "libonnxruntime.so",
            "libonnxruntime.so.1",
            "libonnxruntime.so.1.9.0",
            "libonnxruntime.so.1.31.1",
        ];
        for name in
            names.into_iter().chain(["libonnxruntime_providers_shared.so", "onnxruntime.so", "notes.txt"])
        {
            touch(root.path(), name);
        }
        let found: Vec<_> = libraries_in(root.path());
        let expected: Vec<_> =
            [names[3], names[2], names[1], names[0]].map(|name| root.path().join(name)).into();
        assert_eq!(found, expected);
    }

    #[test]
    fn paths_that_depend_on_the_current_folder_are_refused() {
        for path in ["libonnxruntime.so", "./libonnxruntime.so", "target/x.so"] {
            let search = Search { variable: Some(path.into()), ..Search::default() };
            let error = search.candidates().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(error.to_string().contains(path), "{error}");
        }
    }

    #[test]
    fn named_but_missing_says_so() {
        let root = tempfile::tempdir().unwrap();
        for path in [root.path().join("gone.so"), root.path().to_owned()] {
            let search = Search { explicit: Some(path.clone()), ..Search::default() };
            let error = search.candidates().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RuntimeNotFound);
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }

    #[test]
    fn the_current_folder_is_not_searched() {
        let here = std::env::current_dir().unwrap();
        assert!(
            !Search::of_this_process(None)
                .folders()
                .iter()
                .any(|folder| *folder == here || folder.is_relative())
        );
    }
}
