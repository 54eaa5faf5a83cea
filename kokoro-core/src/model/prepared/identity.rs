//! Which file a preparation was made of.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::key::hex;

/// Samples of a file for its fingerprint, and the bytes of each: about a megabyte, a few milliseconds.
const SAMPLES: u64 = 16;
const SAMPLE_BYTES: u64 = 64 << 10;

/// A model file, described well enough to know it again.
///
/// Reading 325 MB at every start would cost what a preparation saves. So a file counts as the same if its length, its time of
/// change in whole seconds (container images keep no more) and a fingerprint of samples are those of the manifest. If only
/// the time differs, as after a copy, the whole file is read and its SHA-256 decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    bytes: u64,
    /// Seconds since 1970; `None` where the system does not tell.
    changed: Option<u64>,
    /// SHA-256 of samples.
    samples: String,
    /// SHA-256 of the whole.
    sha256: String,
}

impl Identity {
    /// Reads the whole file.
    pub(super) fn of(path: &Path) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        let (bytes, changed) = stamp(&file)?;
        Ok(Self { bytes, changed, samples: sample(&mut file, bytes)?, sha256: digest(&mut file)? })
    }

    /// Whether `path` is the file that this describes; reads the whole of it only where its time of change differs, or if
    /// `thoroughly`. `Err` says why not.
    pub(super) fn check(&self, path: &Path, thoroughly: bool) -> Result<(), String> {
        let unreadable = |error: std::io::Error| format!("the model cannot be read: {error}");
        let mut file = File::open(path).map_err(unreadable)?;
        let (bytes, changed) = stamp(&file).map_err(unreadable)?;
        if bytes != self.bytes || sample(&mut file, bytes).map_err(unreadable)? != self.samples {
            return Err("the model has changed since".into());
        }
        if changed == self.changed && changed.is_some() && !thoroughly {
            return Ok(());
        }
        match digest(&mut file).map_err(unreadable)? == self.sha256 {
            true => Ok(()),
            false => Err("the model has changed since".into()),
        }
    }

    /// SHA-256 of the model in hexadecimal.
    pub(super) fn sha256(&self) -> &str {
        &self.sha256
    }
}

fn stamp(file: &File) -> std::io::Result<(u64, Option<u64>)> {
    let metadata = file.metadata()?;
    let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((metadata.len(), changed.map(|time| time.as_secs())))
}

fn sample(file: &mut File, bytes: u64) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let last = bytes.saturating_sub(SAMPLE_BYTES);
    for index in 0..SAMPLES {
        // The last one reaches the end of the file.
        file.seek(SeekFrom::Start(last * index / (SAMPLES - 1)))?;
        let mut part = Vec::with_capacity(SAMPLE_BYTES as usize);
        file.by_ref().take(SAMPLE_BYTES).read_to_end(&mut part)?;
        hash.update(&part);
    }
    Ok(hex(&hash.finalize()))
}

fn digest(file: &mut File) -> std::io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;
    use std::time::{Duration, SystemTime};

    fn set_time(path: &Path, time: SystemTime) {
        File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn a_file_is_known_again_and_a_changed_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model");
        let mut content: Vec<u8> = (0..3_000_000u32).map(|x| (x >> 3) as u8).collect();
        std::fs::write(&path, &content).unwrap();
        let time = SystemTime::now() - Duration::from_secs(100);
        set_time(&path, time);
        let identity = Identity::of(&path).unwrap();
        assert_eq!(identity.check(&path, false), Ok(()));
        assert_eq!(identity.check(&path, true), Ok(()));

        // A copy has another time.
        set_time(&path, time - Duration::from_secs(9));
        assert_eq!(identity.check(&path, false), Ok(()));

        // Between the samples only the whole shows a change, and only where there is a reason to look.
        content[SAMPLE_BYTES as usize + 5] ^= 1;
        std::fs::write(&path, &content).unwrap();
        assert!(identity.check(&path, false).is_err());
        set_time(&path, time);
        assert_eq!(identity.check(&path, false), Ok(()));
        assert!(identity.check(&path, true).is_err());

        for index in [5, content.len() - 1] {
            content[index] ^= 1;
            std::fs::write(&path, &content).unwrap();
            set_time(&path, time);
            assert!(identity.check(&path, false).is_err());
            content[index] ^= 1;
        }
        content.push(0);
        std::fs::write(&path, &content).unwrap();
        set_time(&path, time);
        assert!(identity.check(&path, false).is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(identity.check(&path, false).unwrap_err().contains("cannot be read"));
    }
}
