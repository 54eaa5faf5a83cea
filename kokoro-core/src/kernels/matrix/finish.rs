//! The end of a product: bias, residual and sums for the statistics, a block of channels at a time.

use super::super::isa::Job;
use super::super::stats::SUMS;
use super::super::vector::{BLOCK, Vector};

/// Sums that are added to in turn, so that an addition need not wait for the one before.
const CHAINS: usize = 4;

pub(super) struct FinishProduct<'a> {
    /// `[frame][16]`, as are all signals here.
    pub(super) products: &'a [f32],
    pub(super) bias: &'a [f32; BLOCK],
    /// Added, as long as the output.
    pub(super) residual: Option<&'a [f32]>,
    /// Whether the output is added to what is there.
    pub(super) in_place: bool,
    pub(super) output: &'a mut [f32],
    /// Shift, sum and sum of squares, see [`stats`](super::super::stats).
    pub(super) sums: &'a mut [f32; SUMS],
}

impl Job for FinishProduct<'_> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        let len = self.output.len();
        if self.products.len() < len
            || self.residual.is_some_and(|residual| residual.len() < len)
            || len < BLOCK
            || !len.is_multiple_of(BLOCK)
        {
            return None;
        }
        // SAFETY: all slices have `len` numbers by the check above. The caller answers for the instructions.
        unsafe {
            match (self.residual, self.in_place) {
                (None, false) => self.frames::<V, false, false>(),
                (None, true) => self.frames::<V, false, true>(),
                (Some(_), false) => self.frames::<V, true, false>(),
                (Some(_), true) => self.frames::<V, true, true>(),
            }
        }
        Some(())
    }
}

impl FinishProduct<'_> {
    /// # Safety
    /// The processor has the instructions of `V`; products and, where there is one, the residual are as long as the output,
    /// which has whole frames, one at least.
    #[inline(always)]
    unsafe fn frames<V: Vector, const RESIDUAL: bool, const IN_PLACE: bool>(self) {
        let len = self.output.len();
        let output = self.output.as_mut_ptr();
        let residual = self.residual.map_or(std::ptr::null(), <[f32]>::as_ptr);
        let mut part = 0;
        while part < BLOCK {
            // SAFETY: `at` and a vector's lanes are below `len`.
            unsafe {
                let bias = V::load(self.bias.as_ptr().add(part));
                // A macro, since a closure would be compiled without the caller's instructions.
                macro_rules! value {
                    ($at:expr) => {{
                        let mut value = V::load(self.products.as_ptr().add($at)).add(bias);
                        if RESIDUAL {
                            value = value.add(V::load(residual.add($at)));
                        }
                        if IN_PLACE {
                            value = value.add(V::load(output.add($at)));
                        }
                        value
                    }};
                }
                let shift = value!(part);
                let mut sum = [V::splat(0.0); CHAINS];
                let mut squares = [V::splat(0.0); CHAINS];
                let mut at = part;
                while at < len {
                    for chain in 0..CHAINS {
                        if at < len {
                            let value = value!(at);
                            value.store(output.add(at));
                            let distance = value.sub(shift);
                            sum[chain] = sum[chain].add(distance);
                            squares[chain] = distance.mul_add(distance, squares[chain]);
                        }
                        at += BLOCK;
                    }
                }
                let sums = self.sums.as_mut_ptr().add(part);
                shift.store(sums);
                let [a, b, c, d] = sum;
                a.add(b).add(c.add(d)).store(sums.add(BLOCK));
                let [a, b, c, d] = squares;
                a.add(b).add(c.add(d)).store(sums.add(2 * BLOCK));
            }
            part += V::LANES;
        }
    }
}
