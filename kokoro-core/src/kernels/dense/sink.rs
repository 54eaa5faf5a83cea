//! Where the outputs of a filter go.

#![expect(unsafe_code, reason = "vectors of an instruction set, and tasks that write parts of one slice")]

use std::marker::PhantomData;
use std::sync::Mutex;

use super::super::finish::Finish;
use super::super::isa::Job;
use super::super::parallel::{Context, Parts, Span};
use super::super::stats::{SUMS, Statistics};
use super::super::tile::{Tile, inverse, unrolled};
use super::super::vector::{BLOCK, Vector};

/// Takes the products of a filter.
pub(crate) trait Sink: Sync {
    /// How many outputs the filter is to make.
    fn outputs(&self) -> usize;

    /// Takes those of `rows` tiles, of which the first makes output `first`, for a block of outputs. The products are
    /// `[point][row][16]`, where points are `point_step` apart. Only one task has these outputs.
    #[expect(clippy::too_many_arguments, reason = "the parts of a tile")]
    fn write<T: Tile>(
        &self,
        panel: usize,
        first: usize,
        rows: usize,
        bias: &[f32; BLOCK],
        products: &[f32],
        point_step: usize,
        context: &Context<'_>,
    ) -> Option<()>;
}

/// A signal as long as the input, `[block][frame][16]`, and its statistics.
pub(crate) struct Frames<'a> {
    output: Parts<'a>,
    frames: usize,
    panels: usize,
    /// Whether the output is added to what is there.
    in_place: bool,
    sums: Mutex<Vec<Sums>>,
}

/// Of the frames of a block that were written at once.
struct Sums {
    first: usize,
    frames: usize,
    panel: usize,
    values: [f32; SUMS],
}

impl<'a> Frames<'a> {
    /// `None` where the output is not `panels` blocks of `frames` frames.
    pub(crate) fn new(output: &'a mut [f32], frames: usize, panels: usize, in_place: bool) -> Option<Self> {
        let fits = Some(output.len()) == frames.checked_mul(panels * BLOCK);
        fits.then(|| Self { output: Parts::new(output), frames, panels, in_place, sums: Mutex::default() })
    }

    /// Of what was written.
    pub(crate) fn statistics(self) -> Option<Statistics> {
        let mut sums = self.sums.into_inner().ok()?;
        // In the order of the signal, whatever order the tasks had.
        sums.sort_unstable_by_key(|sums| (sums.first, sums.panel));
        let mut statistics = Statistics::new(self.panels * BLOCK);
        for chunk in sums.chunks(self.panels) {
            let frames = chunk.first()?.frames;
            let sums: Vec<f32> = chunk.iter().flat_map(|sums| sums.values).collect();
            statistics.merge(frames, &sums);
        }
        Some(statistics)
    }
}

impl Sink for Frames<'_> {
    fn outputs(&self) -> usize {
        self.frames
    }

    fn write<T: Tile>(
        &self,
        panel: usize,
        first: usize,
        rows: usize,
        bias: &[f32; BLOCK],
        products: &[f32],
        point_step: usize,
        context: &Context<'_>,
    ) -> Option<()> {
        let frames = (rows * T::TRANSFORM.outputs).min(self.frames.checked_sub(first)?);
        // SAFETY: only one task has these frames of this block.
        let output = unsafe { self.output.part((panel * self.frames + first) * BLOCK, frames * BLOCK) }?;
        let mut values = [0.0; SUMS];
        context.isa.run(Finish::<T> {
            products,
            point_step,
            dilation: 1,
            steps: rows,
            bias,
            residual: None,
            in_place: self.in_place,
            output,
            sums: &mut values,
            tile: PhantomData,
        })?;
        self.sums.lock().ok()?.push(Sums { first, frames, panel, values });
        Some(())
    }
}

/// An upsampled signal, `[block][frame][16]`: output n of phase p is frame n * phases + p, less those that are cut off
/// at the beginning. Blocks of outputs are those of the first block's phases, then those of the second, and so on.
pub(crate) struct Phases<'a> {
    output: Parts<'a>,
    /// Of the output.
    frames: usize,
    /// Of the filter for each phase.
    outputs: usize,
    phases: usize,
    /// What is added to n * phases + p, and what is taken away.
    shift: (usize, usize),
}

impl<'a> Phases<'a> {
    /// `None` where the output is not whole blocks of `frames` frames.
    pub(crate) fn new(
        output: &'a mut [f32],
        frames: usize,
        outputs: usize,
        phases: usize,
        shift: (usize, usize),
    ) -> Option<Self> {
        let fits = output.len().is_multiple_of(frames.checked_mul(BLOCK)?.max(1)) && phases > 0;
        fits.then(|| Self { output: Parts::new(output), frames, outputs, phases, shift })
    }
}

impl Sink for Phases<'_> {
    fn outputs(&self) -> usize {
        self.outputs
    }

    fn write<T: Tile>(
        &self,
        panel: usize,
        first: usize,
        rows: usize,
        bias: &[f32; BLOCK],
        products: &[f32],
        point_step: usize,
        context: &Context<'_>,
    ) -> Option<()> {
        let (block, phase) = (panel / self.phases, panel % self.phases);
        // As far as the block's own frames.
        let output = self.output.span(block * self.frames * BLOCK)?;
        context.isa.run(Spread::<T> {
            products,
            point_step,
            rows,
            bias,
            first: first * self.phases + phase + self.shift.0,
            skip: self.shift.1,
            step: self.phases,
            frames: self.frames,
            output,
            tile: PhantomData,
        })
    }
}

/// Transforms products back and writes every `step`th frame.
struct Spread<'a, T> {
    products: &'a [f32],
    point_step: usize,
    rows: usize,
    bias: &'a [f32; BLOCK],
    /// The frame of the first output, before frames are skipped.
    first: usize,
    skip: usize,
    step: usize,
    frames: usize,
    /// From the block on.
    output: Span<'a>,
    tile: PhantomData<T>,
}

impl<T: Tile> Job for Spread<'_, T> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        if self.products.len() < (T::TRANSFORM.points - 1) * self.point_step + self.rows * BLOCK
            || self.output.len() < self.frames * BLOCK
        {
            return None;
        }
        for row in 0..self.rows {
            let mut part = 0;
            while part < BLOCK {
                // SAFETY: products are read inside the slice by the check above; a frame is below `frames`, for which
                // `output` is long enough, and is nobody else's. The caller answers for the instructions.
                unsafe {
                    let bias = V::load(self.bias.as_ptr().add(part));
                    let from = self.products.as_ptr().add(row * BLOCK + part);
                    let values = inverse::<V, T>(from, self.point_step, bias);
                    unrolled!(I in [0 1 2 3 4 5] below T::TRANSFORM.outputs => {
                        let frame = self.first + (row * T::TRANSFORM.outputs + I) * self.step;
                        // Before the first it wraps around, to far behind the last.
                        let frame = frame.wrapping_sub(self.skip);
                        if frame < self.frames {
                            values[I].store(self.output.as_mut_ptr().add(frame * BLOCK + part));
                        }
                    });
                }
                part += V::LANES;
            }
        }
        Some(())
    }
}
