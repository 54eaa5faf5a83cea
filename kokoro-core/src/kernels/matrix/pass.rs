//! A [`Pass`] by matrix instructions: the weights are split once, then every tile of the signal runs through them.

use super::super::KernelError;
use super::super::activation::Activate;
use super::super::conv::Pass;
use super::super::pack::ConvView;
use super::super::parallel::{Context, Parts, Span};
use super::super::scratch::{Buffer, Worker};
use super::super::stats::{SUMS, Statistics};
use super::super::vector::BLOCK;
use super::amx::Tiles;
use super::finish::FinishProduct;
use super::split::{Channels, SplitSignal, SplitWeights};
use super::{FRAMES, Layout, PANELS};

/// The window of a tile is to stay in a core's second cache beside the weights of two output blocks.
const WINDOW_FLOATS: usize = 96 << 10;
/// Frames of a tile at most.
const MOST_FRAMES: usize = 16 * FRAMES;
/// Tiles at least where there are frames enough: so many that threads end at about the same time.
const TILES: usize = 16;

/// How a signal is cut. It depends on the convolution and the length, never on threads.
#[derive(Debug, Clone, Copy)]
struct Tiling {
    tiles: usize,
    /// Of a tile.
    frames: usize,
}

impl Tiling {
    fn new(frames: usize, floats_of_frame: usize) -> Self {
        let all = frames.div_ceil(FRAMES);
        let most = (WINDOW_FLOATS / floats_of_frame).min(MOST_FRAMES) / FRAMES;
        let steps = all.div_ceil(TILES).clamp(1, most.max(1));
        // In equal parts, and an even number of them for two threads.
        let tiles = all.div_ceil(steps);
        let tiles = if tiles > 1 { tiles.next_multiple_of(2) } else { tiles };
        let steps = all.div_ceil(tiles.max(1)).max(1);
        Self { tiles: all.div_ceil(steps), frames: steps * FRAMES }
    }
}

/// Writes the output and returns its statistics. `memory` is for the weights. The sizes of the pass are checked.
pub(in super::super) fn run<A: Activate>(
    pass: &Pass<'_, A>,
    output: &mut [f32],
    memory: &mut Buffer,
    context: &Context<'_>,
) -> Result<Statistics, KernelError> {
    let shape = &pass.conv.shape;
    let blocks = shape.inputs() / BLOCK;
    let parts = super::Parts::of(shape.quality());
    let tiling = Tiling::new(pass.frames, blocks * parts.count() * BLOCK / 2);
    let layout = Layout::new(parts, blocks, shape.kernel(), shape.dilation(), tiling.frames);
    let weights = split_weights(pass.conv, layout, memory, context)?;
    let sums_len = shape.outputs() / BLOCK * SUMS;
    let mut sums = vec![0.0; tiling.tiles * sums_len];
    {
        let output = Parts::new(output);
        let sums = Parts::new(&mut sums);
        context.for_each(tiling.tiles, |tile| {
            // SAFETY: every tile has sums of its own.
            let sums = unsafe { sums.part(tile * sums_len, sums_len) }?;
            context.workers.with(|worker| {
                Tile { pass, layout, first: tile * tiling.frames, frames: tiling.frames, weights }
                    .run(&output, sums, worker, context)
            })
        })?;
    }
    let mut statistics = Statistics::new(shape.outputs());
    for (tile, sums) in sums.chunks_exact(sums_len).enumerate() {
        statistics.merge(tiling.frames.min(pass.frames - tile * tiling.frames), sums);
    }
    Ok(statistics)
}

fn split_weights<'a>(
    conv: ConvView<'_>,
    layout: Layout,
    memory: &'a mut Buffer,
    context: &Context<'_>,
) -> Result<&'a [f32], KernelError> {
    let shape = &conv.shape;
    let panels = shape.outputs() / BLOCK;
    let (groups, len) = (panels.div_ceil(PANELS), layout.weights_len());
    let memory = memory.take(groups * len);
    let whole = Parts::new(memory);
    context.for_each(groups, |group| {
        let first = group * PANELS;
        SplitWeights {
            layout,
            panels: [conv.taps(first), conv.taps(first + 1).filter(|_| first + 1 < panels)],
            channels: shape.inputs(),
            // SAFETY: every group has a part of its own.
            output: unsafe { whole.part(group * len, len) }?,
        }
        .run()
    })?;
    Ok(memory)
}

/// Some frames of a pass.
struct Tile<'a, A> {
    pass: &'a Pass<'a, A>,
    layout: Layout,
    first: usize,
    /// At most: the last tile may be shorter.
    frames: usize,
    weights: &'a [f32],
}

impl<A: Activate> Tile<'_, A> {
    fn run(
        &self,
        output: &Parts<'_>,
        sums: &mut [f32],
        worker: &mut Worker,
        context: &Context<'_>,
    ) -> Option<()> {
        let Self { pass, layout, first, .. } = *self;
        let shape = &pass.conv.shape;
        let frames = self.frames.min(pass.frames.checked_sub(first)?);
        let panel_step = frames.next_multiple_of(FRAMES) * BLOCK;
        let [window, products, _] = worker.take([layout.window_len(), PANELS * panel_step, 0])?;
        let reach = (shape.kernel() - 1) / 2 * shape.dilation();
        let signal = pass.frames * BLOCK;
        for (pair, window) in window.chunks_exact_mut(layout.pair_len()).enumerate() {
            let block = |block: usize| {
                Some(Channels {
                    signal: pass.input.get(block * signal..(block + 1) * signal)?,
                    activation: pass.activation.block(block)?,
                })
            };
            SplitSignal {
                parts: layout.parts,
                blocks: [block(2 * pair), block(2 * pair + 1)],
                first: first.saturating_sub(reach),
                lead: reach.saturating_sub(first),
                output: Span::new(window),
                frames: layout.frames,
            }
            .run::<A>()?;
        }

        let tiles = Tiles::new()?;
        let panels = shape.outputs() / BLOCK;
        for (group, weights) in self.weights.chunks_exact(layout.weights_len()).enumerate() {
            if context.is_cancelled() {
                break;
            }
            for at in (0..frames).step_by(FRAMES) {
                let window = window.get(at * layout.frame_len()..)?;
                tiles.multiply(&layout, window, weights, products.get_mut(at * BLOCK..)?, panel_step)?;
            }
            for (panel, products) in (group * PANELS..panels).zip(products.chunks_exact(panel_step)) {
                let start = panel * signal + first * BLOCK;
                // SAFETY: every block of every tile has frames of its own.
                let output = unsafe { output.part(start, frames * BLOCK) }?;
                let residual = match pass.residual {
                    Some(residual) => Some(residual.get(start..start + frames * BLOCK)?),
                    None => None,
                };
                context.isa.run(FinishProduct {
                    products,
                    bias: pass.conv.bias(panel)?,
                    residual,
                    in_place: pass.in_place,
                    output,
                    sums: sums.as_chunks_mut().0.get_mut(panel)?,
                })?;
            }
        }
        Some(())
    }
}
