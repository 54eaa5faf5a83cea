//! Tokens, style and speed in; samples and durations out.

use std::path::PathBuf;

use ort::environment::Environment;
use ort::session::{SessionInputValue, SessionOutputs};
use ort::value::TensorRef;

use super::fuse::{ModelReport, ModelStep, StepOutcome};
use super::operator::Run;
use super::optimization::PrepareOptions;
use super::pool::Pool;
use super::prepared::{self, Loaded, Prepared, PreparedModel, Wish};
use super::session::{ModelSession, SessionOptions, open};
use super::spec::{DurationFormat, ModelSpec, SpeedFormat};
use super::vocabulary::PADS;
use super::{ModelSource, instructions, runtime, threads, verify};
use crate::voice::Style;
use crate::{CancelToken, Error, ErrorKind, Result};

/// How an [`Engine`] computes.
#[derive(Debug, Clone, Default)]
pub(crate) struct EngineOptions {
    /// Threads in all; `None`: see [`threads::resolve`].
    pub(crate) threads: Option<usize>,
    /// Runs at the same time; each keeps a session of its own and shares the threads.
    pub(crate) sessions: usize,
    pub(crate) spinning: bool,
    pub(crate) runtime_library: Option<PathBuf>,
    pub(crate) prepare: PrepareOptions,
    /// Whether files that were prepared for loading are used.
    pub(crate) prepared: Prepared,
}

impl EngineOptions {
    /// Starts ONNX Runtime, and shares the threads out.
    fn start(&self) -> Result<(Environment, SessionOptions)> {
        let threads = threads::resolve(self.threads)?;
        let instructions = instructions::resolve()?;
        tracing::debug!(instructions, "kernels");
        let environment = runtime::start_from(self.runtime_library.as_deref())?;
        let threads = (threads / self.sessions.max(1)).max(1);
        Ok((environment, SessionOptions { threads, spinning: self.spinning }))
    }
}

/// A loaded model that many threads can use at once.
pub(crate) struct Engine {
    spec: ModelSpec,
    report: ModelReport,
    sessions: Pool<ModelSession>,
    session_count: usize,
    threads_per_session: usize,
}

/// What the model is to speak.
#[derive(Debug, Clone)]
pub(crate) struct Utterance<'a> {
    /// Padded: at least one symbol and at most `spec().max_symbols` between the pads.
    pub(crate) tokens: &'a [i64],
    pub(crate) style: &'a Style,
    pub(crate) speed: f32,
    /// What the noise depends on; `None`: nothing that comes again.
    pub(crate) seed: Option<u64>,
    /// Ends the run.
    pub(crate) cancel: &'a CancelToken,
}

/// What the model made of one token sequence.
#[derive(Debug)]
pub(crate) struct Inference {
    /// 24 kHz mono.
    pub(crate) samples: Vec<f32>,
    /// Frames of every token, pads included.
    pub(crate) durations: Option<Vec<u32>>,
}

impl Engine {
    pub(crate) fn load(source: &ModelSource, options: &EngineOptions) -> Result<Self> {
        let (environment, session_options) = options.start()?;
        let wish = Wish {
            prepared: options.prepared,
            changes: options.prepare,
            session: session_options,
            sessions: options.sessions,
        };
        let Loaded { sessions, report } = match prepared::load(&environment, source, wish) {
            Ok(loaded) => loaded,
            Err(problem) => {
                let mut loaded = load_unprepared(&environment, source, wish)?;
                if let Some(reason) = problem {
                    loaded.report.enter(ModelStep::Preparation, Err(reason));
                }
                loaded
            }
        };
        for (step, outcome) in report.steps() {
            tracing::debug!(model = %source, %step, %outcome, "changed");
        }
        let first = sessions
            .first()
            .ok_or_else(|| Error::new(ErrorKind::InvalidConfig, "no session was asked for"))?;
        let spec = ModelSpec::probe(first.interface(), source)?;
        Ok(Self {
            spec,
            report,
            session_count: sessions.len(),
            sessions: Pool::new(sessions),
            threads_per_session: session_options.threads,
        })
    }

