//! Upsampling against its definition in f64.

use super::*;
use crate::kernels::parallel::Sequential;
use crate::kernels::parallel::tests::Threads;
use crate::kernels::reference::{self, Random, blocked};

struct Case {
    shape: UpsampleShape,
    weights: Vec<f32>,
    bias: Vec<f32>,
    input: Vec<f32>,
    frames: usize,
    reflect: bool,
}

impl Case {
    fn random(random: &mut Random, shape: UpsampleShape, frames: usize) -> Self {
        let deviation = 1.0 / (2.0 * shape.inputs as f32).sqrt();
        Self {
            shape,
            weights: random.normals(shape.inputs * shape.outputs * 2 * shape.stride, deviation),
            bias: random.normals(shape.outputs, 0.5),
            input: random.normals(shape.inputs * frames, 1.0),
            frames,
            reflect: random.below(2) == 0 && shape.frames(frames).unwrap() > 1,
        }
    }

    /// `[channel][frame]`
    fn expected(&self) -> Vec<f64> {
        let UpsampleShape { inputs, outputs, stride, padding, .. } = self.shape;
        let made = self.shape.frames(self.frames).unwrap();
        let mut all = Vec::new();
        for output in 0..outputs {
            let mut row = vec![f64::from(self.bias[output]); made + 2 * padding];
            for input in 0..inputs {
                for frame in 0..self.frames {
                    let x = f64::from(self.input[input * self.frames + frame]);
                    let x = if x < 0.0 { 0.1 * x } else { x };
                    let taps = &self.weights[(input * outputs + output) * 2 * stride..][..2 * stride];
                    for (sum, &tap) in row[frame * stride..].iter_mut().zip(taps) {
                        *sum += x * f64::from(tap);
                    }
                }
            }
            let row = &row[padding..padding + made];
            all.extend(self.reflect.then(|| row[1]));
            all.extend(row);
        }
        all
    }

    fn run(
        &self,
        isa: Isa,
        parallel: &dyn Parallel,
        layout: Layout,
        cancel: bool,
    ) -> Result<Vec<f32>, KernelError> {
        let mut packed = vec![0.0; self.shape.packed_len()];
        self.shape.pack(&self.weights, &self.bias, &mut packed).unwrap();
        let made = self.shape.frames(self.frames).unwrap() + usize::from(self.reflect);
        let mut output = vec![f32::NAN; made * self.shape.outputs];
        let in_blocks = match layout {
            Layout::Rows => self.input.clone(),
            Layout::Blocks => blocked(&self.input, self.shape.inputs),
        };
        Upsample::new(self.shape, &packed).unwrap().run(UpsampleRun {
            isa,
            parallel,
            cancel: &AtomicBool::new(cancel),
            scratch: &mut Scratch::default(),
            input: &in_blocks,
            layout,
            slope: 0.1,
            reflect: self.reflect,
            output: &mut output,
        })?;
        Ok(output)
    }
}

/// Errors that are allowed, as parts of the output's deviation. Two parts of bfloat16 have fewer digits than a transform of
/// two taps.
fn bounds(isa: Isa, quality: Quality) -> (f64, f64) {
    match (isa.has_matrices(), quality) {
        (true, Quality::Fast) => (6e-6, 6e-5),
        _ => (1.5e-6, 1.5e-5),
    }
}

#[test]
fn is_the_transposed_convolution() {
    let mut random = Random(1);
    for (stride, padding) in [(1, 0), (2, 1), (6, 3), (10, 5), (10, 0), (7, 6)] {
        for frames in [1, 2, 3, 5, 40 + random.below(60), 300 + random.below(700)] {
            let (inputs, outputs) = (random.pick(&[16, 32, 48]), random.pick(&[16, 32]));
            let quality = random.pick(&[Quality::Fast, Quality::Fine]);
            let shape = UpsampleShape::new(inputs, outputs, 2 * stride, stride, padding, quality).unwrap();
            let case = Case::random(&mut random, shape, frames);
            let expected = case.expected();
            for isa in Isa::all() {
                for layout in [Layout::Rows, Layout::Blocks] {
                    let found = case.run(isa, &Sequential, layout, false).unwrap();
                    let found = rows(&found, outputs);
                    let (rms, most) = reference::error(&found, &expected);
                    let (rms_bound, most_bound) = bounds(isa, quality);
                    assert!(
                        rms < rms_bound && most < most_bound,
                        "{} {shape:?} {frames}: {rms:e} {most:e}",
                        isa.name()
                    );
                }
            }
        }
    }
}

#[test]
fn long_signals_of_many_channels() {
    let mut random = Random(2);
    // More than a section, and blocks of outputs that are no multiple of a task's.
    let shape = UpsampleShape::new(40, 48, 6, 3, 1, Quality::Fine).unwrap();
    let case = Case::random(&mut random, shape, 5_000 * 4);
    let expected = case.expected();
    let found = rows(&case.run(Isa::best(), &Threads(2), Layout::Rows, false).unwrap(), 48);
    let (rms, most) = reference::error(&found, &expected);
    assert!(rms < 1.5e-6 && most < 1.5e-5, "{rms:e} {most:e}");
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut random = Random(3);
    let shape = UpsampleShape::new(32, 32, 20, 10, 5, Quality::Fast).unwrap();
    let case = Case::random(&mut random, shape, 777);
    for isa in Isa::all() {
        let expected = case.run(isa, &Sequential, Layout::Rows, false).unwrap();
        for threads in [2, 3, 7] {
            let found = case.run(isa, &Threads(threads), Layout::Rows, false).unwrap();
            assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(UpsampleShape::new(16, 16, 20, 10, 5, Quality::Fast).is_some());
    for (inputs, outputs, kernel, stride, padding) in [
        (0, 16, 4, 2, 1),
        (16, 8, 4, 2, 1),
        (16, 16, 5, 2, 1),
        (16, 16, 0, 0, 0),
        (16, 16, 4, 2, 2),
        (16, usize::MAX - 15, 4, 2, 1),
        (16, 16, usize::MAX, usize::MAX / 2, 1),
    ] {
        assert_eq!(UpsampleShape::new(inputs, outputs, kernel, stride, padding, Quality::Fast), None);
    }
    let mut random = Random(4);
    let shape = UpsampleShape::new(16, 16, 4, 2, 1, Quality::Fast).unwrap();
    let mut case = Case::random(&mut random, shape, 9);
    assert!(shape.pack(&case.weights[1..], &case.bias, &mut vec![0.0; shape.packed_len()]).is_none());
    assert!(shape.pack(&case.weights, &case.bias, &mut vec![0.0; shape.packed_len() - 1]).is_none());
    assert!(Upsample::new(shape, &[0.0; 5]).is_none());
    assert_eq!(case.run(Isa::best(), &Sequential, Layout::Rows, true), Err(KernelError::Cancelled));
    case.input.pop();
    assert_eq!(case.run(Isa::best(), &Sequential, Layout::Rows, false), Err(KernelError::Size));
}

/// From blocks to `[channel][frame]`.
fn rows(signal: &[f32], channels: usize) -> Vec<f32> {
    let frames = signal.len() / channels;
    (0..signal.len())
        .map(|i| (i / frames, i % frames))
        .map(|(channel, frame)| signal[(channel / BLOCK * frames + frame) * BLOCK + channel % BLOCK])
        .collect()
}
