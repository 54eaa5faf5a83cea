//! Weighted sums of voices.

use std::num::NonZeroUsize;

use super::pack::{STYLE_LEN, Style, Voice};

/// The voices of a mix with their weights, which sum to 1.
#[derive(Debug, Clone)]
pub(crate) struct Blend {
    parts: Vec<(Voice, f32)>,
}

impl Blend {
    pub(super) fn new(parts: Vec<(Voice, f32)>) -> Self {
        Self { parts }
    }

    /// The style for `phoneme_count` symbols. Blends that one row only.
    ///
    /// Each voice gives its own row for that count, so voices with different numbers of rows go together. Sums are
    /// `f64`, and a single voice of weight 1 comes out unchanged.
    pub(crate) fn style(&self, phoneme_count: NonZeroUsize) -> Style {
        let mut sums = [0.0_f64; STYLE_LEN];
        for (voice, weight) in &self.parts {
            for (sum, value) in sums.iter_mut().zip(voice.style(phoneme_count)) {
                *sum += f64::from(*weight) * f64::from(value);
            }
        }
        // The bounds keep a sum finite when weights exceed 1 by a rounding error.
        sums.map(|sum| sum.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A voice whose row `i` consists of `rows[i]`.
    fn of(rows: &[f32]) -> Voice {
        Voice::from_values(rows.iter().flat_map(|row| [*row; STYLE_LEN]).collect(), "test").unwrap()
    }

    fn style(parts: &[(Voice, f32)], n: usize) -> Style {
        Blend::new(parts.to_vec()).style(NonZeroUsize::new(n).unwrap())
    }

    #[test]
    fn shorter_voices_hold_their_last_row() {
        let parts = [(of(&[0.0, 4.0, 8.0]), 0.25), (of(&[100.0]), 0.75)];
        for (n, expected) in [(1, 75.0), (2, 76.0), (3, 77.0), (4, 77.0)] {
            assert_eq!(style(&parts, n), [expected; STYLE_LEN]);
        }
    }

    #[test]
    fn the_mean_of_two_is_exact() {
        let (a, b) = (0.1_f32, 0.7_f32);
        assert_eq!(style(&[(of(&[a]), 0.5), (of(&[b]), 0.5)], 1)[0], (a + b) / 2.0);
    }

    #[test]
    fn the_largest_numbers_stay_finite() {
        let huge = of(&[f32::MAX]);
        let parts = [(huge.clone(), 0.500_000_1), (huge, 0.500_000_1)];
        assert_eq!(style(&parts, 1), [f32::MAX; STYLE_LEN]);
    }

    proptest! {
        #[test]
        fn one_voice_is_unchanged(value in proptest::num::f32::NORMAL, n in 1_usize..5) {
            prop_assert_eq!(style(&[(of(&[value, -value]), 1.0)], n)[9], if n == 1 { value } else { -value });
        }
    }
}
