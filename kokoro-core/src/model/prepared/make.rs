//! Making a preparation.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use ort::environment::Environment;
use prost::Message as _;

use super::PreparedModel;
use super::arrange::{PAGE, arrange};
use super::blocks::Summing;
use super::folder::{Place, Unfinished, sync_folder};
use super::identity::Identity;
use super::key::Key;
use super::load::{Candidate, Search, search};
use super::manifest::{GRAPH, Graph, Manifest, WEIGHTS, WeightsFile};
use super::{place, repeat};
use crate::model::choice;
use crate::model::fuse::{Generator, ModelReport};
use crate::model::graph;
use crate::model::graph::onnx::ModelProto;
use crate::model::operator::Operators;
use crate::model::optimization::PrepareOptions;
use crate::model::session::{SessionOptions, Target, check_file, open, open_optimized, write_optimized};
use crate::model::source::ModelSource;
use crate::model::spec::ModelSpec;
use crate::model::verify;
use crate::{Error, ErrorKind, Result};

/// Prepares a model, unless there is a preparation that fits and is undamaged.
pub(crate) fn prepare(
    environment: &Environment,
    model: &Path,
    changes: PrepareOptions,
    options: SessionOptions,
) -> Result<PreparedModel> {
    check_file(model)?;
    if let Some(there) = find(model, changes) {
        return Ok(there);
    }
    let mut failure = None;
    for place in place::places(model) {
        let entered =
            Place::enter(&place).and_then(|entered| entered.begin().map(|unfinished| (entered, unfinished)));
        let (_entered, unfinished) = match entered {
            Ok(entered) => entered,
            Err(error) => {
                tracing::debug!(%error, folder = %place.display(), "cannot be written to");
                failure = failure.or(Some(unwritable(&place, error)));
                continue;
            }
        };
        // Another process may have made it in the meantime.
        if let Some(there) = find(model, changes) {
            return Ok(there);
        }
        let making =
            Making { environment, model, changes, options, place: &place, folder: unfinished.path() };
        match making.make().and_then(|()| finish(unfinished, changes, &place)) {
            Ok(candidate) => return Ok(PreparedModel { model: model.to_owned(), candidate, is_new: true }),
            Err(error) if error.kind() == ErrorKind::Io => failure = failure.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    Err(failure.unwrap_or_else(|| Error::new(ErrorKind::Io, format!("`{}` has no name", model.display()))))
}

fn find(model: &Path, changes: PrepareOptions) -> Option<PreparedModel> {
    let Search::Found(candidate) = search(model, changes, true) else { return None };
    let there = PreparedModel { model: model.to_owned(), candidate: *candidate, is_new: false };
    there.verify().is_ok().then_some(there)
}

fn finish(unfinished: Unfinished, changes: PrepareOptions, place: &Path) -> Result<Candidate> {
    let folder = unfinished
        .finish(&Key::of_this_process(changes).folder())
        .map_err(|error| unwritable(place, error))?;
    match Candidate::in_folder(folder) {
        Ok(Some(candidate)) => Ok(candidate),
        _ => Err(Error::new(ErrorKind::Io, format!("what was written into `{}` is gone", place.display()))),
    }
}

fn unwritable(place: &Path, error: std::io::Error) -> Error {
    let message = format!(
        "the model cannot be prepared in `{}`: {error}. It takes about one and a half times the size of the model, and \
         three times while it is made; another folder can be named with the variable KOKORO_HOME",
        place.display()
    );
    Error::new(ErrorKind::Io, message).with_source(error)
}

/// A preparation under way.
struct Making<'a> {
    environment: &'a Environment,
    model: &'a Path,
    changes: PrepareOptions,
    options: SessionOptions,
    /// Where it is to lie.
    place: &'a Path,
    /// Where it is made.
    folder: &'a Path,
}

/// A graph that ONNX Runtime has written, with its weights beside it.
struct Written {
    graph: PathBuf,
    weights: PathBuf,
}

impl Making<'_> {
    fn make(&self) -> Result<()> {
        let identity = Identity::of(self.model).map_err(|error| {
            let message = format!("cannot read `{}`: {error}", self.model.display());
            Error::new(ErrorKind::Io, message).with_source(error)
        })?;
        self.check_format()?;
        let (optimized, operators, report) = self.optimize()?;
        let written = match self.pack(&optimized, &operators) {
            Ok(packed) => {
                self.remove(&optimized);
                packed
            }
            // As it is it can be used as well; it loads more slowly.
            Err(error) => {
                tracing::warn!(%error, "ONNX Runtime does not write packed weights");
                optimized
            }
        };
        let (graph, weights) =
            self.arrange(&written, &operators).map_err(|error| unwritable(self.place, error))?;
        self.remove(&written);
        self.check(&operators)?;
        identity.check(self.model, false).map_err(|_| {
            let message =
                format!("`{}` was changed while it was prepared: prepare it again", self.model.display());
            Error::new(ErrorKind::Io, message)
        })?;
        let manifest = Manifest::new(Key::of_this_process(self.changes), identity, graph, weights, &report);
        manifest.write(self.folder).map_err(|error| unwritable(self.place, error))?;
        sync_folder(self.folder);
        Ok(())
    }

    /// Only a file that holds everything can be known again.
    fn check_format(&self) -> Result<()> {
        let file = fs::read(self.model).map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot read `{}`: {error}", self.model.display()))
                .with_source(error)
        })?;
        graph::read(Bytes::from(file)).map(drop).map_err(|reason| {
            let message = format!("`{}` cannot be prepared: {reason}", self.model.display());
            Error::new(ErrorKind::InvalidModel, message)
        })
    }

    /// Changes the model, as is fastest on this machine, and lets ONNX Runtime optimise it.
    fn optimize(&self) -> Result<(Written, Arc<Operators>, ModelReport)> {
        let source = ModelSource::File(self.model.to_owned());
        let measured = choice::measure(self.environment, self.model, self.changes, self.options);
        let changes = measured.map_or(self.changes, |measured| measured.choose(self.changes));
        // What is made once and used from then on is worth a look, asked for or not.
        let changes = PrepareOptions { verify: true, ..changes };
        let (mut changed, operators) = verify::change(self.environment, &source, changes, self.options);
        if let Some(measured) = measured.filter(|_| changes.generator() == Generator::Rewrite) {
            measured.explain(&mut changed.report);
        }
        let model = changed.model.as_deref().map_or(Ok(self.model), Err);
        match self.write("optimized", model, &operators, true) {
            Ok(written) => Ok((written, operators, changed.report)),
            // Whether the model or the disk is to blame is seen by loading it without writing anything.
            Err(error) => match open(self.environment, &source, &changed, &operators, self.options) {
                Ok(_) => Err(unwritable(self.place, std::io::Error::other(error))),
                Err(error) => Err(error),
            },
        }
    }

    /// Rolls equal layers up, and lets ONNX Runtime write the weights as its operators pack them.
    fn pack(&self, optimized: &Written, operators: &Arc<Operators>) -> Result<Written> {
        let mut model = read(&optimized.graph)?;
        let layers = model.graph.as_mut().map_or(0, repeat::roll);
        tracing::debug!(layers, "rolled up equal layers");
        let rolled = optimized.graph.with_file_name("rolled.onnx");
        fs::write(&rolled, model.encode_to_vec()).map_err(|error| unwritable(self.place, error))?;
        self.write("packed", Ok(&rolled), operators, false)
    }

    fn write(
        &self,
        name: &str,
        model: Result<&Path, &[u8]>,
        operators: &Arc<Operators>,
        optimize: bool,
    ) -> Result<Written> {
        let folder = self.folder.join(name);
        fs::create_dir(&folder).map_err(|error| unwritable(self.place, error))?;
        let written = Written { graph: folder.join(GRAPH), weights: folder.join(WEIGHTS) };
        let target = Target { graph: &written.graph, weights: WEIGHTS, optimize };
        write_optimized(self.environment, model, operators, self.options, &target)?;
        Ok(written)
    }

    /// Writes the graph and the weights as they are to stay.
    fn arrange(&self, written: &Written, operators: &Operators) -> std::io::Result<(Graph, WeightsFile)> {
        let mut model = read(&written.graph).map_err(std::io::Error::other)?;
        // Where all weights are small there is no file of them.
        if !written.weights.exists() {
            File::create(&written.weights)?;
        }
        let mut from = File::open(&written.weights)?;
        let mut to = Summing::new(std::io::BufWriter::with_capacity(
            1 << 20,
            File::create_new(self.folder.join(WEIGHTS))?,
        ));
        if let Some(graph) = &mut model.graph {
            arrange(graph, &mut from, WEIGHTS, &mut to)?;
        }
        let operators_offset = to.align(PAGE)?;
        operators.weights().write(&mut to)?;
        to.flush()?;
        let bytes = to.written();
        let (file, blocks) = to.finish();
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        let weights =
            WeightsFile { bytes, operators_offset, operators_len: operators.weights().len(), blocks };

        let graph = model.encode_to_vec();
        let mut file = File::create_new(self.folder.join(GRAPH))?;
        file.write_all(&graph)?;
        file.sync_all()?;
        Ok((Graph { bytes: graph.len() as u64, crc32: crc32fast::hash(&graph) }, weights))
    }

    /// Whether it loads, and is a model for this library.
    fn check(&self, operators: &Arc<Operators>) -> Result<()> {
        let session = open_optimized(self.environment, &self.folder.join(GRAPH), operators, self.options)?;
        ModelSpec::probe(session.interface(), &ModelSource::File(self.model.to_owned())).map(drop)
    }

    /// Makes room on the disk as soon as possible.
    fn remove(&self, written: &Written) {
        if let Some(folder) = written.graph.parent() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// A graph that ONNX Runtime has written.
fn read(path: &Path) -> Result<ModelProto> {
    let bytes = fs::read(path).map_err(|error| {
        Error::new(ErrorKind::Io, format!("cannot read `{}`: {error}", path.display())).with_source(error)
    })?;
    ModelProto::decode(Bytes::from(bytes)).map_err(|error| {
        let message = format!(
            "ONNX Runtime wrote something else than a model: {error}. Is there space left on the disk?"
        );
        Error::new(ErrorKind::Io, message).with_source(error)
    })
}
