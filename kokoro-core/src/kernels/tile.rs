//! The transforms of a tile, in registers.

#![expect(
    unsafe_code,
    reason = "vectors of an instruction set, and pointers that are checked by the callers"
)]

use super::transform::{MAX_POINTS, Transform};
use super::vector::Vector;

/// The most outputs of a transform here.
const MAX_OUTPUTS: usize = 6;

/// A transform whose coefficients the compiler writes into the code.
pub(super) trait Tile {
    const TRANSFORM: Transform;
}

macro_rules! tiles {
    ($($(#[$comment:meta])* $name:ident: $outputs:literal, $taps:literal, $pairs:expr;)*) => {$(
        $(#[$comment])*
        pub(super) struct $name;

        impl Tile for $name {
            const TRANSFORM: Transform = Transform::new($outputs, $taps, &$pairs);
        }
    )*};
}

// Points were chosen by trying all pairs of small fractions for the least error, see docs/kernels.md.
tiles! {
    /// One product for one output: nothing is transformed.
    F1x1: 1, 1, [];
    /// Five products for four outputs.
    F4x2: 4, 2, [(2, 1), (3, 4)];
    /// Six products for four outputs.
    F4x3: 4, 3, [(3, 2), (2, 3)];
    /// Eight products for six outputs.
    F6x3: 6, 3, [(1, 1), (2, 1), (1, 2)];
    /// Seven products for four outputs.
    F4x4: 4, 4, [(4, 1), (1, 2), (5, 4)];
    /// Eleven products for five outputs.
    F5x7: 5, 7, [(1, 1), (2, 1), (4, 1), (3, 4), (1, 3)];
    /// Eleven products for six outputs.
    F6x6: 6, 6, [(1, 1), (2, 1), (4, 1), (3, 4), (1, 3)];
}

/// Repeats a block with a constant index, so that the index chooses registers and constants.
macro_rules! unrolled {
    ($index:ident in [$($value:literal)*] below $limit:expr => $body:block) => {
        $(if const { $value < $limit } {
            const $index: usize = $value;
            $body
        })*
    };
}
pub(super) use unrolled;

/// `sum += coefficient * value` for a coefficient that the compiler knows, nothing where it is zero.
macro_rules! add_scaled {
    ($sum:ident, $coefficient:expr, $value:expr) => {
        if const { $coefficient != 0.0 } {
            $sum = V::splat(const { $coefficient }).mul_add($value, $sum);
        }
    };
}

/// Transforms inputs, which lie `from_step` apart, into points, `to_step` apart.
///
/// # Safety
/// The processor has the instructions of `V`; the pointers are valid for one vector at every input and point.
#[inline(always)]
pub(super) unsafe fn forward<V: Vector, T: Tile>(
    from: *const f32,
    from_step: usize,
    to: *mut f32,
    to_step: usize,
) {
    // SAFETY: the caller answers for the pointers and the instructions.
    unsafe {
        let zero = V::splat(0.0);
        let mut inputs = [zero; MAX_POINTS];
        unrolled!(I in [0 1 2 3 4 5 6 7 8 9 10] below T::TRANSFORM.points => {
            inputs[I] = V::load(from.add(I * from_step));
        });
        let mut point = zero;
        unrolled!(I in [0 2 4 6 8 10] below T::TRANSFORM.points => {
            add_scaled!(point, T::TRANSFORM.input[0][I], inputs[I]);
        });
        point.store(to);
        unrolled!(PAIR in [0 1 2 3 4] below T::TRANSFORM.pairs => {
            let (mut even, mut odd) = (zero, zero);
            unrolled!(I in [0 2 4 6 8 10] below T::TRANSFORM.points => {
                add_scaled!(even, T::TRANSFORM.input[2 * PAIR + 1][I], inputs[I]);
            });
            unrolled!(I in [1 3 5 7 9] below T::TRANSFORM.points => {
                add_scaled!(odd, T::TRANSFORM.input[2 * PAIR + 1][I], inputs[I]);
            });
            even.add(odd).store(to.add((2 * PAIR + 1) * to_step));
            even.sub(odd).store(to.add((2 * PAIR + 2) * to_step));
        });
        if const { T::TRANSFORM.has_infinity() } {
            let mut point = zero;
            unrolled!(I in [1 3 5 7 9] below T::TRANSFORM.points => {
                add_scaled!(point, T::TRANSFORM.input[T::TRANSFORM.points - 1][I], inputs[I]);
            });
            point.store(to.add(const { T::TRANSFORM.points - 1 } * to_step));
        }
    }
}

/// Transforms points, `step` apart, into outputs and adds `bias`.
///
/// # Safety
/// The processor has the instructions of `V`; the pointer is valid for one vector at every point.
#[inline(always)]
pub(super) unsafe fn inverse<V: Vector, T: Tile>(from: *const f32, step: usize, bias: V) -> [V; MAX_OUTPUTS] {
    // SAFETY: the caller answers for the pointer and the instructions.
    unsafe {
        let mut sums = [bias; 5];
        let mut differences = [bias; 5];
        unrolled!(PAIR in [0 1 2 3 4] below T::TRANSFORM.pairs => {
            let plus = V::load(from.add((2 * PAIR + 1) * step));
            let minus = V::load(from.add((2 * PAIR + 2) * step));
            sums[PAIR] = plus.add(minus);
            differences[PAIR] = plus.sub(minus);
        });
        let mut outputs = [bias; MAX_OUTPUTS];
        unrolled!(I in [0 1 2 3 4 5] below T::TRANSFORM.outputs => {
            let mut output = bias;
            unrolled!(PAIR in [0 1 2 3 4] below T::TRANSFORM.pairs => {
                let value = if const { I.is_multiple_of(2) } { sums[PAIR] } else { differences[PAIR] };
                add_scaled!(output, T::TRANSFORM.output[I][2 * PAIR + 1], value);
            });
            if const { T::TRANSFORM.output[I][0] != 0.0 } {
                let value = V::load(from);
                add_scaled!(output, T::TRANSFORM.output[I][0], value);
            }
            if const { T::TRANSFORM.has_infinity() && I + 1 == T::TRANSFORM.outputs } {
                let value = V::load(from.add(const { T::TRANSFORM.points - 1 } * step));
                add_scaled!(output, T::TRANSFORM.output[I][T::TRANSFORM.points - 1], value);
            }
            outputs[I] = output;
        });
        outputs
    }
}
