//! The kernels one by one, for benchmarks.

#![expect(unsafe_code, reason = "vectors of an instruction set")]

use std::marker::PhantomData;
use std::sync::atomic::AtomicBool;

use super::activation::Snake;
use super::conv::Pass;
use super::isa::Job;
use super::layout::Layout;
use super::pack::{ConvShape, ConvView, PackedConv};
use super::parallel::{Context, Sequential};
use super::snake::Activation;
use super::stage::CONVS;
use super::stats::Statistics;
use super::vector::Vector;
use super::{
    Block, BlockRun, BlockShape, BlockWeights, Buffer, ConvWeights, Isa, Parallel, Quality, Scratch, Stage,
    StageRun, StageShape, Upsample, UpsampleRun, UpsampleShape,
};

/// A kernel with data to work on.
pub struct Kernels {
    isa: Isa,
    work: Work,
    operations: u64,
}

enum Work {
    Peak,
    Conv(Box<Conv>),
    Stage(Box<StageData>),
    Block(Box<BlockData>),
    Upsample(Box<UpsampleData>),
}

struct Conv {
    conv: PackedConv,
    parameters: Vec<f32>,
    signal: Buffer,
    residual: Buffer,
    output: Buffer,
    scratch: Scratch,
}

struct StageData {
    shape: StageShape,
    packed: Buffer,
    signal: Buffer,
    styles: Vec<f32>,
    output: Buffer,
    scratch: Scratch,
    threads: usize,
}

struct BlockData {
    shape: BlockShape,
    packed: Buffer,
    signal: Buffer,
    style: Vec<f32>,
    output: Buffer,
    scratch: Scratch,
}

struct UpsampleData {
    shape: UpsampleShape,
    packed: Buffer,
    signal: Buffer,
    output: Buffer,
    scratch: Scratch,
}

/// Threads that are started for every piece of work.
struct Threads(usize);

impl Parallel for Threads {
    fn for_each(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            for thread in 1..self.0 {
                scope.spawn(move || (thread..tasks).step_by(self.0).for_each(task));
            }
            (0..tasks).step_by(self.0).for_each(task);
        });
    }
}

