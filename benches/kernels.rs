//! The vocoder's kernels. Throughput is floating-point operations: those of the direct convolution, whatever the kernel
//! does instead, so that it can be compared with `peak`, what the processor's multipliers can do at most.
//!
//! `cargo bench -p kokoro-core --features bench --bench kernels -- avx2` for one instruction set, `-- --ratios` for the
//! table of docs/kernels.md, which a busy machine disturbs less (`-- --ratios avx2` for one set).

#![allow(missing_docs, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group};
use kokoro_core::Kernels;

/// Channels and frames: about 3 and 6 seconds of audio.
const SIGNALS: [(usize, usize); 2] = [(128, 15_156), (256, 5_052)];

fn bench(criterion: &mut Criterion, group: &str, name: &str, mut kernel: Kernels) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(kernel.operations()));
    group.bench_function(name, |bencher| bencher.iter(|| kernel.run().expect("sizes are right")));
    group.finish();
}

fn convolutions(criterion: &mut Criterion) {
    for set in Kernels::sets() {
        bench(criterion, set, "peak", Kernels::peak(set).expect("the set is there"));
        for (tiles, fine) in [("fast", false), ("fine", true)] {
            for (channels, frames) in SIGNALS {
                for kernel in [3, 7, 11] {
                    for dilation in [1, 3, 5] {
                        let work = Kernels::conv(set, fine, channels, kernel, dilation, frames);
                        bench(
                            criterion,
                            &format!("{set}/{tiles}"),
                            &format!("{channels} channels/kernel {kernel}/dilation {dilation}"),
                            work.expect("the shape is right"),
                        );
                    }
                }
            }
        }
    }
}

fn stages(criterion: &mut Criterion) {
    let set = Kernels::best();
    for ((channels, frames), noise_kernel) in SIGNALS.into_iter().zip([11, 7]) {
        for threads in [1, 2] {
            let stage = Kernels::stage(set, false, channels, noise_kernel, frames, threads);
            let name = format!("{channels} channels/{threads} threads");
            bench(criterion, &format!("{set}/stage"), &name, stage.expect("the shape is right"));
        }
    }
}

/// Inputs, outputs and frames of a decoder's blocks, and of upsamplings with their stride: about 3 seconds of audio, and 14.
const BLOCKS: [(usize, usize, usize); 2] = [(1090, 1024, 120), (1090, 1024, 573)];
const UPSAMPLINGS: [(usize, usize, usize, usize); 2] = [(512, 256, 10, 1_146), (256, 128, 6, 11_460)];

/// All others.
fn others(set: &str) -> Vec<(String, Kernels)> {
    let blocks = [("fast", false), ("fine", true)].into_iter().flat_map(|(tiles, fine)| {
        BLOCKS.map(|(inputs, outputs, frames)| {
            let block = Kernels::block(set, fine, inputs, outputs, frames);
            (format!("{tiles}, block from {inputs} to {outputs} channels, {frames} frames"), block)
        })
    });
    let upsamplings = [("fast", false), ("fine", true)].into_iter().flat_map(|(tiles, fine)| {
        UPSAMPLINGS.map(|(inputs, outputs, stride, frames)| {
            let upsampling = Kernels::upsample(set, fine, inputs, outputs, stride, frames);
            let name = format!(
                "{tiles}, upsampling from {inputs} to {outputs} channels by {stride}, {frames} frames"
            );
            (name, upsampling)
        })
    });
    let all = blocks.chain(upsamplings);
    all.map(|(name, kernel)| (name, kernel.expect("the shape is right"))).collect()
}

fn decoder(criterion: &mut Criterion) {
    for set in Kernels::sets() {
        for (name, kernel) in others(set) {
            bench(criterion, &format!("{set}/decoder"), &name, kernel);
        }
    }
}

/// Every convolution as a multiple of what the multipliers did right before and right after it: the median of 31, for dilations 1, 3
/// and 5.
fn ratios() {
    let rate = |kernel: &mut Kernels| {
        let start = thread_time();
        kernel.run().expect("sizes are right");
        kernel.operations() as f64 / (thread_time() - start).as_secs_f64()
    };
    let median = |peak: &mut Kernels, mut work: Kernels| {
        rate(&mut work);
        let mut ratios: Vec<f64> = (0..31)
            .map(|_| {
                let (before, work, after) = (rate(peak), rate(&mut work), rate(peak));
                2.0 * work / (before + after)
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        format!("{:.2}", ratios[ratios.len() / 2])
    };
    let named = |set: &&str| std::env::args().any(|argument| argument == *set);
    let all = !Kernels::sets().iter().any(named);
    for set in Kernels::sets().into_iter().filter(|set| all || named(set)) {
        let mut peak = Kernels::peak(set).expect("the set is there");
        for (tiles, fine) in [("fast", false), ("fine", true)] {
            for (channels, frames) in SIGNALS {
                for kernel in [3, 7, 11] {
                    let ratios = [1, 3, 5].map(|dilation| {
                        let work = Kernels::conv(set, fine, channels, kernel, dilation, frames);
                        median(&mut peak, work.expect("the shape is right"))
                    });
                    println!("{set} {tiles}, {channels} channels, kernel {kernel}: {}", ratios.join(" "));
                }
            }
        }
        for (name, work) in others(set) {
            println!("{set} {name}: {}", median(&mut peak, work));
        }
    }
}

/// The time that this thread has computed, so that what other processes do counts less.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "a system call")]
fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value of the type that is written.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

#[cfg(not(target_os = "linux"))]
fn thread_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

criterion_group!(benches, convolutions, stages, decoder);

fn main() {
    if std::env::args().any(|argument| argument == "--ratios") {
        return ratios();
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
