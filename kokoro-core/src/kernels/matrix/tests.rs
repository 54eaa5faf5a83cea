//! Parts of numbers, and sizes that do not fit. What comes of it is tested with the convolutions, for every instruction
//! set.

use super::super::activation::Leaky;
use super::super::parallel::Span;
use super::super::reference::Random;
use super::amx::Tiles;
use super::split::{Channels, SplitSignal, SplitWeights};
use super::*;

/// What two numbers of a row stand for: bfloat16 is the upper half of f32.
fn pair(value: f32) -> [f64; 2] {
    let bits = value.to_bits();
    [bits << 16, bits & 0xffff_0000].map(|bits| f64::from(f32::from_bits(bits)))
}

/// The largest error of a sum of parts, as a part of the number.
fn bound(parts: Parts) -> f64 {
    match parts {
        Parts::Two => 2f64.powi(-16),
        Parts::Three => 2f64.powi(-24),
    }
}

fn blocks<'a>(
    signal: &'a [f32],
    activation: [&'a [f32; BLOCK]; 4],
    count: usize,
) -> [Option<Channels<'a>>; 2] {
    let mut halves = signal.chunks(signal.len() / 2).map(|signal| Channels { signal, activation });
    [halves.next(), halves.next().filter(|_| count > 1)]
}

