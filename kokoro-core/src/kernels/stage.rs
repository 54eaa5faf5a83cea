//! A stage of the generator: noise residual block, sum, three residual blocks, mean.
//!
//! A residual block is three times `x += c2(snake(adain(c1(snake(adain(x))))))`, where c1 is dilated by 1, 3 and 5 and c2
//! is not dilated.

use std::marker::PhantomData;
use std::sync::atomic::AtomicBool;

use super::KernelError;
use super::activation::Snake;
use super::conv::Pass;
use super::isa::Isa;
use super::layout::{Layout, from_blocks, scaled, sum, to_blocks};
use super::pack::{ConvShape, ConvView, Quality};
use super::parallel::{Context, Parallel};
use super::scratch::{Buffer, Scratch};
use super::snake::{Activation, parameters};
use super::stats::Statistics;

/// Residual blocks: that of the noise, and three of the signal.
const RESIDUAL_BLOCKS: usize = 4;
/// Convolutions of a residual block.
const BLOCK_CONVS: usize = 6;
/// Convolutions of a stage.
pub(crate) const CONVS: usize = RESIDUAL_BLOCKS * BLOCK_CONVS;
/// Of the first convolution in each pair.
const DILATIONS: [usize; 3] = [1, 3, 5];
/// Of the signal's residual blocks.
const KERNELS: [usize; 3] = [3, 7, 11];

/// Parameters of a convolution as the model has them, with the Snake activation before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvWeights<'a> {
    /// `[output][input][kernel]`
    pub(crate) weights: &'a [f32],
    pub(crate) bias: &'a [f32],
    pub(crate) alpha: &'a [f32],
}

/// Channels and kernels of a stage, and how its convolutions are computed.
///
/// The order of convolutions is everywhere: noise block, then the blocks with kernels 3, 7 and 11; in each c1 and c2 of
/// dilation 1, of 3, of 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StageShape {
    channels: usize,
    convs: [ConvShape; CONVS],
}

impl StageShape {
    /// `noise_kernel` is that of the noise residual block. `None` where there is no kernel, see [`ConvShape::new`].
    pub(crate) fn new(channels: usize, noise_kernel: usize, quality: Quality) -> Option<Self> {
        let first = ConvShape::new(channels, channels, noise_kernel, 1, quality)?;
        let mut convs = [first; CONVS];
        let [three, seven, eleven] = KERNELS;
        for (block, kernel) in convs.chunks_mut(BLOCK_CONVS).zip([noise_kernel, three, seven, eleven]) {
            for (pair, dilation) in block.chunks_mut(2).zip(DILATIONS) {
                for (conv, dilation) in pair.iter_mut().zip([dilation, 1]) {
                    *conv = ConvShape::new(channels, channels, kernel, dilation, quality)?;
                }
            }
        }
        Some(Self { channels, convs })
    }

    pub(crate) fn convs(&self) -> &[ConvShape; CONVS] {
        &self.convs
    }

    /// Snake parameters of a convolution.
    fn activation_len(&self) -> usize {
        2 * self.channels
    }

    /// The length of the packed form: for every convolution α / π, 1 / α and the packed convolution.
    pub(crate) fn packed_len(&self) -> usize {
        self.convs.iter().map(|conv| self.activation_len() + conv.packed_len()).sum()
    }

    /// `None` where a length is wrong.
    pub(crate) fn pack(&self, convs: &[ConvWeights<'_>; CONVS], packed: &mut [f32]) -> Option<()> {
        if packed.len() != self.packed_len() {
            return None;
        }
        let mut rest = packed;
        for (shape, conv) in self.convs.iter().zip(convs) {
            let (rates, tail) = rest.split_at_mut_checked(self.channels)?;
            let (gains, tail) = tail.split_at_mut_checked(self.channels)?;
            let (packed, tail) = tail.split_at_mut_checked(shape.packed_len())?;
            if conv.alpha.len() != self.channels {
                return None;
            }
            for (&alpha, (rate, gain)) in conv.alpha.iter().zip(rates.iter_mut().zip(gains)) {
                (*rate, *gain) = parameters(alpha);
            }
            shape.pack(conv.weights, conv.bias, packed)?;
            rest = tail;
        }
        Some(())
    }
}

/// A convolution of a stage, ready to run.
#[derive(Debug, Clone, Copy)]
struct Layer<'a> {
    rate: &'a [f32],
    gain: &'a [f32],
    conv: ConvView<'a>,
}

/// A stage over packed weights, which may be those of a mapped file. It is cheap to make.
#[derive(Debug, Clone)]
pub(crate) struct Stage<'a> {
    channels: usize,
    layers: Vec<Layer<'a>>,
}

/// What a run of a stage takes and gives.
pub(crate) struct StageRun<'a> {
    pub(crate) isa: Isa,
    pub(crate) parallel: &'a dyn Parallel,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) scratch: &'a mut Scratch,
    /// The upsampled signal.
    pub(crate) input: &'a [f32],
    /// Of the upsampled signal, and of the output.
    pub(crate) layouts: [Layout; 2],
    /// The noise source after its convolution, `[channel][frame]`.
    pub(crate) source: &'a [f32],
    /// For every convolution gamma of all channels, then beta: what the style says about the normalisation.
    pub(crate) styles: &'a [f32],
    /// It is also used as memory on the way.
    pub(crate) output: &'a mut [f32],
}

