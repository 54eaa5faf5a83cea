//! The arithmetic of the network: rows of vectors times matrices.
//!
//! Matrices lie in panels of [`WIDTH`] columns, row after row, so that a panel's sums stay in registers. The code is plain
//! and is compiled once for each set of vector instructions; the compiler writes the instructions.

/// Columns of a panel: three registers of AVX-512, six of AVX2, twelve of SSE and NEON.
pub(super) const WIDTH: usize = 48;

/// A row of a panel.
pub(super) type Row = [f32; WIDTH];

/// Vector instructions of this processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has.
    Base,
}

impl Kernel {
    /// The widest that this processor has.
    pub(super) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Base
    }

    /// Every kernel that this processor can run.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            let mut all = vec![Self::Base];
            all.extend(
                (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self::Avx2),
            );
            all.extend(is_x86_feature_detected!("avx512f").then_some(Self::Avx512));
            all
        }
        #[cfg(not(target_arch = "x86_64"))]
        vec![Self::Base]
    }

    /// Multiplies vectors with a panel and adds `bias`: for vector `i`, which begins at `step * i` in `input`, `sums` is
    /// called with `i` and its columns. Vectors are as long as the panel has rows; there are `count`.
    pub(super) fn multiply(
        self,
        input: &[f32],
        step: usize,
        count: usize,
        panel: &[Row],
        bias: &Row,
        mut sums: impl FnMut(usize, &Row),
    ) {
        let vector = |i: usize| input.get(step * i..step * i + panel.len()).unwrap_or_default();
        let mut done = 0;
        while done < count {
            let first = done;
            let mut give = |rows: &[Row]| {
                rows.iter().enumerate().for_each(|(i, row)| sums(first + i, row));
                done += rows.len();
            };
            // As many at a time as there are registers for.
            match (count - first, self) {
                #[cfg(target_arch = "x86_64")]
                (8.., Self::Avx512) => give(&self.block::<8>(|i| vector(first + i), panel, bias)),
                #[cfg(target_arch = "x86_64")]
                (4.., Self::Avx512) => give(&self.block::<4>(|i| vector(first + i), panel, bias)),
                (2.., _) => give(&self.block::<2>(|i| vector(first + i), panel, bias)),
                _ => give(&self.block::<1>(|i| vector(first + i), panel, bias)),
            }
        }
    }

    #[inline]
    fn block<'a, const R: usize>(
        self,
        vector: impl Fn(usize) -> &'a [f32],
        panel: &[Row],
        bias: &Row,
    ) -> [Row; R] {
        let vectors = std::array::from_fn(vector);
        #[expect(unsafe_code, reason = "a processor must be asked before its instructions are used")]
        match self {
            // SAFETY: `best` and `all` give this kernel only where the processor has AVX-512F.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { block_avx512(vectors, panel, bias) },
            // SAFETY: `best` and `all` give this kernel only where the processor has AVX2 and FMA.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { block_avx2(vectors, panel, bias) },
            Self::Base => block::<R, BASE_FUSED>(vectors, panel, bias),
        }
    }
}

/// Whether every processor of the target multiplies and adds in one instruction.
const BASE_FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline(never)]
fn block_avx512<const R: usize>(vectors: [&[f32]; R], panel: &[Row], bias: &Row) -> [Row; R] {
    block::<R, true>(vectors, panel, bias)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
fn block_avx2<const R: usize>(vectors: [&[f32]; R], panel: &[Row], bias: &Row) -> [Row; R] {
    block::<R, true>(vectors, panel, bias)
}

/// `R` vectors times a panel. Not inlined into anything but the functions above, where it is turned into vector
/// instructions.
#[inline(always)]
fn block<const R: usize, const FUSED: bool>(vectors: [&[f32]; R], panel: &[Row], bias: &Row) -> [Row; R] {
    let mut sums = [*bias; R];
    let height = panel.len();
    if vectors.iter().any(|vector| vector.len() < height) {
        return sums;
    }
    #[expect(
        clippy::indexing_slicing,
        reason = "lengths are checked above; with iterators the sums stay in memory"
    )]
    {
        let vectors = vectors.map(|vector| &vector[..height]);
        for k in 0..height {
            let row = &panel[k];
            for r in 0..R {
                let factor = vectors[r][k];
                for column in 0..WIDTH {
                    let sum = sums[r][column];
                    sums[r][column] =
                        if FUSED { factor.mul_add(row[column], sum) } else { factor * row[column] + sum };
                }
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kernels_multiply() {
        let panel: Vec<Row> =
            (0..7).map(|k| std::array::from_fn(|column| (k * 3 + column) as f32 * 0.25 - 4.0)).collect();
        let bias: Row = std::array::from_fn(|column| column as f32);
        let input: Vec<f32> = (0..30).map(|i| (i as f32 * 0.5) - 3.0).collect();
        for kernel in Kernel::all() {
            // Vectors overlap, as windows do.
            let mut seen = 0;
            kernel.multiply(&input, 2, 11, &panel, &bias, |i, sums| {
                assert_eq!(i, seen);
                seen += 1;
                for (column, &sum) in sums.iter().enumerate() {
                    let expected: f32 =
                        (0..7).map(|k| input[2 * i + k] * panel[k][column]).sum::<f32>() + bias[column];
                    assert!((sum - expected).abs() < 1e-3, "{kernel:?} {i} {column}: {sum} {expected}");
                }
            });
            assert_eq!(seen, 11);
        }
    }
}