    /// Prepares a model for loading.
    pub(crate) fn prepare(source: &ModelSource, options: &EngineOptions) -> Result<PreparedModel> {
        let ModelSource::File(model) = source else {
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                "the built-in model is ready as it is: give `model` the path of a Kokoro `.onnx` file to prepare it",
            ));
        };
        let (environment, session_options) = options.start()?;
        prepared::prepare(&environment, model, options.prepare, session_options)
    }

    /// What was done to the model when it was loaded.
    pub(crate) fn report(&self) -> &ModelReport {
        &self.report
    }

    pub(crate) fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// How many runs there can be at the same time.
    pub(crate) fn sessions(&self) -> usize {
        self.session_count
    }

    pub(crate) fn threads_per_session(&self) -> usize {
        self.threads_per_session
    }

    /// Whether `speed` can be passed to this model as it is.
    pub(crate) fn check_speed(&self, speed: f32) -> Result<()> {
        if self.spec.speed_format.is_integer() && speed.fract() != 0.0 {
            return Err(Error::new(
                ErrorKind::InvalidSpeed,
                format!(
                    "speed {speed}: this model file takes whole numbers only (its `{}` input is an integer). Use 1, \
                     2, 3 or 4, or an export with a float speed",
                    self.spec.speed_input
                ),
            ));
        }
        Ok(())
    }

    /// Whether a seed makes this model repeat its noise.
    pub(crate) fn check_seed(&self) -> Result<()> {
        match self.report.outcome(ModelStep::Noise) {
            Some(StepOutcome::Skipped { reason }) => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "a seed was given, but the noise of this model file cannot be repeated: {reason}. Leave the seed \
                     out, or use a file that has its weights inside"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Runs the model once. Waits for a free session.
    pub(crate) fn infer(&self, utterance: &Utterance<'_>) -> Result<Inference> {
        let symbols = utterance.tokens.len();
        debug_assert!((PADS + 1..=self.spec.max_symbols + PADS).contains(&symbols));
        self.check_speed(utterance.speed)?;
        let mut session = self.sessions.take();
        if utterance.cancel.is_cancelled() {
            return Err(cancelled());
        }
        self.run(&mut session, utterance).map_err(|error| {
            if utterance.cancel.is_cancelled() {
                return cancelled().with_source(error);
            }
            Error::new(ErrorKind::Inference, format!("the model failed on {symbols} tokens: {error}"))
                .with_source(error)
        })
    }

    fn run(&self, session: &mut ModelSession, utterance: &Utterance<'_>) -> ort::Result<Inference> {
        let spec = &self.spec;
        let &Utterance { tokens, style, speed, seed, cancel } = utterance;
        // `check_speed` has made sure that nothing is cut off here.
        let (float, int, long) = ([speed], [speed as i32], [speed as i64]);
        let speed: SessionInputValue<'_> = match spec.speed_format {
            SpeedFormat::Float32 => TensorRef::from_array_view(([1], &float[..]))?.into(),
            SpeedFormat::Int32 => TensorRef::from_array_view(([1], &int[..]))?.into(),
            SpeedFormat::Int64 => TensorRef::from_array_view(([1], &long[..]))?.into(),
        };
        let inputs = vec![
            (spec.tokens_input.as_str(), TensorRef::from_array_view(([1, tokens.len()], tokens))?.into()),
            (spec.style_input.as_str(), TensorRef::from_array_view(([1, style.len()], &style[..]))?.into()),
            (spec.speed_input.as_str(), speed),
        ];
        let run = Run { cancel: cancel.clone(), seed: seed.unwrap_or_else(fresh_seed) };
        session.run(inputs, run, |outputs| self.read(outputs, tokens.len()))
    }

    fn read(&self, outputs: &SessionOutputs<'_>, tokens: usize) -> ort::Result<Inference> {
        let spec = &self.spec;
        let (_, samples) = output(outputs, &spec.audio_output)?.try_extract_tensor::<f32>()?;
        if !samples.iter().all(|sample| sample.is_finite()) {
            return Err(ort::Error::new("the audio holds values that are not finite"));
        }
        let durations = match &spec.durations_output {
            None => None,
            Some((name, format)) => {
                let durations = frames(outputs, name, *format)?;
                if durations.len() != tokens {
                    let message = format!("{} durations for {tokens} tokens", durations.len());
                    return Err(ort::Error::new(message));
                }
                Some(durations)
            }
        };
        Ok(Inference { samples: samples.to_vec(), durations })
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the request was cancelled")
}

/// A number that does not come again.
fn fresh_seed() -> u64 {
    // The standard library keys every hasher with randomness of the system.
    std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0)
}

/// Changes a model and loads it.
fn load_unprepared(environment: &Environment, source: &ModelSource, wish: Wish) -> Result<Loaded> {
    let (mut prepared, operators) = verify::change(environment, source, wish.changes, wish.session);
    let first = match open(environment, source, &prepared, &operators, wish.session) {
        Err(error) if prepared.model.is_some() => {
            tracing::warn!(model = %source, %error, "the changed model does not load: it runs as it is");
            prepared.revoke("ONNX Runtime did not load the changed model");
            open(environment, source, &prepared, &operators, wish.session)?
        }
        first => first?,
    };
    let mut sessions = vec![first];
    for _ in 1..wish.sessions {
        sessions.push(open(environment, source, &prepared, &operators, wish.session)?);
    }
    Ok(Loaded { sessions, report: prepared.report })
}

fn output<'a>(outputs: &'a SessionOutputs<'_>, name: &str) -> ort::Result<&'a ort::value::DynValue> {
    outputs.get(name).ok_or_else(|| ort::Error::new(format!("output `{name}` is missing")))
}

/// The durations output as frame counts.
fn frames(outputs: &SessionOutputs<'_>, name: &str, format: DurationFormat) -> ort::Result<Vec<u32>> {
    let value = output(outputs, name)?;
    let frames: Option<Vec<u32>> = match format {
        DurationFormat::Int64 => {
            value.try_extract_tensor::<i64>()?.1.iter().map(|&frames| frames.try_into().ok()).collect()
        }
        DurationFormat::Int32 => {
            value.try_extract_tensor::<i32>()?.1.iter().map(|&frames| frames.try_into().ok()).collect()
        }
        DurationFormat::Float32 => value.try_extract_tensor::<f32>()?.1.iter().copied().map(whole).collect(),
    };
    frames.ok_or_else(|| ort::Error::new("a duration is not a number of frames"))
}

/// A float that holds a frame count.
fn whole(frames: f32) -> Option<u32> {
    // Larger counts are exact in neither type, and no token is that long.
    (0.0..=1e6).contains(&frames).then_some(frames.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn float_durations_must_be_counts() {
        assert_eq!(whole(3.0), Some(3));
        assert_eq!(whole(2.9999), Some(3));
        for damaged in [-1.0, f32::NAN, f32::INFINITY, 1e9] {
            assert_eq!(whole(damaged), None);
        }
    }
}
