//! A stage by plain convolutions: correct everywhere, fast nowhere. What other kernels are compared with.
//!
//! Values are channel-last. Every sum has a fixed order, so that the result does not depend on the number of threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Form, FusedLayer, FusedStage, OperatorError, Operators, StageInputs, StageKernel, Weights};
use crate::kernels::{Layout, Parallel};

/// Rows of a task.
const TASK_ROWS: usize = 64;
/// Rows and output channels that are summed at the same time: as many as fit into registers.
const ROWS: usize = 4;
const LANES: usize = 16;

const LAYERS_PER_BLOCK: usize = 6;
const BLOCKS: usize = 4;

struct Layer {
    kernel: usize,
    dilation: usize,
    /// `[ceil(channels / LANES)][kernel][channels in][LANES]`, zeros where there is no channel.
    weight: Vec<[f32; LANES]>,
    bias: Vec<f32>,
    alpha: Vec<f32>,
}

/// See the module.
pub(super) struct DirectStage {
    channels: usize,
    epsilon: f64,
    layers: Vec<Layer>,
}

impl DirectStage {
    /// `None` where sizes do not fit together.
    pub(super) fn new(stage: &FusedStage) -> Option<Self> {
        let channels = stage.channels;
        let layers: Vec<Layer> =
            stage.layers.iter().map(|layer| arrange(layer, channels)).collect::<Option<_>>()?;
        let fits = channels > 0 && layers.len() == BLOCKS * LAYERS_PER_BLOCK;
        fits.then_some(Self { channels, epsilon: stage.epsilon.into(), layers })
    }
}

/// Puts the weights of a stage among the others as they are, and gives their place.
pub(super) fn pack(stage: &FusedStage, weights: &mut Weights) -> Option<usize> {
    DirectStage::new(stage)?;
    let values: Vec<f32> = stage
        .layers
        .iter()
        .flat_map(|layer| [&layer.weight, &layer.bias, &layer.alpha])
        .flat_map(|values| values.iter().copied())
        .collect();
    weights.add(values.len(), |numbers| {
        numbers.copy_from_slice(&values);
        Some(())
    })
}

/// The reverse. `None` where there are not so many weights.
pub(super) fn unpack(form: &Form, weights: &Weights, start: usize) -> Option<FusedStage> {
    let &Form { channels, epsilon, ref kernels, ref dilations } = form;
    let mut layers = Vec::with_capacity(kernels.len());
    let mut start = start;
    let mut take = |len: usize| {
        let values = weights.get(start, len)?.to_vec();
        start = start.checked_add(len)?;
        Some(values)
    };
    for (&kernel, &dilation) in kernels.iter().zip(dilations) {
        let weight = take(channels.checked_mul(channels)?.checked_mul(kernel)?)?;
        layers.push(FusedLayer { kernel, dilation, weight, bias: take(channels)?, alpha: take(channels)? });
    }
    Some(FusedStage { channels, epsilon, layers })
}

fn arrange(layer: &FusedLayer, channels: usize) -> Option<Layer> {
    let &FusedLayer { kernel, dilation, ref weight, ref bias, ref alpha } = layer;
    let fits = weight.len() == channels.checked_mul(channels)?.checked_mul(kernel)?
        && bias.len() == channels
        && alpha.len() == channels
        && kernel % 2 == 1
        && dilation > 0;
    if !fits {
        return None;
    }
    let blocks = channels.div_ceil(LANES);
    let mut packed = vec![[0.0; LANES]; blocks * kernel * channels];
    for (output, inputs) in weight.chunks_exact(channels * kernel).enumerate() {
        for (input, taps) in inputs.chunks_exact(kernel).enumerate() {
            for (tap, &value) in taps.iter().enumerate() {
                packed[(output / LANES * kernel + tap) * channels + input][output % LANES] = value;
            }
        }
    }
    Some(Layer { kernel, dilation, weight: packed, bias: bias.clone(), alpha: alpha.clone() })
}

