//! Convolutions of many channels over signals that are shorter than the weights are large: those of the decoder, and
//! the upsampling between the generator's stages.
//!
//! [`Pass`](super::conv::Pass) runs through all weights for every tile of the signal. Here it is the other way round: a
//! section of the signal is transformed as a whole, then every task takes a few blocks of outputs, transforms their
//! weights, and runs through the section. Weights are read once for each section, as the model has them.

#![expect(unsafe_code, reason = "tasks write parts of one slice")]

mod sink;

use std::marker::PhantomData;

use super::KernelError;
use super::activation::Leaky;
use super::filter::{Filter, TransformWeights};
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use super::matrix;
use super::pack::Quality;
use super::parallel::{Context, Parts};
use super::prepare::{Prepare, window_frames};
use super::product::{Ahead, Multiply};
use super::scratch::Buffer;
use super::tile::{F4x2, F4x3, F6x3, Tile};
use super::vector::BLOCK;

pub(super) use sink::{Frames, Phases, Sink};

/// Floats of a transformed section: so few that it stays in the processor's caches.
const SECTION_FLOATS: usize = 1536 << 10;
/// Rows of a section at least, so that transforming weights is not what takes the time.
const LEAST_ROWS: usize = 128;
/// Rows that are multiplied at a time: a point of them stays in a core's second cache beside the weights.
const CHUNK_ROWS: usize = 112;
/// Rows of a task that transforms inputs.
const PREPARE_ROWS: usize = 48;
/// Blocks of outputs that share a run through the signal.
const PANELS: usize = 4;

/// A signal's way through a filter.
pub(super) struct Dense<'a> {
    pub(super) filter: Filter<'a>,
    /// Of the input.
    pub(super) frames: usize,
    /// `[channel block][frame][16]`, filled up with channels that are zero.
    pub(super) input: &'a [f32],
    /// Of every channel, those that fill up included: the map x -> scale * x + offset, and then the slope of negative
    /// values, from 0 to 1.
    pub(super) scale: &'a [f32],
    pub(super) offset: &'a [f32],
    pub(super) slope: f32,
    /// It makes no difference to transforms of two taps.
    pub(super) quality: Quality,
}

/// A part of the signal, in tiles of the transform.
#[derive(Debug, Clone, Copy)]
struct Section {
    first: usize,
    rows: usize,
}

