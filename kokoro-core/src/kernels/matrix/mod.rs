//! Convolutions by matrix instructions: AMX, which multiplies tiles of bfloat16 and adds in f32.
//!
//! A number of f32 is split into two parts of bfloat16 that add up to its first 16 to 17 binary digits, or into three
//! with all 24. Products of the parts are exact in f32, and those that could only change digits behind the last are left
//! out: three products for two parts, six for three. That is the direct convolution, without a transform, and several
//! times as fast as the processor's f32 instructions can multiply.
//!
//! A tile is 16 rows of 64 bytes. In a signal a row is 32 channels of a frame, so that a tap of a filter, whatever its
//! dilation, is another frame to begin at. In weights a row is a pair of channels of 16 outputs.

#![expect(
    unsafe_code,
    reason = "instructions that must be asked for, and tasks that write parts of one slice"
)]

mod amx;
mod dense;
mod finish;
mod pass;
mod split;

use super::pack::Quality;
use super::vector::BLOCK;

pub(super) use amx::is_available;
pub(super) use dense::run as run_dense;
pub(super) use pass::run as run_pass;

/// Floats that a row of a tile has the size of.
const ROW: usize = BLOCK;
/// Rows of a tile, and floats of its size.
const ROWS: usize = 16;
const TILE: usize = ROWS * ROW;
/// Frames that are made together: two tiles.
const FRAMES: usize = 2 * ROWS;
/// Output blocks that are made together: two tiles.
const PANELS: usize = 2;

/// Parts of bfloat16 that stand for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    Two,
    Three,
}

impl Parts {
    fn of(quality: Quality) -> Self {
        match quality {
            Quality::Fast => Self::Two,
            Quality::Fine => Self::Three,
        }
    }

    fn count(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// What is multiplied with what, and where it lies.
#[derive(Debug, Clone, Copy)]
struct Layout {
    parts: Parts,
    /// Pairs of channel blocks.
    pairs: usize,
    /// Of the filter, and how many frames they are apart.
    taps: usize,
    dilation: usize,
    /// Of a window.
    frames: usize,
}

impl Layout {
    /// For windows that make so many outputs.
    fn new(parts: Parts, blocks: usize, taps: usize, dilation: usize, outputs: usize) -> Self {
        let frames = outputs.next_multiple_of(FRAMES) + (taps - 1) * dilation;
        Self { parts, pairs: blocks.div_ceil(2), taps, dilation, frames }
    }

    /// Floats of a frame of a pair.
    fn frame_len(&self) -> usize {
        self.parts.count() * ROW
    }

    /// Floats from a pair of a window, `[pair][frame][part][row]`, to the next.
    fn pair_len(&self) -> usize {
        self.frames * self.frame_len()
    }

    /// Floats of a window.
    fn window_len(&self) -> usize {
        self.pairs * self.pair_len()
    }

    /// Floats of the weights of two output blocks, `[pair][tap][part][output block][tile]`.
    fn weights_len(&self) -> usize {
        self.pairs * self.taps * self.parts.count() * PANELS * TILE
    }
}

#[cfg(test)]
mod tests;
