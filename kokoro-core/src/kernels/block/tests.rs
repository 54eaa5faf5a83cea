//! Blocks of the decoder against their definition in f64.

use super::*;
use crate::kernels::parallel::Sequential;
use crate::kernels::parallel::tests::Threads;
use crate::kernels::reference::{self, Random};

struct Case {
    shape: BlockShape,
    weights: [Vec<f32>; 4],
    biases: [Vec<f32>; 3],
    style: Vec<f32>,
    input: Vec<f32>,
    frames: usize,
}

impl Case {
    fn random(random: &mut Random, shape: BlockShape, frames: usize) -> Self {
        let (inputs, outputs) = (shape.inputs, shape.outputs);
        let mut weights = |count: usize, fan: usize| random.normals(count, 1.0 / (fan as f32).sqrt());
        let weights = [
            weights(outputs * inputs * 3, 3 * inputs),
            weights(outputs * outputs * 3, 3 * outputs),
            weights(outputs * inputs, inputs),
            weights(inputs * 3, 3),
        ];
        Self {
            shape,
            weights,
            biases: [outputs, outputs, inputs].map(|count| random.normals(count, 0.3)),
            style: random.normals(shape.style_len(), 0.3),
            input: random.normals(inputs * frames, 1.0).iter().map(|value| value + 2.0).collect(),
            frames,
        }
    }

    fn pack(&self) -> Vec<f32> {
        let [first, second, shortcut, pool] = &self.weights;
        let mut packed = vec![f32::NAN; self.shape.packed_len()];
        let weights = BlockWeights {
            first: (first, &self.biases[0]),
            second: (second, &self.biases[1]),
            shortcut: self.shape.shortcut.is_some().then_some(shortcut),
            pool: self.shape.doubles.then_some((pool, &self.biases[2])),
        };
        self.shape.pack(&weights, &mut packed).unwrap();
        packed
    }

    fn run(&self, isa: Isa, parallel: &dyn Parallel, cancel: bool) -> Result<Vec<f32>, KernelError> {
        let mut output = vec![f32::NAN; self.shape.outputs * self.shape.frames(self.frames)];
        Block::new(self.shape, &self.pack()).unwrap().run(BlockRun {
            isa,
            parallel,
            cancel: &AtomicBool::new(cancel),
            scratch: &mut Scratch::default(),
            input: &self.input,
            style: &self.style,
            slope: 0.2,
            factor: 0.5,
            output: &mut output,
        })?;
        Ok(output)
    }

    fn expected(&self) -> Vec<f64> {
        let BlockShape { inputs, outputs, doubles, .. } = self.shape;
        let x: Vec<f64> = self.input.iter().map(|&x| f64::from(x)).collect();
        let (first, second) = self.style.split_at(2 * inputs);
        let mut a = activated(&x, first, inputs);
        let mut shortcut = x;
        if doubles {
            let mut pooled = Vec::new();
            for (channel, row) in a.chunks(self.frames).enumerate() {
                let taps: Vec<f64> = self.weights[3][3 * channel..][..3].iter().map(|&w| w.into()).collect();
                for (i, value) in row.iter().enumerate() {
                    let bias = f64::from(self.biases[2][channel]);
                    let next = row.get(i + 1).unwrap_or(&0.0);
                    pooled.extend([bias + taps[1] * value, bias + taps[2] * value + taps[0] * next]);
                }
            }
            a = pooled;
            shortcut = shortcut.iter().flat_map(|&x| [x, x]).collect();
        }
        let hidden = convolved(&a, &self.weights[0], inputs, &self.biases[0]);
        let hidden = activated(&hidden, second, outputs);
        let sum = convolved(&hidden, &self.weights[1], outputs, &self.biases[1]);
        if self.shape.shortcut.is_some() {
            let frames = shortcut.len() / inputs;
            let source = shortcut;
            shortcut = Vec::new();
            for weights in self.weights[2].chunks(inputs) {
                let value = |frame: usize| -> f64 {
                    let terms = weights.iter().zip(source[frame..].iter().step_by(frames));
                    terms.map(|(&w, x)| f64::from(w) * x).sum()
                };
                shortcut.extend((0..frames).map(value));
            }
        }
        sum.iter().zip(shortcut).map(|(a, b)| 0.5 * (a + b)).collect()
    }
}

