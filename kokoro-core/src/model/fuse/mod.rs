//! Changes that are made to a model's graph when it is loaded.
//!
//! Everything is found by data flow: by what operators do to each other's results, never by the names of nodes. How,
//! and what is changed, is described in `docs/graph.md`. What is not found is not changed, and the
//! [report](ModelReport) says so. Nothing upstream of the pitch is changed in a bit, since the voice source adds its
//! rounding errors up.

mod adain;
mod block;
mod convolution;
mod durations;
mod edits;
mod excerpt;
mod fused;
mod leaky;
mod noise;
mod repeat;
mod report;
mod rewrite;
mod snake;
mod source;
mod speed;
mod stage;
mod upsample;
mod wave;

use std::collections::HashSet;

use bytes::Bytes;

use super::graph::onnx::{GraphProto, ModelProto, NodeProto};
use super::graph::{self, Flow};
use super::operator::{Compute, FusedStage, Weights};
use crate::kernels::Layout;
use edits::Edits;

pub(crate) use durations::NAMES as DURATION_NAMES;
pub(crate) use excerpt::Cut;
pub use report::{ModelReport, ModelStep, StepOutcome};
use stage::Stage;

/// Kokoro's generator has two.
const STAGES: usize = 2;

/// What is done to the generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generator {
    /// Nothing.
    Keep,
    /// All changes that standard operators can express.
    Rewrite,
    /// Each stage becomes one operator.
    Fuse,
}

/// What is to be done to a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changes {
    pub(crate) generator: Generator,
    pub(crate) compute: Compute,
    /// Whether interpolation by our own operator gives the bits of ONNX Runtime's.
    pub(crate) stretch: bool,
}

/// The generator's stages as a model.
#[derive(Debug)]
pub(crate) struct Excerpt {
    pub(crate) model: Vec<u8>,
    /// What this library's operators in it compute with.
    pub(crate) weights: Weights,
    /// What goes in and comes out.
    pub(crate) cut: Cut,
}

/// A model to hand to ONNX Runtime.
#[derive(Debug, Default)]
pub struct Prepared {
    /// The changed model; `None` if nothing was changed.
    pub model: Option<Vec<u8>>,
    /// What this library's operators in it compute with.
    pub weights: Weights,
    /// What was done.
    pub report: ModelReport,
}

impl Prepared {
    /// Takes everything back, because the changed model does not work.
    pub(crate) fn revoke(&mut self, reason: &str) {
        let report = std::mem::take(&mut self.report);
        *self = Self { report, ..Self::default() };
        self.report.revoke(&ALL_STEPS, reason);
    }

    /// Says why the generator was not changed in this way.
    pub(crate) fn explain(&mut self, generator: Generator, reason: &str) {
        for &step in considered(generator) {
            if self.report.outcome(step).is_none() {
                self.report.enter(step, Err(reason.to_owned()));
            }
        }
    }
}

const ALL_STEPS: [ModelStep; 12] = [
    ModelStep::Durations,
    ModelStep::FloatSpeed,
    ModelStep::Noise,
    ModelStep::Normalisations,
    ModelStep::Squares,
    ModelStep::Convolutions,
    ModelStep::Alignment,
    ModelStep::VoiceSource,
    ModelStep::Stages,
    ModelStep::Upsampling,
    ModelStep::Waveform,
    ModelStep::Decoder,
];

/// Changes a model as far as it can be.
///
/// At its peak this holds the file, the packed weights and the changed model.
pub(crate) fn prepare(file: Bytes, changes: Changes) -> Prepared {
    let mut prepared = Prepared::default();
    match graph::read(file) {
        Ok(mut model) => {
            if let Err(reason) = change(&mut model, changes, &mut prepared) {
                prepared.revoke(&reason);
            }
        }
        Err(reason) => {
            for &step in considered(changes.generator) {
                prepared.report.enter(step, Err(reason.clone()));
            }
        }
    }
    prepared
}

