//! The documented order in which published models and voices are looked for, without network.

use std::path::{Path, PathBuf};

use super::catalogue::{Catalogue, CatalogueModel, PublishedFile, catalogue};
use super::hub;
use crate::model::ModelSource;
use crate::{Error, ErrorKind, Result, folders, libraries};

/// The name that stands for the first model or voices that are found.
pub(crate) const AUTO: &str = "auto";

const MODEL_VARIABLE: &str = "KOKORO_MODEL";
const VOICES_VARIABLE: &str = "KOKORO_VOICES";

/// The repository of the model's authors: its voices are `.pt` files, which are as good.
const AUTHORS: &str = "hexgrad/Kokoro-82M";

/// A model file, or a folder or file of voices, on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Why it was looked for there.
    pub origin: Origin,
}

/// Why something was looked for where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// An environment variable names it: `KOKORO_MODEL` or `KOKORO_VOICES`.
    Variable,
    /// It is in the [cache folder](super::cache_dir).
    Cache,
    /// It is in the user's Hugging Face cache.
    HubCache,
}

impl Origin {
    /// In words, such as `Kokoro cache`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Variable => "environment variable",
            Self::Cache => "Kokoro cache",
            Self::HubCache => "Hugging Face cache",
        }
    }
}

/// Where a published model is on this machine: one of the [catalogue](super::catalogue) by name, or `auto`. No network is
/// used.
///
/// `auto` is what `KOKORO_MODEL` names, else the first model of the catalogue that is there. A file in a cache is taken as
/// it is; `doctor` tells if it is not the published one.
///
/// # Errors
/// [`ErrorKind::ModelNotFound`] with the places that were searched; [`ErrorKind::InvalidConfig`] for a name that is not
/// in the catalogue, and for a `KOKORO_HOME` or `KOKORO_MODEL` that cannot be used.
pub fn find_model(name: &str) -> Result<Found> {
    Places::of_this_process()?.model(name)
}

/// Where published voices are on this machine: what `KOKORO_VOICES` names, else the folder of voices in the Kokoro cache,
/// else that in the Hugging Face cache. No network is used. A folder counts if one published voice is in it.
///
/// # Errors
/// [`ErrorKind::UnknownVoice`] with the places that were searched; [`ErrorKind::InvalidConfig`] for a `KOKORO_HOME` that
/// cannot be used.
pub fn find_voices() -> Result<Found> {
    Places::of_this_process()?.voices()
}

/// Whether `model` is a name for [`find_model`] rather than a path: one word of the catalogue, or `auto`. A file of that
/// name in the current folder is `./NAME`.
pub(crate) fn is_name(model: &Path) -> bool {
    model.to_str().is_some_and(|name| name == AUTO || catalogue().models.iter().any(|m| m.name == name))
}

/// The source of a model that was asked for by path or name, and its voices if they need not be beside it.
pub(crate) fn resolve(model: &Path) -> Result<(ModelSource, Option<PathBuf>)> {
    let Some(name) = model.to_str().filter(|_| is_name(model)) else {
        return Ok((ModelSource::new(model), None));
    };
    let found = find_model(name)?;
    tracing::debug!(name, path = %found.path.display(), origin = found.origin.as_str(), "found the model");
    let source = ModelSource::new(&found.path);
    match source {
        // What the variable names is found like any path.
        ModelSource::File(_) if found.origin != Origin::Variable => Ok((source, Some(find_voices()?.path))),
        _ => Ok((source, None)),
    }
}

/// What the search depends on, taken from the process once.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) model_variable: Option<PathBuf>,
    pub(crate) voices_variable: Option<PathBuf>,
    pub(crate) cache: Option<PathBuf>,
    pub(crate) hub: Option<PathBuf>,
}

