//! Finding a preparation that fits, and loading from it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ort::environment::Environment;

use super::key::Key;
use super::manifest::{GRAPH, MANIFEST, Manifest, WEIGHTS};
use super::{blocks, place};
use crate::model::fuse::ModelReport;
use crate::model::operator::{Mapping, Operators, Weights};
use crate::model::optimization::PrepareOptions;
use crate::model::session::{ModelSession, SessionOptions, open_optimized};

/// What became of the search for a preparation.
pub(super) enum Search {
    Absent,
    /// For people.
    Unusable(String),
    Found(Box<Candidate>),
}

/// Looks for a preparation of a model for this process. Of the files, only the sizes are looked at.
pub(super) fn search(model: &Path, changes: PrepareOptions, thoroughly: bool) -> Search {
    let key = Key::of_this_process(changes);
    let mut problem = None;
    for place in place::places(model) {
        match Candidate::in_folder(place.join(key.folder())) {
            Ok(None) => {}
            Ok(Some(candidate)) => match candidate.fits(model, &key, thoroughly) {
                Ok(()) => return Search::Found(Box::new(candidate)),
                Err(reason) => problem = problem.or(Some(reason)),
            },
            Err(reason) => problem = problem.or(Some(reason)),
        }
    }
    problem.or_else(|| foreign(model, &key)).map_or(Search::Absent, Search::Unusable)
}

/// What preparations that lie there were made for, if not for this process.
fn foreign(model: &Path, key: &Key) -> Option<String> {
    let entries =
        place::places(model).into_iter().filter_map(|place| fs::read_dir(place).ok()).flatten().flatten();
    let mut others = entries.filter_map(|entry| Candidate::in_folder(entry.path()).ok().flatten());
    others.find_map(|other| other.manifest.key.difference(key)).map(|what| format!("it was made for {what}"))
}

/// A preparation with a manifest that can be read.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    folder: PathBuf,
    manifest: Manifest,
}

impl Candidate {
    /// `Ok(None)`: there is none. `Err` says what is wrong with it.
    pub(super) fn in_folder(folder: PathBuf) -> Result<Option<Self>, String> {
        Ok(Manifest::read(&folder)?.map(|manifest| Self { folder, manifest }))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn model_sha256(&self) -> &str {
        self.manifest.model.sha256()
    }

    pub(super) fn bytes(&self) -> u64 {
        let manifest = fs::metadata(self.folder.join(MANIFEST)).map_or(0, |metadata| metadata.len());
        manifest + self.manifest.graph.bytes + self.manifest.weights.bytes
    }

    /// What was done to the model when it was prepared.
    pub(super) fn report(&self) -> Result<ModelReport, String> {
        self.manifest.report().ok_or_else(|| "its manifest names unknown changes".into())
    }

    fn fits(&self, model: &Path, key: &Key, thoroughly: bool) -> Result<(), String> {
        if let Some(difference) = self.manifest.key.difference(key) {
            return Err(format!("it was made for {difference}"));
        }
        self.manifest.model.check(model, thoroughly)?;
        for (name, bytes) in [(GRAPH, self.manifest.graph.bytes), (WEIGHTS, self.manifest.weights.bytes)] {
            match fs::metadata(self.folder.join(name)) {
                Ok(metadata) if metadata.len() == bytes => {}
                Ok(metadata) => {
                    return Err(format!("`{name}` has {} bytes instead of {bytes}", metadata.len()));
                }
                Err(error) => return Err(format!("`{name}` cannot be read: {error}")),
            }
        }
        Ok(())
    }

    fn check_graph(&self) -> Result<(), String> {
        let graph = fs::read(self.folder.join(GRAPH))
            .map_err(|error| format!("its graph cannot be read: {error}"))?;
        match crc32fast::hash(&graph) == self.manifest.graph.crc32 {
            true => Ok(()),
            false => Err("its graph is damaged".into()),
        }
    }

    fn open_weights(&self) -> Result<File, String> {
        File::open(self.folder.join(WEIGHTS)).map_err(|error| format!("its weights cannot be read: {error}"))
    }

    fn check_weights(&self) -> Result<(), String> {
        blocks::check(&mut self.open_weights()?, &self.manifest.weights.blocks)
    }

    /// Loads as many sessions. They share the weights that the system has in memory.
    ///
    /// The weights are checked while ONNX Runtime plans and packs, which leaves a second processor idle. What was made of
    /// damaged weights is thrown away before anybody can use it.
    pub(super) fn open(
        &self,
        environment: &Environment,
        options: SessionOptions,
        sessions: usize,
    ) -> Result<Vec<ModelSession>, String> {
        self.check_graph()?;
        std::thread::scope(|scope| {
            let check = scope.spawn(|| self.check_weights());
            let opened = self.open_unchecked(environment, options, sessions);
            trim();
            match check.join() {
                Ok(checked) => checked.and(opened),
                Err(_) => Err("the check of its weights failed".into()),
            }
        })
    }

    fn open_unchecked(
        &self,
        environment: &Environment,
        options: SessionOptions,
        sessions: usize,
    ) -> Result<Vec<ModelSession>, String> {
        let operators = Operators::new(self.map_operators()?);
        (0..sessions)
            .map(|_| {
                open_optimized(environment, &self.folder.join(GRAPH), &operators, options)
                    .map_err(|error| error.to_string())
            })
            .collect()
    }

    fn map_operators(&self) -> Result<Weights, String> {
        let weights = &self.manifest.weights;
        if weights.operators_len == 0 {
            return Ok(Weights::default());
        }
        Mapping::of(&self.open_weights()?, weights.operators_offset, weights.operators_len)
            .map(Weights::mapped)
            .map_err(|error| format!("its weights cannot be mapped: {error}"))
    }

    /// Whether everything is undamaged and belongs to the model.
    pub(super) fn verify(&self, model: &Path) -> Result<(), String> {
        self.manifest.model.check(model, true)?;
        self.check_graph()?;
        self.check_weights()?;
        match fs::metadata(self.folder.join(WEIGHTS)) {
            Ok(metadata) if metadata.len() == self.manifest.weights.bytes => Ok(()),
            _ => Err("its weights have another size".into()),
        }
    }
}

/// Gives memory that ONNX Runtime needed for loading back to the system; the allocator would keep it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "a function of the C library")]
fn trim() {
    // SAFETY: it may be called at any time, from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}
