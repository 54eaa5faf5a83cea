//! The end of the vocoder against its definition in f64.

use super::*;
use crate::kernels::parallel::Sequential;
use crate::kernels::parallel::tests::Threads;
use crate::kernels::reference::{self, Random, blocked};

const KOKORO: WaveFrames = WaveFrames { bins: 11, hop: 5, window: 20, cut: 10 };

struct Case {
    shape: WaveShape,
    weights: [Vec<f32>; 4],
    input: Vec<f32>,
    frames: usize,
}

impl Case {
    fn random(random: &mut Random, shape: WaveShape, frames: usize) -> Self {
        let filter = shape.channels() * shape.kernel;
        Self {
            shape,
            weights: [
                random.normals(2 * shape.bins * filter, 1.0 / (filter as f32).sqrt()),
                random.normals(2 * shape.bins, 1.0),
                random.normals(shape.bins * shape.window, 0.1),
                random.normals(shape.bins * shape.window, 0.1),
            ],
            input: random.normals(shape.channels() * frames, 1.0),
            frames,
        }
    }

    fn run(&self, isa: Isa, parallel: &dyn Parallel, cancel: bool) -> Result<Vec<f32>, KernelError> {
        let [weights, bias, real, imaginary] = &self.weights;
        let mut packed = vec![f32::NAN; self.shape.packed_len()];
        self.shape.pack(&WaveWeights { weights, bias, real, imaginary }, &mut packed).unwrap();
        let mut output = vec![f32::NAN; self.shape.samples(self.frames)];
        Wave::new(self.shape, &packed).unwrap().run(WaveRun {
            isa,
            parallel,
            cancel: &AtomicBool::new(cancel),
            scratch: &mut Scratch::default(),
            input: &blocked(&self.input, self.shape.channels()),
            slope: 0.01,
            output: &mut output,
        })?;
        Ok(output)
    }

    fn expected(&self) -> Vec<f64> {
        let WaveShape { bins, hop, window, cut, kernel, .. } = self.shape;
        let [weights, bias, real, imaginary] = &self.weights;
        let (channels, frames) = (self.shape.channels(), self.frames);
        let active = |x: f32| f64::from(x) * if x < 0.0 { 0.01 } else { 1.0 };
        let mut spectrum = Vec::new();
        for (filters, &bias) in weights.chunks(channels * kernel).zip(bias) {
            let mut row = vec![f64::from(bias); frames];
            for (taps, x) in filters.chunks(kernel).zip(self.input.chunks(frames)) {
                for (frame, sum) in row.iter_mut().enumerate() {
                    for (tap, &weight) in taps.iter().enumerate() {
                        let at = (frame + tap).checked_sub(kernel / 2);
                        *sum += f64::from(weight) * at.and_then(|at| x.get(at)).map_or(0.0, |&x| active(x));
                    }
                }
            }
            spectrum.push(row);
        }
        let mut samples = vec![0.0; (frames - 1) * hop + window];
        for bin in 0..bins {
            for frame in 0..frames {
                let (magnitude, phase) = (spectrum[bin][frame].exp(), spectrum[bins + bin][frame].sin());
                for k in 0..window {
                    let (re, im) =
                        (f64::from(real[bin * window + k]), f64::from(imaginary[bin * window + k]));
                    samples[frame * hop + k] += magnitude * (phase.cos() * re - phase.sin() * im);
                }
            }
        }
        samples[cut..samples.len() - cut].to_vec()
    }
}

#[test]
fn is_what_the_graph_does() {
    let mut random = Random(1);
    let others = [
        WaveFrames { bins: 16, hop: 8, window: 32, cut: 0 },
        WaveFrames { bins: 1, hop: 3, window: 3, cut: 1 },
        WaveFrames { bins: 9, hop: 4, window: 16, cut: 8 },
    ];
    for sizes in [KOKORO].into_iter().chain(others) {
        for quality in [Quality::Fast, Quality::Fine] {
            for frames in [1, 2, 3, 30 + random.below(60), TASK - 1, TASK, TASK + 2, 5_000] {
                let shape = WaveShape::new(random.pick(&[16, 32]), 7, sizes, quality).unwrap();
                let case = Case::random(&mut random, shape, frames);
                let expected = case.expected();
                for isa in Isa::all() {
                    let found = case.run(isa, &Sequential, false).unwrap();
                    assert_eq!(found.len(), expected.len());
                    if !expected.is_empty() {
                        let (rms, most) = reference::error(&found, &expected);
                        let what = format!("{} {shape:?} {frames}", isa.name());
                        assert!(rms < 1e-5 && most < 3e-4, "{what}: {rms:e} {most:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let shape = WaveShape::new(32, 7, KOKORO, Quality::Fast).unwrap();
    let case = Case::random(&mut Random(2), shape, 3_333);
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
    for (channels, kernel, frames) in [
        (16, 5, KOKORO),
        (15, 7, KOKORO),
        (16, 7, WaveFrames { bins: 17, ..KOKORO }),
        (16, 7, WaveFrames { bins: 0, ..KOKORO }),
        (16, 7, WaveFrames { hop: 0, ..KOKORO }),
        (16, 7, WaveFrames { hop: 6, ..KOKORO }),
        (16, 7, WaveFrames { window: 40, ..KOKORO }),
        (16, 7, WaveFrames { cut: 11, ..KOKORO }),
    ] {
        assert_eq!(WaveShape::new(channels, kernel, frames, Quality::Fast), None);
    }
    let shape = WaveShape::new(16, 7, KOKORO, Quality::Fast).unwrap();
    let mut case = Case::random(&mut Random(3), shape, 9);
    assert!(Wave::new(shape, &[0.0; 5]).is_none());
    assert_eq!(case.run(Isa::best(), &Sequential, true), Err(KernelError::Cancelled));
    case.frames = 8;
    case.input.truncate(16 * 8);
    assert!(case.run(Isa::best(), &Sequential, false).is_ok());
    let [weights, bias, real, imaginary] = &case.weights;
    let mut packed = vec![0.0; shape.packed_len()];
    let short = WaveWeights { weights, bias, real: &real[1..], imaginary };
    assert!(shape.pack(&short, &mut packed).is_none());
}
