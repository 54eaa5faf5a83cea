//! Where preparations lie.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::key::short;
use crate::folders::{cache_dir, hub_cache};

/// Added to the name of a model file: the folder of its preparations.
const SUFFIX: &str = ".kokoro-prepared";
/// The part of the cache that has preparations.
const CACHED: &str = "prepared";

/// The folders in which preparations of a model are looked for, the first being the one to write to if possible: beside the
/// model, then in the cache. Nothing is written into the cache of the Hugging Face hub.
pub(super) fn places(model: &Path) -> Vec<PathBuf> {
    // Without a cache there is still the model's own folder.
    let cache = cache_dir().inspect_err(|error| tracing::debug!(%error, "there is no cache")).ok();
    let is_foreign = hub_cache().is_some_and(|hub| model.starts_with(hub));
    places_with(model, is_foreign, cache)
}

fn places_with(model: &Path, is_foreign: bool, cache: Option<PathBuf>) -> Vec<PathBuf> {
    let Some(name) = model.file_name() else { return Vec::new() };
    let mut places = Vec::new();
    if !is_foreign {
        let mut beside = name.to_owned();
        beside.push(SUFFIX);
        places.push(model.with_file_name(beside));
    }
    // Models of the same name lie in different folders.
    if let (Some(cache), Ok(path)) = (cache, model.canonicalize()) {
        let mut folder = name.to_owned();
        folder.push(format!("-{}", short(&Sha256::digest(path.as_os_str().as_encoded_bytes()))));
        places.push(cache.join(CACHED).join(folder));
    }
    places
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;

    #[test]
    fn the_folder_beside_the_model_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("kokoro.onnx");
        std::fs::write(&model, "").unwrap();
        let other = folder.path().join("other");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("kokoro.onnx"), "").unwrap();
        let cache = Some(folder.path().join("cache"));
        let places = places_with(&model, false, cache.clone());
        let [beside, cached] = places.as_slice() else { panic!("{places:?}") };
        assert_eq!(*beside, folder.path().join("kokoro.onnx.kokoro-prepared"));
        assert!(cached.starts_with(folder.path().join("cache/prepared")));
        assert!(cached.file_name().unwrap().to_str().unwrap().starts_with("kokoro.onnx-"));
        assert_ne!(places_with(&other.join("kokoro.onnx"), false, cache.clone())[1], *cached);
        assert_eq!(places_with(&model, false, None).len(), 1);
        assert_eq!(places_with(&model, true, cache).as_slice(), std::slice::from_ref(cached));
        assert_eq!(places_with(Path::new("/"), false, None).len(), 0);
    }
}
