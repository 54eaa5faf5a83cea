//! Numbers as sums of bfloat16: of a signal after its activation, and of weights.

use std::arch::x86_64::*;

use super::super::activation::Activate;
use super::super::parallel::Span;
use super::super::vector::{BLOCK, Vector};
use super::{Layout, PANELS, Parts, ROW, ROWS, TILE};

/// A block of channels of a signal.
#[derive(Clone, Copy)]
pub(super) struct Channels<'a> {
    /// `[frame][16]`
    pub(super) signal: &'a [f32],
    /// Parameters of the activation.
    pub(super) activation: [&'a [f32; BLOCK]; 4],
}

/// Splits two blocks of a signal for a window.
pub(super) struct SplitSignal<'a> {
    pub(super) parts: Parts,
    /// Where the second is missing, its channels are zero.
    pub(super) blocks: [Option<Channels<'a>>; 2],
    /// The frame of the signal that the window begins with, before which there are `lead` others that are zero.
    pub(super) first: usize,
    pub(super) lead: usize,
    /// Of the window, `[frame][part][row]`.
    pub(super) output: Span<'a>,
    pub(super) frames: usize,
}

impl SplitSignal<'_> {
    /// `None` where a slice is too short, or there are no matrix instructions.
    pub(super) fn run<A: Activate>(self) -> Option<()> {
        let frame = self.parts.count() * ROW;
        if self.output.len() < self.frames * frame || !super::is_available() {
            return None;
        }
        let [even, odd] = self.blocks;
        let (even, has_odd) = (even?, odd.is_some());
        let odd = odd.unwrap_or(even);
        let signal = even.signal.len() / BLOCK;
        if odd.signal.len() != even.signal.len() {
            return None;
        }
        let lead = self.lead.min(self.frames);
        let inside = signal.saturating_sub(self.first).min(self.frames - lead);
        // SAFETY: the instructions are there. Frames are read from `first` on, `inside` of them, which is as many as the
        // signal has; and rows are written to all frames of the output, which is long enough by the check above.
        unsafe {
            let to = self.output.as_mut_ptr();
            clear(to, lead * frame);
            clear(to.add((lead + inside) * frame), (self.frames - lead - inside) * frame);
            let start = (self.first * BLOCK).min(even.signal.len());
            let from = [even, odd].map(|block| block.signal.as_ptr().add(start));
            let to = to.add(lead * frame);
            let parameters = [even.activation, odd.activation];
            match (self.parts, has_odd) {
                (Parts::Two, true) => split_frames::<A, 2, true>(from, parameters, to, inside),
                (Parts::Two, false) => split_frames::<A, 2, false>(from, parameters, to, inside),
                (Parts::Three, true) => split_frames::<A, 3, true>(from, parameters, to, inside),
                (Parts::Three, false) => split_frames::<A, 3, false>(from, parameters, to, inside),
            }
        }
        Some(())
    }
}

/// # Safety
/// The pointer is valid for writing so many numbers.
unsafe fn clear(to: *mut f32, len: usize) {
    // SAFETY: as for the caller; all bits zero is 0.0.
    unsafe { to.write_bytes(0, len) }
}

/// # Safety
/// The processor has AVX-512F and AVX512-BF16; the pointers are valid for `frames` frames.
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn split_frames<A: Activate, const PARTS: usize, const ODD: bool>(
    from: [*const f32; 2],
    parameters: [[&[f32; BLOCK]; 4]; 2],
    to: *mut f32,
    frames: usize,
) {
    let [even, odd] = from;
    // SAFETY: as for the caller.
    unsafe {
        let load = |block: &[f32; BLOCK]| __m512::load(block.as_ptr());
        let [even_parameters, odd_parameters] = parameters.map(|block| block.map(load));
        for frame in 0..frames {
            let first = A::apply(__m512::load(even.add(frame * BLOCK)), even_parameters);
            let second = if ODD {
                A::apply(__m512::load(odd.add(frame * BLOCK)), odd_parameters)
            } else {
                __m512::splat(0.0)
            };
            let rows = split::<PARTS>(first, second);
            for (part, row) in rows.into_iter().enumerate() {
                _mm512_storeu_si512(to.add((frame * PARTS + part) * ROW).cast(), row);
            }
        }
    }
}