impl Places {
    pub(crate) fn of_this_process() -> Result<Self> {
        let path = |name| libraries::variable(name).map(PathBuf::from);
        let cache = match folders::cache_dir() {
            Ok(cache) => Some(cache),
            // Without any home folder there is no cache; a wrong setting is an error.
            Err(_) if libraries::variable("KOKORO_HOME").is_none() => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            model_variable: path(MODEL_VARIABLE),
            voices_variable: path(VOICES_VARIABLE),
            cache,
            hub: folders::hub_cache(),
        })
    }

    pub(crate) fn model(&self, name: &str) -> Result<Found> {
        let catalogue = catalogue();
        if name != AUTO {
            let model = catalogue.model(name).ok_or_else(|| unknown(catalogue, name))?;
            return self.published(&model.file).ok_or_else(|| self.no_model(std::slice::from_ref(model)));
        }
        if let Some(path) = &self.model_variable
            && path.as_os_str() != AUTO
        {
            return match path.to_str().filter(|_| is_name(path)) {
                Some(name) => self.model(name),
                None => Ok(Found { path: path.clone(), origin: Origin::Variable }),
            };
        }
        let mut files = catalogue.models.iter().filter_map(|model| self.published(&model.file));
        files.next().ok_or_else(|| self.no_model(&catalogue.models))
    }

    pub(crate) fn voices(&self) -> Result<Found> {
        if let Some(path) = &self.voices_variable
            && path.as_os_str() != AUTO
        {
            return Ok(Found { path: path.clone(), origin: Origin::Variable });
        }
        let found = self.voice_folders().into_iter().find(|found| has_a_voice(&found.path));
        found.ok_or_else(|| {
            Error::new(
                ErrorKind::UnknownVoice,
                format!(
                    "no published voices are on this machine: fetch them (docs/assets.md), or give `voices` (or the \
                     variable {VOICES_VARIABLE}) a folder of voice files or one voice file. Looked in: {}",
                    self.in_words()
                ),
            )
        })
    }

    /// Where a published file is, if it is.
    pub(crate) fn published(&self, file: &PublishedFile) -> Option<Found> {
        let cached = self.cache.as_ref().map(|cache| cache.join(&file.place)).filter(|path| path.is_file());
        let in_hub = || hub::find(self.hub.as_ref()?, file.repository.as_ref()?, &file.address);
        cached
            .map(|path| Found { path, origin: Origin::Cache })
            .or_else(|| in_hub().map(|path| Found { path, origin: Origin::HubCache }))
    }

    /// The folders that may have voices, in order.
    fn voice_folders(&self) -> Vec<Found> {
        let catalogue = catalogue();
        let cached = self
            .cache
            .iter()
            .map(|cache| Found { path: cache.join(catalogue.voices_place()), origin: Origin::Cache });
        let published = catalogue.voices.first().and_then(|voice| voice.file.repository.as_deref());
        let repositories = published.into_iter().chain([AUTHORS]);
        let in_hub = repositories
            .filter_map(|repository| hub::find(self.hub.as_ref()?, repository, "voices"))
            .map(|path| Found { path, origin: Origin::HubCache });
        cached.chain(in_hub).collect()
    }

    fn no_model(&self, models: &[CatalogueModel]) -> Error {
        let names: Vec<_> = models.iter().map(|model| model.name.as_str()).collect();
        let by_hand = match (models, &self.cache) {
            ([model], Some(cache)) => format!(" as `{}`", cache.join(&model.file.place).display()),
            _ => String::new(),
        };
        Error::new(
            ErrorKind::ModelNotFound,
            format!(
                "{} is on this machine: fetch one (docs/assets.md), place it by hand{by_hand}, or give `model` (or \
                 the variable {MODEL_VARIABLE}) the path of a Kokoro `.onnx` file. Looked in: {}",
                match names.as_slice() {
                    [name] => format!("no model `{name}`"),
                    _ => "none of the published models".to_owned(),
                },
                self.in_words()
            ),
        )
    }

    fn in_words(&self) -> String {
        let folders: Vec<String> =
            self.cache.iter().chain(&self.hub).map(|folder| folder.display().to_string()).collect();
        if folders.is_empty() { "no folder at all".into() } else { folders.join(", ") }
    }
}

pub(crate) fn unknown(catalogue: &Catalogue, name: &str) -> Error {
    let names: Vec<_> = catalogue.models.iter().map(|model| model.name.as_str()).collect();
    Error::new(
        ErrorKind::InvalidConfig,
        format!("no published model is called `{name}`: the names are `{}` and `{AUTO}`", names.join("`, `")),
    )
}

