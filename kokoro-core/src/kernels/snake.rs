//! What a convolution does to its input: the affine map of the normalisation and the Snake activation
//! x + sin²(αx) / α.

#![expect(unsafe_code, reason = "vectors of an instruction set")]

use super::vector::{BLOCK, Vector};

/// Parameters, one for each channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Activation<'a> {
    /// Of the affine map x -> scale * x + offset.
    pub(crate) scale: &'a [f32],
    pub(crate) offset: &'a [f32],
    /// α / π: half turns of the sine for each unit of the signal.
    pub(crate) rate: &'a [f32],
    /// 1 / α
    pub(crate) gain: &'a [f32],
}

impl<'a> Activation<'a> {
    /// The parameters of a block of channels.
    pub(super) fn block(&self, block: usize) -> Option<[&'a [f32; BLOCK]; 4]> {
        let at = |values: &'a [f32]| values.as_chunks().0.get(block);
        Some([at(self.scale)?, at(self.offset)?, at(self.rate)?, at(self.gain)?])
    }
}

/// α as the kernel wants it: `rate` and `gain` of [`Activation`].
pub(super) fn parameters(alpha: f32) -> (f32, f32) {
    ((f64::from(alpha) / std::f64::consts::PI) as f32, 1.0 / alpha)
}

const TERMS: usize = 6;

/// sin²(πf) ≈ z (c₀ + c₁ z + … + c₅ z⁵) with z = f², for |f| ≤ 1/2. The error is below 3e-8.
const SINE_SQUARED: [f32; TERMS] = sine_squared();

/// The Taylor series, from which the highest term is taken away by a multiple of the Chebyshev polynomial of its degree
/// again and again. The result is as good as a minimax polynomial but for a few per cent.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn sine_squared() -> [f32; TERMS] {
    const TAYLOR: usize = 14;
    // sin²(πf) / z = Σ ± 2²ᵏ⁻¹ π²ᵏ zᵏ⁻¹ / (2k)!, in powers of u = 4z, which goes from 0 to 1.
    let mut series = [0.0; TAYLOR];
    let mut term = std::f64::consts::PI * std::f64::consts::PI;
    let mut i = 0;
    while i < TAYLOR {
        series[i] = term;
        let k = (i + 2) as f64;
        term *= -(std::f64::consts::PI * std::f64::consts::PI) / (2.0 * k * (2.0 * k - 1.0));
        i += 1;
    }
    let mut degree = TAYLOR - 1;
    while degree >= TERMS {
        let chebyshev = shifted_chebyshev::<TAYLOR>(degree);
        let factor = series[degree] / chebyshev[degree];
        i = 0;
        while i <= degree {
            series[i] -= factor * chebyshev[i];
            i += 1;
        }
        degree -= 1;
    }
    let mut result = [0.0; TERMS];
    let mut scale = 1.0;
    i = 0;
    while i < TERMS {
        result[i] = (series[i] * scale) as f32;
        scale *= 4.0;
        i += 1;
    }
    result
}

/// Tₙ(2u - 1), by Tₙ₊₁ = 2 (2u - 1) Tₙ - Tₙ₋₁.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn shifted_chebyshev<const SIZE: usize>(degree: usize) -> [f64; SIZE] {
    let mut before = [0.0; SIZE];
    let mut last = [0.0; SIZE];
    before[0] = 1.0;
    last[0] = -1.0;
    last[1] = 2.0;
    let mut n = 1;
    while n < degree {
        let mut next = [0.0; SIZE];
        let mut i = 0;
        while i < SIZE {
            let shifted = if i == 0 { 0.0 } else { last[i - 1] };
            next[i] = 4.0 * shifted - 2.0 * last[i] - before[i];
            i += 1;
        }
        (before, last) = (last, next);
        n += 1;
    }
    last
}

/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn activate<V: Vector>(x: V, scale: V, offset: V, rate: V, gain: V) -> V {
    // SAFETY: the caller answers for the instructions.
    unsafe {
        let x = x.mul_add(scale, offset);
        let fraction = x.mul(rate).fraction();
        let z = fraction.mul(fraction);
        let mut sine = V::splat(SINE_SQUARED[TERMS - 1]);
        sine = sine.mul_add(z, V::splat(SINE_SQUARED[4]));
        sine = sine.mul_add(z, V::splat(SINE_SQUARED[3]));
        sine = sine.mul_add(z, V::splat(SINE_SQUARED[2]));
        sine = sine.mul_add(z, V::splat(SINE_SQUARED[1]));
        sine = sine.mul_add(z, V::splat(SINE_SQUARED[0]));
        sine.mul(z).mul_add(gain, x)
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::{Isa, Job};
    use super::*;

    struct Each<'a>(&'a mut [f32], f32);

    impl Job for Each<'_> {
        type Output = ();

        #[inline(always)]
        unsafe fn run<V: Vector>(self) {
            let (rate, gain) = parameters(self.1);
            for values in self.0.chunks_exact_mut(V::LANES) {
                // SAFETY: the chunk is as long as a vector; the caller answers for the instructions.
                unsafe {
                    let x = V::load(values.as_ptr());
                    activate(x, V::splat(1.0), V::splat(0.0), V::splat(rate), V::splat(gain))
                        .store(values.as_mut_ptr());
                }
            }
        }
    }

    #[test]
    fn is_snake() {
        for isa in Isa::all() {
            for alpha in [0.05_f32, 0.7, 1.0, 9.0] {
                let inputs: Vec<f32> = (0..32_000).map(|i| (i as f32 - 16_000.0) * 1.7e-3 / alpha).collect();
                let mut found = inputs.clone();
                isa.run(Each(&mut found, alpha));
                for (&x, &y) in inputs.iter().zip(&found) {
                    let (x, alpha) = (f64::from(x), f64::from(alpha));
                    let expected = x + (alpha * x).sin().powi(2) / alpha;
                    // The angle is rounded as it is in the graph.
                    let bound = 1.5e-7 * x.abs() + 1.5e-7 / alpha;
                    assert!(
                        (expected - f64::from(y)).abs() < bound,
                        "{} {alpha} {x} {y} {expected}",
                        isa.name()
                    );
                }
            }
        }
    }

    #[test]
    fn extremes_stay_what_they_are() {
        for isa in Isa::all() {
            let mut values = [1e9, -1e9, 1e30, -1e30, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0];
            let mut padded = [0.0; BLOCK];
            padded[..8].copy_from_slice(&values);
            isa.run(Each(&mut padded, 1.0));
            values.copy_from_slice(&padded[..8]);
            assert_eq!(values[..4], [1e9, -1e9, 1e30, -1e30], "{}", isa.name());
            assert!(values[4..7].iter().all(|value| value.is_nan()), "{}", isa.name());
            assert_eq!(values[7], 0.0, "{}", isa.name());
        }
    }
}