impl StageKernel for DirectStage {
    fn run(
        &self,
        _operators: &Operators,
        inputs: StageInputs<'_>,
        output: &mut [f32],
        parallel: &dyn Parallel,
        cancelled: &AtomicBool,
    ) -> Result<(), OperatorError> {
        let StageInputs { signal, noise, style, length, layouts } = inputs;
        let size = self.channels.checked_mul(length).ok_or(OperatorError::Sizes)?;
        let fits = [signal.len(), noise.len(), output.len()].iter().all(|&given| given == size)
            && layouts == [Layout::Rows; 2]
            && style.len() == self.layers.len() * 2 * self.channels;
        if !fits {
            return Err(OperatorError::Sizes);
        }
        if size == 0 {
            return Ok(());
        }
        let run = Run { channels: self.channels, length, epsilon: self.epsilon, parallel, cancelled };
        let mut blocks = self
            .layers
            .chunks_exact(LAYERS_PER_BLOCK)
            .zip(style.chunks_exact(LAYERS_PER_BLOCK * 2 * self.channels));
        let mut base = vec![0.0; size];
        let mut sum = vec![0.0; size];
        for (index, (layers, style)) in blocks.by_ref().enumerate() {
            if index == 0 {
                transpose(noise, &mut base, length);
                run.block(layers, style, &mut base)?;
                transpose(signal, &mut sum, length);
                add(&mut base, &sum);
                sum.fill(0.0);
            } else {
                let mut value = base.clone();
                run.block(layers, style, &mut value)?;
                add(&mut sum, &value);
            }
        }
        for value in &mut sum {
            *value /= 3.0;
        }
        transpose(&sum, output, self.channels);
        Ok(())
    }
}

struct Run<'a> {
    channels: usize,
    length: usize,
    epsilon: f64,
    parallel: &'a dyn Parallel,
    cancelled: &'a AtomicBool,
}

impl Run<'_> {
    /// Three units: each adds to the value what two layers make of it.
    fn block(&self, layers: &[Layer], style: &[f32], value: &mut [f32]) -> Result<(), OperatorError> {
        let styles: Vec<&[f32]> = style.chunks_exact(2 * self.channels).collect();
        for (unit, style) in layers.chunks_exact(2).zip(styles.chunks_exact(2)) {
            let mut change = value.to_vec();
            for (layer, style) in unit.iter().zip(style) {
                if self.cancelled.load(Ordering::Relaxed) {
                    return Err(OperatorError::Cancelled);
                }
                change = self.layer(layer, style, &change);
            }
            add(value, &change);
        }
        Ok(())
    }

    fn layer(&self, layer: &Layer, style: &[f32], input: &[f32]) -> Vec<f32> {
        let margin = layer.dilation * (layer.kernel / 2);
        let channels = self.channels;
        let (gamma, beta) = style.split_at(channels);
        let (mean, deviation) = self.statistics(input);
        let scale: Vec<f32> = gamma
            .iter()
            .zip(&deviation)
            .map(|(&gamma, &deviation)| ((1.0 + f64::from(gamma)) / deviation) as f32)
            .collect();

        // Zeros on both sides, as the convolution sees them.
        let mut active = vec![0.0; (self.length + 2 * margin) * channels];
        let inner = &mut active[margin * channels..(margin + self.length) * channels];
        self.rows(inner, |first, rows| {
            let rows = rows.chunks_exact_mut(channels).zip(input[first * channels..].chunks_exact(channels));
            for (row, input) in rows {
                for channel in 0..channels {
                    let centred = (f64::from(input[channel]) - mean[channel]) as f32;
                    let value = centred * scale[channel] + beta[channel];
                    let alpha = layer.alpha[channel];
                    let sine = (alpha * value).sin();
                    row[channel] = value + sine * sine / alpha;
                }
            }
        });
        let mut output = vec![0.0; self.length * channels];
        self.rows(&mut output, |first, rows| convolve(layer, channels, &active[first * channels..], rows));
        output
    }

    /// Mean and standard deviation of every channel, in two passes.
    fn statistics(&self, input: &[f32]) -> (Vec<f64>, Vec<f64>) {
        let count = self.length as f64;
        let mean = self.sums(input, |value, _| value, &vec![0.0; self.channels]);
        let mean: Vec<f64> = mean.iter().map(|sum| sum / count).collect();
        let squares = self.sums(input, |value, mean| (value - mean) * (value - mean), &mean);
        (mean, squares.iter().map(|sum| (sum / count + self.epsilon).sqrt()).collect())
    }

    fn sums(&self, input: &[f32], term: impl Fn(f64, f64) -> f64 + Sync, with: &[f64]) -> Vec<f64> {
        let parts: Vec<Mutex<Vec<f64>>> =
            input.chunks(TASK_ROWS * self.channels).map(|_| Mutex::new(vec![0.0; self.channels])).collect();
        self.parallel.for_each(parts.len(), &|index| {
            let mut part = parts[index].lock().unwrap_or_else(PoisonError::into_inner);
            let first = index * TASK_ROWS * self.channels;
            let last = input.len().min(first + TASK_ROWS * self.channels);
            for row in input[first..last].chunks_exact(self.channels) {
                for ((sum, &value), &with) in part.iter_mut().zip(row).zip(with) {
                    *sum += term(f64::from(value), with);
                }
            }
        });
        let mut total = vec![0.0; self.channels];
        for part in parts {
            let part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
            total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
        }
        total
    }

    /// Runs `task` on parts of `values`, with the number of the part's first row.
    fn rows(&self, values: &mut [f32], task: impl Fn(usize, &mut [f32]) + Sync) {
        let parts: Vec<Mutex<&mut [f32]>> =
            values.chunks_mut(TASK_ROWS * self.channels).map(Mutex::new).collect();
        self.parallel.for_each(parts.len(), &|index| {
            let mut part = parts[index].lock().unwrap_or_else(PoisonError::into_inner);
            task(index * TASK_ROWS, &mut part);
        });
    }
}

