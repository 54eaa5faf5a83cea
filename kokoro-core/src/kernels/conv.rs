//! One fused convolution: activation of the input, transformed convolution, bias, residual and statistics of the output,
//! tile by tile.
//!
//! Signals are `[channel block][frame][16]`: in frames times channels, but for the blocks of 16 channels, so that whatever
//! reads or writes a block runs through memory in one direction.

#![expect(unsafe_code, reason = "tasks write parts of one slice")]

use std::marker::PhantomData;

use super::KernelError;
use super::activation::Activate;
use super::finish::Finish;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use super::matrix;
use super::pack::{ConvView, TileKind};
use super::parallel::{Context, Parts, Span};
use super::prepare::{Prepare, window_frames};
use super::product::{Ahead, Multiply};
use super::scratch::{Buffer, Worker};
use super::snake::Activation;
use super::stats::{SUMS, Statistics};
use super::tile::{F4x3, F4x4, F5x7, F6x3, F6x6, Tile};
use super::vector::BLOCK;

/// Output blocks that are made together.
const PANELS: usize = 2;

/// The transformed input of a tile is to stay in a core's second cache beside the weights that stream by.
const POINT_FLOATS: usize = 160 << 10;
/// Enough for weights to be used often.
const MOST_ROWS: usize = 112;
/// Pieces of work for threads at most: so many that they end at about the same time.
const TASKS: usize = 32;

/// A signal's way through one convolution.
pub(crate) struct Pass<'a, A> {
    pub(crate) conv: ConvView<'a>,
    pub(crate) frames: usize,
    pub(crate) input: &'a [f32],
    pub(crate) activation: Activation<'a>,
    /// Added to the output.
    pub(crate) residual: Option<&'a [f32]>,
    /// Whether the output is added to what is there.
    pub(crate) in_place: bool,
    pub(crate) kind: PhantomData<A>,
}

/// How a signal is cut. It depends on the convolution and the length, never on threads or instructions.
#[derive(Debug, Clone, Copy)]
struct Tiling {
    tiles: usize,
    /// Tiles that a thread takes in a row, so that it can ask for the next one's input.
    row: usize,
    /// Frames of a tile.
    frames: usize,
}

impl Tiling {
    fn new<T: Tile>(conv: &ConvView<'_>, frames: usize) -> Self {
        let dilation = conv.shape.dilation();
        let stride = T::TRANSFORM.outputs * dilation;
        let rows = (POINT_FLOATS / (T::TRANSFORM.points * conv.shape.inputs())).clamp(1, MOST_ROWS);
        let most = (rows / dilation).max(1);
        let all = frames.div_ceil(stride);
        let tiles = all.div_ceil(most);
        let row = tiles.div_ceil(TASKS).max(1);
        // In equal parts, and an even number of them for two threads.
        let tiles = if tiles > 1 { tiles.next_multiple_of(2 * row) } else { tiles };
        let steps = all.div_ceil(tiles.max(1)).max(1);
        Self { tiles: all.div_ceil(steps), row, frames: steps * stride }
    }
}

