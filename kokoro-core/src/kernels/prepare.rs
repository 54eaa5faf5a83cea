//! The first half of a tile: activation and transform of the input, a block of channels at a time.

#![expect(unsafe_code, reason = "vectors of an instruction set")]

use std::marker::PhantomData;

use super::activation::Activate;
use super::isa::Job;
use super::parallel::Span;
use super::tile::{Tile, forward};
use super::vector::{BLOCK, Vector};

pub(super) struct Prepare<'a, T, A> {
    /// The whole signal of the block, `[frame][16]`.
    pub(super) input: &'a [f32],
    /// Parameters of `A`.
    pub(super) activation: [&'a [f32; BLOCK]; 4],
    /// The first frame of the tile, and how far its first filter reaches back.
    pub(super) first: usize,
    pub(super) reach: usize,
    pub(super) dilation: usize,
    /// Tiles of the transform, one behind the other in each phase of the dilation.
    pub(super) steps: usize,
    /// For the activated frames that they need.
    pub(super) window: &'a mut [f32],
    /// `[point][step][phase][16]`, where points are `point_step` apart.
    pub(super) points: Span<'a>,
    pub(super) point_step: usize,
    pub(super) kind: PhantomData<(T, A)>,
}

/// The frames that `steps` tiles need.
pub(super) fn window_frames<T: Tile>(steps: usize, dilation: usize) -> usize {
    (T::TRANSFORM.outputs * steps.saturating_sub(1) + T::TRANSFORM.points) * dilation
}

impl<T: Tile, A: Activate> Job for Prepare<'_, T, A> {
    type Output = Option<()>;

    #[inline(always)]
    unsafe fn run<V: Vector>(self) -> Option<()> {
        let needed = window_frames::<T>(self.steps, self.dilation);
        let rows = self.steps * self.dilation;
        let window = self.window.get_mut(..needed * BLOCK)?;
        if self.points.len() < (T::TRANSFORM.points - 1) * self.point_step + rows * BLOCK {
            return None;
        }

        // The frames before the signal and behind it are zero after the activation, not before.
        let frames = self.input.len() / BLOCK;
        let lead = self.reach.saturating_sub(self.first).min(needed);
        let end = (frames + self.reach).checked_sub(self.first)?.min(needed);
        let from = (self.first + lead).checked_sub(self.reach)?;
        let source = self.input.get(from * BLOCK..(from + end.checked_sub(lead)?) * BLOCK)?;
        let (before, rest) = window.split_at_mut(lead * BLOCK);
        let (inside, behind) = rest.split_at_mut_checked(source.len())?;
        before.fill(0.0);
        behind.fill(0.0);

        let mut part = 0;
        while part < BLOCK {
            // SAFETY: `part` is a multiple of the lanes, and these divide the block's 16; `source` and `inside` are as
            // long as each other and whole blocks. The caller answers for the instructions.
            unsafe {
                let [first, second, third, fourth] = self.activation;
                let parameters = [
                    V::load(first.as_ptr().add(part)),
                    V::load(second.as_ptr().add(part)),
                    V::load(third.as_ptr().add(part)),
                    V::load(fourth.as_ptr().add(part)),
                ];
                let mut at = part;
                while at < source.len() {
                    let x = V::load(source.as_ptr().add(at));
                    A::apply(x, parameters).store(inside.as_mut_ptr().add(at));
                    at += BLOCK;
                }
            }
            part += V::LANES;
        }

        let frame = self.dilation * BLOCK;
        for step in 0..self.steps {
            for phase in 0..self.dilation {
                let row = step * self.dilation + phase;
                let first = T::TRANSFORM.outputs * step * self.dilation + phase;
                let mut part = 0;
                while part < BLOCK {
                    // SAFETY: the last input read is frame `first + (points - 1) * dilation`, below `needed`; the last
                    // point written is inside `points` by the check above. The caller answers for the instructions.
                    unsafe {
                        let from = window.as_ptr().add(first * BLOCK + part);
                        let to = self.points.as_mut_ptr().add(row * BLOCK + part);
                        forward::<V, T>(from, frame, to, self.point_step);
                    }
                    part += V::LANES;
                }
            }
        }
        Some(())
    }
}
