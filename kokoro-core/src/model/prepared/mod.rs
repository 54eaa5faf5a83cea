//! Prepared models: what is done to a model when it is loaded, done once and kept in files.
//!
//! ```text
//! make     model file -> changed graph (fuse/) -> optimised by ONNX Runtime -> equal layers rolled up (repeat)
//!            -> weights packed by ONNX Runtime -> laid out at pages (arrange), the operators' weights behind them
//! load     manifest fits (key, identity) -> ONNX Runtime maps its weights, the operators map theirs,
//!            and meanwhile every block is checked (blocks)
//! ```
//!
//! What is kept, where and under which conditions it is used is described in `docs/prepared.md`.

mod arrange;
mod blocks;
mod folder;
mod identity;
mod key;
mod load;
mod make;
mod manifest;
mod place;
mod repeat;
mod setting;

use std::path::{Path, PathBuf};

use ort::environment::Environment;

use super::fuse::{ModelReport, ModelStep};
use super::optimization::PrepareOptions;
use super::session::{ModelSession, SessionOptions};
use super::source::ModelSource;
use crate::Result;
use load::{Candidate, Search};

pub(crate) use make::prepare;
pub use setting::Prepared;

/// How models are prepared and loaded: a part of what an engine is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) prepared: Prepared,
    pub(crate) changes: PrepareOptions,
    pub(crate) session: SessionOptions,
    /// How many sessions are to be opened.
    pub(crate) sessions: usize,
}

/// A model that was loaded from its preparation.
pub(crate) struct Loaded {
    pub(crate) sessions: Vec<ModelSession>,
    pub(crate) report: ModelReport,
}

/// The preparation that a model would be loaded from. `Err(None)`: there is none; `Err(Some(reason))`: none that fits. ONNX
/// Runtime must have been started. Of the files, only the sizes are looked at.
pub(crate) fn examine(model: &Path, changes: PrepareOptions) -> Result<PathBuf, Option<String>> {
    match load::search(model, changes, false) {
        Search::Absent => Err(None),
        Search::Unusable(reason) => Err(Some(reason)),
        Search::Found(candidate) => Ok(candidate.folder().to_owned()),
    }
}

/// Loads a model from a preparation, if there is one that fits, or if one is to be made. `Err(None)`: there is none;
/// `Err(Some(reason))`: it could not be used or made.
pub(crate) fn load(
    environment: &Environment,
    source: &ModelSource,
    wish: Wish,
) -> Result<Loaded, Option<String>> {
    let ModelSource::File(model) = source else { return Err(None) };
    if wish.prepared == Prepared::Off {
        return Err(None);
    }
    let problem = match load::search(model, wish.changes, false) {
        Search::Absent => None,
        Search::Unusable(reason) => Some(reason),
        Search::Found(candidate) => match load_candidate(environment, &candidate, wish) {
            Ok(loaded) => return Ok(loaded),
            Err(reason) => Some(reason),
        },
    };
    if let Some(reason) = &problem {
        tracing::warn!(model = %source, %reason, "the prepared model is not used");
    }
    if wish.prepared != Prepared::Make {
        return Err(problem);
    }
    let made = prepare(environment, model, wish.changes, wish.session).map_err(|error| error.to_string());
    let loaded = made.and_then(|_| match load::search(model, wish.changes, false) {
        Search::Found(candidate) => load_candidate(environment, &candidate, wish),
        Search::Unusable(reason) => Err(reason),
        Search::Absent => Err("it is gone".into()),
    });
    loaded.map_err(|reason| {
        tracing::warn!(model = %source, %reason, "the model could not be prepared");
        Some(reason)
    })
}

fn load_candidate(environment: &Environment, candidate: &Candidate, wish: Wish) -> Result<Loaded, String> {
    let mut report = candidate.report()?;
    let sessions = candidate.open(environment, wish.session, wish.sessions)?;
    tracing::debug!(folder = %candidate.folder().display(), "loaded a prepared model");
    report.enter(ModelStep::Preparation, Ok(1));
    Ok(Loaded { sessions, report })
}

/// A preparation: files from which a model is loaded in less time and memory.
///
/// Made by [`SynthesizerBuilder::prepare`](crate::SynthesizerBuilder::prepare).
#[derive(Debug, Clone)]
pub struct PreparedModel {
    model: PathBuf,
    candidate: Candidate,
    is_new: bool,
}

impl PreparedModel {
    /// The folder with its files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.candidate.folder()
    }

    /// Size of its files in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.candidate.bytes()
    }

    /// Whether it was made now; if not, it was there and fitted.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// SHA-256 of the model file that it was made of, in hexadecimal.
    #[must_use]
    pub fn model_sha256(&self) -> &str {
        self.candidate.model_sha256()
    }

    /// Reads everything again, the whole model file included, and checks that they belong together and are undamaged.
    /// (Loading checks the preparation as thoroughly, but knows the model file by its length, time and samples.)
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with what is wrong.
    pub fn verify(&self) -> Result<()> {
        self.candidate.verify(&self.model).map_err(|reason| {
            let message = format!(
                "the preparation `{}` cannot be used: {reason}. Prepare the model again",
                self.folder().display()
            );
            crate::Error::new(crate::ErrorKind::Io, message)
        })
    }
}