impl Kernels {
    /// The instruction sets of this processor.
    #[must_use]
    pub fn sets() -> Vec<&'static str> {
        Isa::all().into_iter().map(Isa::name).collect()
    }

    /// The one that is used.
    #[must_use]
    pub fn best() -> &'static str {
        Isa::best().name()
    }

    fn isa(set: &str) -> Option<Isa> {
        Isa::all().into_iter().find(|isa| isa.name() == set)
    }

    /// Multiplications and additions in registers and nothing else: what the processor can do at most.
    #[must_use]
    pub fn peak(set: &str) -> Option<Self> {
        let isa = Self::isa(set)?;
        let operations = isa.run(Peak);
        Some(Self { isa, work: Work::Peak, operations })
    }

    /// A convolution with residual, in the fast tiles or the fine ones.
    #[must_use]
    pub fn conv(
        set: &str,
        fine: bool,
        channels: usize,
        kernel: usize,
        dilation: usize,
        frames: usize,
    ) -> Option<Self> {
        let quality = if fine { Quality::Fine } else { Quality::Fast };
        let shape = ConvShape::new(channels, channels, kernel, dilation, quality)?;
        let len = shape.inputs().checked_mul(frames)?;
        let weights = noise(channels * channels * kernel, 0.03);
        let conv = PackedConv::new(shape, &weights, &noise(channels, 1.0))?;
        let parameters = [1.0, 0.1, 0.3, 1.0].iter().flat_map(|&value| vec![value; channels]).collect();
        Some(Self {
            isa: Self::isa(set)?,
            operations: 2 * (channels * shape.kernel() * shape.outputs() * frames) as u64,
            work: Work::Conv(Box::new(Conv {
                conv,
                parameters,
                signal: buffer(noise(len, 1.0)),
                residual: buffer(noise(len, 1.0)),
                output: Buffer::zeroed(len),
                scratch: Scratch::default(),
            })),
        })
    }

    /// A whole stage of the generator.
    #[must_use]
    pub fn stage(
        set: &str,
        fine: bool,
        channels: usize,
        noise_kernel: usize,
        frames: usize,
        threads: usize,
    ) -> Option<Self> {
        let quality = if fine { Quality::Fine } else { Quality::Fast };
        let shape = StageShape::new(channels, noise_kernel, quality)?;
        let weights: Vec<_> =
            shape.convs().iter().map(|conv| noise(channels * channels * conv.kernel(), 0.02)).collect();
        let (bias, alpha) = (noise(channels, 0.1), vec![1.0; channels]);
        let convs: [_; CONVS] = std::array::from_fn(|i| ConvWeights {
            weights: weights.get(i).map_or(&[], Vec::as_slice),
            bias: &bias,
            alpha: &alpha,
        });
        let mut packed = Buffer::zeroed(shape.packed_len());
        shape.pack(&convs, packed.as_mut_slice())?;
        let work: usize =
            shape.convs().iter().map(|conv| 2 * channels * channels * conv.kernel() * frames).sum();
        Some(Self {
            isa: Self::isa(set)?,
            operations: work as u64,
            work: Work::Stage(Box::new(StageData {
                shape,
                packed,
                signal: buffer(noise(channels * frames, 1.0)),
                styles: noise(CONVS * 2 * channels, 0.2),
                output: Buffer::zeroed(channels * frames),
                scratch: Scratch::default(),
                threads,
            })),
        })
    }

    /// A residual block of the decoder with a convolution in its shortcut.
    #[must_use]
    pub fn block(set: &str, fine: bool, inputs: usize, outputs: usize, frames: usize) -> Option<Self> {
        let quality = if fine { Quality::Fine } else { Quality::Fast };
        let shape = BlockShape::new(inputs, outputs, true, false, quality)?;
        let mut packed = Buffer::zeroed(shape.packed_len());
        let bias = noise(outputs, 0.1);
        let weights = BlockWeights {
            first: (&noise(outputs * inputs * 3, 0.02), &bias),
            second: (&noise(outputs * outputs * 3, 0.02), &bias),
            shortcut: Some(&noise(outputs * inputs, 0.02)),
            pool: None,
        };
        shape.pack(&weights, packed.as_mut_slice())?;
        Some(Self {
            isa: Self::isa(set)?,
            operations: 2 * (outputs * frames * (3 * inputs + 3 * outputs + inputs)) as u64,
            work: Work::Block(Box::new(BlockData {
                shape,
                packed,
                signal: buffer(noise(inputs * frames, 1.0)),
                style: noise(shape.style_len(), 0.2),
                output: Buffer::zeroed(outputs * frames),
                scratch: Scratch::default(),
            })),
        })
    }

    /// A transposed convolution in front of a stage.
    #[must_use]
    pub fn upsample(
        set: &str,
        fine: bool,
        inputs: usize,
        outputs: usize,
        stride: usize,
        frames: usize,
    ) -> Option<Self> {
        let quality = if fine { Quality::Fine } else { Quality::Fast };
        let kernel = 2 * stride;
        let shape = UpsampleShape::new(inputs, outputs, kernel, stride, stride / 2, quality)?;
        let mut packed = Buffer::zeroed(shape.packed_len());
        shape.pack(&noise(inputs * outputs * kernel, 0.02), &noise(outputs, 0.1), packed.as_mut_slice())?;
        Some(Self {
            isa: Self::isa(set)?,
            operations: 2 * (inputs * outputs * kernel * frames) as u64,
            work: Work::Upsample(Box::new(UpsampleData {
                shape,
                packed,
                signal: buffer(noise(inputs * frames, 1.0)),
                output: Buffer::zeroed(shape.frames(frames)? * outputs),
                scratch: Scratch::default(),
            })),
        })
    }

    /// Floating-point operations of a run, for a convolution those of the direct one.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// `None` where something does not fit.
    pub fn run(&mut self) -> Option<()> {
        let cancel = AtomicBool::new(false);
        match &mut self.work {
            Work::Peak => {
                self.isa.run(Peak);
                Some(())
            }
            Work::Conv(work) => {
                let view: ConvView<'_> = work.conv.view()?;
                let channels = view.shape.inputs();
                let mut parameters = work.parameters.chunks_exact(channels);
                let pass = Pass {
                    conv: view,
                    frames: work.signal.as_slice().len() / channels,
                    input: work.signal.as_slice(),
                    activation: Activation {
                        scale: parameters.next()?,
                        offset: parameters.next()?,
                        rate: parameters.next()?,
                        gain: parameters.next()?,
                    },
                    residual: Some(work.residual.as_slice()),
                    in_place: false,
                    kind: PhantomData::<Snake>,
                };
                let Scratch { weights, workers, .. } = &mut work.scratch;
                let context = Context { isa: self.isa, parallel: &Sequential, cancel: &cancel, workers };
                pass.run(work.output.as_mut_slice(), weights, &context).ok().map(|_: Statistics| ())
            }
            Work::Stage(work) => {
                let stage = Stage::new(&work.shape, work.packed.as_slice())?;
                stage
                    .run(StageRun {
                        isa: self.isa,
                        parallel: &Threads(work.threads),
                        cancel: &cancel,
                        scratch: &mut work.scratch,
                        input: work.signal.as_slice(),
                        layouts: [Layout::Rows; 2],
                        source: work.signal.as_slice(),
                        styles: &work.styles,
                        output: work.output.as_mut_slice(),
                    })
                    .ok()
            }
            Work::Block(work) => {
                let block = Block::new(work.shape, work.packed.as_slice())?;
                block
                    .run(BlockRun {
                        isa: self.isa,
                        parallel: &Sequential,
                        cancel: &cancel,
                        scratch: &mut work.scratch,
                        input: work.signal.as_slice(),
                        style: &work.style,
                        slope: 0.2,
                        factor: 0.7,
                        output: work.output.as_mut_slice(),
                    })
                    .ok()
            }
            Work::Upsample(work) => {
                let upsample = Upsample::new(work.shape, work.packed.as_slice())?;
                upsample
                    .run(UpsampleRun {
                        isa: self.isa,
                        parallel: &Sequential,
                        cancel: &cancel,
                        scratch: &mut work.scratch,
                        input: work.signal.as_slice(),
                        layout: Layout::Rows,
                        slope: 0.1,
                        reflect: false,
                        output: work.output.as_mut_slice(),
                    })
                    .ok()
            }
        }
    }
}

