//! The choice between this library's kernels and ONNX Runtime's for the generator, by measurement.

use std::path::Path;
use std::time::{Duration, Instant};

use ort::environment::Environment;

use super::fuse::{Changes, Excerpt, Generator, ModelReport, ModelStep, excerpt};
use super::operator::Operators;
use super::optimization::{Optimization, PrepareOptions, Vocoder, read};
use super::session::{SessionOptions, open_model};
use super::verify;

/// Runs of each, in turn, after one for warming up. The shortest counts.
const ROUNDS: usize = 5;
/// What would be used without a measurement stays unless the other one takes less than this part of its time. Nothing that is
/// about as fast is worth other rounding errors than those of a model that was not prepared.
const CLEARLY: f64 = 0.8;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    kernels: Duration,
    standard: Duration,
}

/// Runs the generator's stages by both. `None` where there is no choice, or no stages are found.
pub(super) fn measure(
    environment: &Environment,
    model: &Path,
    options: PrepareOptions,
    session: SessionOptions,
) -> Option<Measured> {
    if options.optimization == Optimization::Exact || options.vocoder != Vocoder::Best {
        return None;
    }
    let file = read(model)?;
    let open = |generator| {
        let changes = Changes { generator, compute: options.compute(), stretch: false };
        let Excerpt { model, weights, cut } = excerpt(file.clone(), changes).ok()??;
        let session = open_model(environment, &model, &Operators::new(weights), session).ok()?;
        Some((session, cut))
    };
    let mut sides = [open(Generator::Fuse)?, open(Generator::Rewrite)?];
    let mut shortest = [Duration::MAX; 2];
    for round in 0..=ROUNDS {
        for ((session, cut), shortest) in sides.iter_mut().zip(&mut shortest) {
            let begin = Instant::now();
            verify::run(session, cut).ok()?;
            if round > 0 {
                *shortest = begin.elapsed().min(*shortest);
            }
        }
    }
    let [kernels, standard] = shortest;
    tracing::debug!(?kernels, ?standard, "measured the generator's stages");
    Some(Measured { kernels, standard })
}

impl Measured {
    /// The faster one, if it is clearly faster than what the options give without a measurement.
    pub(super) fn choose(self, options: PrepareOptions) -> PrepareOptions {
        let (usual, other, vocoder) = match options.generator() {
            Generator::Fuse => (self.kernels, self.standard, Vocoder::Rewritten),
            Generator::Rewrite => (self.standard, self.kernels, Vocoder::Kernels),
            Generator::Keep => return options,
        };
        let is_clear = other.as_secs_f64() < CLEARLY * usual.as_secs_f64();
        PrepareOptions { vocoder: if is_clear { vocoder } else { options.vocoder }, ..options }
    }

    /// Says why there are no kernels in a model.
    pub(super) fn explain(self, report: &mut ModelReport) {
        let [kernels, standard] = [self.kernels, self.standard].map(|time| time.as_secs_f64() * 1e3);
        let reason = format!(
            "ONNX Runtime computes them in {standard:.0} ms on this machine, the kernels of this library in {kernels:.0} ms"
        );
        report.enter(ModelStep::Stages, Err(reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(vocoder: Vocoder, kernels: u64, standard: u64) -> Vocoder {
        let [kernels, standard] = [kernels, standard].map(Duration::from_millis);
        let options = PrepareOptions { vocoder, ..PrepareOptions::default() };
        Measured { kernels, standard }.choose(options).vocoder
    }

    #[test]
    fn what_is_clearly_faster_is_chosen() {
        // What the options give, whatever the processor is.
        let (kernels, standard) = (Vocoder::Kernels, Vocoder::Rewritten);
        assert_eq!(chosen(kernels, 100, 79), standard);
        assert_eq!(chosen(kernels, 100, 81), kernels);
        assert_eq!(chosen(standard, 79, 100), kernels);
        assert_eq!(chosen(standard, 81, 100), standard);
    }
}
