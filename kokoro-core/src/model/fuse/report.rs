//! What was changed in a model, and what was not and why.

use std::fmt;

macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $step:ident = $name:literal,)+) => {
        /// A change to a model's graph when it is loaded.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ModelStep {
            $($(#[doc = $doc])+ $step,)+
        }

        impl ModelStep {
            /// Every step: prepared models name them in files.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$step,)+];

            /// The stable name in `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$step => $name,)+
                }
            }
        }
    };
}

steps! {
    /// The durations of the tokens become an output, so that there are word times.
    Durations = "durations",
    /// A whole-number `speed` input becomes a float.
    FloatSpeed = "float_speed",
    /// The noise of the voice source is made by this library, so that a [seed](crate::SpeechRequest::seed) repeats it.
    Noise = "noise",
    /// Style is applied inside the normalisations of the generator instead of after them.
    Normalisations = "normalisations",
    /// The squares in the generator's activations are products instead of powers.
    Squares = "squares",
    /// The generator's convolutions run as two-dimensional ones, which ONNX Runtime has faster kernels for.
    Convolutions = "convolutions",
    /// Tokens are repeated for their frames by one operator instead of a loop.
    Alignment = "alignment",
    /// The harmonics of the voice source are stretched, and noise added to them, by operators of this library, which give
    /// the same bits.
    VoiceSource = "voice_source",
    /// Each of the generator's two stages runs as one operator of this library.
    Stages = "stages",
    /// The transposed convolutions in front of the stages run as operators of this library.
    Upsampling = "upsampling",
    /// The last convolution and the inverse Fourier transform run as one operator of this library.
    Waveform = "waveform",
    /// Residual blocks of the decoder run as operators of this library.
    Decoder = "decoder",
    /// The changed generator was run beside the original and gave the same, see
    /// [`SynthesizerBuilder::verify`](crate::SynthesizerBuilder::verify).
    Verification = "verification",
    /// The model was loaded from files that were prepared for that, see
    /// [`SynthesizerBuilder::prepare`](crate::SynthesizerBuilder::prepare). The other steps were made then.
    Preparation = "preparation",
}

impl fmt::Display for ModelStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became of a [`ModelStep`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepOutcome {
    /// The graph was changed, at so many places.
    Applied {
        /// Changed places.
        places: usize,
    },
    /// The file already is as this step would make it.
    AlreadyThere,
    /// The graph runs as it is, because of this.
    Skipped {
        /// For people.
        reason: String,
    },
}

impl fmt::Display for StepOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applied { places } => write!(f, "applied ({places})"),
            Self::AlreadyThere => f.write_str("already there"),
            Self::Skipped { reason } => write!(f, "skipped: {reason}"),
        }
    }
}

/// What was done to a model when it was loaded, in order.
///
/// A step that does not fit a file is left out, and the file runs without it.
///
/// ```
/// # fn main() -> kokoro_core::Result<()> {
/// let synthesizer = kokoro_core::Synthesizer::builder().model("builtin").build()?;
/// for (step, outcome) in synthesizer.model_report().steps() {
///     println!("{step}: {outcome}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelReport {
    steps: Vec<(ModelStep, StepOutcome)>,
}

impl ModelReport {
    /// Every step that was considered.
    #[must_use]
    pub fn steps(&self) -> &[(ModelStep, StepOutcome)] {
        &self.steps
    }

    /// What became of a step; `None` if it was not considered.
    #[must_use]
    pub fn outcome(&self, step: ModelStep) -> Option<&StepOutcome> {
        self.steps.iter().find(|(done, _)| *done == step).map(|(_, outcome)| outcome)
    }

    /// Whether a step changed the graph.
    #[must_use]
    pub fn is_applied(&self, step: ModelStep) -> bool {
        matches!(self.outcome(step), Some(StepOutcome::Applied { .. }))
    }

    /// Enters the outcome of a step: `Ok(0)` means that there was nothing to do.
    pub(crate) fn enter(&mut self, step: ModelStep, changed: Result<usize, String>) {
        let outcome = match changed {
            Ok(0) => StepOutcome::AlreadyThere,
            Ok(places) => StepOutcome::Applied { places },
            Err(reason) => StepOutcome::Skipped { reason },
        };
        self.steps.retain(|(done, _)| *done != step);
        self.steps.push((step, outcome));
    }

    /// A report of these steps.
    pub(crate) fn of(steps: Vec<(ModelStep, StepOutcome)>) -> Self {
        Self { steps }
    }

    /// Takes back those of some steps that were applied.
    pub(super) fn revoke(&mut self, steps: &[ModelStep], reason: &str) {
        for (step, outcome) in &mut self.steps {
            if steps.contains(step) && matches!(outcome, StepOutcome::Applied { .. }) {
                *outcome = StepOutcome::Skipped { reason: reason.to_owned() };
            }
        }
    }
}
