//! Convolutions against the direct one in f64.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::kernels::activation::Snake;
use crate::kernels::isa::Isa;
use crate::kernels::pack::{ConvShape, PackedConv, Quality};
use crate::kernels::parallel::tests::Threads;
use crate::kernels::parallel::{Parallel, Sequential};
use crate::kernels::reference::{self, Random, blocked};
use crate::kernels::scratch::{Buffer, Workers};
use crate::kernels::snake::parameters;

/// A convolution with everything that belongs to it, `[channel][frame]`.
struct Case {
    shape: ConvShape,
    weights: Vec<f32>,
    bias: Vec<f32>,
    scale: Vec<f32>,
    offset: Vec<f32>,
    alpha: Vec<f32>,
    input: Vec<f32>,
    residual: Option<Vec<f32>>,
    old: Option<Vec<f32>>,
    frames: usize,
}

impl Case {
    fn random(random: &mut Random, shape: ConvShape, frames: usize) -> Self {
        let (inputs, outputs) = (shape.inputs(), shape.outputs());
        let deviation = 1.0 / ((inputs * shape.kernel()) as f32).sqrt();
        Self {
            shape,
            weights: random.normals(outputs * inputs * shape.kernel(), deviation),
            bias: random.normals(outputs, 0.5),
            scale: random.normals(inputs, 0.3).iter().map(|value| 1.0 + value).collect(),
            offset: random.normals(inputs, 0.3),
            alpha: random.normals(inputs, 0.3).iter().map(|value| 0.2 + 3.0 * value.abs()).collect(),
            input: random.normals(inputs * frames, 1.0),
            residual: (random.below(2) == 0).then(|| random.normals(outputs * frames, 1.0)),
            old: (random.below(2) == 0).then(|| random.normals(outputs * frames, 1.0)),
            frames,
        }
    }

