//! Signals between the graph's layout `[channel][frame]` and the kernels' `[channel block][frame][16]`.

#![expect(unsafe_code, reason = "vectors of an instruction set, and tasks that write parts of one slice")]

use super::KernelError;
use super::isa::Job;
use super::parallel::{Context, Parts};
use super::stats::{SUMS, Statistics};
use super::vector::{BLOCK, Vector};

/// Frames of a task: a block of them stays in a core's first cache.
const FRAMES: usize = 256;

/// How a signal lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `[channel][frame]`, the graph's.
    Rows,
    /// `[channel / 16][frame][16]`, that of the kernels.
    Blocks,
}

/// Brings a signal of the graph into blocks, adds another one that is in blocks, and returns the statistics. The last
/// block is filled up with zeros.
pub(super) fn to_blocks(
    source: &[f32],
    channels: usize,
    add: Option<&[f32]>,
    output: &mut [f32],
    context: &Context<'_>,
) -> Result<Statistics, KernelError> {
    let (frames, blocks) = (source.len() / channels.max(1), channels.div_ceil(BLOCK));
    if source.len() != frames * channels || output.len() != frames * blocks * BLOCK {
        return Err(KernelError::Size);
    }
    let chunks = frames.div_ceil(FRAMES);
    let mut sums = vec![0.0; chunks * blocks * SUMS];
    {
        let output = Parts::new(output);
        let sums = Parts::new(&mut sums);
        context.for_each(chunks * blocks, |task| {
            let (block, chunk) = (task / chunks, task % chunks);
            let first = chunk * FRAMES;
            let count = FRAMES.min(frames - first);
            let start = (block * frames + first) * BLOCK;
            // SAFETY: every task has a block and a chunk of its own.
            let (output, sums) = unsafe {
                (output.part(start, count * BLOCK)?, sums.part((chunk * blocks + block) * SUMS, SUMS)?)
            };
            let inside = BLOCK.min(channels - block * BLOCK);
            if inside < BLOCK {
                output.fill(0.0);
            }
            for channel in 0..inside {
                let row = source.get((block * BLOCK + channel) * frames + first..)?;
                for (frame, &value) in output.as_chunks_mut::<BLOCK>().0.iter_mut().zip(row) {
                    if let Some(to) = frame.get_mut(channel) {
                        *to = value;
                    }
                }
            }
            let add = match add {
                Some(add) => Some(add.get(start..start + count * BLOCK)?),
                None => None,
            };
            context.isa.run(Collect { signal: output, add, sums: sums.as_chunks_mut().0.first_mut()? })
        })?;
    }
    let mut statistics = Statistics::new(blocks * BLOCK);
    for (chunk, sums) in sums.chunks(blocks.max(1) * SUMS).enumerate() {
        statistics.merge(FRAMES.min(frames - chunk * FRAMES), sums);
    }
    Ok(statistics)
}

/// Brings a signal in blocks into the graph's layout and multiplies it with `factor`.
pub(super) fn from_blocks(
    signal: &[f32],
    channels: usize,
    factor: f32,
    output: &mut [f32],
    context: &Context<'_>,
) -> Result<(), KernelError> {
    let (frames, blocks) = (signal.len() / channels.max(1), channels / BLOCK);
    if output.len() != signal.len() || signal.len() != frames * blocks * BLOCK {
        return Err(KernelError::Size);
    }
    let chunks = frames.div_ceil(FRAMES);
    let output = Parts::new(output);
    context.for_each(chunks * blocks, |task| {
        let (block, chunk) = (task / chunks, task % chunks);
        let first = chunk * FRAMES;
        let count = FRAMES.min(frames - first);
        let start = (block * frames + first) * BLOCK;
        let signal = signal.get(start..start + count * BLOCK)?.as_chunks::<BLOCK>().0;
        for channel in 0..BLOCK {
            // SAFETY: every task has channels and frames of its own.
            let row = unsafe { output.part((block * BLOCK + channel) * frames + first, count) }?;
            for (to, frame) in row.iter_mut().zip(signal) {
                *to = factor * frame.get(channel)?;
            }
        }
        Some(())
    })
}

/// Adds two signals in blocks, and returns the statistics.
pub(super) fn sum(
    first: &[f32],
    channels: usize,
    second: &[f32],
    output: &mut [f32],
    context: &Context<'_>,
) -> Result<Statistics, KernelError> {
    let (frames, blocks) = (first.len() / channels.max(1), channels / BLOCK);
    let fits = first.len() == frames * blocks * BLOCK && [second.len(), output.len()] == [first.len(); 2];
    if !fits {
        return Err(KernelError::Size);
    }
    let chunks = frames.div_ceil(FRAMES);
    let mut sums = vec![0.0; chunks * blocks * SUMS];
    {
        let output = Parts::new(output);
        let sums = Parts::new(&mut sums);
        context.for_each(chunks * blocks, |task| {
            let (block, chunk) = (task / chunks, task % chunks);
            let start = (block * frames + chunk * FRAMES) * BLOCK;
            let len = FRAMES.min(frames - chunk * FRAMES) * BLOCK;
            // SAFETY: every task has a block and a chunk of its own.
            let (signal, sums) =
                unsafe { (output.part(start, len)?, sums.part((chunk * blocks + block) * SUMS, SUMS)?) };
            signal.copy_from_slice(first.get(start..start + len)?);
            let add = Some(second.get(start..start + len)?);
            context.isa.run(Collect { signal, add, sums: sums.as_chunks_mut().0.first_mut()? })
        })?;
    }
    let mut statistics = Statistics::new(channels);
    for (chunk, sums) in sums.chunks(blocks.max(1) * SUMS).enumerate() {
        statistics.merge(FRAMES.min(frames - chunk * FRAMES), sums);
    }
    Ok(statistics)
}

