//! The voices of a folder, of a file, or of the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use once_cell::sync::OnceCell;

use super::blend::Blend;
use super::format::{self, Content, Format};
use super::mix::VoiceMix;
use super::name::{self, VoiceInfo};
use super::pack::{Voice, invalid};
use super::{raw, suggest};
use crate::{Error, ErrorKind, Result};

/// Extensions of the files in a folder that may hold voices. The content shows which format a file is in.
const EXTENSIONS: [&str; 4] = ["bin", "npy", "npz", "pt"];

/// Voices by name, each decoded when first asked for and shared from then on.
///
/// A voice that cannot be read is an error for whoever asks for it, and is tried afresh the next time.
#[derive(Debug)]
pub(crate) struct VoiceStore {
    /// What the store was made from, for errors.
    origin: String,
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    source: Source,
    voice: OnceCell<Voice>,
}

#[derive(Debug, Clone)]
enum Source {
    File(PathBuf),
    Memory(&'static [u8]),
}

impl VoiceStore {
    /// The voices of a folder or of one file.
    ///
    /// In a folder these are the files `NAME.bin`, `NAME.npy` and `NAME.pt`, and all arrays of each archive, whatever its
    /// extension of the four. Files whose name is no voice name are skipped, and so are folders. Should a voice be there
    /// more than once, single files win over archives, raw files over `.npy` over `.pt`, then the first file name in
    /// byte order wins.
    ///
    /// A file is an archive of many voices, or one voice named by the file name without its extension.
    ///
    /// Reads names only: of a file at most its first bytes, of an archive its table of contents.
    ///
    /// # Errors
    ///
    /// `Io` when nothing is at `path` or it cannot be read; `InvalidVoiceFile` when it holds no voice, or a damaged
    /// archive of voices nobody could then tell the names of; `InvalidVoiceName` when the name of the one file is no voice name.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let origin = format::origin(path);
        let metadata = fs::metadata(path).map_err(|e| {
            let message = format!(
                "no voices can be read from {origin}: {e}; give a folder of NAME.bin, .npy or .pt files, an .npz \
                 archive, or one such file"
            );
            Error::new(ErrorKind::Io, message).with_source(e)
        })?;
        let mut store = Self { origin, entries: BTreeMap::new() };
        if metadata.is_dir() {
            store.add_folder(path)?;
        } else {
            store.add_single_file(path)?;
        }
        Ok(store)
    }

