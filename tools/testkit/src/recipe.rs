use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use prost::Message as _;

use crate::error::{Error, Result};
use crate::onnx::ModelProto;
use crate::{Graph, edit, fill};

/// What a model is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A graph of this crate, to be filled.
    Skeleton(Graph),
    /// A model file, such as a published one.
    File(PathBuf),
}

/// The type of the input `speed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// As the graph has it.
    #[default]
    Keep,
    /// f32, see [`edit::f32_speed`].
    F32,
    /// i32, see [`edit::int_speed`].
    Int,
}

/// The output of durations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durations {
    /// As the graph has it.
    #[default]
    Keep,
    /// None, see [`edit::without_durations`].
    None,
    /// i64 `duration`, see [`edit::expose_durations`].
    I64,
    /// f32 `durations`, see [`edit::f32_durations`].
    F32,
}

/// How to make a model: a graph and what to change in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// What to start from.
    pub source: Source,
    /// The seed of the weights of a skeleton.
    pub seed: u64,
    /// Whether to replace the noise with zeros, so that equal inputs give equal waveforms.
    pub silent: bool,
    /// The type of the input `speed`.
    pub speed: Speed,
    /// The output of durations.
    pub durations: Durations,
    /// The number of dimensions of the waveform, where it is to change.
    pub waveform_rank: Option<usize>,
    /// Inputs to rename, old name first.
    pub rename_inputs: Vec<(String, String)>,
    /// Outputs to rename, old name first. They apply after the other edits.
    pub rename_outputs: Vec<(String, String)>,
    /// Metadata to set, key first.
    pub metadata: Vec<(String, String)>,
    /// Whether to store the weights as f16.
    pub fp16: bool,
}

impl Recipe {
    /// The graph as published, filled with the weights of seed 1.
    pub fn new(graph: Graph) -> Self {
        Self::from_source(Source::Skeleton(graph))
    }

    /// A model file, unchanged.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        Self::from_source(Source::File(path.into()))
    }

    fn from_source(source: Source) -> Self {
        Self {
            source,
            seed: 1,
            silent: false,
            speed: Speed::Keep,
            durations: Durations::Keep,
            waveform_rank: None,
            rename_inputs: Vec::new(),
            rename_outputs: Vec::new(),
            metadata: Vec::new(),
            fp16: false,
        }
    }

    /// Makes the model.
    ///
    /// # Errors
    /// When the source cannot be read, or an edit does not apply to it.
    pub fn build(&self) -> Result<ModelProto> {
        self.finish(self.structure()?)
    }

    /// Makes the model and writes it to `path`, which appears only when it is complete.
    ///
    /// # Errors
    /// Those of [`build`](Self::build), and when the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        write(&self.build()?.encode_to_vec(), path)
    }

    /// The path of the model within `directory`, where it is made at the first call. The name depends on the recipe,
    /// on the graph and on what the edits made of it, so a stale file is never found; remove the directory to free
    /// the space.
    ///
    /// # Errors
    /// Those of [`write`](Self::write), and when the directory cannot be made.
    pub fn cached(&self, directory: &Path) -> Result<PathBuf> {
        let model = self.structure()?;
        let mut crc = crc32fast::Hasher::new();
        crc.update(format!("{self:?}").as_bytes());
        crc.update(&model.encode_to_vec());
        let stem = match &self.source {
            Source::Skeleton(graph) => graph.name().into(),
            Source::File(path) => path.file_stem().unwrap_or_default().to_string_lossy(),
        };
        let path = directory.join(format!("{stem}-{:08x}.onnx", crc.finalize()));
        if !path.is_file() {
            fs::create_dir_all(directory).map_err(Error::file(directory))?;
            write(&self.finish(model)?.encode_to_vec(), &path)?;
        }
        Ok(path)
    }

    /// The edited model before the steps that concern the weights.
    fn structure(&self) -> Result<ModelProto> {
        let mut model = match &self.source {
            Source::Skeleton(graph) => graph.skeleton()?,
            Source::File(path) => ModelProto::decode(&*fs::read(path).map_err(Error::file(path))?)?,
        };
        if self.silent {
            edit::silence_noise(&mut model);
        }
        match self.speed {
            Speed::Keep => {}
            Speed::F32 => edit::f32_speed(&mut model)?,
            Speed::Int => edit::int_speed(&mut model)?,
        }
        match self.durations {
            Durations::Keep => {}
            Durations::None => {
                edit::without_durations(&mut model);
            }
            Durations::I64 => edit::expose_durations(&mut model)?,
            Durations::F32 => {
                edit::expose_durations(&mut model)?;
                edit::f32_durations(&mut model)?;
            }
        }
        if let Some(rank) = self.waveform_rank {
            edit::waveform_rank(&mut model, rank)?;
        }
        for (from, to) in &self.rename_inputs {
            edit::rename_input(&mut model, from, to)?;
        }
        for (from, to) in &self.rename_outputs {
            edit::rename_output(&mut model, from, to)?;
        }
        for (key, value) in &self.metadata {
            edit::with_metadata(&mut model, key, value);
        }
        Ok(model)
    }

    fn finish(&self, mut model: ModelProto) -> Result<ModelProto> {
        fill::fill(&mut model, self.seed)?;
        if self.fp16 {
            edit::halve_weights(&mut model)?;
        }
        Ok(model)
    }
}

/// Writes next to `path` and renames, so that nobody sees half a file.
fn write(bytes: &[u8], path: &Path) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", process::id()));
    let part = path.with_file_name(name);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // What is left of it helps nobody; that it cannot be removed adds nothing to the first error.
        let _ = fs::remove_file(&part);
    }
    written.map_err(Error::file(path))
}