/// Splits weights of two output blocks.
pub(super) struct SplitWeights<'a> {
    pub(super) layout: Layout,
    /// Of each block `[tap][channel][16]`. Where the second is missing, it is zero.
    pub(super) panels: [Option<&'a [f32]>; PANELS],
    /// Channels, a multiple of 16.
    pub(super) channels: usize,
    pub(super) output: &'a mut [f32],
}

impl SplitWeights<'_> {
    /// `None` where a slice is too short, or there are no matrix instructions.
    pub(super) fn run(self) -> Option<()> {
        let Layout { parts, pairs, taps, .. } = self.layout;
        let tap_len = self.channels * BLOCK;
        let fits = self.output.len() >= self.layout.weights_len()
            && self.channels.div_ceil(2 * BLOCK) == pairs
            && self.channels.is_multiple_of(BLOCK)
            && self.panels.iter().flatten().all(|panel| panel.len() >= taps * tap_len);
        if !fits || !super::is_available() {
            return None;
        }
        let step = parts.count() * PANELS * TILE;
        let mut tiles = self.output.chunks_exact_mut(step);
        for pair in 0..pairs {
            let rows = ROWS.min((self.channels - pair * 2 * BLOCK) / 2);
            for tap in 0..taps {
                let tiles = tiles.next()?;
                for (number, panel) in self.panels.iter().enumerate() {
                    let to = tiles.get_mut(number * TILE..)?;
                    let weights = match panel {
                        Some(panel) => panel.get(tap * tap_len + pair * 2 * BLOCK * BLOCK..)?,
                        None => &[],
                    };
                    let rows = if weights.is_empty() { 0 } else { rows };
                    // SAFETY: the instructions are there; of the weights two lines of 16 are read for each row, as many
                    // as the pair has channels; a row is written to a tile of each part.
                    unsafe {
                        match parts {
                            Parts::Two => split_rows::<2>(weights, rows, to),
                            Parts::Three => split_rows::<3>(weights, rows, to),
                        }
                    }
                }
            }
        }
        Some(())
    }
}

/// Makes a tile of each part, of which only the first `rows` rows are not zero. A row has two channels, alternating.
///
/// # Safety
/// The processor has AVX-512F, AVX-512BW and AVX512-BF16; there are 32 weights for each row, and room for the tiles.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn split_rows<const PARTS: usize>(weights: &[f32], rows: usize, to: &mut [f32]) {
    const ALTERNATING: [u16; 32] = {
        let mut places = [0; 32];
        let mut i = 0;
        while i < 32 {
            places[i] = (i / 2 + i % 2 * 16) as u16;
            i += 1;
        }
        places
    };
    // SAFETY: as for the caller.
    unsafe {
        let alternating = _mm512_loadu_si512(ALTERNATING.as_ptr().cast());
        let (weights, to) = (weights.as_ptr(), to.as_mut_ptr());
        for row in 0..ROWS {
            let mut values = [_mm512_setzero_si512(); PARTS];
            if row < rows {
                let first = __m512::load(weights.add(2 * row * BLOCK));
                let second = __m512::load(weights.add((2 * row + 1) * BLOCK));
                values = split::<PARTS>(first, second);
            }
            for (part, value) in values.into_iter().enumerate() {
                let value = _mm512_permutexvar_epi16(alternating, value);
                _mm512_storeu_si512(to.add(part * PANELS * TILE + row * ROW).cast(), value);
            }
        }
    }
}

/// Parts of 32 numbers, the largest first: what is left after a part is split again. Each is rounded to the nearest.
#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
fn split<const PARTS: usize>(mut first: __m512, mut second: __m512) -> [__m512i; PARTS] {
    let mut rows = [_mm512_setzero_si512(); PARTS];
    for row in &mut rows {
        // SAFETY: both are 64 bytes of any content.
        let bits: __m512i = unsafe { std::mem::transmute(_mm512_cvtne2ps_pbh(second, first)) };
        *row = bits;
        let widen = |half| _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(half)));
        first = _mm512_sub_ps(first, widen(_mm512_castsi512_si256(bits)));
        second = _mm512_sub_ps(second, widen(_mm512_extracti64x4_epi64::<1>(bits)));
    }
    rows
}
