//! The published files, read from `data/catalogue.json`.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;

use crate::VoiceInfo;

/// The catalogue of this version of the library.
///
/// The facts are in one file, `data/catalogue.json`, which also says where they come from.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "the file is part of the crate, and a test reads it")]
        parse(include_str!("../../data/catalogue.json")).expect("the catalogue can be read")
    });
    &CATALOGUE
}

/// The published files of Kokoro-82M, and the builds of ONNX Runtime that go with this version of the library.
#[derive(Debug)]
#[non_exhaustive]
pub struct Catalogue {
    /// The release of the model, and the folder of its files in the cache: `kokoro-v1.0`.
    pub release: String,
    /// The models, best quality first.
    pub models: Vec<CatalogueModel>,
    /// The voices, by name.
    pub voices: Vec<CatalogueVoice>,
    /// The configuration with the vocabulary.
    pub config: PublishedFile,
    /// Version of [`runtimes`](Self::runtimes), such as `1.31.1`.
    pub runtime_version: String,
    /// Name of ONNX Runtime's project in a Python package index.
    pub runtime_project: String,
    /// ONNX Runtime for each platform.
    pub runtimes: Vec<RuntimeBuild>,
}

/// A published model.
#[derive(Debug)]
#[non_exhaustive]
pub struct CatalogueModel {
    /// What to ask for it by, such as `kokoro-v1.0-fp16`.
    pub name: String,
    /// How its weights are stored: `fp32`, `fp16`, `q8` and so on. Not a measure of speed: on most processors `fp32` is
    /// the fastest.
    pub precision: String,
    /// The file.
    pub file: PublishedFile,
}

/// A published voice.
#[derive(Debug)]
#[non_exhaustive]
pub struct CatalogueVoice {
    /// Its name, language and gender.
    pub info: VoiceInfo,
    /// The file: 510 rows of 256 little-endian `f32`.
    pub file: PublishedFile,
}

/// A file as it was published.
#[derive(Debug)]
#[non_exhaustive]
pub struct PublishedFile {
    /// Its repository on the Hugging Face hub, if that is where it is.
    pub repository: Option<String>,
    /// Its path in the repository, or its whole address.
    pub address: String,
    /// Its place below the cache folder.
    pub place: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 in 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// ONNX Runtime for one platform.
#[derive(Debug)]
#[non_exhaustive]
pub struct RuntimeBuild {
    /// Operating system, as [`std::env::consts::OS`] names it.
    pub os: String,
    /// Processor architecture, as [`std::env::consts::ARCH`] names it.
    pub arch: String,
    /// The wheel that holds the library; its address is the file's name in the index.
    pub wheel: PublishedFile,
    /// The library; its address is its path in the wheel.
    pub library: PublishedFile,
}

impl Catalogue {
    /// The model of a name or, if it is the only one, of a precision: `kokoro-v1.0-fp16` or `fp16`.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&CatalogueModel> {
        let by_name = self.models.iter().find(|model| model.name == name);
        // The release page's fp32 file comes after the hub's.
        by_name.or_else(|| self.models.iter().find(|model| model.precision == name))
    }

    /// The voice of a name.
    #[must_use]
    pub fn voice(&self, name: &str) -> Option<&CatalogueVoice> {
        self.voices.iter().find(|voice| voice.info.name == name)
    }

    /// ONNX Runtime for the platform of this program, if there is a build for it.
    #[must_use]
    pub fn runtime(&self) -> Option<&RuntimeBuild> {
        // The builds for Linux need the GNU C library.
        let runs = !cfg!(target_os = "linux") || cfg!(target_env = "gnu");
        self.runtimes
            .iter()
            .find(|build| runs && build.os == std::env::consts::OS && build.arch == std::env::consts::ARCH)
    }

    /// Folder of the release's voices, below the cache folder.
    pub(crate) fn voices_place(&self) -> PathBuf {
        PathBuf::from(&self.release).join("voices")
    }

    /// Folder of ONNX Runtime, below the cache folder.
    pub(crate) fn runtime_place(&self) -> PathBuf {
        runtime_place(&self.runtime_version)
    }
}

fn runtime_place(version: &str) -> PathBuf {
    PathBuf::from("runtime").join(format!("onnxruntime-{version}"))
}