/// Numbers between plus and minus `size`.
fn noise(count: usize, size: f32) -> Vec<f32> {
    let mut state = 1_u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 * size - size
    })
    .take(count)
    .collect()
}

fn buffer(values: Vec<f32>) -> Buffer {
    let mut buffer = Buffer::zeroed(values.len());
    buffer.as_mut_slice().copy_from_slice(&values);
    buffer
}

struct Peak;

impl Job for Peak {
    /// Operations.
    type Output = u64;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> u64 {
        /// Enough to wait for none: two units of four cycles need eight.
        const CHAINS: usize = 12;
        const ROUNDS: usize = 100_000;
        // SAFETY: the caller answers for the instructions; the array is longer than a vector.
        unsafe {
            let factor = V::splat(std::hint::black_box(0.999));
            let term = V::splat(std::hint::black_box(1e-3));
            let mut sums = [term; CHAINS];
            for _ in 0..ROUNDS {
                for sum in &mut sums {
                    *sum = sum.mul_add(factor, term);
                }
            }
            let mut total = sums[0];
            for &sum in &sums {
                total = total.add(sum);
            }
            let mut lanes = [0.0; 16];
            total.store(lanes.as_mut_ptr());
            std::hint::black_box(lanes);
        }
        (2 * CHAINS * ROUNDS * V::LANES) as u64
    }
}
