//! Fetching published files.

mod address;
mod fetcher;
mod http;
mod index;
mod items;
mod partial;
mod transfer;
mod wheel;

use std::path::PathBuf;
use std::time::Duration;

pub use fetcher::Fetcher;

use crate::CancelToken;

/// How far a file has come.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The model, voice or wheel.
    pub name: &'a str,
    /// Bytes that are there, those of an earlier attempt included.
    pub done: u64,
    /// Bytes of the whole file.
    pub total: u64,
}

/// What would be fetched, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The model, voice or wheel.
    pub name: String,
    /// Where it would come from. For ONNX Runtime the page of the index that names the wheel.
    pub address: String,
    /// Where it would be, or already is.
    pub path: PathBuf,
    /// Size in bytes of what would be fetched.
    pub size: u64,
    /// Whether a file of the right size is at [`path`](Self::path). [`Fetcher`] looks at its digest, too.
    pub is_present: bool,
}

/// A file in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetched {
    /// Where it is.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// Whether it is the file of the catalogue. If not, the server has another version of it, with the digest that it
    /// declares.
    pub is_published: bool,
    /// Whether it was fetched now.
    pub outcome: Outcome,
}

/// How a file came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was there, with the right digest.
    Present,
    /// It was fetched now, all of it or what was missing.
    Fetched,
}

/// What all transfers of a [`Fetcher`] have in common.
struct Settings {
    /// The cache folder.
    folder: PathBuf,
    offline: bool,
    strict: bool,
    timeout: Duration,
    retries: u32,
    retry_wait: Duration,
    cancel: CancelToken,
    progress: Option<ShowProgress>,
}

type ShowProgress = Box<dyn Fn(&Progress<'_>) + Send + Sync>;

#[cfg(test)]
mod tests;
