//! Fetching from a real server on this machine, which fails in every way that servers and networks do.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

mod items;
mod processes;
mod server;
mod troubles;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::http::{Client, Token};
use super::partial::partial;
use super::transfer::Transfer;
use super::{Fetched, Settings};
use crate::assets::catalogue::PublishedFile;
use crate::assets::digest::Hasher;
use crate::{CancelToken, Result};

/// A number that is no multiple of any buffer's size.
const SIZE: usize = 300_007;

/// Bytes without a pattern, the same every time.
fn content(size: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(size).collect()
}

fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.finish()
}

/// A cache folder, and a file that is to be fetched into it.
struct Case {
    root: tempfile::TempDir,
    settings: Settings,
    file: PublishedFile,
    address: String,
    token: Option<Token>,
    strict: bool,
}

impl Case {
    fn new(address: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let settings = settings(root.path());
        Self {
            root,
            settings,
            file: published(),
            address: format!("{address}/file"),
            token: None,
            strict: false,
        }
    }

    fn fetch(&self) -> Result<Fetched> {
        fetch(&self.settings, &self.file, &self.address, self.strict, self.token.clone())
    }

    fn target(&self) -> PathBuf {
        self.root.path().join(&self.file.place)
    }

    fn partial(&self) -> PathBuf {
        partial(&self.target())
    }

    /// What must hold after anything: no file is in place but the right one.
    fn assert_nothing_broken(&self) {
        if let Ok(bytes) = std::fs::read(self.target()) {
            assert_eq!(sha256(&bytes), self.file.sha256);
        }
    }
}

fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        offline: false,
        strict: false,
        // Far beyond what a test takes, so that one that relies on it hangs visibly.
        timeout: Duration::from_secs(60),
        retries: 0,
        retry_wait: Duration::from_millis(1),
        cancel: CancelToken::new(),
        progress: None,
    }
}

fn published() -> PublishedFile {
    PublishedFile {
        repository: None,
        address: "file".into(),
        place: "release/file.onnx".into(),
        size: SIZE as u64,
        sha256: sha256(&content(SIZE)),
    }
}

fn fetch(
    settings: &Settings,
    file: &PublishedFile,
    address: &str,
    strict: bool,
    token: Option<Token>,
) -> Result<Fetched> {
    let transfer = Transfer {
        settings,
        file,
        name: "file",
        address: address.to_owned(),
        target: settings.folder.join(&file.place),
        strict,
        check: |_| Ok(()),
    };
    let client = Client::new(settings.timeout, token)?;
    transfer.run(|| Ok(&client))
}
