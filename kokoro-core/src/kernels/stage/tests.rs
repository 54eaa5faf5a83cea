//! Stages against their definition in f64.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::kernels::parallel::Sequential;
use crate::kernels::parallel::tests::Threads;
use crate::kernels::reference::{self, Random, blocked};
use crate::kernels::scratch::Buffer;

/// A stage with random parameters and signals.
struct Case {
    shape: StageShape,
    weights: Vec<Vec<f32>>,
    biases: Vec<Vec<f32>>,
    alphas: Vec<Vec<f32>>,
    styles: Vec<f32>,
    input: Vec<f32>,
    source: Vec<f32>,
    packed: Buffer,
}

impl Case {
    fn random(seed: u64, channels: usize, noise_kernel: usize, frames: usize, quality: Quality) -> Self {
        let mut random = Random(seed);
        let shape = StageShape::new(channels, noise_kernel, quality).unwrap();
        let weights: Vec<_> = (shape.convs().iter())
            .map(|conv| {
                let taps = channels * conv.kernel();
                random.normals(channels * taps, 0.7 / (taps as f32).sqrt())
            })
            .collect();
        let biases: Vec<_> = shape.convs().iter().map(|_| random.normals(channels, 0.2)).collect();
        let alphas: Vec<Vec<f32>> = (shape.convs().iter())
            .map(|_| random.normals(channels, 0.5).iter().map(|value| 0.2 + value.abs()).collect())
            .collect();
        let convs = std::array::from_fn(|i| ConvWeights {
            weights: &weights[i],
            bias: &biases[i],
            alpha: &alphas[i],
        });
        let mut packed = Buffer::zeroed(shape.packed_len());
        shape.pack(&convs, packed.as_mut_slice()).unwrap();
        Self {
            shape,
            styles: random.normals(CONVS * 2 * channels, 0.3),
            input: random.normals(channels * frames, 1.0),
            source: random.normals(channels * frames, 1.0),
            weights,
            biases,
            alphas,
            packed,
        }
    }

    fn run(
        &self,
        isa: Isa,
        parallel: &dyn Parallel,
        cancel: &AtomicBool,
        scratch: &mut Scratch,
    ) -> Result<Vec<f32>, KernelError> {
        let mut output = vec![f32::NAN; self.input.len()];
        Stage::new(&self.shape, self.packed.as_slice()).unwrap().run(StageRun {
            isa,
            parallel,
            cancel,
            scratch,
            input: &self.input,
            layouts: [Layout::Rows; 2],
            source: &self.source,
            styles: &self.styles,
            output: &mut output,
        })?;
        Ok(output)
    }

    fn simple(&self, isa: Isa) -> Vec<f32> {
        self.run(isa, &Sequential, &AtomicBool::new(false), &mut Scratch::default()).unwrap()
    }

    fn expected(&self) -> Vec<f64> {
        let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
        let mut x = self.residual_block(0, wide(&self.source));
        x.iter_mut().zip(&self.input).for_each(|(x, &input)| *x += f64::from(input));
        let blocks = [1, 2, 3].map(|block| self.residual_block(block, x.clone()));
        (0..x.len()).map(|i| blocks.iter().map(|block| block[i]).sum::<f64>() / 3.0).collect()
    }

    fn residual_block(&self, block: usize, mut x: Vec<f64>) -> Vec<f64> {
        for pair in 0..3 {
            let first = self.conv(6 * block + 2 * pair, &x);
            let second = self.conv(6 * block + 2 * pair + 1, &first);
            x.iter_mut().zip(second).for_each(|(x, y)| *x += y);
        }
        x
    }

    /// Normalisation, activation and convolution.
    fn conv(&self, index: usize, x: &[f64]) -> Vec<f64> {
        let channels = self.shape.channels;
        let moments: Vec<_> = x.chunks(x.len() / channels).map(reference::mean_and_variance).collect();
        let styles = &self.styles[index * 2 * channels..];
        let activated = reference::activate(x, channels, |channel| {
            let (mean, variance) = moments[channel];
            let scale = (1.0 + f64::from(styles[channel])) / (variance + 1e-5).sqrt();
            let offset = f64::from(styles[channels + channel]) - mean * scale;
            (scale, offset, f64::from(self.alphas[index][channel]))
        });
        reference::convolve(&self.shape.convs[index], &self.weights[index], &self.biases[index], &activated)
    }
}

/// Signal to noise in decibels.
fn ratio(found: &[f32], expected: &[f64]) -> f64 {
    -20.0 * reference::error(found, expected).0.log10()
}

#[test]
fn is_what_the_graph_does() {
    for (quality, bound) in [(Quality::Fast, 98.0), (Quality::Fine, 110.0)] {
        for (channels, noise_kernel, frames) in [(16, 7, 1_500), (32, 11, 700), (32, 7, 40), (16, 11, 5)] {
            let case = Case::random(frames as u64, channels, noise_kernel, frames, quality);
            let expected = case.expected();
            for isa in Isa::all() {
                let found = ratio(&case.simple(isa), &expected);
                assert!(found > bound, "{quality:?} {} {channels} {frames}: {found} dB", isa.name());
            }
        }
    }
}

