//! Vectors of f32 in the width of an instruction set.
//!
//! Hot code is written once against [`Vector`] and compiled for each set by [`Isa::run`](super::isa::Isa::run). Every
//! method is inlined into a function that has the set enabled; elsewhere it must not be called.

#![expect(unsafe_code, reason = "a processor must be asked before its instructions are used, and pointers")]

use super::product::{Product, product};

/// Channels of a block. Signals, transforms and weights hold their channels in blocks of this many, so that rows lie at
/// a distance that the compiler knows: one register of AVX-512, two of AVX2, four of SSE and NEON.
pub(crate) const BLOCK: usize = 16;

/// Asks for a cache line that will be wanted soon. Any address will do.
#[inline(always)]
pub(super) fn prefetch(from: *const f32) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: a hint, which reads nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(from.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = from;
}

/// # Safety
/// Every method needs a processor with the instruction set of the implementing type. Pointers are to be valid for
/// [`LANES`](Self::LANES) values; alignment does not matter.
pub(super) trait Vector: Copy {
    /// Divides [`BLOCK`].
    const LANES: usize;
    /// Rows that [`product`](Self::product) takes at most.
    const ROWS: usize;
    /// Blocks of output channels that it takes at most.
    const PANELS: usize;

    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn splat(value: f32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    /// The larger of both; `other` where one is not a number.
    unsafe fn max(self, other: Self) -> Self;
    /// self * factor + term, rounded once where the set can.
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self;
    /// The distance to the nearest whole number, zero for values that are too large to have another.
    unsafe fn fraction(self) -> Self;
    /// Two to the power of a whole number from -126 to 127; infinite or zero beyond.
    unsafe fn power_of_two(self) -> Self;
    /// Rows times panels, see [`Product`].
    unsafe fn product(product: &Product, rows: usize, panels: usize);
}

/// Calls [`product`] with the number of rows as a constant.
macro_rules! by_rows {
    ($vectors:literal, $product:expr, $rows:expr, [$($count:literal)*]) => {
        match $rows {
            // SAFETY: as for the caller.
            $($count => unsafe { product::<Self, $count, $vectors>($product) },)*
            _ => debug_assert!(false, "more rows than the kernel takes"),
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Product, Vector, product};

    /// AVX-512F: 28 registers of sums, two of weights, one of a row's value.
    impl Vector for __m512 {
        const LANES: usize = 16;
        const ROWS: usize = 14;
        const PANELS: usize = 2;

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: as for the caller; so in every method here.
            unsafe { _mm512_loadu_ps(from) }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: see `load`.
            unsafe { _mm512_storeu_ps(to, self) }
        }

        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm512_set1_ps(value) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm512_add_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm512_sub_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm512_mul_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm512_max_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm512_fmadd_ps(self, factor, term) }
        }

        #[inline(always)]
        unsafe fn fraction(self) -> Self {
            const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
            // SAFETY: see `load`.
            unsafe { _mm512_sub_ps(self, _mm512_roundscale_ps::<NEAREST>(self)) }
        }

        #[inline(always)]
        unsafe fn power_of_two(self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm512_scalef_ps(_mm512_set1_ps(1.0), self) }
        }

        #[inline(always)]
        unsafe fn product(product_: &Product, rows: usize, panels: usize) {
            if panels == 1 {
                by_rows!(1, product_, rows, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]);
            } else {
                by_rows!(2, product_, rows, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]);
            }
        }
    }

    /// AVX2 and FMA: 12 registers of sums, two of weights, one of a row's value.
    impl Vector for __m256 {
        const LANES: usize = 8;
        const ROWS: usize = 6;
        const PANELS: usize = 1;

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: as for the caller; so in every method here.
            unsafe { _mm256_loadu_ps(from) }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: see `load`.
            unsafe { _mm256_storeu_ps(to, self) }
        }

        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm256_set1_ps(value) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm256_add_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm256_sub_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm256_mul_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm256_max_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
            // SAFETY: see `load`.
            unsafe { _mm256_fmadd_ps(self, factor, term) }
        }

        #[inline(always)]
        unsafe fn fraction(self) -> Self {
            const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
            // SAFETY: see `load`.
            unsafe { _mm256_sub_ps(self, _mm256_round_ps::<NEAREST>(self)) }
        }

        #[inline(always)]
        unsafe fn power_of_two(self) -> Self {
            // SAFETY: see `load`.
            unsafe {
                // As the exponent of a number: from 0, which is zero, to 255, which is infinity.
                let exponent = _mm256_add_ps(self, _mm256_set1_ps(127.0));
                let limited =
                    _mm256_max_ps(_mm256_setzero_ps(), _mm256_min_ps(_mm256_set1_ps(255.0), exponent));
                _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_cvtps_epi32(limited)))
            }
        }

        #[inline(always)]
        unsafe fn product(product_: &Product, rows: usize, _panels: usize) {
            by_rows!(2, product_, rows, [1 2 3 4 5 6]);
        }
    }
}

/// Whether every processor of the target multiplies and adds in one instruction.
const BASE_FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

/// Four numbers that the compiler puts into a register of SSE or NEON.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Portable([f32; 4]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, operation: impl Fn(f32, f32) -> f32) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([operation(a, e), operation(b, f), operation(c, g), operation(d, h)])
    }
}

impl Vector for Portable {
    const LANES: usize = 4;
    /// As many as there are registers for: 32 in NEON, 16 in SSE.
    const ROWS: usize = if cfg!(target_arch = "aarch64") { 6 } else { 2 };
    const PANELS: usize = 1;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller gives a pointer to four values; an array is aligned as its elements are.
        Self(unsafe { from.cast::<[f32; 4]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as in `load`.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
        let product = self.zip(factor, |a, b| a * b);
        if BASE_FUSED {
            let ([a, b, c, d], [e, f, g, h], [i, j, k, l]) = (self.0, factor.0, term.0);
            Self([a.mul_add(e, i), b.mul_add(f, j), c.mul_add(g, k), d.mul_add(h, l)])
        } else {
            product.zip(term, |a, b| a + b)
        }
    }

    #[inline(always)]
    unsafe fn fraction(self) -> Self {
        /// Added to a smaller number, it pushes the digits behind the point out.
        const SHIFT: f32 = 12_582_912.0;
        /// From here on the shift is inexact.
        const LARGE: f32 = 4_194_304.0;
        self.zip(self, |a, _| {
            let rest = a - ((a + SHIFT) - SHIFT);
            // Not a number stays what it is; infinity becomes it, as in the other sets.
            if a.abs() >= LARGE { a * 0.0 } else { rest }
        })
    }

    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        self.zip(self, |a, _| f32::from_bits(((a + 127.0).clamp(0.0, 255.0) as u32) << 23))
    }

    #[inline(always)]
    unsafe fn product(product_: &Product, rows: usize, _panels: usize) {
        by_rows!(4, product_, rows, [1 2 3 4 5 6]);
    }
}
