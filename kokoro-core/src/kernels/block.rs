//! A residual block of the decoder, twice normalisation, activation and convolution, with a shortcut around them:
//!
//! `(conv(leaky(adain(conv(pool(leaky(adain(x))))))) + shortcut(x)) · factor`
//!
//! The shortcut is a convolution of one tap. A block that doubles the length has a pool, a transposed convolution of three
//! taps for each channel alone, and repeats every frame in its shortcut.

use std::sync::atomic::AtomicBool;

use super::KernelError;
use super::dense::{Dense, Frames, pointwise};
use super::filter::{Filter, FilterShape};
use super::isa::Isa;
use super::layout::{from_blocks, to_blocks};
use super::pack::Quality;
use super::parallel::{Context, Parallel};
use super::pool::{POOL_ROWS, pool, repeat};
use super::scratch::Scratch;
use super::stats::Statistics;
use super::vector::BLOCK;

/// Channels of a block, and how its convolutions are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockShape {
    inputs: usize,
    outputs: usize,
    doubles: bool,
    first: FilterShape,
    second: FilterShape,
    shortcut: Option<FilterShape>,
    quality: Quality,
}

/// Parameters of a block as the model has them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockWeights<'a> {
    /// Weights `[output][input][3]` and bias.
    pub(crate) first: (&'a [f32], &'a [f32]),
    pub(crate) second: (&'a [f32], &'a [f32]),
    /// `[output][input]`, of a block with a convolution in its shortcut.
    pub(crate) shortcut: Option<&'a [f32]>,
    /// `[input][3]` and bias, of a block that doubles the length.
    pub(crate) pool: Option<(&'a [f32], &'a [f32])>,
}

impl BlockShape {
    /// `None` where there is no kernel: outputs must be a multiple of 16, and inputs the same where there is no convolution
    /// in the shortcut.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        has_shortcut: bool,
        doubles: bool,
        quality: Quality,
    ) -> Option<Self> {
        let shortcut = if has_shortcut { Some(FilterShape::new(inputs, outputs, 1)?) } else { None };
        let fits = outputs.is_multiple_of(BLOCK) && (has_shortcut || inputs == outputs);
        fits.then_some(Self {
            inputs,
            outputs,
            doubles,
            first: FilterShape::new(inputs, outputs, 3)?,
            second: FilterShape::new(outputs, outputs, 3)?,
            shortcut,
            quality,
        })
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// γ and β of both normalisations.
    pub(crate) fn style_len(&self) -> usize {
        2 * (self.inputs + self.outputs)
    }

    /// Frames of the output for those of the input.
    pub(crate) fn frames(&self, frames: usize) -> usize {
        if self.doubles { 2 * frames } else { frames }
    }

    fn pool_len(&self) -> usize {
        if self.doubles { POOL_ROWS * self.first.blocks() * BLOCK } else { 0 }
    }

    fn shortcut_len(&self) -> usize {
        self.shortcut.map_or(0, |shape| shape.packed_len())
    }

    /// The length of the packed form: both convolutions, shortcut and pool.
    pub(crate) fn packed_len(&self) -> usize {
        self.first.packed_len() + self.second.packed_len() + self.shortcut_len() + self.pool_len()
    }

    fn split<'a>(&self, packed: &'a [f32]) -> Option<[&'a [f32]; 4]> {
        let (first, rest) = packed.split_at_checked(self.first.packed_len())?;
        let (second, rest) = rest.split_at_checked(self.second.packed_len())?;
        let (shortcut, pool) = rest.split_at_checked(self.shortcut_len())?;
        (pool.len() == self.pool_len()).then_some([first, second, shortcut, pool])
    }

    /// `None` where a length is wrong.
    pub(crate) fn pack(&self, weights: &BlockWeights<'_>, packed: &mut [f32]) -> Option<()> {
        let (first, rest) = packed.split_at_mut_checked(self.first.packed_len())?;
        let (second, rest) = rest.split_at_mut_checked(self.second.packed_len())?;
        let (shortcut, pool) = rest.split_at_mut_checked(self.shortcut_len())?;
        for (shape, inputs, (weights, bias), packed) in [
            (self.first, self.inputs, weights.first, first),
            (self.second, self.outputs, weights.second, second),
        ] {
            if weights.len() != self.outputs * inputs * 3 || bias.len() != self.outputs {
                return None;
            }
            let weight = |output: usize, input: usize, tap: usize| {
                weights.get((output * inputs + input) * 3 + tap).copied()
            };
            shape.pack(weight, |output| bias.get(output).copied(), packed)?;
        }
        match (self.shortcut, weights.shortcut) {
            (None, None) => {}
            (Some(shape), Some(weights)) if weights.len() == self.outputs * self.inputs => {
                let weight = |output: usize, input: usize, _: usize| {
                    weights.get(output * self.inputs + input).copied()
                };
                shape.pack(weight, |_| None, shortcut)?;
            }
            _ => return None,
        }
        match weights.pool {
            None if !self.doubles && pool.is_empty() => Some(()),
            Some((taps, bias)) if self.doubles => {
                if taps.len() != 3 * self.inputs || bias.len() != self.inputs || pool.len() != self.pool_len()
                {
                    return None;
                }
                pool.fill(0.0);
                let width = self.first.blocks() * BLOCK;
                for (row, to) in pool.chunks_exact_mut(width).enumerate() {
                    let values = taps.chunks_exact(3).zip(bias);
                    for (to, (taps, bias)) in to.iter_mut().zip(values) {
                        *to = *taps.get(row).unwrap_or(bias);
                    }
                }
                Some(())
            }
            _ => None,
        }
    }
}

