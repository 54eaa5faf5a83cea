//! The end of the vocoder: the last convolution, whose outputs are logarithms of magnitudes and sines of phases, and the
//! inverse short-time Fourier transform.
//!
//! `x[f] = exp(a[f])·cos(sin(b[f]))`, `y[f] = exp(a[f])·sin(sin(b[f]))`, and every frame adds
//! `Σ x[f]·real[f][k] - y[f]·imaginary[f][k]` to the samples `hop · frame + k`. So many samples are cut off at both ends.

#![expect(unsafe_code, reason = "vectors of an instruction set, and tasks that write parts of one slice")]

use std::marker::PhantomData;
use std::sync::atomic::AtomicBool;

use super::KernelError;
use super::activation::Leaky;
use super::conv::Pass;
use super::elementary::{cosine_of_sine, exponential, sine};
use super::isa::{Isa, Job};
use super::pack::{ConvShape, ConvView, Quality};
use super::parallel::{Context, Parallel, Parts};
use super::product::{Ahead, Multiply};
use super::scratch::Scratch;
use super::snake::Activation;
use super::vector::{BLOCK, Vector};

/// Magnitudes fill one block, phases another.
const OUTPUTS: usize = 2 * BLOCK;
/// Samples of a frame at most.
const WINDOW: usize = 2 * BLOCK;
/// Steps of a task.
const TASK: usize = 512;

/// Channels, bins and samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WaveShape {
    bins: usize,
    hop: usize,
    window: usize,
    cut: usize,
    kernel: usize,
    conv: ConvShape,
}

/// Parameters as the model has them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WaveWeights<'a> {
    /// `[2 · bins][channel][kernel]`, the magnitudes first.
    pub(crate) weights: &'a [f32],
    pub(crate) bias: &'a [f32],
    /// `[bin][window]`
    pub(crate) real: &'a [f32],
    pub(crate) imaginary: &'a [f32],
}

/// Sizes of the transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WaveFrames {
    /// At most 16.
    pub(crate) bins: usize,
    /// Samples from a frame to the next.
    pub(crate) hop: usize,
    /// Samples of a frame, a multiple of `hop`, at most 32.
    pub(crate) window: usize,
    /// Samples that are cut off at both ends.
    pub(crate) cut: usize,
}

impl WaveShape {
    /// `None` where there is no kernel.
    pub(crate) fn new(channels: usize, kernel: usize, frames: WaveFrames, quality: Quality) -> Option<Self> {
        let WaveFrames { bins, hop, window, cut } = frames;
        let fits = (1..=BLOCK).contains(&bins)
            && (1..=WINDOW).contains(&window)
            && hop > 0
            && window.is_multiple_of(hop)
            && 2 * cut <= window;
        let conv = ConvShape::new(channels, OUTPUTS, kernel, 1, quality)?;
        fits.then_some(Self { bins, hop, window, cut, kernel, conv })
    }

    pub(crate) fn channels(&self) -> usize {
        self.conv.inputs()
    }

    /// Samples of so many frames.
    pub(crate) fn samples(&self, frames: usize) -> usize {
        match frames.checked_sub(1) {
            Some(steps) => (steps * self.hop + self.window).saturating_sub(2 * self.cut),
            None => 0,
        }
    }

    /// The length of the packed form: the convolution, then `[panel][real, imaginary][16][16 samples]`.
    pub(crate) fn packed_len(&self) -> usize {
        self.conv.packed_len() + OUTPUTS * WINDOW
    }

    /// `None` where a length is wrong.
    pub(crate) fn pack(&self, weights: &WaveWeights<'_>, packed: &mut [f32]) -> Option<()> {
        let filter = self.conv.inputs() * self.kernel;
        let fits = weights.weights.len() == 2 * self.bins * filter
            && weights.bias.len() == 2 * self.bins
            && [weights.real.len(), weights.imaginary.len()] == [self.bins * self.window; 2]
            && packed.len() == self.packed_len();
        if !fits {
            return None;
        }
        let (conv, transform) = packed.split_at_mut_checked(self.conv.packed_len())?;
        let (mut filters, mut bias) = (vec![0.0; OUTPUTS * filter], vec![0.0; OUTPUTS]);
        for (output, (from, &value)) in weights.weights.chunks_exact(filter).zip(weights.bias).enumerate() {
            let place = if output < self.bins { output } else { BLOCK + output - self.bins };
            filters.get_mut(place * filter..(place + 1) * filter)?.copy_from_slice(from);
            *bias.get_mut(place)? = value;
        }
        self.conv.pack(&filters, &bias, conv)?;
        transform.fill(0.0);
        for (part, (values, sign)) in [(weights.real, 1.0), (weights.imaginary, -1.0)].into_iter().enumerate()
        {
            for (bin, samples) in values.chunks_exact(self.window).enumerate() {
                for (sample, value) in samples.iter().enumerate() {
                    let row = sample / BLOCK * OUTPUTS + part * BLOCK + bin;
                    *transform.get_mut(row * BLOCK + sample % BLOCK)? = sign * value;
                }
            }
        }
        Some(())
    }
}

/// What a run takes and gives.
pub(crate) struct WaveRun<'a> {
    pub(crate) isa: Isa,
    pub(crate) parallel: &'a dyn Parallel,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) scratch: &'a mut Scratch,
    /// `[channel / 16][frame][16]`
    pub(crate) input: &'a [f32],
    /// Of negative values in the activation before the convolution.
    pub(crate) slope: f32,
    pub(crate) output: &'a mut [f32],
}