impl<A: Activate> Pass<'_, A> {
    /// Writes the output and returns its statistics. `weights` is memory for the transformed weights.
    pub(crate) fn run(
        &self,
        output: &mut [f32],
        weights: &mut Buffer,
        context: &Context<'_>,
    ) -> Result<Statistics, KernelError> {
        let shape = &self.conv.shape;
        let len = |channels: usize| channels.checked_mul(self.frames);
        let activation = &self.activation;
        let parameters = [activation.scale, activation.offset, activation.rate, activation.gain];
        if Some(self.input.len()) != len(shape.inputs())
            || Some(output.len()) != len(shape.outputs())
            || self.residual.is_some_and(|residual| residual.len() != output.len())
            || parameters.iter().any(|values| values.len() != shape.inputs())
        {
            return Err(KernelError::Size);
        }
        if self.frames == 0 {
            return Ok(Statistics::new(shape.outputs()));
        }
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        if context.isa.has_matrices() {
            return matrix::run_pass(self, output, weights, context);
        }
        match shape.tile() {
            TileKind::F4x3 => self.tiles::<F4x3>(output, weights, context),
            TileKind::F6x3 => self.tiles::<F6x3>(output, weights, context),
            TileKind::F4x4 => self.tiles::<F4x4>(output, weights, context),
            TileKind::F5x7 => self.tiles::<F5x7>(output, weights, context),
            TileKind::F6x6 => self.tiles::<F6x6>(output, weights, context),
        }
    }

    fn tiles<T: Tile>(
        &self,
        output: &mut [f32],
        weights: &mut Buffer,
        context: &Context<'_>,
    ) -> Result<Statistics, KernelError> {
        let weights = self.conv.transform::<T>(weights, context)?;
        let tiling = Tiling::new::<T>(&self.conv, self.frames);
        let channels = self.conv.shape.outputs();
        let sums_len = channels / BLOCK * SUMS;
        let mut sums = vec![0.0; tiling.tiles * sums_len];
        {
            let output = Parts::new(output);
            let sums = Parts::new(&mut sums);
            let row = tiling.row;
            context.for_each(tiling.tiles.div_ceil(row), |task| {
                let tiles = task * row..tiling.tiles.min((task + 1) * row);
                context.workers.with(|worker| {
                    for tile in tiles.clone().take_while(|_| !context.is_cancelled()) {
                        // SAFETY: every tile has sums of its own.
                        let sums = unsafe { sums.part(tile * sums_len, sums_len) }?;
                        let goes_on = tile + 1 < tiles.end;
                        self.tile::<T>(tile, goes_on, tiling, weights, &output, sums, worker, context)?;
                    }
                    Some(())
                })
            })?;
        }
        let mut statistics = Statistics::new(channels);
        for (tile, sums) in sums.chunks_exact(sums_len).enumerate() {
            statistics.merge(tiling.frames.min(self.frames - tile * tiling.frames), sums);
        }
        Ok(statistics)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a tile")]
    fn tile<T: Tile>(
        &self,
        tile: usize,
        goes_on: bool,
        tiling: Tiling,
        weights: &[f32],
        output: &Parts<'_>,
        sums: &mut [f32],
        worker: &mut Worker,
        context: &Context<'_>,
    ) -> Option<()> {
        let shape = &self.conv.shape;
        let (dilation, groups, points) = (shape.dilation(), shape.groups(), T::TRANSFORM.points);
        let first = tile * tiling.frames;
        let frames = tiling.frames.min(self.frames.checked_sub(first)?);
        // The last tile may be shorter.
        let steps = frames.div_ceil(T::TRANSFORM.outputs * dilation);
        let rows = steps * dilation;

        let all_steps = steps + groups - 1;
        let all_rows = all_steps * dilation;
        let blocks = shape.inputs() / BLOCK;
        // An odd number of cache lines, so that points do not fall onto the same places of the cache.
        let point_step = ((all_rows * blocks) | 1) * BLOCK;
        let product_step = (rows | 1) * BLOCK;
        let panel_len = points * product_step;
        let window_len = window_frames::<T>(all_steps, dilation) * BLOCK;
        let [transformed, products, window] =
            worker.take([points * point_step, PANELS * panel_len, window_len])?;
        let signal = self.frames * BLOCK;
        for block in 0..blocks {
            context.isa.run(Prepare::<T, A> {
                input: self.input.get(block * signal..(block + 1) * signal)?,
                activation: self.activation.block(block)?,
                first,
                reach: (shape.kernel() - 1) / 2 * dilation,
                dilation,
                steps: all_steps,
                window,
                points: Span::new(transformed.get_mut(block * all_rows * BLOCK..)?),
                point_step,
                kind: PhantomData,
            })?;
        }

        let all_panels = shape.outputs() / BLOCK;
        for panel in (0..all_panels).step_by(PANELS) {
            let panels = PANELS.min(all_panels - panel);
            let mut ahead = Ahead::default();
            for panel in panel..panel + panels {
                let span = panel * signal + first * BLOCK..panel * signal + (first + frames) * BLOCK;
                if let Some(residual) = self.residual {
                    ahead.add(residual.get(span.clone())?);
                }
                // SAFETY: every block of every tile has frames of its own.
                ahead.add(unsafe { output.part(span.start, span.len()) }?);
                if goes_on {
                    let next = span.end..span.end + tiling.frames.min(self.frames - first - frames) * BLOCK;
                    ahead.add(self.input.get(next).unwrap_or_default());
                }
            }
            context.isa.run(Multiply {
                points,
                rows,
                panels,
                groups,
                group_rows: dilation,
                blocks,
                block_rows: all_rows,
                input: transformed,
                input_step: point_step,
                weights: weights.get(panel * shape.panel_step()..)?,
                weights_step: shape.point_step(),
                output: products,
                output_step: product_step,
                ahead,
            })?;
            for (products, panel) in products.chunks_exact(panel_len).zip(panel..panel + panels) {
                let start = panel * signal + first * BLOCK;
                // SAFETY: every block of every tile has frames of its own.
                let output = unsafe { output.part(start, frames * BLOCK) }?;
                let residual = match self.residual {
                    Some(residual) => Some(residual.get(start..start + frames * BLOCK)?),
                    None => None,
                };
                context.isa.run(Finish::<T> {
                    products,
                    point_step: product_step,
                    dilation,
                    steps,
                    bias: self.conv.bias(panel)?,
                    residual,
                    in_place: self.in_place,
                    output,
                    sums: sums.as_chunks_mut().0.get_mut(panel)?,
                    tile: PhantomData,
                })?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
