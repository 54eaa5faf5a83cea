//! How far a model is changed for speed.

use std::path::Path;
use std::str::FromStr;

use bytes::Bytes;
use ort::environment::Environment;

use super::agree::stretches_alike;
use super::fuse::{Changes, Generator, Prepared, prepare};
use super::operator::Compute;
use super::source::ModelSource;
use crate::kernels::Quality;
use crate::{Error, ErrorKind, Result};

/// Larger files cannot be handed to ONNX Runtime in one piece.
const MOST_BYTES: u64 = i32::MAX as u64;

/// How far a model's graph may be changed to make it faster.
///
/// Durations, and so the length of the audio, are the same with all of them, to the bit. What was done to a model says
/// its [report](crate::ModelReport).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Optimization {
    /// Not at all: the samples are those that ONNX Runtime computes from the file.
    Exact,
    /// As far as the samples stay within 90 dB of the exact ones.
    #[default]
    Fast,
    /// As far as the samples stay within 105 dB of exact arithmetic. The samples of ONNX Runtime itself do not always: on the
    /// longest chunks they are 103 to 106 dB from it, and 102 to 106 dB from these (docs/kernels.md).
    Fine,
}

impl FromStr for Optimization {
    type Err = Error;

    /// Reads `exact`, `fast` or `fine`.
    fn from_str(text: &str) -> Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "exact" => Ok(Self::Exact),
            "fast" => Ok(Self::Fast),
            "fine" => Ok(Self::Fine),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("optimization `{text}` is not known: it is `exact`, `fast` or `fine`"),
            )),
        }
    }
}

/// What computes the generator, for comparisons. Not part of the interface.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vocoder {
    /// The fastest for this processor.
    #[default]
    Best,
    /// The kernels of this library.
    Kernels,
    /// Its stages as plain convolutions.
    Direct,
    /// The standard operators, rewritten.
    Rewritten,
}

/// How a model is changed for loading.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PrepareOptions {
    pub(crate) optimization: Optimization,
    pub(crate) vocoder: Vocoder,
    /// Whether the changed generator is compared with the original.
    pub(crate) verify: bool,
}

impl PrepareOptions {
    /// What is done to the generator.
    pub(super) fn generator(self) -> Generator {
        match (self.optimization, self.vocoder) {
            (Optimization::Exact, _) => Generator::Keep,
            (_, Vocoder::Direct | Vocoder::Kernels) => Generator::Fuse,
            // Without vector instructions ONNX Runtime is likely to be faster than the kernels.
            (_, Vocoder::Best) if Compute::has_kernels() => Generator::Fuse,
            // The rewrites stay within 115 dB: more than either asks for.
            (_, Vocoder::Best | Vocoder::Rewritten) => Generator::Rewrite,
        }
    }

    /// The same, but for the generator.
    pub(super) fn without_generator(self) -> Self {
        Self { optimization: Optimization::Exact, ..self }
    }

    /// What computes the generator's stages where they are operators.
    pub(super) fn compute(self) -> Compute {
        match (self.vocoder, self.optimization) {
            (Vocoder::Direct, _) => Compute::Direct,
            (_, Optimization::Fine) => Compute::Kernels(Quality::Fine),
            (_, _) => Compute::Kernels(Quality::Fast),
        }
    }
}

/// Changes a model for loading.
pub(super) fn prepare_source(
    environment: &Environment,
    source: &ModelSource,
    options: PrepareOptions,
) -> Prepared {
    let compute = options.compute();
    match source {
        // It is no neural network, and its interface is complete.
        ModelSource::Builtin => {
            let changes = Changes { generator: Generator::Keep, compute, stretch: false };
            prepare(Bytes::from_static(ModelSource::BUILTIN_GRAPH), changes)
        }
        ModelSource::File(path) => {
            let generator = options.generator();
            let stretch = generator == Generator::Fuse && stretches_alike(environment);
            let changes = Changes { generator, compute, stretch };
            // What cannot be read is reported when ONNX Runtime is to read it.
            read(path).map(|file| prepare(file, changes)).unwrap_or_default()
        }
    }
}

/// A model file that can be changed.
pub(super) fn read(path: &Path) -> Option<Bytes> {
    let metadata = std::fs::metadata(path).ok()?;
    let fits = metadata.is_file() && metadata.len() <= MOST_BYTES;
    fits.then(|| std::fs::read(path).ok())?.map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for (text, expected) in
            [("exact", Optimization::Exact), ("Fast", Optimization::Fast), ("FINE", Optimization::Fine)]
        {
            assert_eq!(text.parse::<Optimization>().unwrap(), expected);
        }
        assert_eq!("quick".parse::<Optimization>().unwrap_err().kind(), ErrorKind::InvalidConfig);
    }
}