impl<'a> Stage<'a> {
    /// `None` where the length is wrong.
    pub(crate) fn new(shape: &StageShape, packed: &'a [f32]) -> Option<Self> {
        if packed.len() != shape.packed_len() {
            return None;
        }
        let mut rest = packed;
        let mut layers = Vec::with_capacity(CONVS);
        for conv in shape.convs {
            let (rate, tail) = rest.split_at_checked(shape.channels)?;
            let (gain, tail) = tail.split_at_checked(shape.channels)?;
            let (packed, tail) = tail.split_at_checked(conv.packed_len())?;
            layers.push(Layer { rate, gain, conv: ConvView::new(conv, packed)? });
            rest = tail;
        }
        Some(Self { channels: shape.channels, layers })
    }

    /// The output does not depend on the number of threads, to the last bit.
    pub(crate) fn run(&self, run: StageRun<'_>) -> Result<(), KernelError> {
        let StageRun { isa, parallel, cancel, scratch, input, layouts, source, styles, output } = run;
        let len = input.len();
        if !len.is_multiple_of(self.channels)
            || source.len() != len
            || output.len() != len
            || styles.len() != CONVS * 2 * self.channels
        {
            return Err(KernelError::Size);
        }
        let Scratch { signals: [x, y, z], weights, workers, .. } = scratch;
        let (x, y) = (x.take(len), y.take(len));
        let context = Context { isa, parallel, cancel, workers };
        let mut blocks =
            self.layers.chunks(BLOCK_CONVS).zip(styles.chunks(BLOCK_CONVS * 2 * self.channels)).map(
                |(layers, styles)| ResidualBlock {
                    layers,
                    styles,
                    channels: self.channels,
                    context: &context,
                },
            );
        let mut next = || blocks.next().ok_or(KernelError::Size);

        let statistics = to_blocks(source, self.channels, None, x, &context)?;
        next()?.run(x, &statistics, output, y, None, weights)?;
        let [from, to] = layouts;
        let statistics = match from {
            Layout::Rows => to_blocks(input, self.channels, Some(y), x, &context)?,
            Layout::Blocks => sum(input, self.channels, y, x, &context)?,
        };
        next()?.run(x, &statistics, output, y, None, weights)?;
        let z = z.take(len);
        next()?.run(x, &statistics, output, z, Some(y), weights)?;
        next()?.run(x, &statistics, output, z, Some(y), weights)?;
        let third = 1.0 / KERNELS.len() as f32;
        match to {
            Layout::Rows => from_blocks(y, self.channels, third, output, &context),
            Layout::Blocks => scaled(y, third, output, &context),
        }
    }
}

struct ResidualBlock<'a> {
    layers: &'a [Layer<'a>],
    styles: &'a [f32],
    channels: usize,
    context: &'a Context<'a>,
}

impl ResidualBlock<'_> {
    /// Makes `output` of `input`, or adds what would be the output to `sum`.
    fn run(
        &self,
        input: &[f32],
        statistics: &Statistics,
        between: &mut [f32],
        output: &mut [f32],
        mut sum: Option<&mut [f32]>,
        weights: &mut Buffer,
    ) -> Result<(), KernelError> {
        let mut statistics = statistics.clone();
        let pairs = self.layers.chunks(2).zip(self.styles.chunks(4 * self.channels));
        let last = DILATIONS.len() - 1;
        for (i, (layers, styles)) in pairs.enumerate() {
            let (&[first, second], Some((first_style, second_style))) =
                (layers, styles.split_at_checked(2 * self.channels))
            else {
                return Err(KernelError::Size);
            };
            let from = if i == 0 { input } else { &*output };
            statistics = self.pass(first, first_style, &statistics, from, None, false, between, weights)?;
            statistics = match (i, &mut sum) {
                (0, _) => self.pass(
                    second,
                    second_style,
                    &statistics,
                    between,
                    Some(input),
                    false,
                    output,
                    weights,
                )?,
                (i, Some(sum)) if i == last => {
                    self.pass(second, second_style, &statistics, between, Some(output), true, sum, weights)?
                }
                _ => self.pass(second, second_style, &statistics, between, None, true, output, weights)?,
            };
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a convolution")]
    fn pass(
        &self,
        layer: Layer<'_>,
        style: &[f32],
        statistics: &Statistics,
        input: &[f32],
        residual: Option<&[f32]>,
        in_place: bool,
        output: &mut [f32],
        weights: &mut Buffer,
    ) -> Result<Statistics, KernelError> {
        let mut map = vec![0.0; 2 * self.channels];
        let (scale, offset) = map.split_at_mut(self.channels);
        statistics.normalise(style, scale, offset);
        let activation = Activation { scale, offset, rate: layer.rate, gain: layer.gain };
        let frames = input.len() / self.channels;
        Pass { conv: layer.conv, frames, input, activation, residual, in_place, kind: PhantomData::<Snake> }
            .run(output, weights, self.context)
    }
}

#[cfg(test)]
mod tests;