#[test]
fn threads_and_used_memory_do_not_change_a_bit() {
    let case = Case::random(1, 32, 7, 2_500, Quality::Fast);
    let longer = Case::random(2, 32, 11, 3_000, Quality::Fast);
    let cancel = AtomicBool::new(false);
    for isa in Isa::all() {
        let expected = case.simple(isa);
        let mut scratch = Scratch::default();
        for threads in [1, 2, 3, 7] {
            let found = case.run(isa, &Threads(threads), &cancel, &mut scratch).unwrap();
            assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()));
            longer.run(isa, &Threads(threads), &cancel, &mut scratch).unwrap();
        }
    }
}

/// Cancels when a task of the given number begins.
struct CancelAt<'a>(AtomicUsize, &'a AtomicBool);

impl Parallel for CancelAt<'_> {
    fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        for index in 0..tasks {
            if self.0.fetch_sub(1, Ordering::Relaxed) == 0 {
                self.1.store(true, Ordering::Relaxed);
            }
            task(index);
        }
    }
}

#[test]
fn a_run_is_cancelled_and_the_next_one_is_not() {
    let case = Case::random(3, 16, 7, 1_500, Quality::Fast);
    let isa = Isa::best();
    let expected = case.simple(isa);
    let mut scratch = Scratch::default();
    for moment in [0, 1, 7, 20, 50] {
        let cancel = AtomicBool::new(false);
        let parallel = CancelAt(AtomicUsize::new(moment), &cancel);
        assert_eq!(case.run(isa, &parallel, &cancel, &mut scratch), Err(KernelError::Cancelled));
        cancel.store(false, Ordering::Relaxed);
        assert_eq!(case.run(isa, &Sequential, &cancel, &mut scratch).as_deref(), Ok(&expected[..]));
    }
}

#[test]
fn wrong_sizes_are_refused() {
    assert!(StageShape::new(16, 5, Quality::Fast).is_none());
    assert!(StageShape::new(24, 7, Quality::Fast).is_none());
    let mut case = Case::random(4, 16, 7, 10, Quality::Fast);
    assert!(Stage::new(&case.shape, &case.packed.as_slice()[1..]).is_none());
    let run = |case: &Case| {
        case.run(Isa::best(), &Sequential, &AtomicBool::new(false), &mut Scratch::default()).map(|_| ())
    };
    assert_eq!(run(&case), Ok(()));
    case.styles.pop();
    assert_eq!(run(&case), Err(KernelError::Size));
    case.styles.push(0.0);
    case.source.pop();
    assert_eq!(run(&case), Err(KernelError::Size));
    case.input.pop();
    assert_eq!(run(&case), Err(KernelError::Size));
    case.input.clear();
    case.source.clear();
    assert_eq!(run(&case), Ok(()));
}

#[test]
fn packing_wants_all_parameters() {
    let shape = StageShape::new(16, 7, Quality::Fast).unwrap();
    let numbers = vec![1.0; 16 * 16 * 11];
    let mut convs: [_; CONVS] = std::array::from_fn(|i| ConvWeights {
        weights: &numbers[..16 * 16 * shape.convs()[i].kernel()],
        bias: &numbers[..16],
        alpha: &numbers[..16],
    });
    let mut packed = vec![0.0; shape.packed_len()];
    assert!(shape.pack(&convs, &mut packed).is_some());
    assert!(shape.pack(&convs, &mut packed[1..]).is_none());
    convs[5].alpha = &numbers[..15];
    assert!(shape.pack(&convs, &mut packed).is_none());
    convs[5].alpha = &numbers[..16];
    convs[23].weights = &numbers[1..];
    assert!(shape.pack(&convs, &mut packed).is_none());
}

#[test]
#[ignore = "prints the errors of docs/kernels.md"]
fn accuracy() {
    for quality in [Quality::Fast, Quality::Fine] {
        for noise_kernel in [7, 11] {
            let case = Case::random(6, 128, noise_kernel, 1_000, quality);
            let found = ratio(&case.simple(Isa::best()), &case.expected());
            eprintln!("{quality:?}, noise kernel {noise_kernel}: {found:.1} dB");
        }
    }
}

#[test]
fn blocks_and_rows_are_the_same_to_the_bit() {
    let channels = 32;
    let case = Case::random(9, channels, 7, 1_234, Quality::Fast);
    for isa in Isa::all() {
        let expected = blocked(&case.simple(isa), channels);
        for from in [Layout::Rows, Layout::Blocks] {
            let mut output = vec![f32::NAN; case.input.len()];
            let in_blocks = blocked(&case.input, channels);
            Stage::new(&case.shape, case.packed.as_slice())
                .unwrap()
                .run(StageRun {
                    isa,
                    parallel: &Threads(2),
                    cancel: &AtomicBool::new(false),
                    scratch: &mut Scratch::default(),
                    input: if from == Layout::Rows { &case.input } else { &in_blocks },
                    layouts: [from, Layout::Blocks],
                    source: &case.source,
                    styles: &case.styles,
                    output: &mut output,
                })
                .unwrap();
            assert!(output.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{}", isa.name());
        }
    }
}