fn considered(generator: Generator) -> &'static [ModelStep] {
    use ModelStep::{
        Alignment, Convolutions, Decoder, Durations, FloatSpeed, Noise, Normalisations, Squares, Stages,
        Upsampling, VoiceSource, Waveform,
    };
    match generator {
        Generator::Keep => &[Durations, FloatSpeed, Noise],
        Generator::Rewrite => &[Durations, FloatSpeed, Noise, Normalisations, Squares, Convolutions],
        Generator::Fuse => {
            &[Durations, FloatSpeed, Noise, Stages, Alignment, VoiceSource, Upsampling, Waveform, Decoder]
        }
    }
}

fn change(model: &mut ModelProto, changes: Changes, prepared: &mut Prepared) -> Result<(), String> {
    let Some(graph) = &mut model.graph else { return Ok(()) };
    let report = &mut prepared.report;
    report.enter(ModelStep::Durations, durations::expose(graph, speed::SPEED));
    report.enter(ModelStep::FloatSpeed, speed::make_float(graph));
    let noises = noise::replace(graph);
    report.enter(ModelStep::Noise, Ok(noises));
    if noises > 0 {
        fused::import_domain(model);
    }
    if changes.generator != Generator::Keep {
        change_generator(model, changes, prepared);
    }
    if ALL_STEPS.iter().any(|&step| prepared.report.is_applied(step)) {
        prepared.model = Some(graph::write(model)?);
    }
    Ok(())
}

/// The generator's stages alone, changed. `None` where they are not found, and so nothing is changed; `Err` says why they
/// cannot be cut out.
pub(crate) fn excerpt(file: Bytes, changes: Changes) -> Result<Option<Excerpt>, String> {
    let mut model = graph::read(file)?;
    let cut = {
        let flow = Flow::new(model.graph.as_ref().ok_or("it has no graph")?)?;
        let Ok(stages) = find_stages(&flow) else { return Ok(None) };
        Cut::around(&flow, &stages).ok_or("the stages take their style from several places")?
    };
    let mut prepared = Prepared::default();
    change_generator(&mut model, changes, &mut prepared);
    Ok(Some(Excerpt { model: cut.take(&model)?, weights: prepared.weights, cut }))
}

fn change_generator(model: &mut ModelProto, changes: Changes, prepared: &mut Prepared) {
    let Some(graph) = &mut model.graph else { return };
    match changes.generator {
        Generator::Keep => {}
        Generator::Rewrite => rewrite_generator(graph, &mut prepared.report),
        Generator::Fuse => match fuse_generator(graph, changes) {
            Ok(Fused { weights, loops, sources, upsamplings, endings, blocks }) => {
                prepared.report.enter(ModelStep::Stages, Ok(STAGES));
                if changes.compute != Compute::Direct {
                    for (step, found) in [
                        (ModelStep::Alignment, loops),
                        (ModelStep::VoiceSource, sources),
                        (ModelStep::Upsampling, upsamplings),
                        (ModelStep::Waveform, endings),
                        (ModelStep::Decoder, blocks),
                    ] {
                        let found =
                            if found > 0 { Ok(found) } else { Err("its pattern was not found".into()) };
                        prepared.report.enter(step, found);
                    }
                }
                prepared.weights = weights;
                fused::import_domain(model);
            }
            Err(reason) => {
                prepared.report.enter(ModelStep::Stages, Err(reason));
                rewrite_generator(graph, &mut prepared.report);
            }
        },
    }
}

fn find_stages<'a>(flow: &Flow<'a>) -> Result<Vec<Stage<'a>>, String> {
    let stages = stage::find_all(flow);
    match stages.len() {
        STAGES => Ok(stages),
        found => Err(format!("{found} generator stages were found instead of {STAGES}")),
    }
}