impl Dense<'_> {
    /// Runs a filter of two or three taps over the signal. Output n is made of the inputs from n - 1 on, those outside the
    /// signal being zero after the activation.
    ///
    /// `memory` is for a section.
    pub(super) fn run<S: Sink>(
        &self,
        sink: &S,
        memory: &mut Buffer,
        context: &Context<'_>,
    ) -> Result<(), KernelError> {
        self.check()?;
        if self.frames == 0 {
            return Ok(());
        }
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        if context.isa.has_matrices() {
            return matrix::run_dense(self, 1, sink, memory, context);
        }
        match (self.filter.shape.taps(), self.quality) {
            (2, _) => self.sections::<F4x2, S>(sink, memory, context),
            (3, Quality::Fast) => self.sections::<F6x3, S>(sink, memory, context),
            (3, Quality::Fine) => self.sections::<F4x3, S>(sink, memory, context),
            _ => Err(KernelError::Size),
        }
    }

    fn check(&self) -> Result<(), KernelError> {
        let width = self.filter.shape.blocks() * BLOCK;
        let fits = Some(self.input.len()) == self.frames.checked_mul(width)
            && self.scale.len() == width
            && self.offset.len() == width;
        if fits { Ok(()) } else { Err(KernelError::Size) }
    }

    fn sections<T: Tile, S: Sink>(
        &self,
        sink: &S,
        transformed: &mut Buffer,
        context: &Context<'_>,
    ) -> Result<(), KernelError> {
        let blocks = self.filter.shape.blocks();
        // In equal parts, so that no short one is left over.
        let all = sink.outputs().div_ceil(T::TRANSFORM.outputs);
        let most = (SECTION_FLOATS / (T::TRANSFORM.points * blocks * BLOCK)).max(LEAST_ROWS);
        let rows = all.div_ceil(all.div_ceil(most));
        let point_step = section_step(rows, blocks);
        let transformed = transformed.take(T::TRANSFORM.points * point_step);
        for first in (0..all).step_by(rows) {
            let section = Section { first, rows: rows.min(all - first) };
            self.transform::<T>(section, transformed, context)?;
            self.multiply::<T, S>(section, sink, transformed, context)?;
        }
        Ok(())
    }

    /// Activates and transforms the inputs of a section into `[point][block][row][16]`.
    fn transform<T: Tile>(
        &self,
        section: Section,
        transformed: &mut [f32],
        context: &Context<'_>,
    ) -> Result<(), KernelError> {
        let blocks = self.filter.shape.blocks();
        let point_step = section_step(section.rows, blocks);
        let parts = section.rows.div_ceil(PREPARE_ROWS);
        let slope = [self.slope; BLOCK];
        let whole = Parts::new(transformed);
        context.for_each(parts * blocks, |task| {
            let (block, part) = (task / parts, task % parts);
            let row = part * PREPARE_ROWS;
            let rows = PREPARE_ROWS.min(section.rows - row);
            let signal = self.frames * BLOCK;
            context.workers.with(|worker| {
                let [window, ..] = worker.take([window_frames::<T>(rows, 1) * BLOCK, 0, 0])?;
                context.isa.run(Prepare::<T, Leaky> {
                    input: self.input.get(block * signal..(block + 1) * signal)?,
                    activation: [
                        self.scale.as_chunks().0.get(block)?,
                        self.offset.as_chunks().0.get(block)?,
                        &slope,
                        &slope,
                    ],
                    first: (section.first + row) * T::TRANSFORM.outputs,
                    reach: 1,
                    dilation: 1,
                    steps: rows,
                    window,
                    // Every task writes rows of its own.
                    points: whole.span((block * section.rows + row) * BLOCK)?,
                    point_step,
                    kind: PhantomData,
                })
            })
        })
    }

    /// Multiplies a section with the weights of every output, and hands the products on.
    fn multiply<T: Tile, S: Sink>(
        &self,
        section: Section,
        sink: &S,
        transformed: &[f32],
        context: &Context<'_>,
    ) -> Result<(), KernelError> {
        let shape = &self.filter.shape;
        let (blocks, tap_len, points) = (shape.blocks(), shape.tap_len(), T::TRANSFORM.points);
        let point_step = section_step(section.rows, blocks);
        let chunks = section.rows.div_ceil(CHUNK_ROWS);
        let most_rows = section.rows.div_ceil(chunks);
        context.for_each(shape.panels().div_ceil(PANELS), |task| {
            let first_panel = task * PANELS;
            let panels = PANELS.min(shape.panels() - first_panel);
            let product_step = (most_rows | 1) * BLOCK;
            context.workers.with(|worker| {
                let [weights, products, _] =
                    worker.take([points * PANELS * tap_len, points * PANELS * product_step, 0])?;
                for panel in 0..panels {
                    context.isa.run(TransformWeights::<T> {
                        weights: self.filter.weights(first_panel + panel)?,
                        taps: shape.taps(),
                        tap_len,
                        output: weights.get_mut(panel * tap_len..)?,
                        point_step: PANELS * tap_len,
                        tile: PhantomData,
                    })?;
                }
                for chunk in (0..section.rows).step_by(most_rows) {
                    if context.is_cancelled() {
                        return Some(());
                    }
                    let rows = most_rows.min(section.rows - chunk);
                    for point in 0..points {
                        context.isa.run(Multiply {
                            points: 1,
                            rows,
                            panels,
                            groups: 1,
                            group_rows: 0,
                            blocks,
                            block_rows: section.rows,
                            input: transformed.get(point * point_step + chunk * BLOCK..)?,
                            input_step: 0,
                            weights: weights.get(point * PANELS * tap_len..)?,
                            weights_step: tap_len,
                            output: products.get_mut(point * PANELS * product_step..)?,
                            output_step: product_step,
                            ahead: Ahead::default(),
                        })?;
                    }
                    for panel in 0..panels {
                        sink.write::<T>(
                            first_panel + panel,
                            (section.first + chunk) * T::TRANSFORM.outputs,
                            rows,
                            self.filter.bias(first_panel + panel)?,
                            products.get(panel * product_step..)?,
                            PANELS * product_step,
                            context,
                        )?;
                    }
                }
                Some(())
            })
        })
    }
}

/// Floats from a point of a section to the next: an odd number of cache lines, so that points do not fall onto the same
/// places of the cache.
fn section_step(rows: usize, blocks: usize) -> usize {
    ((rows * blocks) | 1) * BLOCK
}

/// Runs a filter of one tap over a signal in blocks. The bias is left out.
pub(super) fn pointwise(
    filter: Filter<'_>,
    frames: usize,
    input: &[f32],
    output: &mut [f32],
    quality: Quality,
    memory: &mut Buffer,
    context: &Context<'_>,
) -> Result<(), KernelError> {
    let shape = filter.shape;
    let (blocks, signal) = (shape.blocks(), frames * BLOCK);
    if shape.taps() != 1 || input.len() != blocks * signal || output.len() != shape.panels() * signal {
        return Err(KernelError::Size);
    }
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    if context.isa.has_matrices() {
        let (ones, zeros) = (vec![1.0; blocks * BLOCK], vec![0.0; blocks * BLOCK]);
        let dense = Dense { filter, frames, input, scale: &ones, offset: &zeros, slope: 1.0, quality };
        let sink = Frames::new(output, frames, shape.panels(), false).ok_or(KernelError::Size)?;
        return matrix::run_dense(&dense, 0, &sink, memory, context);
    }
    let output = Parts::new(output);
    context.for_each(shape.panels().div_ceil(PANELS), |task| {
        let first = task * PANELS;
        let panels = PANELS.min(shape.panels() - first);
        // SAFETY: every task has blocks of its own.
        let output = unsafe { output.part(first * signal, panels * signal) }?;
        let mut chunk = 0;
        while chunk < frames && !context.is_cancelled() {
            let rows = CHUNK_ROWS.min(frames - chunk);
            context.isa.run(Multiply {
                points: 1,
                rows,
                panels,
                groups: 1,
                group_rows: 0,
                blocks,
                block_rows: frames,
                input: input.get(chunk * BLOCK..)?,
                input_step: 0,
                weights: filter.weights(first)?,
                weights_step: shape.tap_len(),
                output: output.get_mut(chunk * BLOCK..)?,
                output_step: signal,
                ahead: Ahead::default(),
            })?;
            chunk += rows;
        }
        Some(())
    })
}
