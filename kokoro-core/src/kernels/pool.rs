//! What doubles the length of a signal in the decoder: a transposed convolution of three taps and stride 2 for each channel
//! alone, and the repetition of every frame.

#![expect(unsafe_code, reason = "vectors of an instruction set, and tasks that write parts of one slice")]

use super::KernelError;
use super::activation::{Activate, Leaky};
use super::isa::Job;
use super::parallel::{Context, Parts};
use super::vector::{BLOCK, Vector};

/// Three taps and a bias for each channel.
pub(super) const POOL_ROWS: usize = 4;

/// Normalises, activates and doubles a signal in blocks.
///
/// Frame 2n of the output is `taps[1] · a[n]`, frame 2n + 1 is `taps[2] · a[n] + taps[0] · a[n + 1]`, both with bias.
pub(super) fn pool(
    input: &[f32],
    frames: usize,
    (scale, offset): &(Vec<f32>, Vec<f32>),
    slope: f32,
    rows: &[f32],
    output: &mut [f32],
    context: &Context<'_>,
) -> Result<(), KernelError> {
    let width = scale.len();
    let fits = input.len() == frames * width
        && output.len() == 2 * input.len()
        && offset.len() == width
        && rows.len() == POOL_ROWS * width;
    if !fits {
        return Err(KernelError::Size);
    }
    let output = Parts::new(output);
    context.for_each(width / BLOCK, |block| {
        let len = frames * BLOCK;
        let row = |row: usize| rows.get(row * width..)?.as_chunks().0.get(block);
        context.isa.run(Pool {
            input: input.get(block * len..(block + 1) * len)?,
            activation: [
                scale.as_chunks().0.get(block)?,
                offset.as_chunks().0.get(block)?,
                &[slope; BLOCK],
                &[slope; BLOCK],
            ],
            rows: [row(0)?, row(1)?, row(2)?, row(3)?],
            // SAFETY: every task has a block of its own.
            output: unsafe { output.part(2 * block * len, 2 * len) }?,
        })
    })
}

struct Pool<'a> {
    input: &'a [f32],
    activation: [&'a [f32; BLOCK]; 4],
    rows: [&'a [f32; BLOCK]; POOL_ROWS],
    output: &'a mut [f32],
}

impl Job for Pool<'_> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        let len = self.input.len();
        if self.output.len() != 2 * len || !len.is_multiple_of(BLOCK) {
            return None;
        }
        let mut part = 0;
        while part < BLOCK {
            // SAFETY: the input is whole blocks, the output twice as many; `part` and a vector's lanes lie inside a block.
            // The caller answers for the instructions.
            unsafe {
                let load = [
                    V::load(self.activation[0].as_ptr().add(part)),
                    V::load(self.activation[1].as_ptr().add(part)),
                    V::load(self.activation[2].as_ptr().add(part)),
                    V::load(self.activation[3].as_ptr().add(part)),
                ];
                let [first, middle, last, bias] = [
                    V::load(self.rows[0].as_ptr().add(part)),
                    V::load(self.rows[1].as_ptr().add(part)),
                    V::load(self.rows[2].as_ptr().add(part)),
                    V::load(self.rows[3].as_ptr().add(part)),
                ];
                // From the end, so that the next value is there.
                let mut next = V::splat(0.0);
                let mut at = len;
                while at > 0 {
                    at -= BLOCK;
                    let value = Leaky::apply(V::load(self.input.as_ptr().add(at + part)), load);
                    let to = self.output.as_mut_ptr().add(2 * at + part);
                    middle.mul_add(value, bias).store(to);
                    last.mul_add(value, first.mul_add(next, bias)).store(to.add(BLOCK));
                    next = value;
                }
            }
            part += V::LANES;
        }
        Some(())
    }
}

/// Repeats every frame of a signal in blocks.
pub(super) fn repeat(
    input: &[f32],
    frames: usize,
    output: &mut [f32],
    context: &Context<'_>,
) -> Result<(), KernelError> {
    let len = frames * BLOCK;
    if output.len() != 2 * input.len() || len == 0 || !input.len().is_multiple_of(len) {
        return if input.is_empty() && output.is_empty() { Ok(()) } else { Err(KernelError::Size) };
    }
    let output = Parts::new(output);
    context.for_each(input.len() / len, |block| {
        let input = input.get(block * len..(block + 1) * len)?;
        // SAFETY: every task has a block of its own.
        let output = unsafe { output.part(2 * block * len, 2 * len) }?;
        let pairs = output.as_chunks_mut::<{ 2 * BLOCK }>().0.iter_mut();
        for (pair, frame) in pairs.zip(input.as_chunks::<BLOCK>().0) {
            let (first, second) = pair.split_at_mut(BLOCK);
            first.copy_from_slice(frame);
            second.copy_from_slice(frame);
        }
        Some(())
    })
}