fn rewrite_generator(graph: &mut GraphProto, report: &mut ModelReport) {
    let outcome = (|| {
        let flow = Flow::new(graph)?;
        let stages = find_stages(&flow)?;
        let mut edits = Edits::of(graph);
        let counts = rewrite::rewrite(&flow, &stages, &mut edits);
        Ok::<_, String>((edits, counts))
    })();
    match outcome {
        Ok((edits, counts)) => {
            edits.apply(graph);
            report.enter(ModelStep::Normalisations, Ok(counts.normalisations));
            report.enter(ModelStep::Squares, Ok(counts.squares));
            report.enter(ModelStep::Convolutions, Ok(counts.convolutions));
        }
        Err(reason) => {
            for step in [ModelStep::Normalisations, ModelStep::Squares, ModelStep::Convolutions] {
                report.enter(step, Err(reason.clone()));
            }
        }
    }
}

/// What was made operators of.
#[derive(Default)]
struct Fused {
    weights: Weights,
    loops: usize,
    sources: usize,
    upsamplings: usize,
    endings: usize,
    blocks: usize,
}

/// Makes operators of the stages, and of what else there are kernels for.
fn fuse_generator(graph: &mut GraphProto, changes: Changes) -> Result<Fused, String> {
    let compute = changes.compute;
    let mut fused = Fused::default();
    let weights = &mut fused.weights;
    let edits = {
        let flow = Flow::new(graph)?;
        let mut edits = Edits::of(graph);
        let stages = find_stages(&flow)?;
        // What reads signals in blocks.
        let mut readers = Vec::new();
        if let Compute::Kernels(quality) = compute {
            for stage in &stages {
                if let Some(found) = upsample::find(&flow, stage.input, stage.channels)
                    && found.replace(&flow, quality, &mut edits, weights)
                {
                    readers.push(found.input);
                    fused.upsamplings += 1;
                }
            }
            // It takes blocks only, and so nobody else may use what the last stage makes.
            for stage in &stages {
                if let Some(signal) = private_output(&flow, stage)
                    && let Some(found) = wave::find(&flow, signal)
                    && found.replace(&flow, quality, &mut edits, weights)
                {
                    readers.push(found.input);
                    fused.endings += 1;
                }
            }
            fused.loops = repeat::replace(&flow, &mut edits);
            fused.sources = source::replace(&flow, changes.stretch, &mut edits);
            fused.blocks = block::replace(&flow, &fixed(&flow, &stages), quality, &mut edits, weights);
        }
        for stage in &stages {
            let output = private_output(&flow, stage);
            let is_read = output.is_some_and(|output| readers.contains(&output));
            let layout = if is_read { Layout::Blocks } else { Layout::Rows };
            fused::replace(&flow, stage, compute, layout, &mut edits, weights)?;
        }
        edits
    };
    edits.apply(graph);
    Ok(fused)
}

/// What a stage makes, if nothing but one activation uses it, and that for one thing only.
fn private_output<'a>(flow: &Flow<'a>, stage: &Stage<'a>) -> Option<&'a str> {
    let output = flow.node(stage.last)?.output.first()?;
    let activations: Vec<&NodeProto> = flow.users(output).collect();
    let [activation] = activations.as_slice() else { return None };
    let activated = activation.output.first().filter(|_| activation.op_type() == "LeakyRelu")?;
    let is_hidden =
        |value: &str| !flow.is_inner(value) && flow.graph.output.iter().all(|output| output.name() != value);
    let is_private = flow.users(activated).count() == 1 && is_hidden(activated) && is_hidden(output);
    is_private.then_some(output.as_str())
}

/// The nodes that durations and noise source depend on, and so the pitch: they must stay as they are.
fn fixed(flow: &Flow<'_>, stages: &[Stage<'_>]) -> HashSet<usize> {
    let outputs = flow.graph.output.iter().map(|output| output.name());
    let durations = outputs.filter(|name| DURATION_NAMES.contains(name));
    flow.upstream(stages.iter().map(|stage| stage.noise).chain(durations))
}

/// What the generator's stages compute with.
pub(crate) fn stages(model: &ModelProto) -> Result<Vec<FusedStage>, String> {
    let flow = Flow::new(model.graph.as_ref().ok_or("it has no graph")?)?;
    find_stages(&flow)?.iter().map(fused::describe).collect()
}
