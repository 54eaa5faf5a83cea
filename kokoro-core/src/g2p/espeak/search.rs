//! The documented order in which espeak-ng's library is looked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub(super) use crate::libraries::Candidate;
use crate::libraries::{self, Wanted};
use crate::{ErrorKind, Result};

/// What to do where there is no library.
pub(super) const REMEDY: &str = "install it (`apt install libespeak-ng1`, `brew install espeak-ng` or, in the active \
                                 Python environment, `pip install espeakng-loader`), or name its file with \
                                 KOKORO_ESPEAK_LIBRARY or `espeak_library`; English needs no library with the \
                                 fallback `rules`";

const PATH_VARIABLE: &str = "KOKORO_ESPEAK_LIBRARY";

/// Variables that name the folder of the data; the second is espeak-ng's own.
const DATA_VARIABLES: [&str; 2] = ["KOKORO_ESPEAK_DATA", "ESPEAK_DATA_PATH"];

/// What the folder of the data is called.
const DATA_FOLDER: &str = "espeak-ng-data";

/// How to name the library, for messages.
const WANTED: Wanted<'_> =
    Wanted { name: "espeak-ng's library", missing: ErrorKind::EspeakNotFound, remedy: REMEDY };

/// What the search depends on, taken from the process once.
#[derive(Debug, Default)]
pub(super) struct Search {
    explicit: Option<PathBuf>,
    variable: Option<OsString>,
    data: Option<PathBuf>,
    /// Roots of the active virtual environments, innermost first.
    python_prefixes: Vec<PathBuf>,
    system_folders: Vec<PathBuf>,
}

impl Search {
    pub(super) fn of_this_process(explicit: Option<&Path>) -> Self {
        Self {
            explicit: explicit.map(Into::into),
            variable: libraries::variable(PATH_VARIABLE),
            data: DATA_VARIABLES.into_iter().find_map(libraries::absolute),
            python_prefixes: libraries::python_prefixes(),
            system_folders: system_folders(),
        }
    }

    /// The files to try, best first.
    pub(super) fn candidates(&self) -> Result<Vec<Candidate>> {
        let named = [
            (self.explicit.clone(), "espeak_library"),
            (self.variable.as_ref().map(PathBuf::from), PATH_VARIABLE),
        ];
        if let Some(named) = WANTED.named(named, library_in)? {
            return Ok(vec![named]);
        }
        let groups = [
            (self.python_folders(), "active Python environment"),
            (self.system_folders.clone(), "system folder"),
        ];
        let found = groups.into_iter().flat_map(|(folders, origin)| {
            folders.into_iter().filter_map(|folder| library_in(&folder)).map(move |path| Candidate {
                path,
                origin,
                is_final: false,
            })
        });
        let by_loader = LOADER_NAMES.iter().map(|name| Candidate {
            path: PathBuf::from(name),
            origin: "the system's loader",
            is_final: false,
        });
        Ok(found.chain(by_loader).collect())
    }

    /// Every place that is searched, for the message that nothing was found.
    pub(super) fn places(&self) -> Vec<PathBuf> {
        [self.python_folders(), self.system_folders.clone()].concat()
    }

    /// The folder of the data for the library at `path`, if it is not for the library to find.
    pub(super) fn data(&self, path: &Path) -> Option<PathBuf> {
        let beside = || path.parent().map(|folder| folder.join(DATA_FOLDER)).filter(|folder| folder.is_dir());
        self.data.clone().or_else(beside)
    }

    fn python_folders(&self) -> Vec<PathBuf> {
        self.python_prefixes
            .iter()
            .flat_map(|prefix| libraries::python_folders(prefix, "espeakng_loader"))
            .collect()
    }
}

/// espeak-ng's library in a folder.
fn library_in(folder: &Path) -> Option<PathBuf> {
    FILE_NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The names of the file, the one for programs before the one for compilers.
const FILE_NAMES: &[&str] = if cfg!(windows) {
    &["libespeak-ng.dll", "espeak-ng.dll"]
} else if cfg!(target_os = "macos") {
    &["libespeak-ng.1.dylib", "libespeak-ng.dylib"]
} else {
    &["libespeak-ng.so.1", "libespeak-ng.so"]
};

/// Names for a loader that knows the system's folders better than any list. Those of macOS and Windows would look into
/// the current folder, too.
const LOADER_NAMES: &[&str] = if cfg!(windows) || cfg!(target_vendor = "apple") { &[] } else { FILE_NAMES };

/// The system's folders, or on Windows that of espeak-ng's installer.
fn system_folders() -> Vec<PathBuf> {
    let programs = if cfg!(windows) { libraries::absolute("ProgramFiles") } else { None };
    let installed = programs.map(|programs| programs.join("eSpeak NG"));
    installed.into_iter().chain(libraries::system_folders()).collect()
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
        let package = "venv/lib/python3.11/site-packages/espeakng_loader";
        let in_system = touch(&at("system"), "libespeak-ng.so.1");
        let in_package = touch(&at(package), "libespeak-ng.so");
        let in_prefix = touch(&at("venv/lib"), "libespeak-ng.so.1");
        let mut search = Search {
            python_prefixes: vec![at("venv")],
            system_folders: vec![at("empty"), at("system")],
            ..Search::default()
        };
        let by_loader = ["libespeak-ng.so.1", "libespeak-ng.so"].map(PathBuf::from);
        let found: Vec<PathBuf> = [in_package, in_prefix, in_system].into_iter().chain(by_loader).collect();
        assert_eq!(paths(&search), found);

        let named = touch(&at("named"), "anything.so");
        search.variable = Some(named.clone().into());
        assert_eq!(
            search.candidates().unwrap(),
            [Candidate { path: named, origin: PATH_VARIABLE, is_final: true }]
        );

        let explicit = touch(&at("explicit"), "libespeak-ng.so");
        search.explicit = Some(explicit.clone());
        assert_eq!(paths(&search), std::slice::from_ref(&explicit));

        search.explicit = Some(at("explicit"));
        assert_eq!(paths(&search), [explicit], "a folder stands for the library in it");
    }

    #[test]
    fn data_is_named_or_stands_beside_the_library() {
        let root = tempfile::tempdir().unwrap();
        let library = touch(root.path(), "libespeak-ng.so");
        let mut search = Search::default();
        assert_eq!(search.data(&library), None);
        let beside = root.path().join(DATA_FOLDER);
        fs::create_dir(&beside).unwrap();
        assert_eq!(search.data(&library), Some(beside));
        assert_eq!(search.data(Path::new("libespeak-ng.so.1")), None);
        search.data = Some("/named".into());
        assert_eq!(search.data(&library), Some("/named".into()));
    }

    #[test]
    fn paths_that_depend_on_the_current_folder_are_refused() {
        for path in ["libespeak-ng.so.1", "./libespeak-ng.so", "target/x.so"] {
            let search = Search { variable: Some(path.into()), ..Search::default() };
            let error = search.candidates().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(error.to_string().contains(path), "{error}");
        }
        assert!(Search::of_this_process(None).places().iter().all(|place| place.is_absolute()));
    }

    #[test]
    fn named_but_missing_says_so() {
        let root = tempfile::tempdir().unwrap();
        for path in [root.path().join("gone.so"), root.path().to_owned()] {
            let search = Search { explicit: Some(path.clone()), ..Search::default() };
            let error = search.candidates().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::EspeakNotFound);
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }
}