/// The end of the vocoder over packed weights, which may be those of a mapped file. It is cheap to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wave<'a> {
    shape: WaveShape,
    conv: ConvView<'a>,
    transform: &'a [f32],
}

impl<'a> Wave<'a> {
    /// `None` where the length is wrong.
    pub(crate) fn new(shape: WaveShape, packed: &'a [f32]) -> Option<Self> {
        if packed.len() != shape.packed_len() {
            return None;
        }
        let (conv, transform) = packed.split_at_checked(shape.conv.packed_len())?;
        Some(Self { shape, conv: ConvView::new(shape.conv, conv)?, transform })
    }

    /// The output does not depend on the number of threads, to the last bit.
    pub(crate) fn run(&self, run: WaveRun<'_>) -> Result<(), KernelError> {
        let WaveRun { isa, parallel, cancel, scratch, input, slope, output } = run;
        let channels = self.shape.channels();
        let frames = input.len() / channels;
        if input.len() != frames * channels || output.len() != self.shape.samples(frames) {
            return Err(KernelError::Size);
        }
        if frames == 0 {
            return Ok(());
        }
        let Scratch { signals: [x, ..], weights, workers, .. } = scratch;
        let context = &Context { isa, parallel, cancel, workers };
        let spectrum = x.take(frames * OUTPUTS);
        let (ones, zeros, slopes) = (vec![1.0; channels], vec![0.0; channels], vec![slope; channels]);
        let pass = Pass {
            conv: self.conv,
            frames,
            input,
            activation: Activation { scale: &ones, offset: &zeros, rate: &slopes, gain: &slopes },
            residual: None,
            in_place: false,
            kind: PhantomData::<Leaky>,
        };
        pass.run(spectrum, weights, context)?;
        self.transform(spectrum, frames, output, context)
    }

    /// Every task makes the samples of some steps, from frames that others use as well.
    fn transform(
        &self,
        spectrum: &[f32],
        frames: usize,
        output: &mut [f32],
        context: &Context<'_>,
    ) -> Result<(), KernelError> {
        let WaveShape { hop, window, cut, .. } = self.shape;
        // Frames that a step's samples come from.
        let overlap = window / hop;
        let steps = frames + overlap - 1;
        let samples = output.len();
        let output = Parts::new(output);
        context.for_each(steps.div_ceil(TASK), |task| {
            let first = task * TASK;
            let last = steps.min(first + TASK);
            // The frames whose samples reach into these steps.
            let from = (first + 1).saturating_sub(overlap);
            let rows = last.min(frames) - from;
            let start = (first * hop).saturating_sub(cut).min(samples);
            let end = (last * hop).saturating_sub(cut).min(samples);
            // SAFETY: every task has samples of its own.
            let output = unsafe { output.part(start, end - start) }?;
            context.workers.with(|worker| {
                let [values, products, _] = worker.take([rows * OUTPUTS, rows * WINDOW, 0])?;
                context.isa.run(Polar {
                    magnitudes: spectrum.get(from * BLOCK..(from + rows) * BLOCK)?,
                    phases: spectrum.get((frames + from) * BLOCK..(frames + from + rows) * BLOCK)?,
                    output: values,
                })?;
                context.isa.run(Multiply {
                    points: 1,
                    rows,
                    panels: WINDOW / BLOCK,
                    groups: 1,
                    group_rows: 0,
                    blocks: OUTPUTS / BLOCK,
                    block_rows: rows,
                    input: values,
                    input_step: 0,
                    weights: self.transform,
                    weights_step: OUTPUTS * BLOCK,
                    output: products,
                    output_step: rows * BLOCK,
                    ahead: Ahead::default(),
                })?;
                let value = |frame: usize, sample: usize| -> Option<f32> {
                    let at = (sample / BLOCK * rows + (frame - from)) * BLOCK + sample % BLOCK;
                    products.get(at).copied()
                };
                for (to, sample) in output.iter_mut().zip(start + cut..) {
                    let (step, rest) = (sample / hop, sample % hop);
                    let mut sum = 0.0;
                    // The latest frame first, whatever the task is.
                    for back in 0..overlap {
                        if let Some(frame) = step.checked_sub(back).filter(|&frame| frame < frames) {
                            sum += value(frame, rest + back * hop)?;
                        }
                    }
                    *to = sum;
                }
                Some(())
            })
        })
    }
}

/// Magnitudes and phases become real and imaginary parts, each `[frame][16]`.
struct Polar<'a> {
    magnitudes: &'a [f32],
    phases: &'a [f32],
    output: &'a mut [f32],
}

impl Job for Polar<'_> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        let len = self.magnitudes.len();
        if self.phases.len() != len || self.output.len() < 2 * len || !len.is_multiple_of(BLOCK) {
            return None;
        }
        let mut at = 0;
        while at < len {
            // SAFETY: `at` and a vector's lanes are below `len`, for which the slices are long enough. The caller answers
            // for the instructions.
            unsafe {
                let magnitude = exponential(V::load(self.magnitudes.as_ptr().add(at)));
                let (c, s) = cosine_of_sine(sine(V::load(self.phases.as_ptr().add(at))));
                magnitude.mul(c).store(self.output.as_mut_ptr().add(at));
                magnitude.mul(s).store(self.output.as_mut_ptr().add(len + at));
            }
            at += V::LANES;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
