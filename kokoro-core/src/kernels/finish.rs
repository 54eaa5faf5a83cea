//! The last part of a tile: the transform back, bias, residual and sums for the statistics, a block of channels at a time.

#![expect(unsafe_code, reason = "vectors of an instruction set")]

use std::marker::PhantomData;

use super::isa::Job;
use super::stats::SUMS;
use super::tile::{Tile, inverse, unrolled};
use super::vector::{BLOCK, Vector};

pub(super) struct Finish<'a, T> {
    /// `[point][step][phase][16]`, where points are `point_step` apart.
    pub(super) products: &'a [f32],
    pub(super) point_step: usize,
    pub(super) dilation: usize,
    pub(super) steps: usize,
    pub(super) bias: &'a [f32; BLOCK],
    /// Added, as long as the output.
    pub(super) residual: Option<&'a [f32]>,
    /// Whether the output is added to what is there.
    pub(super) in_place: bool,
    /// The tile's frames, `[frame][16]`.
    pub(super) output: &'a mut [f32],
    /// Shift, sum and sum of squares, see [`stats`](super::stats).
    pub(super) sums: &'a mut [f32; SUMS],
    pub(super) tile: PhantomData<T>,
}

impl<T: Tile> Job for Finish<'_, T> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        let frames = self.output.len() / BLOCK;
        let rows = self.steps * self.dilation;
        let outputs = T::TRANSFORM.outputs;
        if self.products.len() < (T::TRANSFORM.points - 1) * self.point_step + rows * BLOCK
            || self.residual.is_some_and(|residual| residual.len() < frames * BLOCK)
        {
            return None;
        }
        let output = self.output.as_mut_ptr();
        let old = if self.in_place { output.cast_const() } else { std::ptr::null() };
        let residual = self.residual.map_or(std::ptr::null(), <[f32]>::as_ptr);

        let mut part = 0;
        while part < BLOCK {
            // SAFETY: products are read inside the slice by the check above. A frame is below `frames`, for which
            // `output` and `residual` are long enough. `part` and a vector's lanes lie inside a block. The caller answers
            // for the instructions.
            unsafe {
                let bias = V::load(self.bias.as_ptr().add(part));
                let (mut shift, mut sum, mut squares) = (V::splat(0.0), V::splat(0.0), V::splat(0.0));
                for step in 0..self.steps {
                    for phase in 0..self.dilation {
                        let first = outputs * step * self.dilation + phase;
                        if first >= frames {
                            break;
                        }
                        let count = (frames - first).div_ceil(self.dilation).min(outputs);
                        let row = (step * self.dilation + phase) * BLOCK + part;
                        let mut values =
                            inverse::<V, T>(self.products.as_ptr().add(row), self.point_step, bias);
                        unrolled!(I in [0 1 2 3 4 5] below T::TRANSFORM.outputs => {
                            if I < count {
                                let at = (first + I * self.dilation) * BLOCK + part;
                                let mut value = values[I];
                                if !residual.is_null() {
                                    value = value.add(V::load(residual.add(at)));
                                }
                                if !old.is_null() {
                                    value = value.add(V::load(old.add(at)));
                                }
                                value.store(output.add(at));
                                values[I] = value;
                            }
                        });
                        if first == 0 {
                            shift = values[0];
                        }
                        unrolled!(I in [0 1 2 3 4 5] below T::TRANSFORM.outputs => {
                            if I < count {
                                let distance = values[I].sub(shift);
                                sum = sum.add(distance);
                                squares = distance.mul_add(distance, squares);
                            }
                        });
                    }
                }
                let sums = self.sums.as_mut_ptr().add(part);
                shift.store(sums);
                sum.store(sums.add(BLOCK));
                squares.store(sums.add(2 * BLOCK));
            }
            part += V::LANES;
        }
        Some(())
    }
}