/// `active` starts at the row of the first tap of the first output row.
fn convolve(layer: &Layer, channels: usize, active: &[f32], output: &mut [f32]) {
    let rows = output.len() / channels;
    for first in (0..rows).step_by(ROWS) {
        for (block, weight) in layer.weight.chunks_exact(layer.kernel * channels).enumerate() {
            let mut sums = [[0.0f32; LANES]; ROWS];
            for (tap, weight) in weight.chunks_exact(channels).enumerate() {
                // Rows behind the last repeat it; what is computed for them is not used.
                let inputs: [&[f32]; ROWS] = std::array::from_fn(|row| {
                    let row = (first + row).min(rows - 1) + tap * layer.dilation;
                    &active[row * channels..(row + 1) * channels]
                });
                // A sum for each tap: shorter sums lose fewer digits.
                let mut parts = [[0.0f32; LANES]; ROWS];
                for (input, weight) in weight.iter().enumerate() {
                    for (parts, values) in parts.iter_mut().zip(&inputs) {
                        let value = values[input];
                        for (part, weight) in parts.iter_mut().zip(weight) {
                            *part += value * weight;
                        }
                    }
                }
                for (sum, part) in sums.as_flattened_mut().iter_mut().zip(parts.as_flattened()) {
                    *sum += part;
                }
            }
            let columns = block * LANES..channels.min((block + 1) * LANES);
            let bias = &layer.bias[columns.clone()];
            for (row, sums) in output[first * channels..].chunks_exact_mut(channels).zip(&sums) {
                for ((value, sum), bias) in row[columns.clone()].iter_mut().zip(sums).zip(bias) {
                    *value = sum + bias;
                }
            }
        }
    }
}

/// Columns of `width` become rows.
fn transpose(from: &[f32], to: &mut [f32], width: usize) {
    let height = from.len() / width;
    for (column, row) in to.chunks_exact_mut(height).enumerate() {
        for (value, from) in row.iter_mut().zip(from.chunks_exact(width)) {
            *value = from[column];
        }
    }
}

