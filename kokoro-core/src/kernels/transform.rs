//! Toom-Cook (Winograd) transforms of a one-dimensional convolution, computed exactly when the crate is compiled.
//!
//! F(m, r) makes m outputs of a filter with r taps out of m + r - 1 products: y = A [(G g) ∘ (B d)], where d are the
//! m + r - 1 inputs, g the taps and y the outputs. The matrices follow from the points at which the polynomials are
//! evaluated: zero, pairs ±p, and infinity where the number of products is even. With pairs, the rows of B and the
//! columns of A for p and -p differ only in the signs of every other entry, and half of the work is shared.
//!
//! Rows of B and columns of A are scaled to whole numbers without common factor, which f32 holds exactly; G takes the
//! inverse. What is rounded are the filter's transformed weights (once, from f64) and the sums.

/// The most products of a transform here.
pub(super) const MAX_POINTS: usize = 11;

/// The matrices of F(`outputs`, `taps`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Transform {
    /// m
    pub(super) outputs: usize,
    /// r
    pub(super) taps: usize,
    /// m + r - 1
    pub(super) points: usize,
    /// Pairs of points ±p: rows 1 and 2, 3 and 4, and so on. Row 0 is the point zero.
    pub(super) pairs: usize,
    /// B, `[point][input]`.
    pub(super) input: [[f32; MAX_POINTS]; MAX_POINTS],
    /// A, `[output][point]`.
    pub(super) output: [[f32; MAX_POINTS]; MAX_POINTS],
    /// G, `[point][tap]`.
    pub(super) weight: [[f64; MAX_POINTS]; MAX_POINTS],
}

impl Transform {
    /// Whether the last point is infinity.
    pub(super) const fn has_infinity(&self) -> bool {
        self.points == 2 * self.pairs + 2
    }

    /// `pairs` are the points p > 0 as numerator and denominator.
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which refuses an index out of bounds"
    )]
    pub(super) const fn new(outputs: usize, taps: usize, pairs: &[(i128, i128)]) -> Self {
        let points = outputs + taps - 1;
        let finite = 2 * pairs.len() + 1;
        assert!(points <= MAX_POINTS && (points == finite || points == finite + 1));

        let mut at = [Ratio::ZERO; MAX_POINTS];
        let mut i = 0;
        while i < pairs.len() {
            at[2 * i + 1] = Ratio::new(pairs[i].0, pairs[i].1);
            at[2 * i + 2] = Ratio::new(-pairs[i].0, pairs[i].1);
            i += 1;
        }

        let mut transform = Self {
            outputs,
            taps,
            points,
            pairs: pairs.len(),
            input: [[0.0; MAX_POINTS]; MAX_POINTS],
            output: [[0.0; MAX_POINTS]; MAX_POINTS],
            weight: [[0.0; MAX_POINTS]; MAX_POINTS],
        };
        let mut point = 0;
        while point < points {
            // The product of (x - q) over the other points, and its value at this one.
            let mut polynomial = [Ratio::ZERO; MAX_POINTS];
            polynomial[0] = Ratio::ONE;
            let mut value = Ratio::ONE;
            let mut other = 0;
            while other < finite {
                if other != point {
                    polynomial = times_root(polynomial, at[other]);
                    value = value.times(at[point].minus(at[other]));
                }
                other += 1;
            }
            let infinite = point == finite;
            let column = powers(at[point], outputs, infinite);
            let taps_column = powers(at[point], taps, infinite);
            let row_scale = to_whole(&polynomial);
            let column_scale = to_whole(&column);
            let weight_scale = if infinite { Ratio::ONE } else { value.inverse() }
                .times(row_scale.times(column_scale).inverse());
            let mut i = 0;
            while i < MAX_POINTS {
                transform.input[point][i] = polynomial[i].times(row_scale).to_f64() as f32;
                transform.output[i][point] = column[i].times(column_scale).to_f64() as f32;
                transform.weight[point][i] = taps_column[i].times(weight_scale).to_f64();
                i += 1;
            }
            point += 1;
        }
        transform
    }
}

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy)]
struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    const ZERO: Self = Self { numerator: 0, denominator: 1 };
    const ONE: Self = Self { numerator: 1, denominator: 1 };

    const fn new(numerator: i128, denominator: i128) -> Self {
        let common = common_divisor(numerator, denominator);
        let sign = if denominator < 0 { -1 } else { 1 };
        Self { numerator: sign * numerator / common, denominator: sign * denominator / common }
    }

    const fn times(self, other: Self) -> Self {
        Self::new(self.numerator * other.numerator, self.denominator * other.denominator)
    }

    const fn minus(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.denominator - other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }

    const fn inverse(self) -> Self {
        Self::new(self.denominator, self.numerator)
    }

    const fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