/// Normalised and activated, `[channel][frame]`.
fn activated(x: &[f64], style: &[f32], channels: usize) -> Vec<f64> {
    let mut all = Vec::new();
    for (channel, row) in x.chunks(x.len() / channels).enumerate() {
        let (mean, variance) = reference::mean_and_variance(row);
        let (gamma, beta) = (f64::from(style[channel]), f64::from(style[channels + channel]));
        all.extend(row.iter().map(|x| {
            let y = (1.0 + gamma) * (x - mean) / (variance + 1e-5).sqrt() + beta;
            if y < 0.0 { 0.2 * y } else { y }
        }));
    }
    all
}

fn convolved(x: &[f64], weights: &[f32], inputs: usize, bias: &[f32]) -> Vec<f64> {
    let frames = x.len() / inputs;
    let mut all = Vec::new();
    for (weights, &bias) in weights.chunks(inputs * 3).zip(bias) {
        let mut row = vec![f64::from(bias); frames];
        for (taps, x) in weights.chunks(3).zip(x.chunks(frames)) {
            for (frame, sum) in row.iter_mut().enumerate() {
                for (tap, &weight) in taps.iter().enumerate() {
                    let value = (frame + tap).checked_sub(1).and_then(|at| x.get(at)).unwrap_or(&0.0);
                    *sum += f64::from(weight) * value;
                }
            }
        }
        all.extend(row);
    }
    all
}

#[test]
fn every_kind_of_block() {
    let mut random = Random(1);
    for quality in [Quality::Fast, Quality::Fine] {
        for (shortcut, doubles) in [(true, false), (true, true), (false, false), (false, true)] {
            for frames in [1, 2, 7, 60 + random.below(60), 200 + random.below(300)] {
                let outputs = random.pick(&[16, 48, 80]);
                let inputs = if shortcut { 1 + random.below(70) } else { outputs };
                let shape = BlockShape::new(inputs, outputs, shortcut, doubles, quality).unwrap();
                let case = Case::random(&mut random, shape, frames);
                let expected = case.expected();
                for isa in Isa::all() {
                    let found = case.run(isa, &Sequential, false).unwrap();
                    let (rms, most) = reference::error(&found, &expected);
                    // The deviation of one or two frames may be next to nothing, and what it divides loses digits.
                    let bound = if frames < 3 { 1e-4 } else { 6e-6 };
                    assert!(
                        rms < bound && most < 10.0 * bound,
                        "{} {shape:?} {frames}: {rms:e} {most:e}",
                        isa.name()
                    );
                }
            }
        }
    }
}

#[test]
fn a_long_signal() {
    let shape = BlockShape::new(34, 32, true, false, Quality::Fast).unwrap();
    let case = Case::random(&mut Random(2), shape, 5_000);
    let (rms, most) = reference::error(&case.run(Isa::best(), &Threads(2), false).unwrap(), &case.expected());
    assert!(rms < 6e-6 && most < 6e-5, "{rms:e} {most:e}");
}

#[test]
fn threads_do_not_change_a_bit() {
    let shape = BlockShape::new(98, 160, true, true, Quality::Fast).unwrap();
    let case = Case::random(&mut Random(3), shape, 431);
    for isa in Isa::all() {
        let expected = case.run(isa, &Sequential, false).unwrap();
        for threads in [2, 3, 7] {
            let found = case.run(isa, &Threads(threads), false).unwrap();
            assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(BlockShape::new(16, 24, true, false, Quality::Fast), None);
    assert_eq!(BlockShape::new(16, 32, false, false, Quality::Fast), None);
    assert_eq!(BlockShape::new(usize::MAX, 32, true, false, Quality::Fast), None);
    let shape = BlockShape::new(20, 16, true, true, Quality::Fast).unwrap();
    let mut case = Case::random(&mut Random(4), shape, 9);
    assert!(Block::new(shape, &case.pack()[1..]).is_none());
    assert_eq!(case.run(Isa::best(), &Sequential, true), Err(KernelError::Cancelled));
    case.style.pop();
    assert_eq!(case.run(Isa::best(), &Sequential, false), Err(KernelError::Size));
}
