//! A [`Dense`] by matrix instructions: a section of the signal is split as a whole, then every task takes two blocks of
//! outputs, splits their weights, and runs through the section.

use super::super::KernelError;
use super::super::activation::Leaky;
use super::super::dense::{Dense, Sink};
use super::super::parallel::{Context, Parts};
use super::super::scratch::Buffer;
use super::super::tile::F1x1;
use super::super::vector::BLOCK;
use super::amx::Tiles;
use super::split::{Channels, SplitSignal, SplitWeights};
use super::{FRAMES, Layout, PANELS};

/// Floats of a section: so few that it stays in the processor's caches.
const SECTION_FLOATS: usize = 1536 << 10;
/// Frames that are handed on together: their window stays in a core's second cache beside the weights.
const CHUNK_FRAMES: usize = 4 * FRAMES;
/// Frames of a task that splits.
const SPLIT_FRAMES: usize = 256;

/// Output n is made of the inputs from n - `reach` on. The sizes are checked. `memory` is for a section.
pub(in super::super) fn run<S: Sink>(
    dense: &Dense<'_>,
    reach: usize,
    sink: &S,
    memory: &mut Buffer,
    context: &Context<'_>,
) -> Result<(), KernelError> {
    let shape = &dense.filter.shape;
    let parts = super::Parts::of(dense.quality);
    let floats_of_frame = shape.blocks() * BLOCK * parts.count() / 2;
    let all = sink.outputs();
    let most = (SECTION_FLOATS / floats_of_frame).max(CHUNK_FRAMES);
    // In equal parts, so that no short one is left over.
    let frames = all.div_ceil(all.div_ceil(most).max(1)).next_multiple_of(FRAMES);
    for first in (0..all).step_by(frames) {
        let frames = frames.min(all - first);
        let layout = Layout::new(parts, shape.blocks(), shape.taps(), 1, frames);
        let section = Section { dense, layout, reach, first, frames };
        let window = memory.take(layout.window_len());
        section.split(window, context)?;
        section.multiply(window, sink, context)?;
    }
    Ok(())
}

struct Section<'a> {
    dense: &'a Dense<'a>,
    layout: Layout,
    reach: usize,
    first: usize,
    frames: usize,
}

impl Section<'_> {
    fn split(&self, window: &mut [f32], context: &Context<'_>) -> Result<(), KernelError> {
        let Self { dense, layout, .. } = *self;
        let signal = dense.frames * BLOCK;
        let slope = [dense.slope; BLOCK];
        let chunks = layout.frames.div_ceil(SPLIT_FRAMES);
        let whole = Parts::new(window);
        context.for_each(layout.pairs * chunks, |task| {
            let (pair, chunk) = (task / chunks, task % chunks * SPLIT_FRAMES);
            let block = |block: usize| {
                let scale = dense.scale.as_chunks().0.get(block)?;
                let offset = dense.offset.as_chunks().0.get(block)?;
                let signal = dense.input.get(block * signal..(block + 1) * signal)?;
                Some(Channels { signal, activation: [scale, offset, &slope, &slope] })
            };
            let first = self.first + chunk;
            SplitSignal {
                parts: layout.parts,
                blocks: [block(2 * pair), block(2 * pair + 1)],
                first: first.saturating_sub(self.reach),
                lead: self.reach.saturating_sub(first),
                // Every task writes frames of its own.
                output: whole.span(pair * layout.pair_len() + chunk * layout.frame_len())?,
                frames: SPLIT_FRAMES.min(layout.frames - chunk),
            }
            .run::<Leaky>()
        })
    }

    fn multiply<S: Sink>(&self, window: &[f32], sink: &S, context: &Context<'_>) -> Result<(), KernelError> {
        let Self { dense, layout, .. } = *self;
        let panels = dense.filter.shape.panels();
        let panel_step = CHUNK_FRAMES * BLOCK;
        context.for_each(panels.div_ceil(PANELS), |group| {
            let first_panel = group * PANELS;
            let taps = |panel: usize| (panel < panels).then(|| dense.filter.weights(panel)).flatten();
            context.workers.with(|worker| {
                let [weights, products, _] = worker.take([layout.weights_len(), PANELS * panel_step, 0])?;
                let channels = dense.filter.shape.blocks() * BLOCK;
                let panels_taps = [taps(first_panel), taps(first_panel + 1)];
                SplitWeights { layout, panels: panels_taps, channels, output: weights }.run()?;
                let tiles = Tiles::new()?;
                for chunk in (0..self.frames).step_by(CHUNK_FRAMES) {
                    if context.is_cancelled() {
                        break;
                    }
                    let frames = CHUNK_FRAMES.min(self.frames - chunk);
                    for at in (0..frames).step_by(FRAMES) {
                        let window = window.get((chunk + at) * layout.frame_len()..)?;
                        let products = products.get_mut(at * BLOCK..)?;
                        tiles.multiply(&layout, window, weights, products, panel_step)?;
                    }
                    for (panel, products) in (first_panel..panels).zip(products.chunks_exact(panel_step)) {
                        let bias = dense.filter.bias(panel)?;
                        sink.write::<F1x1>(panel, self.first + chunk, frames, bias, products, 0, context)?;
                    }
                }
                Some(())
            })
        })
    }
}
