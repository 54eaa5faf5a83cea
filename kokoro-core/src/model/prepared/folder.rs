//! A folder that appears as a whole or not at all.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Folders that are being filled.
const UNFINISHED: &str = ".making-";
const LOCK: &str = ".lock";

/// The right to write into a place, which one process has at a time.
pub(super) struct Place {
    path: PathBuf,
    /// Locked until it is dropped, or the process ends in whatever way.
    _lock: File,
}

impl Place {
    /// Makes the folder if need be, and waits until no other process writes into it.
    pub(super) fn enter(path: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(path)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK))?;
        let place = |lock| Self { path: path.to_owned(), _lock: lock };
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                tracing::info!(folder = %path.display(), "waiting for another process that prepares the model");
                lock.lock()?;
            }
            // Some network file systems have no locks. Then two may do the same work, and one of them wins.
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "no lock");
                return Ok(place(lock));
            }
        }
        let place = place(lock);
        place.clear();
        Ok(place)
    }

    /// Removes what processes have left that were ended while they filled a folder: nobody else has the lock.
    fn clear(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                let removed = fs::remove_dir_all(entry.path());
                tracing::debug!(folder = %entry.path().display(), ?removed, "removed an unfinished preparation");
            }
        }
    }

    /// A new folder to fill.
    pub(super) fn begin(&self) -> std::io::Result<Unfinished> {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let path = self.path.join(format!("{UNFINISHED}{}-{time:x}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Unfinished { path })
    }
}

/// A folder that is removed with everything in it unless it is [finished](Self::finish).
pub(super) struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder its name, in place of one that may be there.
    pub(super) fn finish(self, name: &str) -> std::io::Result<PathBuf> {
        let to = self.path.with_file_name(name);
        // A folder cannot be renamed onto another one that is not empty.
        match fs::remove_dir_all(&to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::rename(&self.path, &to)?;
        if let Some(parent) = to.parent() {
            sync_folder(parent);
        }
        Ok(to)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After `finish` there is nothing of this name.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Makes the names in a folder lasting, where the system can do that.
pub(super) fn sync_folder(path: &Path) {
    if let Err(error) = File::open(path).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, folder = %path.display(), "the folder was not synchronised");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_is_finished_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let place = Place::enter(&path).unwrap();
        drop(place.begin().unwrap());
        for content in ["old", "new"] {
            let unfinished = place.begin().unwrap();
            fs::write(unfinished.path().join("file"), content).unwrap();
            assert_eq!(unfinished.finish("name").unwrap(), path.join("name"));
            assert_eq!(fs::read_to_string(path.join("name/file")).unwrap(), content);
        }
        assert_eq!(names(&path), [".lock", "name"]);
    }

    #[test]
    fn leftovers_are_removed_and_work_of_others_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir_all(path.join(".making-7-1/inner")).unwrap();
        let first = Place::enter(path).unwrap();
        assert_eq!(names(path), [".lock"]);
        let unfinished = first.begin().unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Place::enter(path).map(|_| names(path)));
            std::thread::sleep(std::time::Duration::from_millis(30));
            assert!(unfinished.path().exists());
            unfinished.finish("done").unwrap();
            drop(first);
            assert_eq!(second.join().unwrap().unwrap(), [".lock", "done"]);
        });
    }
}