    fn expected(&self) -> Vec<f64> {
        let input: Vec<f64> = self.input.iter().map(|&value| f64::from(value)).collect();
        let input = reference::activate(&input, self.shape.inputs(), |channel| {
            (f64::from(self.scale[channel]), f64::from(self.offset[channel]), f64::from(self.alpha[channel]))
        });
        let mut output = reference::convolve(&self.shape, &self.weights, &self.bias, &input);
        for more in [&self.residual, &self.old].into_iter().flatten() {
            output.iter_mut().zip(more).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        output
    }

    /// The output in blocks, and its statistics.
    fn run(&self, isa: Isa, parallel: &dyn Parallel) -> (Vec<f32>, Statistics) {
        let conv = PackedConv::new(self.shape, &self.weights, &self.bias).unwrap();
        let (rate, gain): (Vec<_>, Vec<_>) = self.alpha.iter().map(|&alpha| parameters(alpha)).unzip();
        let in_blocks = |signal: &Vec<f32>| blocked(signal, self.shape.outputs());
        let residual = self.residual.as_ref().map(in_blocks);
        // Whatever was there must not be seen.
        let mut output =
            (self.old.as_ref()).map_or_else(|| vec![f32::NAN; self.frames * self.shape.outputs()], in_blocks);
        let pass = Pass {
            conv: conv.view().unwrap(),
            frames: self.frames,
            input: &blocked(&self.input, self.shape.inputs()),
            activation: Activation { scale: &self.scale, offset: &self.offset, rate: &rate, gain: &gain },
            residual: residual.as_deref(),
            in_place: self.old.is_some(),
            kind: PhantomData::<Snake>,
        };
        let (cancel, workers) = (AtomicBool::new(false), Workers::default());
        let context = Context { isa, parallel, cancel: &cancel, workers: &workers };
        let statistics = pass.run(&mut output, &mut Buffer::default(), &context).unwrap();
        (output, statistics)
    }

    fn check(&self, quality: Quality) {
        let expected = self.expected();
        let expected_blocked: Vec<f64> = in_blocks(&expected, self.shape.outputs());
        for isa in Isa::all() {
            let (output, statistics) = self.run(isa, &Sequential);
            let (rms, most) = reference::error(&output, &expected_blocked);
            let (rms_bound, most_bound) = bounds(quality);
            assert!(
                rms < rms_bound && most < most_bound,
                "{} {:?} {} frames: {rms:e} {most:e}",
                isa.name(),
                self.shape,
                self.frames
            );
            for (channel, values) in expected.chunks(self.frames).enumerate() {
                let (mean, variance) = reference::mean_and_variance(values);
                let found = statistics.channel(channel);
                let bound = 2e-5 * (mean * mean + variance + 0.01);
                // What is known of few frames has the error of the output itself.
                let few = 5.0 * rms_bound / (self.frames as f64).sqrt();
                assert!((mean - found.0).abs() < bound.sqrt() * 4e-3 + few, "{mean} {found:?}");
                let bound = bound + 2.0 * few * variance.sqrt();
                assert!((variance - found.1).abs() < bound, "{variance} {found:?}");
            }
        }
    }
}

/// Errors that are allowed, as parts of the output's deviation.
fn bounds(quality: Quality) -> (f64, f64) {
    match quality {
        Quality::Fast => (8e-6, 8e-5),
        Quality::Fine => (1.5e-6, 1.5e-5),
    }
}

fn in_blocks(signal: &[f64], channels: usize) -> Vec<f64> {
    let frames = signal.len() / channels;
    let indices: Vec<f32> = (0..signal.len()).map(|i| f32::from_bits(i as u32)).collect();
    assert_eq!(indices.len(), channels * frames);
    blocked(&indices, channels).iter().map(|index| signal[index.to_bits() as usize]).collect()
}

#[test]
fn every_shape_is_a_convolution() {
    let mut random = Random(1);
    for quality in [Quality::Fast, Quality::Fine] {
        for kernel in [3, 7, 11] {
            for dilation in [1, 3, 5] {
                for frames in [1, 2, 17, 100 + random.below(900), 1_000 + random.below(4_001)] {
                    let inputs = random.pick(&[16, 32, 48]);
                    let outputs = random.pick(&[16, 32, 48]);
                    let shape = ConvShape::new(inputs, outputs, kernel, dilation, quality).unwrap();
                    let case = Case::random(&mut random, shape, frames);
                    case.check(quality);
                }
            }
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut random = Random(2);
    for (kernel, dilation) in [(3, 1), (7, 3), (11, 5)] {
        let shape = ConvShape::new(48, 32, kernel, dilation, Quality::Fast).unwrap();
        let case = Case::random(&mut random, shape, 4_321);
        for isa in Isa::all() {
            let (expected, statistics) = case.run(isa, &Sequential);
            for threads in [1, 2, 3, 7] {
                let (found, found_statistics) = case.run(isa, &Threads(threads));
                assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()));
                for channel in 0..shape.outputs() {
                    assert_eq!(found_statistics.channel(channel), statistics.channel(channel));
                }
            }
        }
    }
}

#[test]
fn statistics_stand_a_large_mean() {
    let mut random = Random(3);
    let shape = ConvShape::new(16, 16, 3, 1, Quality::Fine).unwrap();
    let mut case = Case::random(&mut random, shape, 5_000);
    case.bias.fill(3_000.0);
    case.residual = None;
    case.old = None;
    for isa in Isa::all() {
        let (output, statistics) = case.run(isa, &Sequential);
        for channel in 0..16 {
            let values: Vec<f64> =
                output.iter().skip(channel).step_by(BLOCK).map(|&value| f64::from(value)).collect();
            let (mean, variance) = reference::mean_and_variance(&values);
            let found = statistics.channel(channel);
            assert!((found.0 - mean).abs() < 1e-6 * mean, "{} {mean} {found:?}", isa.name());
            assert!((found.1 - variance).abs() < 1e-5 * variance, "{} {variance} {found:?}", isa.name());
        }
    }
}

#[test]
fn wrong_sizes_are_refused() {
    let shape = ConvShape::new(16, 32, 3, 1, Quality::Fast).unwrap();
    let packed = vec![0.0; shape.packed_len()];
    let numbers = vec![0.0; 32 * 10];
    let (cancel, workers) = (AtomicBool::new(false), Workers::default());
    let context = Context { isa: Isa::best(), parallel: &Sequential, cancel: &cancel, workers: &workers };
    let run = |frames, input, parameters: usize, residual: Option<usize>, output| {
        let parameters = &numbers[..parameters];
        let pass = Pass {
            conv: ConvView::new(shape, &packed).unwrap(),
            frames,
            input: &numbers[..input],
            activation: Activation {
                scale: parameters,
                offset: parameters,
                rate: parameters,
                gain: parameters,
            },
            residual: residual.map(|len| &numbers[..len]),
            in_place: false,
            kind: PhantomData::<Snake>,
        };
        pass.run(&mut vec![0.0; output], &mut Buffer::default(), &context).map(|_| ())
    };
    assert_eq!(run(10, 160, 16, Some(320), 320), Ok(()));
    assert_eq!(run(0, 0, 16, None, 0), Ok(()));
    for (frames, input, parameters, residual, output) in [
        (9, 160, 16, None, 320),
        (10, 159, 16, None, 320),
        (10, 160, 15, None, 320),
        (10, 160, 16, Some(319), 320),
        (10, 160, 16, None, 321),
        (usize::MAX, 160, 16, None, 320),
    ] {
        assert_eq!(run(frames, input, parameters, residual, output), Err(KernelError::Size));
    }
    cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(run(10, 160, 16, None, 320), Err(KernelError::Cancelled));
}

#[test]
#[ignore = "prints the errors of docs/kernels.md"]
fn accuracy() {
    for quality in [Quality::Fast, Quality::Fine] {
        for kernel in [3, 7, 11] {
            let shape = ConvShape::new(128, 128, kernel, 1, quality).unwrap();
            let mut case = Case::random(&mut Random(5), shape, 1_500);
            (case.residual, case.old) = (None, None);
            let expected = in_blocks(&case.expected(), 128);
            let (rms, most) = reference::error(&case.run(Isa::best(), &Sequential).0, &expected);
            eprintln!("{quality:?}, kernel {kernel}: {rms:.1e}, {most:.1e}");
        }
    }
}
