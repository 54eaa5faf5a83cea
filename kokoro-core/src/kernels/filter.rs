//! Weights as the kernels read them: as the model has them, in another order.
//!
//! A packed filter is one slice of f32: the bias of every output, then the weights
//! `[output block][tap][input][16 outputs of the block]`. Inputs and outputs are filled up with zeros to whole blocks, and
//! every part is a multiple of 64 bytes long. The form does not depend on the instruction set. It is no larger than the
//! model's own weights: they are transformed when they are used, in memory that the next convolution uses as well.

#![expect(unsafe_code, reason = "vectors of an instruction set")]

use std::marker::PhantomData;

use super::isa::Job;
use super::tile::{Tile, unrolled};
use super::vector::{BLOCK, Vector};

/// Taps of a filter at most.
const MOST_TAPS: usize = 11;

/// Channels and taps of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FilterShape {
    inputs: usize,
    /// Whole blocks of outputs.
    panels: usize,
    taps: usize,
}

impl FilterShape {
    /// `None` for more or fewer than can be computed with. Outputs are those of all phases.
    pub(crate) fn new(inputs: usize, outputs: usize, taps: usize) -> Option<Self> {
        const MOST: usize = 1 << 13;
        let fits =
            (1..=MOST).contains(&inputs) && (1..=MOST).contains(&outputs) && (1..=MOST_TAPS).contains(&taps);
        fits.then_some(Self { inputs, panels: outputs.div_ceil(BLOCK), taps })
    }

    pub(crate) fn blocks(&self) -> usize {
        self.inputs.div_ceil(BLOCK)
    }

    pub(crate) fn panels(&self) -> usize {
        self.panels
    }

    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// Floats of a tap, and of a transformed tap.
    pub(super) fn tap_len(&self) -> usize {
        self.blocks() * BLOCK * BLOCK
    }

    fn panel_len(&self) -> usize {
        self.taps * self.tap_len()
    }

    /// The length of the packed form.
    pub(crate) fn packed_len(&self) -> usize {
        self.panels * (BLOCK + self.panel_len())
    }

    /// Packs what `weight` gives for output, input and tap, and `bias` for an output. `None` where the length is wrong.
    pub(crate) fn pack(
        &self,
        weight: impl Fn(usize, usize, usize) -> Option<f32>,
        bias: impl Fn(usize) -> Option<f32>,
        packed: &mut [f32],
    ) -> Option<()> {
        if packed.len() != self.packed_len() {
            return None;
        }
        let (biases, weights) = packed.split_at_mut_checked(self.panels * BLOCK)?;
        for (output, to) in biases.iter_mut().enumerate() {
            *to = bias(output).unwrap_or(0.0);
        }
        for (panel, weights) in weights.chunks_exact_mut(self.panel_len()).enumerate() {
            for (tap, weights) in weights.chunks_exact_mut(self.tap_len()).enumerate() {
                for (input, row) in weights.chunks_exact_mut(BLOCK).enumerate() {
                    for (lane, to) in row.iter_mut().enumerate() {
                        *to = if input < self.inputs {
                            weight(panel * BLOCK + lane, input, tap).unwrap_or(0.0)
                        } else {
                            0.0
                        };
                    }
                }
            }
        }
        Some(())
    }
}

/// A packed filter in memory of somebody else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter<'a> {
    pub(crate) shape: FilterShape,
    bias: &'a [f32],
    weights: &'a [f32],
}

impl<'a> Filter<'a> {
    /// `None` where the length is wrong.
    pub(crate) fn new(shape: FilterShape, packed: &'a [f32]) -> Option<Self> {
        if packed.len() != shape.packed_len() {
            return None;
        }
        let (bias, weights) = packed.split_at_checked(shape.panels * BLOCK)?;
        Some(Self { shape, bias, weights })
    }

    pub(super) fn bias(&self, panel: usize) -> Option<&'a [f32; BLOCK]> {
        self.bias.as_chunks().0.get(panel)
    }

    /// Of the panels from this one on.
    pub(super) fn weights(&self, panel: usize) -> Option<&'a [f32]> {
        self.weights.get(panel * self.shape.panel_len()..)
    }
}

/// Transforms weights of a panel: those of as many taps as the transform has, or of fewer, where the others are zero.
pub(super) struct TransformWeights<'a, T> {
    /// `[tap][input][16]`
    pub(super) weights: &'a [f32],
    pub(super) taps: usize,
    /// From a tap to the next.
    pub(super) tap_len: usize,
    /// `[point][input][16]`, where points are `point_step` apart.
    pub(super) output: &'a mut [f32],
    pub(super) point_step: usize,
    pub(super) tile: PhantomData<T>,
}

impl<T: Tile> Job for TransformWeights<'_, T> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        let len = self.tap_len;
        if self.weights.len() < self.taps * len
            || self.output.len() < (T::TRANSFORM.points - 1) * self.point_step + len
            || !len.is_multiple_of(BLOCK)
        {
            return None;
        }
        let mut at = 0;
        while at < len {
            // SAFETY: `at` and a vector's lanes are below `len`, for which both slices are long enough by the check
            // above. The caller answers for the instructions.
            unsafe {
                let mut taps = [V::splat(0.0); MOST_TAPS];
                unrolled!(TAP in [0 1 2 3 4 5 6] below T::TRANSFORM.taps => {
                    if TAP < self.taps {
                        taps[TAP] = V::load(self.weights.as_ptr().add(TAP * len + at));
                    }
                });
                unrolled!(POINT in [0 1 2 3 4 5 6 7 8 9 10] below T::TRANSFORM.points => {
                    let mut sum = V::splat(0.0);
                    unrolled!(TAP in [0 1 2 3 4 5 6] below T::TRANSFORM.taps => {
                        if const { T::TRANSFORM.weight[POINT][TAP] != 0.0 } {
                            let factor = const { T::TRANSFORM.weight[POINT][TAP] as f32 };
                            sum = V::splat(factor).mul_add(taps[TAP], sum);
                        }
                    });
                    sum.store(self.output.as_mut_ptr().add(POINT * self.point_step + at));
                });
            }
            at += V::LANES;
        }
        Some(())
    }
}