/// Whether a voice lies in the folder, in one of the two forms in which they are published.
fn has_a_voice(folder: &Path) -> bool {
    let files = catalogue().voices.iter().map(|voice| voice.info.name.as_str());
    files
        .flat_map(|name| [format!("{name}.bin"), format!("{name}.pt")])
        .any(|file| folder.join(file).is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn touch(path: PathBuf) -> PathBuf {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "x").unwrap();
        path
    }

    const HUB: &str = "hub/models--onnx-community--Kokoro-82M-v1.0-ONNX/snapshots/abc";

    fn places(root: &Path) -> Places {
        Places { cache: Some(root.join("cache")), hub: Some(root.join("hub")), ..Places::default() }
    }

    #[test]
    fn follows_the_documented_order() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        let mut places = places(root.path());
        let half = touch(at(HUB).join("onnx/model_fp16.onnx"));
        let hub = Origin::HubCache;
        assert_eq!(places.model(AUTO).unwrap(), Found { path: half.clone(), origin: hub });
        let full = touch(at(HUB).join("onnx/model.onnx"));
        assert_eq!(places.model(AUTO).unwrap().path, full, "better quality first");
        let cached = touch(at("cache/kokoro-v1.0/kokoro-v1.0.onnx"));
        let found = Found { path: cached, origin: Origin::Cache };
        assert_eq!(places.model(AUTO).unwrap(), found);
        assert_eq!(places.model("kokoro-v1.0").unwrap(), found);
        assert_eq!(places.model("kokoro-v1.0-fp16").unwrap().path, half);

        places.model_variable = Some("/named/x.onnx".into());
        let named = Found { path: "/named/x.onnx".into(), origin: Origin::Variable };
        assert_eq!(places.model(AUTO).unwrap(), named);
        assert_eq!(places.model("kokoro-v1.0").unwrap(), found, "a name means that model");
        places.model_variable = Some("kokoro-v1.0-fp16".into());
        assert_eq!(places.model(AUTO).unwrap().path, half);
    }

    #[test]
    fn voices_are_found_in_each_place() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        let mut places = places(root.path());
        assert_eq!(places.voices().unwrap_err().kind(), ErrorKind::UnknownVoice);
        let voice = touch(at("hub/models--hexgrad--Kokoro-82M/snapshots/abc/voices/af_heart.pt"));
        assert_eq!(places.voices().unwrap().path, voice.parent().unwrap());
        let voice = touch(at(HUB).join("voices/af_sky.bin"));
        assert_eq!(places.voices().unwrap().path, voice.parent().unwrap());
        touch(at("cache/kokoro-v1.0/voices/.af_sky.bin.part"));
        assert_eq!(places.voices().unwrap().origin, Origin::HubCache);
        touch(at("cache/kokoro-v1.0/voices/af_sky.bin"));
        assert_eq!(places.voices().unwrap().origin, Origin::Cache);
        places.voices_variable = Some("/named".into());
        assert_eq!(places.voices().unwrap().path, Path::new("/named"));
    }

    #[test]
    fn what_is_missing_is_named_with_its_place() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let error = places.model("kokoro-v1.0-q8").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ModelNotFound);
        let place = root.path().join("cache/kokoro-v1.0/kokoro-v1.0-q8.onnx");
        assert!(error.to_string().contains(&place.display().to_string()), "{error}");
        assert_eq!(places.model(AUTO).unwrap_err().kind(), ErrorKind::ModelNotFound);
        let error = places.model("kokoro-v2").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains("`kokoro-v1.0`"), "{error}");
    }

    #[test]
    fn only_bare_names_of_the_catalogue_are_names() {
        assert!(is_name(Path::new("kokoro-v1.0")) && is_name(Path::new("auto")));
        for path in ["./kokoro-v1.0", "kokoro-v1.0.onnx", "fp16", "builtin", ""] {
            assert!(!is_name(Path::new(path)), "{path}");
        }
    }
}