/// What a run of a block takes and gives.
pub(crate) struct BlockRun<'a> {
    pub(crate) isa: Isa,
    pub(crate) parallel: &'a dyn Parallel,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) scratch: &'a mut Scratch,
    /// `[channel][frame]`
    pub(crate) input: &'a [f32],
    /// γ and β of the first normalisation, then of the second.
    pub(crate) style: &'a [f32],
    /// Of negative values in the activations.
    pub(crate) slope: f32,
    pub(crate) factor: f32,
    /// `[channel][frame]`. It is also used as memory on the way.
    pub(crate) output: &'a mut [f32],
}

/// A block over packed weights, which may be those of a mapped file. It is cheap to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    shape: BlockShape,
    first: Filter<'a>,
    second: Filter<'a>,
    shortcut: Option<Filter<'a>>,
    pool: &'a [f32],
}

impl<'a> Block<'a> {
    /// `None` where the length is wrong.
    pub(crate) fn new(shape: BlockShape, packed: &'a [f32]) -> Option<Self> {
        let [first, second, shortcut, pool] = shape.split(packed)?;
        let shortcut = match shape.shortcut {
            Some(shape) => Some(Filter::new(shape, shortcut)?),
            None => None,
        };
        Some(Self {
            shape,
            first: Filter::new(shape.first, first)?,
            second: Filter::new(shape.second, second)?,
            shortcut,
            pool,
        })
    }

    /// The output does not depend on the number of threads, to the last bit.
    pub(crate) fn run(&self, run: BlockRun<'_>) -> Result<(), KernelError> {
        let BlockRun { isa, parallel, cancel, scratch, input, style, slope, factor, output } = run;
        let shape = &self.shape;
        let frames = input.len() / shape.inputs;
        let made = shape.frames(frames);
        if input.len() != frames * shape.inputs
            || output.len() != made * shape.outputs
            || style.len() != shape.style_len()
        {
            return Err(KernelError::Size);
        }
        if frames == 0 {
            return Ok(());
        }
        let Scratch { signals: [x, y, z], points, workers, .. } = scratch;
        let context = &Context { isa, parallel, cancel, workers };
        let width = shape.first.blocks() * BLOCK;
        let x = x.take(frames * width);
        let statistics = to_blocks(input, shape.inputs, None, x, context)?;
        let (first_style, second_style) =
            style.split_at_checked(2 * shape.inputs).ok_or(KernelError::Size)?;
        let map = affine(&statistics, first_style, shape.inputs, width);

        let y = y.take(made * shape.outputs);
        let statistics = if shape.doubles {
            let z = z.take(made * width);
            pool(x, frames, &map, slope, self.pool, z, context)?;
            let identity = (vec![1.0; width], vec![0.0; width]);
            self.convolve(self.first, z, &identity, 1.0, (&mut *output, false), points, context)?
        } else {
            self.convolve(self.first, x, &map, slope, (&mut *output, false), points, context)?
        };
        match (self.shortcut, shape.doubles) {
            (None, false) => y.copy_from_slice(x),
            (None, true) => repeat(x, frames, y, context)?,
            (Some(filter), false) => pointwise(filter, frames, x, y, shape.quality, points, context)?,
            (Some(filter), true) => {
                let z = z.take(frames * shape.outputs);
                pointwise(filter, frames, x, z, shape.quality, points, context)?;
                repeat(z, frames, y, context)?;
            }
        }
        let map = affine(&statistics, second_style, shape.outputs, shape.outputs);
        self.convolve(self.second, output, &map, slope, (&mut *y, true), points, context)?;
        from_blocks(y, shape.outputs, factor, output, context)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a convolution")]
    fn convolve(
        &self,
        filter: Filter<'_>,
        input: &[f32],
        (scale, offset): &(Vec<f32>, Vec<f32>),
        slope: f32,
        (output, in_place): (&mut [f32], bool),
        points: &mut super::Buffer,
        context: &Context<'_>,
    ) -> Result<Statistics, KernelError> {
        let frames = output.len() / self.shape.outputs;
        let quality = self.shape.quality;
        let dense = Dense { filter, frames, input, scale, offset, slope, quality };
        let panels = filter.shape.panels();
        let sink = Frames::new(output, frames, panels, in_place).ok_or(KernelError::Size)?;
        dense.run(&sink, points, context)?;
        sink.statistics().ok_or(KernelError::Size)
    }
}

/// The map of a normalisation, filled up with zeros.
fn affine(statistics: &Statistics, style: &[f32], channels: usize, width: usize) -> (Vec<f32>, Vec<f32>) {
    let (gamma, beta) = style.split_at(channels.min(style.len()));
    let fill = width - channels;
    // With γ = -1 the scale is zero.
    let padded: Vec<f32> = gamma
        .iter()
        .copied()
        .chain(std::iter::repeat_n(-1.0, fill))
        .chain(beta.iter().copied())
        .chain(std::iter::repeat_n(0.0, fill))
        .collect();
    let (mut scale, mut offset) = (vec![0.0; width], vec![0.0; width]);
    statistics.normalise(&padded, &mut scale, &mut offset);
    (scale, offset)
}

#[cfg(test)]
mod tests;
