//! The files of the model and of the voices.

use std::path::{Path, PathBuf};

use super::report::Finding;
use crate::assets::catalogue::{CatalogueModel, PublishedFile, catalogue};
use crate::assets::find::{AUTO, Places, is_name};
use crate::assets::{Found, Origin, digest};
use crate::model::{ModelSource, runtime};
use crate::synthesizer::{SynthesizerBuilder, voices_beside};
use crate::voice::VoiceStore;
use crate::{Error, ErrorKind, Result, libraries};

/// As many damaged voices are named one by one.
const MOST_NAMED: usize = 5;

/// The model that `KOKORO_MODEL` names, or that `auto` would take.
pub(super) fn model(digests: bool) -> Finding {
    let mut finding = Finding::new("model");
    let found = match Places::of_this_process().and_then(|places| wanted(&places)) {
        Ok(found) => found,
        Err(error) => {
            // A wrong cache folder has been told with the cache.
            if error.kind() == ErrorKind::ModelNotFound || libraries::absolute("KOKORO_HOME").is_some() {
                finding.problem(error);
            } else {
                finding.problem("it cannot be looked for until the cache folder is right");
            }
            return finding;
        }
    };
    if ModelSource::new(&found.path) == ModelSource::Builtin {
        finding.fact("model", "the built-in one");
        return finding;
    }
    finding.fact("file", found.path.display());
    finding.fact("found by", found.origin.as_str());
    let metadata = match std::fs::metadata(&found.path) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => {
            finding.problem(format!("`{}` is not a file: name a Kokoro `.onnx` file", found.path.display()));
            return finding;
        }
        Err(error) => {
            let remedy = "correct KOKORO_MODEL";
            finding.problem(format!("`{}` cannot be read: {error}; {remedy}", found.path.display()));
            return finding;
        }
    };
    finding.fact("bytes", metadata.len());
    match published_as(&found) {
        Some(model) => {
            finding.fact("published as", &model.name);
            compare(&mut finding, &found.path, metadata.len(), &model.file, digests);
        }
        None => finding.fact("published as", "unknown"),
    }
    prepared(&mut finding, &found.path);
    finding
}

/// Whether it would be loaded from a preparation. That depends on ONNX Runtime, whose defects have been told.
fn prepared(finding: &mut Finding, model: &Path) {
    let (Ok(_), Ok(builder)) = (runtime::environment(), SynthesizerBuilder::from_env()) else { return };
    match builder.prepared_for(model) {
        Ok(folder) => finding.fact("prepared", folder.display()),
        Err(None) => finding.fact("prepared", "no"),
        Err(Some(reason)) => finding.note(format!(
            "the prepared model is not used: {reason}; prepare it again, or remove its folder"
        )),
    }
}

fn wanted(places: &Places) -> Result<Found> {
    match &places.model_variable {
        Some(path) if !is_name(path) => Ok(Found { path: path.clone(), origin: Origin::Variable }),
        _ => places.model(AUTO),
    }
}

/// The model of the catalogue that a file is meant to be, by where it is.
fn published_as(found: &Found) -> Option<&'static CatalogueModel> {
    let ends_with = |model: &&CatalogueModel| match found.origin {
        Origin::Cache => found.path.ends_with(&model.file.place),
        Origin::HubCache => model.file.repository.is_some() && found.path.ends_with(&model.file.address),
        Origin::Variable => found.path.file_name() == model.file.place.file_name(),
    };
    catalogue().models.iter().find(ends_with)
}

/// Says whether a file is the published one, as far as it is to be looked at.
fn compare(finding: &mut Finding, path: &Path, size: u64, file: &PublishedFile, digests: bool) {
    let remedy = "fetch it again (docs/assets.md), unless another revision is wanted";
    if size != file.size {
        finding.problem(format!(
            "`{}` has {size} bytes, and the published file {}: {remedy}",
            path.display(),
            file.size
        ));
    } else if digests {
        match digest::of_file(path) {
            Ok(found) if found == file.sha256 => finding.fact("SHA-256", found),
            Ok(found) => finding.problem(format!(
                "`{}` has SHA-256 {found}, and the published file {}: {remedy}",
                path.display(),
                file.sha256
            )),
            Err(error) => finding.problem(format!("`{}` cannot be read: {error}", path.display())),
        }
    }
}

/// The voices that would go with the model.
pub(super) fn voices(digests: bool) -> Finding {
    let mut finding = Finding::new("voices");
    let Ok(places) = Places::of_this_process() else {
        finding.problem("they cannot be looked for until the cache folder is right");
        return finding;
    };
    let (path, found_by) = match voices_of(&places) {
        Ok(Some(found)) => found,
        Ok(None) => {
            finding.fact("voices", "those of the built-in model");
            return finding;
        }
        Err(error) => {
            finding.problem(error);
            return finding;
        }
    };
    finding.fact("path", path.display());
    finding.fact("found by", found_by);
    let store = match VoiceStore::open(&path) {
        Ok(store) => store,
        Err(error) => {
            finding.problem(error);
            return finding;
        }
    };
    let names: Vec<String> = store.list().into_iter().map(|voice| voice.name).collect();
    finding.fact("voices", names.len());
    let damaged: Vec<Error> = names.iter().filter_map(|name| store.voice(name).err()).collect();
    for error in damaged.iter().take(MOST_NAMED) {
        finding.problem(format!("{error}: fetch it again (docs/assets.md), or remove it"));
    }
    if let Some(more) = damaged.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        finding.problem(format!("{more} more voices are damaged"));
    }
    if digests {
        let others = names.iter().filter(|name| is_another(&path, name)).cloned().collect::<Vec<_>>();
        if !others.is_empty() {
            finding.note(format!("not the published voices of their names: {}", others.join(", ")));
        }
    }
    finding
}

/// Where the voices are, and why they were looked for there; `None` for those inside the built-in model.
fn voices_of(places: &Places) -> Result<Option<(PathBuf, &'static str)>> {
    let of_its_own = match (&places.voices_variable, &places.model_variable) {
        (None, Some(model)) if !is_name(model) => Some(ModelSource::new(model)),
        _ => None,
    };
    match of_its_own {
        Some(ModelSource::Builtin) => Ok(None),
        Some(ModelSource::File(model)) => Ok(Some((voices_beside(&model)?, "beside the model"))),
        None => places.voices().map(|found| Some((found.path, found.origin.as_str()))),
    }
}

/// Whether the raw voice of a published name has other numbers. Other formats have other digests for the same numbers.
fn is_another(folder: &Path, name: &str) -> bool {
    let path = folder.join(format!("{name}.bin"));
    let published = catalogue().voice(name).filter(|_| path.is_file());
    published.is_some_and(|voice| digest::of_file(&path).is_ok_and(|found| found != voice.file.sha256))
}
