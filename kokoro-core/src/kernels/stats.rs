//! Mean and variance of every channel of a signal, and the affine map that a normalisation makes of them.
//!
//! A tile sums the distances of its values from its first value, and their squares, in f32: digits are not lost however
//! far the mean is from zero. Tiles are merged in their order, in f64, so that the result does not depend on threads.

use super::vector::BLOCK;

/// Floats of a tile's sums for a block of channels: shift, sum, sum of squares.
pub(super) const SUMS: usize = 3 * BLOCK;

/// Added to the variance by the graph's normalisation.
const EPSILON: f64 = 1e-5;

#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    mean: f64,
    /// Sum of squared distances from the mean.
    squares: f64,
}

/// Statistics of a signal.
#[derive(Debug, Default, Clone)]
pub(crate) struct Statistics {
    frames: f64,
    channels: Vec<Moments>,
}

impl Statistics {
    pub(crate) fn new(channels: usize) -> Self {
        Self { frames: 0.0, channels: vec![Moments::default(); channels] }
    }

    /// Merges a tile of `frames` frames whose sums are `[block][shift, sum, squares][16]`.
    pub(super) fn merge(&mut self, frames: usize, sums: &[f32]) {
        let count = frames as f64;
        let total = self.frames + count;
        if frames == 0 {
            return;
        }
        for (channels, sums) in self.channels.chunks_mut(BLOCK).zip(sums.as_chunks::<SUMS>().0) {
            let (shifts, rest) = sums.split_at(BLOCK);
            let (sums, squares) = rest.split_at(BLOCK);
            for (channel, ((&shift, &sum), &squares)) in
                channels.iter_mut().zip(shifts.iter().zip(sums).zip(squares))
            {
                let offset = f64::from(sum) / count;
                let distance = f64::from(shift) + offset - channel.mean;
                channel.squares += (f64::from(squares) - f64::from(sum) * offset).max(0.0)
                    + distance * distance * self.frames * count / total;
                channel.mean += distance * count / total;
            }
        }
        self.frames = total;
    }

    /// The map x -> scale * x + offset that takes away the mean, divides by the deviation, and then multiplies with
    /// 1 + gamma and adds beta. `style` has gamma of all channels, then beta.
    pub(crate) fn normalise(&self, style: &[f32], scale: &mut [f32], offset: &mut [f32]) {
        let (gamma, beta) = style.split_at(self.channels.len().min(style.len()));
        let maps = scale.iter_mut().zip(offset).zip(gamma.iter().zip(beta));
        for (channel, ((scale, offset), (&gamma, &beta))) in self.channels.iter().zip(maps) {
            let factor = (1.0 + f64::from(gamma)) / (channel.squares / self.frames + EPSILON).sqrt();
            *scale = factor as f32;
            *offset = (f64::from(beta) - channel.mean * factor) as f32;
        }
    }

    /// Mean and variance of a channel.
    #[cfg(test)]
    pub(super) fn channel(&self, channel: usize) -> (f64, f64) {
        let Moments { mean, squares } = self.channels[channel];
        (mean, squares / self.frames)
    }
}
