//! The same arithmetic from its definition, in f64, and what tests need.

use super::pack::ConvShape;
use super::vector::BLOCK;

/// Pseudo-random numbers.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// About normal, with the given deviation.
    pub(super) fn normal(&mut self, deviation: f32) -> f32 {
        let sum: f32 = (0..4).map(|_| (self.next() >> 40) as f32 / (1 << 24) as f32 - 0.5).sum();
        sum * deviation * 3.0_f32.sqrt()
    }

    pub(super) fn normals(&mut self, count: usize, deviation: f32) -> Vec<f32> {
        (0..count).map(|_| self.normal(deviation)).collect()
    }
}

/// `[channel][frame]` to `[channel block][frame][16]`.
pub(super) fn blocked(signal: &[f32], channels: usize) -> Vec<f32> {
    let frames = signal.len() / channels;
    let mut blocked = vec![0.0; signal.len()];
    for channel in 0..channels {
        for frame in 0..frames {
            let at = (channel / BLOCK * frames + frame) * BLOCK + channel % BLOCK;
            blocked[at] = signal[channel * frames + frame];
        }
    }
    blocked
}

/// Snake after an affine map, `[channel][frame]`.
pub(super) fn activate(signal: &[f64], channels: usize, map: impl Fn(usize) -> (f64, f64, f64)) -> Vec<f64> {
    let frames = signal.len() / channels;
    (0..signal.len())
        .map(|i| {
            let (scale, offset, alpha) = map(i / frames);
            let x = signal[i] * scale + offset;
            x + (alpha * x).sin().powi(2) / alpha
        })
        .collect()
}

/// The direct convolution, `[channel][frame]`.
pub(super) fn convolve(shape: &ConvShape, weights: &[f32], bias: &[f32], signal: &[f64]) -> Vec<f64> {
    let (inputs, kernel) = (shape.inputs(), shape.kernel());
    let frames = signal.len() / inputs;
    let mut output = Vec::with_capacity(shape.outputs() * frames);
    for (filters, &bias) in weights.chunks(inputs * kernel).zip(bias) {
        let mut sums = vec![f64::from(bias); frames];
        for (filter, row) in filters.chunks(kernel).zip(signal.chunks(frames)) {
            for (tap, &weight) in filter.iter().enumerate() {
                // Output frame n reads input frame n + distance.
                let distance = (tap as isize - (kernel as isize - 1) / 2) * shape.dilation() as isize;
                let (to, from) = (distance.min(0).unsigned_abs(), distance.max(0).unsigned_abs());
                for (sum, &x) in sums.iter_mut().skip(to).zip(row.iter().skip(from)) {
                    *sum += f64::from(weight) * x;
                }
            }
        }
        output.extend(sums);
    }
    output
}

pub(super) fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64)
}

/// Error of what was found: root of the mean square, and the largest, both as parts of the deviation of what was
/// expected.
pub(super) fn error(found: &[f32], expected: &[f64]) -> (f64, f64) {
    assert_eq!(found.len(), expected.len());
    let errors = || found.iter().zip(expected).map(|(&found, &expected)| (f64::from(found) - expected).abs());
    let square = errors().map(|error| error * error).sum::<f64>() / expected.len() as f64;
    let power = expected.iter().map(|value| value * value).sum::<f64>() / expected.len() as f64;
    // Not `max`, which would overlook what is not a number.
    let largest = errors().fold(0.0, |a: f64, b| if b <= a { a } else { b });
    ((square / power).sqrt(), largest / power.sqrt())
}