/// Not negative; zero only of two zeros.
const fn common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The polynomial times (x - root).
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn times_root(polynomial: [Ratio; MAX_POINTS], root: Ratio) -> [Ratio; MAX_POINTS] {
    let mut product = [Ratio::ZERO; MAX_POINTS];
    let mut i = 0;
    while i < MAX_POINTS {
        let shifted = if i == 0 { Ratio::ZERO } else { polynomial[i - 1] };
        product[i] = shifted.minus(root.times(polynomial[i]));
        i += 1;
    }
    product
}

/// 1, p, p² and so on, `count` of them; at infinity only the last counts.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn powers(point: Ratio, count: usize, infinite: bool) -> [Ratio; MAX_POINTS] {
    let mut powers = [Ratio::ZERO; MAX_POINTS];
    let mut power = Ratio::ONE;
    let mut i = 0;
    while i < count {
        powers[i] = match (infinite, i + 1 == count) {
            (true, false) => Ratio::ZERO,
            (true, true) => Ratio::ONE,
            (false, _) => power,
        };
        power = power.times(point);
        i += 1;
    }
    powers
}

/// The positive factor that makes all entries whole numbers without common divisor.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn to_whole(entries: &[Ratio; MAX_POINTS]) -> Ratio {
    let mut multiple = 1;
    let mut i = 0;
    while i < MAX_POINTS {
        let denominator = entries[i].denominator;
        multiple *= denominator / common_divisor(multiple, denominator);
        i += 1;
    }
    let mut divisor = 0;
    i = 0;
    while i < MAX_POINTS {
        divisor = common_divisor(entries[i].numerator * (multiple / entries[i].denominator), divisor);
        if divisor == 1 {
            break;
        }
        i += 1;
    }
    Ratio::new(multiple, divisor)
}

#[cfg(test)]
mod tests {
    use super::super::tile::{F4x3, F4x4, F5x7, F6x3, F6x6, Tile};
    use super::*;

    fn each(check: impl Fn(&Transform)) {
        for transform in [F4x3::TRANSFORM, F6x3::TRANSFORM, F4x4::TRANSFORM, F5x7::TRANSFORM, F6x6::TRANSFORM]
        {
            check(&transform);
        }
    }

    #[test]
    fn makes_the_outputs_of_the_filter() {
        each(|transform| {
            let inputs: Vec<f64> = (0..transform.points).map(|i| ((i * 37 + 11) % 19) as f64 - 9.0).collect();
            let taps: Vec<f64> = (0..transform.taps).map(|j| ((j * 23 + 5) % 17) as f64 - 8.0).collect();
            let products: Vec<f64> = (0..transform.points)
                .map(|p| {
                    let weight: f64 = (0..transform.taps).map(|j| transform.weight[p][j] * taps[j]).sum();
                    let input: f64 =
                        (0..transform.points).map(|i| f64::from(transform.input[p][i]) * inputs[i]).sum();
                    weight * input
                })
                .collect();
            for i in 0..transform.outputs {
                let found: f64 =
                    (0..transform.points).map(|p| f64::from(transform.output[i][p]) * products[p]).sum();
                let expected: f64 = (0..transform.taps).map(|j| taps[j] * inputs[i + j]).sum();
                assert!((found - expected).abs() < 1e-8, "{found} {expected} {transform:?}");
            }
        });
    }

    #[test]
    fn coefficients_are_exact() {
        let whole = |value: f32| value.fract() == 0.0 && value.abs() < 16_777_216.0;
        each(|transform| {
            assert!(transform.input.iter().chain(&transform.output).flatten().all(|&value| whole(value)));
        });
    }

    #[test]
    fn pairs_differ_in_signs_only() {
        each(|transform| {
            for (plus, minus) in (0..transform.pairs).map(|pair| (2 * pair + 1, 2 * pair + 2)) {
                for i in 0..MAX_POINTS {
                    let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
                    assert_eq!(transform.input[plus][i], sign * transform.input[minus][i]);
                    assert_eq!(transform.output[i][plus], sign * transform.output[i][minus]);
                }
            }
        });
    }
}