/// Multiplies a signal with `factor`.
pub(super) fn scaled(
    signal: &[f32],
    factor: f32,
    output: &mut [f32],
    context: &Context<'_>,
) -> Result<(), KernelError> {
    /// Of a task.
    const PART: usize = 1 << 15;
    if output.len() != signal.len() {
        return Err(KernelError::Size);
    }
    let output = Parts::new(output);
    context.for_each(signal.len().div_ceil(PART), |task| {
        let from = signal.get(task * PART..)?;
        let len = PART.min(from.len());
        // SAFETY: every task has a part of its own.
        let to = unsafe { output.part(task * PART, len) }?;
        to.iter_mut().zip(from).for_each(|(to, from)| *to = factor * from);
        Some(())
    })
}

/// Adds to a part of a block, and sums it up as [`stats`](super::stats) says.
struct Collect<'a> {
    signal: &'a mut [f32],
    add: Option<&'a [f32]>,
    sums: &'a mut [f32; SUMS],
}

impl Job for Collect<'_> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        let frames = self.signal.len() / BLOCK;
        if frames == 0 || self.add.is_some_and(|add| add.len() < frames * BLOCK) {
            return None;
        }
        let signal = self.signal.as_mut_ptr();
        let add = self.add.map_or(std::ptr::null(), <[f32]>::as_ptr);
        let mut part = 0;
        while part < BLOCK {
            // SAFETY: frames are those of the slice, and `add` is as long; `part` and a vector's lanes lie inside a
            // block. The caller answers for the instructions.
            unsafe {
                let (mut shift, mut sum, mut squares) = (V::splat(0.0), V::splat(0.0), V::splat(0.0));
                for frame in 0..frames {
                    let at = frame * BLOCK + part;
                    let mut value = V::load(signal.add(at));
                    if !add.is_null() {
                        value = value.add(V::load(add.add(at)));
                        value.store(signal.add(at));
                    }
                    if frame == 0 {
                        shift = value;
                    }
                    let distance = value.sub(shift);
                    sum = sum.add(distance);
                    squares = distance.mul_add(distance, squares);
                }
                let sums = self.sums.as_mut_ptr().add(part);
                shift.store(sums);
                sum.store(sums.add(BLOCK));
                squares.store(sums.add(2 * BLOCK));
            }
            part += V::LANES;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::isa::Isa;
    use super::super::parallel::tests::Threads;
    use super::super::reference::{Random, blocked, mean_and_variance};
    use super::super::scratch::Workers;
    use super::*;

    #[test]
    fn signals_go_in_and_out() {
        let mut random = Random(4);
        let (cancel, workers) = (AtomicBool::new(false), Workers::default());
        for isa in Isa::all() {
            let context = Context { isa, parallel: &Threads(3), cancel: &cancel, workers: &workers };
            for frames in [1, 15, 16, 17, 255, 256, 257, 1_000] {
                let channels = 48;
                let signal: Vec<f32> =
                    random.normals(channels * frames, 1.0).iter().map(|value| value + 500.0).collect();
                let add = random.normals(channels * frames, 1.0);
                let mut found = vec![0.0; signal.len()];
                to_blocks(&signal, channels, None, &mut found, &context).unwrap();
                assert_eq!(found, blocked(&signal, channels));

                let statistics = to_blocks(&signal, channels, Some(&add), &mut found, &context).unwrap();
                let expected: Vec<f32> =
                    blocked(&signal, channels).iter().zip(&add).map(|(a, b)| a + b).collect();
                assert_eq!(found, expected);
                for channel in 0..channels {
                    let start = channel / BLOCK * frames * BLOCK + channel % BLOCK;
                    let values: Vec<f64> =
                        found[start..].iter().step_by(BLOCK).map(|&value| f64::from(value)).collect();
                    let (mean, variance) = mean_and_variance(&values[..frames]);
                    let found = statistics.channel(channel);
                    assert!((mean - found.0).abs() < 1e-4, "{mean} {found:?}");
                    assert!((variance - found.1).abs() < 1e-5 * (1.0 + variance), "{variance} {found:?}");
                }

                let mut back = vec![0.0; signal.len()];
                from_blocks(&blocked(&signal, channels), channels, 2.0, &mut back, &context).unwrap();
                assert!(back.iter().zip(&signal).all(|(found, expected)| *found == 2.0 * expected));
            }
            let mut output = [0.0; 32];
            assert!(to_blocks(&[0.0; 31], 16, None, &mut output, &context).is_err());
            assert_eq!(to_blocks(&[1.0; 34], 17, None, &mut [5.0; 64], &context).map(|_| ()), Ok(()));
            assert!(to_blocks(&[0.0; 32], 16, Some(&[0.0; 31]), &mut output, &context).is_err());
            assert!(from_blocks(&[0.0; 33], 16, 1.0, &mut output, &context).is_err());
        }
    }
}
