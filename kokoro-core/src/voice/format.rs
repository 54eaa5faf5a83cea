//! Telling the file formats apart by content, and reading a file that holds one voice.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use super::archive::{self, Archive};
use super::pack::{MAX_VOICE_BYTES, Voice, invalid};
use super::{npy, npz, pt, raw};
use crate::{Error, ErrorKind, Result};

/// The file formats, in the order in which they win when a folder has the same voice twice: what is decoded with the
/// least work first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    /// Numbers only, one voice.
    Raw,
    /// A NumPy array, one voice.
    Npy,
    /// A PyTorch tensor, one voice.
    Pt,
    /// A NumPy archive, many voices.
    Npz,
}

/// What a file holds, as far as its first bytes or its table of contents tell.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    /// One voice, to be named after the file.
    One(Format),
    /// A NumPy archive with arrays of these keys.
    Many(Vec<String>),
}

impl Content {
    /// The format of the file.
    pub(super) fn format(&self) -> Format {
        match self {
            Content::One(format) => *format,
            Content::Many(_) => Format::Npz,
        }
    }
}

/// How errors name the file at `path`.
pub(super) fn origin(path: &Path) -> String {
    format!("`{}`", path.display())
}

/// Looks at the first bytes of a file, and at the table of contents of an archive. Decodes nothing.
///
/// # Errors
///
/// `Io` when the file cannot be read, `InvalidVoiceFile` when it is a damaged archive or a PyTorch file of the format
/// before 1.6.
pub(super) fn inspect(path: &Path) -> Result<Content> {
    let origin = origin(path);
    let mut file = open(path)?;
    let mut start = Vec::new();
    let failed = |e: io::Error| read_error(path, e);
    file.by_ref().take(8).read_to_end(&mut start).map_err(failed)?;
    if start.starts_with(npy::MAGIC) {
        return Ok(Content::One(Format::Npy));
    }
    if start.starts_with(pt::LEGACY_MAGIC) {
        return Err(invalid(
            &origin,
            "found a PyTorch file of the format before 1.6; load it and save it again with a newer PyTorch",
        ));
    }
    if !archive::MAGICS.iter().any(|magic| start.starts_with(magic)) {
        return Ok(Content::One(Format::Raw));
    }
    file.rewind().map_err(failed)?;
    let archive = Archive::open(file, &origin)?;
    Ok(match pt::folder(&archive) {
        Some(_) => Content::One(Format::Pt),
        None => Content::Many(npz::keys(&archive)),
    })
}

/// Decodes the voice in the file at `path`: the only one, or in an archive the array `key`.
///
/// # Errors
///
/// `Io` when the file cannot be read, `InvalidVoiceFile` when its content is at fault.
pub(super) fn load(path: &Path, key: &str) -> Result<Voice> {
    let origin = origin(path);
    // Looked at again, as the file may have been replaced since it was listed.
    match inspect(path)?.format() {
        Format::Raw => raw::decode(&read(path, &origin)?, &origin),
        Format::Npy => npy::decode(&read(path, &origin)?, &origin),
        Format::Pt => pt::load(&mut Archive::open(open(path)?, &origin)?, &origin),
        Format::Npz => {
            npz::load(&mut Archive::open(open(path)?, &origin)?, key, &format!("{origin}, array `{key}`"))
        }
    }
}

fn open(path: &Path) -> Result<BufReader<File>> {
    File::open(path).map(BufReader::new).map_err(|e| read_error(path, e))
}

/// The whole content of a file that holds one voice and nothing else.
fn read(path: &Path, origin: &str) -> Result<Vec<u8>> {
    let limit = MAX_VOICE_BYTES as u64;
    let mut bytes = Vec::new();
    open(path)?.take(limit + 1).read_to_end(&mut bytes).map_err(|e| read_error(path, e))?;
    if bytes.len() as u64 > limit {
        return Err(invalid(
            origin,
            format!("found more than {limit} bytes, which is too large for one voice"),
        ));
    }
    Ok(bytes)
}

fn read_error(path: &Path, source: io::Error) -> Error {
    let message = format!("the voice file {} cannot be read: {source}", origin(path));
    Error::new(ErrorKind::Io, message).with_source(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn write(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn content_decides_and_not_the_extension() {
        let folder = tempfile::tempdir().unwrap();
        let zip = include_bytes!("../../tests/data/voices/ramp_stored.npz");
        let many = || Content::Many(vec!["ramp".to_owned(), "first".to_owned()]);
        assert_eq!(inspect(&write(&folder, "voices-v1.0.bin", zip)).unwrap(), many());
        assert_eq!(inspect(&write(&folder, "a.pt", zip)).unwrap(), many());
        let pt = include_bytes!("../../tests/data/voices/ramp.pt");
        assert_eq!(inspect(&write(&folder, "b.npz", pt)).unwrap(), Content::One(Format::Pt));
        let npy = include_bytes!("../../tests/data/voices/ramp.npy");
        assert_eq!(inspect(&write(&folder, "c.bin", npy)).unwrap(), Content::One(Format::Npy));
        assert_eq!(inspect(&write(&folder, "d.npy", &[0; 1024])).unwrap(), Content::One(Format::Raw));
        assert_eq!(inspect(&write(&folder, "e.bin", b"")).unwrap(), Content::One(Format::Raw));
    }

    #[test]
    fn an_empty_archive_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let empty = archive::tests::archive(&[], zip::CompressionMethod::Stored);
        assert_eq!(inspect(&write(&folder, "x.npz", &empty)).unwrap(), Content::Many(Vec::new()));
    }

    #[test]
    fn an_old_pytorch_file_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(&folder, "x.pt", b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
        let error = inspect(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
        assert!(error.to_string().contains("save it again"), "{error}");
    }

    #[test]
    fn a_file_too_large_for_a_voice_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(&folder, "x.bin", b"");
        File::options().write(true).open(&path).unwrap().set_len(64 << 20).unwrap();
        let error = load(&path, "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
        assert!(error.to_string().contains("more than 16777216 bytes"), "{error}");
    }

    #[test]
    fn a_missing_file_is_an_io_error() {
        let error = load(Path::new("/nonexistent/x.bin"), "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(std::error::Error::source(&error).is_some());
    }
}
