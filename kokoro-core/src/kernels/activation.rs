//! What is done to the input of a convolution.

#![expect(unsafe_code, reason = "vectors of an instruction set")]

use super::snake::activate;
use super::vector::Vector;

/// A function of a value and the four parameters of its channel, of which the first two are scale and offset of an
/// affine map that comes first.
pub(super) trait Activate: Sync {
    /// # Safety
    /// The processor has the instructions of `V`.
    unsafe fn apply<V: Vector>(x: V, parameters: [V; 4]) -> V;
}

/// x + sin²(αx) / α. The parameters are those of [`Activation`](super::snake::Activation).
pub(super) struct Snake;

impl Activate for Snake {
    #[inline(always)]
    unsafe fn apply<V: Vector>(x: V, [scale, offset, rate, gain]: [V; 4]) -> V {
        // SAFETY: the caller answers for the instructions.
        unsafe { activate(x, scale, offset, rate, gain) }
    }
}

/// Negative values times a slope from 0 to 1, which is the third parameter. With 1 nothing is done.
pub(super) struct Leaky;

impl Activate for Leaky {
    #[inline(always)]
    unsafe fn apply<V: Vector>(x: V, [scale, offset, slope, _]: [V; 4]) -> V {
        // SAFETY: the caller answers for the instructions.
        unsafe {
            let x = x.mul_add(scale, offset);
            slope.mul(x).max(x)
        }
    }
}
