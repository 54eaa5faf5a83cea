//! Functions of vectors, by series whose error is below that of f32.

#![expect(unsafe_code, reason = "vectors of an instruction set")]

use super::vector::Vector;

/// Σ terms[i] zⁱ, by Horner's rule.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
unsafe fn series<V: Vector, const N: usize>(z: V, terms: [f32; N]) -> V {
    // SAFETY: the caller answers for the instructions.
    unsafe {
        let mut sum = V::splat(0.0);
        for &term in terms.iter().rev() {
            sum = sum.mul_add(z, V::splat(term));
        }
        sum
    }
}

/// 1 / n! for every other n from `first` on, with alternating signs.
const fn alternating<const N: usize>(first: usize) -> [f32; N] {
    inverse_factorials(first, 2, -1.0)
}

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn inverse_factorials<const N: usize>(first: usize, step: usize, sign: f64) -> [f32; N] {
    let mut terms = [0.0; N];
    let (mut term, mut n, mut i) = (1.0, 1, 0);
    while n <= first {
        term /= n as f64;
        n += 1;
    }
    while i < N {
        terms[i] = term as f32;
        term *= sign;
        let next = n + step;
        while n < next {
            term /= n as f64;
            n += 1;
        }
        i += 1;
    }
    terms
}

/// eˣ. Numbers that are too large give infinity, and those that are too small zero.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn exponential<V: Vector>(x: V) -> V {
    /// ln 2 in two parts, of which the first has so few digits that its products with whole numbers are exact.
    const LN_2: [f64; 2] = [0.693_359_375, -2.121_944_400_546_905_8e-4];
    // SAFETY: the caller answers for the instructions.
    unsafe {
        let turns = x.mul(V::splat(std::f32::consts::LOG2_E));
        let whole = turns.sub(turns.fraction());
        let rest = whole.mul_add(V::splat(const { -LN_2[0] as f32 }), x);
        let rest = whole.mul_add(V::splat(const { -LN_2[1] as f32 }), rest);
        // As far as x⁷ / 7!, for |x| ≤ ln 2 / 2.
        series(rest, const { inverse_factorials::<8>(0, 1, 1.0) }).mul(whole.power_of_two())
    }
}

/// sin x for |x| up to some thousand.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn sine<V: Vector>(x: V) -> V {
    /// π in three parts; products of the first two with whole numbers below 8,192 are exact.
    const PI: [f64; 3] = [3.140_625, 9.675_025_939_941_406e-4, 1.509_957_990_978_376_4e-7];
    // SAFETY: the caller answers for the instructions.
    unsafe {
        let turns = x.mul(V::splat(std::f32::consts::FRAC_1_PI));
        let whole = turns.sub(turns.fraction());
        let rest = whole.mul_add(V::splat(const { -PI[0] as f32 }), x);
        let rest = whole.mul_add(V::splat(const { -PI[1] as f32 }), rest);
        let rest = whole.mul_add(V::splat(const { -PI[2] as f32 }), rest);
        // An odd number of half turns changes the sign: its half is ½ away from a whole number.
        let half = whole.mul(V::splat(0.5)).fraction();
        let sign = half.mul(half).mul_add(V::splat(-8.0), V::splat(1.0));
        // As far as x¹³ / 13!, for |x| ≤ π / 2.
        series(rest.mul(rest), const { alternating::<7>(1) }).mul(rest).mul(sign)
    }
}

/// cos x and sin x for |x| ≤ 1.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn cosine_of_sine<V: Vector>(x: V) -> (V, V) {
    // SAFETY: the caller answers for the instructions.
    unsafe {
        let z = x.mul(x);
        (series(z, const { alternating::<6>(0) }), series(z, const { alternating::<6>(1) }).mul(x))
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::{Isa, Job};
    use super::*;

    struct Each<'a>(&'a mut [f32], usize);

    impl Job for Each<'_> {
        type Output = ();

        #[inline(always)]
        unsafe fn run<V: Vector>(self) {
            for values in self.0.chunks_exact_mut(V::LANES) {
                // SAFETY: the chunk is as long as a vector; the caller answers for the instructions.
                unsafe {
                    let x = V::load(values.as_ptr());
                    let y = match self.1 {
                        0 => exponential(x),
                        1 => sine(x),
                        2 => cosine_of_sine(x).0,
                        _ => cosine_of_sine(x).1,
                    };
                    y.store(values.as_mut_ptr());
                }
            }
        }
    }

    #[test]
    fn are_as_near_as_can_be() {
        type Case = (fn(f64) -> f64, f64, f64);
        let functions: [Case; 4] =
            [(f64::exp, 80.0, 3e-7), (f64::sin, 3_000.0, 3e-7), (f64::cos, 1.0, 2e-7), (f64::sin, 1.0, 2e-7)];
        for isa in Isa::all() {
            for (which, &(function, range, bound)) in functions.iter().enumerate() {
                for range in [range, range / 100.0] {
                    let inputs: Vec<f32> =
                        (0..32_000).map(|i| ((f64::from(i) / 16_000.0 - 1.0) * range) as f32).collect();
                    let mut found = inputs.clone();
                    isa.run(Each(&mut found, which));
                    for (&x, &y) in inputs.iter().zip(&found) {
                        let expected = function(f64::from(x));
                        let scale = if which == 0 { expected } else { 1.0 };
                        let error = (f64::from(y) - expected).abs() / scale;
                        assert!(error < bound, "{} {which} {x} {y} {expected}", isa.name());
                    }
                }
            }
        }
    }

    #[test]
    fn extremes_do_not_surprise() {
        for isa in Isa::all() {
            let mut values = [0.0; 16];
            values[..6].copy_from_slice(&[-1e4, -200.0, 0.0, 200.0, f32::NAN, 1e4]);
            isa.run(Each(&mut values, 0));
            assert_eq!(values[..4], [0.0, 0.0, 1.0, f32::INFINITY], "{}", isa.name());
            assert!(values[4].is_nan() && values[5] == f32::INFINITY, "{}", isa.name());
        }
    }
}