    /// Voices that are part of the program, as raw little-endian `f32`.
    ///
    /// # Errors
    ///
    /// `InvalidVoiceName` when a name is none or comes twice. The voices themselves are checked when asked for.
    pub(crate) fn from_memory<N: AsRef<str>>(
        voices: impl IntoIterator<Item = (N, &'static [u8])>,
    ) -> Result<Self> {
        let mut store = Self { origin: "the built-in voices".to_owned(), entries: BTreeMap::new() };
        for (name, bytes) in voices {
            let name = name.as_ref();
            name::check(name)?;
            if !store.insert(name, Source::Memory(bytes)) {
                return Err(Error::new(
                    ErrorKind::InvalidVoiceName,
                    format!("two voices are named `{name}`"),
                ));
            }
        }
        Ok(store)
    }

    /// Every voice, sorted by name.
    pub(crate) fn list(&self) -> Vec<VoiceInfo> {
        self.entries.keys().map(|name| VoiceInfo::new(name)).collect()
    }

    /// Whether there is a voice of that name. It may still turn out to be damaged.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The voice of that name, decoded now unless it was before. Of concurrent callers one decodes and the others wait.
    ///
    /// # Errors
    ///
    /// `InvalidVoiceName`, `UnknownVoice` with the closest names there are, `Io` or `InvalidVoiceFile`.
    pub(crate) fn voice(&self, name: &str) -> Result<Voice> {
        name::check(name)?;
        let entry = self.entries.get(name).ok_or_else(|| self.unknown(name))?;
        entry.voice.get_or_try_init(|| entry.source.load(name)).cloned()
    }

    /// The voices of a mix, ready to be blended.
    ///
    /// # Errors
    ///
    /// Those of [`voice`](Self::voice) for any part of the mix.
    pub(crate) fn blend(&self, mix: &VoiceMix) -> Result<Blend> {
        let part = |(name, weight): &(String, f32)| Ok((self.voice(name)?, *weight));
        mix.parts().iter().map(part).collect::<Result<_>>().map(Blend::new)
    }

    fn unknown(&self, name: &str) -> Error {
        let close = suggest::close(name, self.entries.keys().map(String::as_str));
        let hint = match close.as_slice() {
            [] => String::new(),
            close => format!("; close names are `{}`", close.join("`, `")),
        };
        let count = self.entries.len();
        let message = format!("no voice `{name}` among the {count} in {}{hint}", self.origin);
        Error::new(ErrorKind::UnknownVoice, message)
    }

    /// Adds a voice unless there is one of that name. Says whether it did.
    fn insert(&mut self, name: &str, source: Source) -> bool {
        let vacant = !self.entries.contains_key(name);
        if vacant {
            self.entries.insert(name.to_owned(), Entry { source, voice: OnceCell::new() });
        }
        vacant
    }

    fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let mut files = Vec::new();
        for path in voice_files(folder)? {
            let content = match format::inspect(&path) {
                // One damaged voice leaves the others usable, and whoever asks for it learns why.
                Err(e) if e.kind() == ErrorKind::InvalidVoiceFile && extension(&path) == "pt" => {
                    Content::One(Format::Pt)
                }
                inspected => inspected?,
            };
            files.push((content.format(), path, content));
        }
        files.sort_by(|(a_format, a_path, _), (b_format, b_path, _)| {
            (a_format, a_path.file_name()).cmp(&(b_format, b_path.file_name()))
        });
        for (_, path, content) in files {
            self.add(&path, content);
        }
        if self.entries.is_empty() {
            return Err(invalid(
                &self.origin,
                "found no voice in the folder, expected NAME.bin, NAME.npy or NAME.pt files or an .npz archive",
            ));
        }
        Ok(())
    }

    fn add_single_file(&mut self, path: &Path) -> Result<()> {
        let content = format::inspect(path)?;
        if matches!(content, Content::One(_)) {
            name::check(&stem(path))
                .map_err(|e| Error::new(e.kind(), format!("{}: {e}; rename the file", self.origin)))?;
        }
        self.add(path, content);
        if self.entries.is_empty() {
            return Err(invalid(
                &self.origin,
                "found an archive without voices, expected arrays named after them",
            ));
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, content: Content) {
        let names = match content {
            Content::One(_) => vec![stem(path)],
            Content::Many(keys) => keys,
        };
        for name in names {
            let why = if !name::is_valid(&name) {
                "its name is not a voice name"
            } else if !self.insert(&name, Source::File(path.to_owned())) {
                "a voice of the same name comes first"
            } else {
                continue;
            };
            tracing::debug!(path = %path.display(), name, "voice skipped: {why}");
        }
    }
}

impl Source {
    fn load(&self, name: &str) -> Result<Voice> {
        match self {
            Source::File(path) => format::load(path, name),
            Source::Memory(bytes) => raw::decode(bytes, &format!("the built-in voice `{name}`")),
        }
    }
}

/// The name of a file without its extension. A name that is not UTF-8 becomes one that is no voice name.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The extension of a file in lower case.
fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

/// The files of `folder`, links followed, that may hold voices by their extension.
fn voice_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |e: std::io::Error| {
        let message = format!("the voice folder {} cannot be read: {e}", format::origin(folder));
        Error::new(ErrorKind::Io, message).with_source(e)
    };
    let mut files = Vec::new();
    for item in fs::read_dir(folder).map_err(failed)? {
        let path = item.map_err(failed)?.path();
        let hidden = stem(&path).starts_with('.');
        if !hidden && EXTENSIONS.contains(&extension(&path).as_str()) && path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
