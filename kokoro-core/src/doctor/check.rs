//! Everything but the files of models and voices.

use std::path::{Path, PathBuf};

use super::report::Finding;
use crate::g2p::{Espeak, Settings};
use crate::model::{instructions, resolve_threads, runtime};
use crate::{ErrorKind, SpeechRequest, SynthesizerBuilder, folders, libraries};

/// The platform, and threads by quota or setting.
pub(super) fn system() -> Finding {
    let mut finding = Finding::new("system");
    finding.fact("platform", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH));
    match instructions::resolve() {
        Ok(set) => finding.fact("instruction set of the kernels", set),
        Err(error) => finding.problem(error),
    }
    let available = std::thread::available_parallelism().map_or(1, usize::from);
    finding.fact("threads that this process may use", available);
    match resolve_threads(None) {
        Ok(threads) => finding.fact("threads to compute with", threads),
        Err(error) => finding.problem(error),
    }
    finding
}

/// The cache folder: what is in it, and what was left unfinished.
pub(super) fn cache() -> Finding {
    let mut finding = Finding::new("cache");
    let folder = match folders::cache_dir() {
        Ok(folder) => folder,
        Err(error) => {
            finding.problem(error);
            return finding;
        }
    };
    finding.fact("folder", folder.display());
    if !folder.is_dir() {
        finding.fact("bytes", 0);
        return finding;
    }
    let files = files_below(&folder);
    finding.fact("bytes", files.iter().map(|(_, size)| size).sum::<u64>());
    for (path, size) in files {
        if path.extension().is_some_and(|extension| extension == "part") {
            finding.note(format!(
                "`{}` is an unfinished download of {size} bytes: fetch the file again to complete it, or remove it",
                path.display()
            ));
        }
    }
    finding
}

/// The files below a folder with their sizes, sorted. Links are not followed.
fn files_below(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) if metadata.is_file() => files.push((entry.path(), metadata.len())),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// ONNX Runtime, loaded as a synthesizer would load it.
pub(super) fn runtime() -> Finding {
    let mut finding = Finding::new("runtime");
    if let Err(error) = runtime::environment() {
        finding.problem(error);
        return finding;
    }
    match runtime::library() {
        Some(library) => {
            finding.fact("library", library.display());
            let version = runtime::version_of(library);
            finding.fact("version", version.unwrap_or_else(|| "unknown".into()));
        }
        None => finding.fact("library", "part of this program"),
    }
    if let Some(value) = libraries::variable("ORT_DISABLE_TELEMETRY").filter(|value| value != "1") {
        finding.note(format!(
            "ORT_DISABLE_TELEMETRY={} lets ONNX Runtime send telemetry: set it to 1, or unset it",
            value.display()
        ));
    }
    finding
}

/// espeak-ng, which some languages need.
pub(super) fn espeak() -> Finding {
    let mut finding = Finding::new("espeak");
    match Espeak::ES.load(&Settings::default()) {
        Ok(()) => {
            let library = Espeak::library().map(|library| library.display().to_string());
            finding.fact("library", library.unwrap_or_default());
        }
        // English does not need it.
        Err(error) if error.kind() == ErrorKind::EspeakNotFound && !is_named() => finding.note(error),
        Err(error) => finding.problem(error),
    }
    finding
}

/// Whether the user wants a certain espeak-ng.
fn is_named() -> bool {
    libraries::variable("KOKORO_ESPEAK_LIBRARY").is_some()
}

/// Where files would be fetched from. Nothing is asked.
#[cfg(feature = "download")]
pub(super) fn network() -> Finding {
    let mut finding = Finding::new("network");
    match crate::assets::Fetcher::from_env() {
        Ok(fetcher) => {
            finding.fact("hub", fetcher.hub_address());
            finding.fact("token for the hub", if fetcher.has_token() { "set" } else { "none" });
            finding.fact("package index", fetcher.index_address());
            finding.fact("offline", if fetcher.is_offline() { "yes" } else { "no" });
        }
        // A wrong cache folder has been told.
        Err(_) if folders::cache_dir().is_err() => {}
        Err(error) => finding.problem(error),
    }
    finding
}

/// Where files would be fetched from.
#[cfg(not(feature = "download"))]
pub(super) fn network() -> Finding {
    let mut finding = Finding::new("network");
    finding.fact("fetching", "not part of this program (feature `download`)");
    finding
}

/// A word, spoken with what was found.
pub(super) fn speech() -> Finding {
    let mut finding = Finding::new("speech");
    let spoken = SynthesizerBuilder::from_env().and_then(|builder| {
        let builder =
            if libraries::variable("KOKORO_MODEL").is_none() { builder.model("auto") } else { builder };
        builder.build()?.synthesize(&SpeechRequest::new("Hello."))
    });
    match spoken {
        Ok(speech) => {
            finding.fact("seconds of speech", format!("{:.2}", speech.duration().as_secs_f64()));
            finding.fact("seconds to compute", format!("{:.2}", speech.stats().total_seconds));
        }
        Err(error) => finding.problem(error),
    }
    finding
}