fn add(to: &mut [f32], value: &[f32]) {
    to.iter_mut().zip(value).for_each(|(to, value)| *to += value);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sequential;

    impl Parallel for Sequential {
        fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
            (0..tasks).rev().for_each(task);
        }
    }

    /// Numbers around zero, always the same.
    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    fn stage(channels: usize) -> FusedStage {
        let layer = |index: usize| {
            let kernel = [5, 3, 7, 11][index / 6];
            FusedLayer {
                kernel,
                dilation: if index.is_multiple_of(2) { [1, 3, 5][index / 2 % 3] } else { 1 },
                weight: noise(channels * channels * kernel, index as u32),
                bias: noise(channels, 100 + index as u32),
                alpha: noise(channels, 200 + index as u32).iter().map(|x| x + 1.0).collect(),
            }
        };
        FusedStage { channels, epsilon: 1e-5, layers: (0..24).map(layer).collect() }
    }

    /// The same in double precision, written down as the network is defined.
    fn reference(stage: &FusedStage, inputs: StageInputs<'_>) -> Vec<f64> {
        let (channels, length) = (stage.channels, inputs.length);
        let layer = |index: usize, x: &[f64]| -> Vec<f64> {
            let FusedLayer { kernel, dilation, weight, bias, alpha } = &stage.layers[index];
            let style = &inputs.style[index * 2 * channels..];
            let active: Vec<Vec<f64>> = x
                .chunks(length)
                .enumerate()
                .map(|(channel, x)| {
                    let mean = x.iter().sum::<f64>() / length as f64;
                    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / length as f64;
                    let (gamma, beta) = (f64::from(style[channel]), f64::from(style[channels + channel]));
                    let alpha = f64::from(alpha[channel]);
                    let snake = |v: f64| v + (alpha * v).sin().powi(2) / alpha;
                    let root = (variance + f64::from(stage.epsilon)).sqrt();
                    x.iter().map(|x| snake((1.0 + gamma) * (x - mean) / root + beta)).collect()
                })
                .collect();
            let mut y = Vec::new();
            for out in 0..channels {
                for time in 0..length {
                    let mut sum = f64::from(bias[out]);
                    for (input, active) in active.iter().enumerate() {
                        for tap in 0..*kernel {
                            let at = (time + tap * dilation).checked_sub(dilation * (kernel / 2));
                            let value = at.and_then(|at| active.get(at)).copied().unwrap_or(0.0);
                            sum += value * f64::from(weight[(out * channels + input) * kernel + tap]);
                        }
                    }
                    y.push(sum);
                }
            }
            y
        };
        let block = |first: usize, mut x: Vec<f64>| {
            for unit in 0..3 {
                let change = layer(first + 2 * unit + 1, &layer(first + 2 * unit, &x));
                x.iter_mut().zip(change).for_each(|(x, change)| *x += change);
            }
            x
        };
        let double = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let mut base = block(0, double(inputs.noise));
        base.iter_mut().zip(inputs.signal).for_each(|(x, &y)| *x += f64::from(y));
        let parts = [6, 12, 18].map(|first| block(first, base.clone()));
        (0..base.len()).map(|i| (parts[0][i] + parts[1][i] + parts[2][i]) / 3.0).collect()
    }

    #[test]
    fn computes_what_the_network_defines() {
        for (channels, length) in [(3, 1), (5, 2), (16, 70), (20, 131)] {
            let stage = stage(channels);
            let (signal, source) = (noise(channels * length, 7), noise(channels * length, 8));
            let style = noise(24 * 2 * channels, 9);
            let inputs = StageInputs {
                signal: &signal,
                layouts: [Layout::Rows; 2],
                noise: &source,
                style: &style,
                length,
            };
            let mut output = vec![0.0; channels * length];
            let kernel = DirectStage::new(&stage).unwrap();
            let (operators, cancelled) = (Operators::default(), AtomicBool::new(false));
            kernel.run(&operators, inputs, &mut output, &Sequential, &cancelled).unwrap();
            let expected = reference(&stage, inputs);
            let peak = expected.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
            for (value, expected) in output.iter().zip(&expected) {
                assert!((f64::from(*value) - expected).abs() <= 1e-5 * peak, "{channels} x {length}");
            }
        }
    }

    #[test]
    fn packed_weights_are_found_again() {
        let stage = stage(5);
        let form = Form::of(&stage);
        let mut weights = Weights::default();
        let start = weights.add(7, |_| Some(())).and_then(|_| pack(&stage, &mut weights)).unwrap();
        assert_eq!(unpack(&form, &weights, start), Some(stage));
        assert_eq!(unpack(&form, &weights, start + 1), None);
        assert_eq!(unpack(&Form { channels: 6, ..form }, &weights, start), None);
    }

    #[test]
    fn wrong_sizes_and_cancellation_are_errors() {
        let mut stage = stage(4);
        let kernel = DirectStage::new(&stage).unwrap();
        let (values, style) = (vec![0.0; 12], vec![0.0; 24 * 8]);
        let run = |length, style: &[f32], cancelled| {
            let inputs =
                StageInputs { signal: &values, layouts: [Layout::Rows; 2], noise: &values, style, length };
            let operators = Operators::default();
            kernel.run(&operators, inputs, &mut [0.0; 12], &Sequential, &AtomicBool::new(cancelled))
        };
        assert_eq!(run(3, &style, false), Ok(()));
        assert_eq!(run(4, &style, false), Err(OperatorError::Sizes));
        assert_eq!(run(3, &style[1..], false), Err(OperatorError::Sizes));
        assert_eq!(run(3, &style, true), Err(OperatorError::Cancelled));
        stage.layers[5].bias.pop();
        assert!(DirectStage::new(&stage).is_none());
    }
}