#[test]
fn a_signal_is_the_sum_of_its_parts() {
    if !is_available() {
        return;
    }
    const SIGNAL: usize = 50;
    let signal = Random(1).normals(2 * SIGNAL * BLOCK, 3.0);
    let (one, zero) = ([1.0; BLOCK], [0.0; BLOCK]);
    for parts in [Parts::Two, Parts::Three] {
        for count in [1, 2] {
            for (first, lead, frames) in
                [(0, 5, 64), (0, 0, 32), (45, 0, 64), (50, 0, 32), (60, 0, 32), (0, 40, 32)]
            {
                // Whatever was there must not be seen.
                let mut window = vec![f32::NAN; frames * parts.count() * ROW];
                SplitSignal {
                    parts,
                    blocks: blocks(&signal, [&one, &zero, &one, &one], count),
                    first,
                    lead,
                    output: Span::new(&mut window),
                    frames,
                }
                .run::<Leaky>()
                .unwrap();
                for (frame, rows) in window.chunks(parts.count() * ROW).enumerate() {
                    for channel in 0..2 * BLOCK {
                        let found: f64 =
                            rows.chunks(ROW).map(|row| pair(row[channel / 2])[channel % 2]).sum();
                        let (block, lane) = (channel / BLOCK, channel % BLOCK);
                        let at = (first + frame).checked_sub(lead).filter(|&at| at < SIGNAL && block < count);
                        let expected =
                            at.map_or(0.0, |at| f64::from(signal[(block * SIGNAL + at) * BLOCK + lane]));
                        assert!(
                            (found - expected).abs() <= bound(parts) * expected.abs(),
                            "{found} {expected}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn weights_are_the_sums_of_their_parts() {
    if !is_available() {
        return;
    }
    const TAPS: usize = 3;
    for parts in [Parts::Two, Parts::Three] {
        for channels in [16, 32, 48] {
            let weights = Random(2).normals(TAPS * channels * BLOCK, 1.0);
            let layout = Layout::new(parts, channels / BLOCK, TAPS, 1, FRAMES);
            let mut tiles = vec![f32::NAN; layout.weights_len()];
            let panels = [Some(weights.as_slice()), None];
            SplitWeights { layout, panels, channels, output: &mut tiles }.run().unwrap();
            let tile = |pair: usize, tap: usize, part: usize, panel: usize| {
                let number = ((pair * TAPS + tap) * parts.count() + part) * PANELS + panel;
                &tiles[number * TILE..(number + 1) * TILE]
            };
            for pair_number in 0..layout.pairs {
                for tap in 0..TAPS {
                    for (row, half, lane) in
                        (0..ROWS).flat_map(|row| (0..2 * BLOCK).map(move |i| (row, i / BLOCK, i % BLOCK)))
                    {
                        let sum = |panel| -> f64 {
                            (0..parts.count())
                                .map(|part| pair(tile(pair_number, tap, part, panel)[row * ROW + lane])[half])
                                .sum()
                        };
                        let channel = pair_number * 2 * BLOCK + 2 * row + half;
                        let expected = if channel < channels {
                            f64::from(weights[(tap * channels + channel) * BLOCK + lane])
                        } else {
                            0.0
                        };
                        assert!((sum(0) - expected).abs() <= bound(parts) * expected.abs());
                        assert_eq!(sum(1), 0.0);
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_too_short_is_refused() {
    if !is_available() {
        return;
    }
    let tiles = Tiles::new().unwrap();
    for parts in [Parts::Two, Parts::Three] {
        let layout = Layout::new(parts, 3, 3, 5, 40);
        let (window, weights) = (vec![0.5; layout.window_len()], vec![0.5; layout.weights_len()]);
        let run = |window: &[f32], weights: &[f32], output: usize, panel_step| {
            tiles.multiply(&layout, window, weights, &mut vec![0.0; output], panel_step)
        };
        let (step, output) = (FRAMES * ROW, 2 * FRAMES * ROW);
        assert!(run(&window, &weights, output, step).is_some());
        // The second 32 frames, with all that their last tap reads.
        let second = &window[FRAMES * layout.frame_len()..];
        assert!(run(second, &weights, output, step).is_some());
        assert!(run(&second[1..], &weights, output, step).is_none());
        assert!(run(&window, &weights[1..], output, step).is_none());
        assert!(run(&window, &weights, output - 1, step).is_none());
        assert!(run(&window, &weights, output, step + 1).is_none());
        assert!(run(&window, &weights, 2 * output, step - 1).is_none());
        let short = SplitWeights {
            layout,
            panels: [Some(weights.get(..3 * 48 * BLOCK - 1).unwrap()), None],
            channels: 48,
            output: &mut vec![0.0; layout.weights_len()],
        };
        assert!(short.run().is_none());
    }
}

/// Floats of which the first or the last ones have a page beside them that nobody may touch. A sanitizer does not see what
/// assembly reads.
struct Fenced {
    pages: *mut libc::c_void,
    size: usize,
    start: *mut f32,
    len: usize,
}

impl Fenced {
    const PAGE: usize = 4096;

    fn new(len: usize, at_end: bool) -> Self {
        let inside = (len * size_of::<f32>()).next_multiple_of(Self::PAGE);
        let size = inside + 2 * Self::PAGE;
        // SAFETY: new memory, of which the pages between the first and the last become usable.
        unsafe {
            let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let pages = libc::mmap(std::ptr::null_mut(), size, libc::PROT_NONE, kind, -1, 0);
            assert_ne!(pages, libc::MAP_FAILED);
            let usable = pages.byte_add(Self::PAGE);
            assert_eq!(libc::mprotect(usable, inside, libc::PROT_READ | libc::PROT_WRITE), 0);
            let skipped = if at_end { inside - len * size_of::<f32>() } else { 0 };
            Self { pages, size, start: usable.byte_add(skipped).cast(), len }
        }
    }

    fn slice(&mut self) -> &mut [f32] {
        // SAFETY: usable memory, zero at first, of this length.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.len) }
    }
}

impl Drop for Fenced {
    fn drop(&mut self) {
        // SAFETY: what `new` took.
        unsafe { libc::munmap(self.pages, self.size) };
    }
}

#[test]
fn nothing_beside_the_slices_is_touched() {
    if !is_available() {
        return;
    }
    let one = [1.0; BLOCK];
    for (parts, at_end) in
        [(Parts::Two, false), (Parts::Two, true), (Parts::Three, false), (Parts::Three, true)]
    {
        let (blocks, taps, dilation) = (3, 3, 5);
        let layout = Layout::new(parts, blocks, taps, dilation, FRAMES);
        let mut signal = Fenced::new(FRAMES * BLOCK, at_end);
        let mut filter = Fenced::new(taps * blocks * BLOCK * BLOCK, at_end);
        let mut window = Fenced::new(layout.window_len(), at_end);
        let mut weights = Fenced::new(layout.weights_len(), at_end);
        let mut output = Fenced::new(PANELS * FRAMES * ROW, at_end);
        signal.slice().fill(1.0);
        filter.slice().fill(1.0);
        for (number, window) in window.slice().chunks_exact_mut(layout.pair_len()).enumerate() {
            let channels = Channels { signal: signal.slice(), activation: [&one; 4] };
            let split = SplitSignal {
                parts,
                blocks: [Some(channels), (number == 0).then_some(channels)],
                first: 0,
                lead: dilation,
                output: Span::new(window),
                frames: layout.frames,
            };
            assert!(split.run::<Leaky>().is_some());
        }
        let panels = [Some(&*filter.slice()), None];
        let split = SplitWeights { layout, panels, channels: blocks * BLOCK, output: weights.slice() };
        assert!(split.run().is_some());
        let tiles = Tiles::new().unwrap();
        tiles.multiply(&layout, window.slice(), weights.slice(), output.slice(), FRAMES * ROW).unwrap();
        // Every input is 1 + 1, and so are the filter's taps of the first output block.
        assert_eq!(output.slice()[FRAMES / 2 * BLOCK], 2.0 * (taps * blocks * BLOCK) as f32);
        assert_eq!(output.slice()[FRAMES * BLOCK], 0.0);
    }
}
