//! A transposed convolution whose kernel is twice its stride, with the activation before it: what makes a stage's signal
//! of the stage before.
//!
//! Every output is a sum of two taps. Those with the same remainder of their number by the stride, a phase, have the same
//! taps, so that the whole is a filter of two taps with as many outputs as there are channels and phases.

use std::sync::atomic::AtomicBool;

use super::KernelError;
use super::dense::{Dense, Phases};
use super::filter::{Filter, FilterShape};
use super::isa::Isa;
use super::layout::{Layout, to_blocks};
use super::pack::Quality;
use super::parallel::{Context, Parallel};
use super::scratch::Scratch;
use super::vector::BLOCK;

/// Channels and stride of an upsampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UpsampleShape {
    inputs: usize,
    outputs: usize,
    stride: usize,
    /// Frames that are cut off at both ends.
    padding: usize,
    quality: Quality,
    filter: FilterShape,
}

impl UpsampleShape {
    /// `None` where there is no kernel: outputs must be a multiple of 16, the kernel twice the stride, and the padding less
    /// than the stride.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
        quality: Quality,
    ) -> Option<Self> {
        let fits = outputs.is_multiple_of(BLOCK) && Some(kernel) == stride.checked_mul(2) && padding < stride;
        let filter = FilterShape::new(inputs, outputs.checked_mul(stride)?, 2)?;
        fits.then_some(Self { inputs, outputs, stride, padding, quality, filter })
    }

    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Frames of the output for those of the input, without reflection. `None` where there are too many.
    pub(crate) fn frames(&self, frames: usize) -> Option<usize> {
        match frames {
            0 => Some(0),
            _ => frames.checked_add(1)?.checked_mul(self.stride)?.checked_sub(2 * self.padding),
        }
    }

    /// The length of the packed form.
    pub(crate) fn packed_len(&self) -> usize {
        self.filter.packed_len()
    }

    /// Packs `weights` in `[input][output][kernel]` and `bias`. `None` where a length is wrong.
    pub(crate) fn pack(&self, weights: &[f32], bias: &[f32], packed: &mut [f32]) -> Option<()> {
        let kernel = 2 * self.stride;
        if weights.len() != self.inputs * self.outputs * kernel || bias.len() != self.outputs {
            return None;
        }
        let channel_and_phase = |output: usize| {
            let panel = output / BLOCK;
            (panel / self.stride * BLOCK + output % BLOCK, panel % self.stride)
        };
        let weight = |output: usize, input: usize, tap: usize| {
            let (channel, phase) = channel_and_phase(output);
            // The first tap is that of the input before.
            let at = if tap == 0 { phase + self.stride } else { phase };
            weights.get((input * self.outputs + channel) * kernel + at).copied()
        };
        self.filter.pack(weight, |output| bias.get(channel_and_phase(output).0).copied(), packed)
    }
}

/// What a run takes and gives.
pub(crate) struct UpsampleRun<'a> {
    pub(crate) isa: Isa,
    pub(crate) parallel: &'a dyn Parallel,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) scratch: &'a mut Scratch,
    pub(crate) input: &'a [f32],
    pub(crate) layout: Layout,
    /// Of negative values in the activation before.
    pub(crate) slope: f32,
    /// Whether the output's second frame is repeated in front of it.
    pub(crate) reflect: bool,
    /// In blocks.
    pub(crate) output: &'a mut [f32],
}

/// An upsampling over packed weights, which may be those of a mapped file. It is cheap to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upsample<'a> {
    shape: UpsampleShape,
    filter: Filter<'a>,
}

impl<'a> Upsample<'a> {
    /// `None` where the length is wrong.
    pub(crate) fn new(shape: UpsampleShape, packed: &'a [f32]) -> Option<Self> {
        Some(Self { shape, filter: Filter::new(shape.filter, packed)? })
    }

    /// The output does not depend on the number of threads, to the last bit.
    pub(crate) fn run(&self, run: UpsampleRun<'_>) -> Result<(), KernelError> {
        let UpsampleRun { isa, parallel, cancel, scratch, input, layout, slope, reflect, output } = run;
        let shape = &self.shape;
        let width = shape.filter.blocks() * BLOCK;
        let channels = if layout == Layout::Rows { shape.inputs } else { width };
        let frames = input.len() / channels;
        let made = shape.frames(frames).ok_or(KernelError::Size)?;
        let all = made + usize::from(reflect);
        // What is repeated must be there.
        let fits =
            input.len() == frames * channels && output.len() == all * shape.outputs && (!reflect || made > 1);
        if !fits {
            return Err(KernelError::Size);
        }
        let Scratch { signals: [x, ..], points, workers, .. } = scratch;
        let context = &Context { isa, parallel, cancel, workers };
        let input = match layout {
            Layout::Blocks => input,
            Layout::Rows => {
                let x = x.take(frames * width);
                to_blocks(input, channels, None, x, context)?;
                x
            }
        };
        let (scale, offset) = (vec![1.0; width], vec![0.0; width]);
        let quality = shape.quality;
        let dense =
            Dense { filter: self.filter, frames, input, scale: &scale, offset: &offset, slope, quality };
        let shift = (usize::from(reflect), shape.padding);
        let sink = Phases::new(output, all, frames + 1, shape.stride, shift).ok_or(KernelError::Size)?;
        dense.run(&sink, points, context)?;
        if reflect {
            for block in output.chunks_exact_mut(all * BLOCK) {
                block.copy_within(2 * BLOCK..3 * BLOCK, 0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
