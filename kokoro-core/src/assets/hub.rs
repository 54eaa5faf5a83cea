//! The layout of a Hugging Face cache.
//!
//! A repository `owner/name` has the folder `models--owner--name`. In it, `refs/main` holds the commit that was fetched
//! last, and `snapshots/COMMIT` the repository's files, mostly as links into `blobs`.

use std::path::{Path, PathBuf};

/// Where a repository's file or folder is in the cache `hub`: in the snapshot of `main`, else in the first other one that
/// has it, by name.
pub(crate) fn find(hub: &Path, repository: &str, path: &str) -> Option<PathBuf> {
    snapshots(hub, repository).into_iter().map(|snapshot| snapshot.join(path)).find(|path| path.exists())
}

/// The snapshots of a repository, that of `main` first.
fn snapshots(hub: &Path, repository: &str) -> Vec<PathBuf> {
    let folder = hub.join(format!("models--{}", repository.replace('/', "--")));
    let main = std::fs::read_to_string(folder.join("refs/main")).unwrap_or_default();
    let main = main.trim();
    let entries = std::fs::read_dir(folder.join("snapshots")).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort_by_key(|path| (path.file_name().is_none_or(|name| name != main), path.clone()));
    found
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;

    use super::*;

    fn snapshot(hub: &Path, commit: &str, content: &str) -> PathBuf {
        let folder = hub.join("models--owner--name");
        let blob = folder.join("blobs").join(content);
        let path = folder.join("snapshots").join(commit).join("onnx/model.onnx");
        fs::create_dir_all(blob.parent().unwrap()).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&blob, content).unwrap();
        std::os::unix::fs::symlink(&blob, &path).unwrap();
        path
    }

    #[test]
    fn the_snapshot_of_main_comes_first() {
        let root = tempfile::tempdir().unwrap();
        let hub = root.path();
        let wanted = || find(hub, "owner/name", "onnx/model.onnx");
        assert_eq!(wanted(), None);
        let first = snapshot(hub, "aaaa", "one");
        let second = snapshot(hub, "bbbb", "two");
        assert_eq!(wanted().as_ref(), Some(&first));
        fs::create_dir(hub.join("models--owner--name/refs")).unwrap();
        fs::write(hub.join("models--owner--name/refs/main"), "bbbb").unwrap();
        assert_eq!(wanted().as_ref(), Some(&second));
        assert_eq!(fs::read_to_string(second).unwrap(), "two");
    }

    #[test]
    fn a_link_to_a_removed_blob_is_not_the_file() {
        let root = tempfile::tempdir().unwrap();
        snapshot(root.path(), "aaaa", "one");
        fs::remove_file(root.path().join("models--owner--name/blobs/one")).unwrap();
        assert_eq!(find(root.path(), "owner/name", "onnx/model.onnx"), None);
    }
}
