//! Files on their way: one writer at a time, and nothing in place before it is whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::CancelToken;

/// How often it is looked whether another process has finished.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Where the parts of the file at `target` are collected; no search takes it for the file.
pub(super) fn partial(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    target.with_file_name(name)
}

/// The right to write one file, held until it is dropped. The system takes it back if the process dies.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held, not used")] Option<File>);

impl Lock {
    /// Waits for the lock at `path`. `None` if `cancel` came first.
    pub(super) fn acquire(path: &Path, cancel: &CancelToken) -> io::Result<Option<Self>> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        while !cancel.is_cancelled() {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(Some(file)))),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_AGAIN),
                // The digest still keeps two writers from leaving anything wrong.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    tracing::warn!(path = %path.display(), "this file system has no locks");
                    return Ok(Some(Self(None)));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Puts a whole file in its place, in one step that survives a power failure.
pub(super) fn put_in_place(partial: &Path, target: &Path) -> io::Result<()> {
    std::fs::rename(partial, target)?;
    // The new name is in the folder, which is a file of its own on Unix.
    #[cfg(unix)]
    if let Some(folder) = target.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