fn parse(text: &str) -> Option<Catalogue> {
    let root: Value = serde_json::from_str(text).ok()?;
    let release = string(&root, "release")?;
    let folder = PathBuf::from(&release);
    let models = root.get("models")?.as_array()?.iter().map(|model| {
        let name = string(model, "name")?;
        let file = file(model, folder.join(format!("{name}.onnx")))?;
        Some(CatalogueModel { name, precision: string(model, "precision")?, file })
    });
    let voices = root.get("voices")?;
    let entries = voices.get("sha256")?.as_object()?.iter().map(|(name, sha256)| {
        let file = PublishedFile {
            repository: Some(string(voices, "hub")?),
            address: format!("{}/{name}.bin", string(voices, "folder")?),
            place: folder.join("voices").join(format!("{name}.bin")),
            size: voices.get("size")?.as_u64()?,
            sha256: sha256.as_str()?.to_owned(),
        };
        Some(CatalogueVoice { info: VoiceInfo::new(name), file })
    });
    let runtime = root.get("runtime")?;
    let version = string(runtime, "version")?;
    let builds = runtime.get("wheels")?.as_array()?.iter().map(|wheel| build(wheel, &version));
    Some(Catalogue {
        models: models.collect::<Option<_>>()?,
        voices: entries.collect::<Option<_>>()?,
        config: file(root.get("config")?, folder.join("config.json"))?,
        runtime_project: string(runtime, "project")?,
        runtimes: builds.collect::<Option<_>>()?,
        runtime_version: version,
        release,
    })
}

fn file(entry: &Value, place: PathBuf) -> Option<PublishedFile> {
    Some(PublishedFile {
        repository: string(entry, "hub"),
        address: string(entry, "path").or_else(|| string(entry, "address"))?,
        place,
        size: entry.get("size")?.as_u64()?,
        sha256: string(entry, "sha256")?,
    })
}

fn build(entry: &Value, version: &str) -> Option<RuntimeBuild> {
    let file = string(entry, "file")?;
    let member = string(entry, "library")?;
    let library = member.rsplit('/').next()?;
    Some(RuntimeBuild {
        os: string(entry, "os")?,
        arch: string(entry, "arch")?,
        library: PublishedFile {
            repository: None,
            place: runtime_place(version).join(library),
            address: member.clone(),
            size: entry.get("library_size")?.as_u64()?,
            sha256: string(entry, "library_sha256")?,
        },
        wheel: PublishedFile {
            repository: None,
            place: PathBuf::from("runtime").join(&file),
            address: file,
            size: entry.get("size")?.as_u64()?,
            sha256: string(entry, "sha256")?,
        },
    })
}

fn string(entry: &Value, key: &str) -> Option<String> {
    entry.get(key)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::Language;

    #[test]
    fn the_file_has_everything() {
        let catalogue = catalogue();
        assert_eq!(catalogue.models.len(), 9);
        assert_eq!(catalogue.voices.len(), 54);
        for language in Language::ALL {
            assert!(
                catalogue.voices.iter().any(|voice| voice.info.language == Some(*language)),
                "{language}"
            );
        }
        assert!(catalogue.voices.iter().all(|voice| voice.info.gender.is_some()));
        assert_eq!(catalogue.runtimes.len(), 5);
    }

    #[test]
    fn names_places_and_digests_are_well_formed() {
        let catalogue = catalogue();
        let models = catalogue.models.iter().map(|model| &model.file);
        let voices = catalogue.voices.iter().map(|voice| &voice.file);
        let runtimes = catalogue.runtimes.iter().flat_map(|build| [&build.wheel, &build.library]);
        let files: Vec<_> = models.chain(voices).chain(runtimes).chain([&catalogue.config]).collect();
        for file in &files {
            assert!(file.place.is_relative() && file.size > 0, "{file:?}");
            assert!(
                file.sha256.len() == 64 && file.sha256.bytes().all(|b| b.is_ascii_hexdigit()),
                "{file:?}"
            );
            assert!(file.repository.is_some() || !file.address.starts_with('/'), "{file:?}");
        }
        let digests: HashSet<_> = files.iter().map(|file| &file.sha256).collect();
        assert_eq!(digests.len(), files.len());
    }

    #[test]
    fn models_are_found_by_name_and_precision() {
        let name = |wanted| catalogue().model(wanted).map(|model| model.name.as_str());
        assert_eq!(name("kokoro-v1.0-fp16"), Some("kokoro-v1.0-fp16"));
        assert_eq!(name("fp16"), Some("kokoro-v1.0-fp16"));
        assert_eq!(name("fp32"), Some("kokoro-v1.0"));
        assert_eq!(name("kokoro-v2"), None);
    }
}
