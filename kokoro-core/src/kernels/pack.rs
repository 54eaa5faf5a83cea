//! Which transforms a convolution is computed with, and what that makes of its weights.
//!
//! Transformed weights are `[output block][point][group][input channel][16 output channels of the block]`.

#![expect(unsafe_code, reason = "tasks write parts of one slice")]

use std::marker::PhantomData;

use super::KernelError;
use super::filter::{Filter, FilterShape, TransformWeights};
use super::parallel::{Context, Parts};
use super::scratch::Buffer;
use super::tile::{F4x3, F4x4, F5x7, F6x3, F6x6, Tile};
use super::transform::Transform;
use super::vector::BLOCK;

/// Which transforms are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// The fewest multiplications: F(6, 3), F(5, 7), two F(6, 6).
    Fast,
    /// Smaller tiles, nearer to direct convolution: F(4, 3), two F(4, 4), three F(4, 4).
    Fine,
}

impl Quality {
    /// Its stable name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Fine => "fine",
        }
    }

    /// The one with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Fast, Self::Fine].into_iter().find(|quality| quality.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TileKind {
    F4x3,
    F6x3,
    F4x4,
    F5x7,
    F6x6,
}

impl TileKind {
    pub(super) const fn transform(self) -> &'static Transform {
        match self {
            Self::F4x3 => &F4x3::TRANSFORM,
            Self::F6x3 => &F6x3::TRANSFORM,
            Self::F4x4 => &F4x4::TRANSFORM,
            Self::F5x7 => &F5x7::TRANSFORM,
            Self::F6x6 => &F6x6::TRANSFORM,
        }
    }
}

/// A "same" convolution: channels, kernel, dilation, and how it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConvShape {
    inputs: usize,
    outputs: usize,
    kernel: usize,
    dilation: usize,
    quality: Quality,
    /// How the weights are packed.
    filter: FilterShape,
    tile: TileKind,
    /// The kernel is cut into this many filters of the transform's length, the last one filled up with zeros. With more
    /// than one, the transform has as many outputs as taps, so that a group's input is that of the group before, one
    /// tile later.
    groups: usize,
}

impl ConvShape {
    /// `None` where there is no kernel: channels must be multiples of 16, the kernel 3, 7 or 11 long, the dilation at
    /// least 1.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        dilation: usize,
        quality: Quality,
    ) -> Option<Self> {
        const MOST: usize = 1 << 12;
        let (tile, groups) = match (kernel, quality) {
            (3, Quality::Fast) => (TileKind::F6x3, 1),
            (7, Quality::Fast) => (TileKind::F5x7, 1),
            (11, Quality::Fast) => (TileKind::F6x6, 2),
            (3, Quality::Fine) => (TileKind::F4x3, 1),
            (7, Quality::Fine) => (TileKind::F4x4, 2),
            (11, Quality::Fine) => (TileKind::F4x4, 3),
            _ => return None,
        };
        let channels = |count: usize| count.is_multiple_of(BLOCK) && (BLOCK..=MOST).contains(&count);
        if !channels(inputs) || !channels(outputs) || !(1..=MOST).contains(&dilation) {
            return None;
        }
        Some(Self {
            inputs,
            outputs,
            kernel,
            dilation,
            quality,
            filter: FilterShape::new(inputs, outputs, kernel)?,
            tile,
            groups,
        })
    }

    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    pub(crate) fn kernel(&self) -> usize {
        self.kernel
    }

    pub(crate) fn dilation(&self) -> usize {
        self.dilation
    }

    pub(super) fn quality(&self) -> Quality {
        self.quality
    }

    pub(super) fn tile(&self) -> TileKind {
        self.tile
    }

    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Rows of a panel of weights.
    fn depth(&self) -> usize {
        self.groups * self.inputs
    }

    /// Floats from a point's panel to the next.
    pub(super) fn point_step(&self) -> usize {
        self.depth() * BLOCK
    }

    /// Floats from an output block to the next.
    pub(super) fn panel_step(&self) -> usize {
        self.tile.transform().points * self.point_step()
    }

    /// The length of the packed form.
    pub(crate) fn packed_len(&self) -> usize {
        self.filter.packed_len()
    }

    /// Packs `weights` in `[output][input][kernel]` and `bias`. `None` where a length is wrong.
    pub(crate) fn pack(&self, weights: &[f32], bias: &[f32], packed: &mut [f32]) -> Option<()> {
        if weights.len() != self.outputs * self.inputs * self.kernel || bias.len() != self.outputs {
            return None;
        }
        let weight = |output: usize, input: usize, tap: usize| {
            weights.get((output * self.inputs + input) * self.kernel + tap).copied()
        };
        self.filter.pack(weight, |output| bias.get(output).copied(), packed)
    }
}

#[cfg(any(test, feature = "bench"))]
/// A packed convolution in memory of its own.
#[derive(Debug)]
pub(crate) struct PackedConv {
    shape: ConvShape,
    data: Buffer,
}

#[cfg(any(test, feature = "bench"))]
impl PackedConv {
    /// `None` where a length is wrong.
    pub(crate) fn new(shape: ConvShape, weights: &[f32], bias: &[f32]) -> Option<Self> {
        let mut data = Buffer::zeroed(shape.packed_len());
        shape.pack(weights, bias, data.as_mut_slice())?;
        Some(Self { shape, data })
    }

    pub(crate) fn view(&self) -> Option<ConvView<'_>> {
        ConvView::new(self.shape, self.data.as_slice())
    }
}

/// A packed convolution in memory of somebody else, such as a mapped file. Any alignment is right; 64 bytes are faster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvView<'a> {
    pub(super) shape: ConvShape,
    filter: Filter<'a>,
}

impl<'a> ConvView<'a> {
    /// `None` where the length is wrong.
    pub(crate) fn new(shape: ConvShape, packed: &'a [f32]) -> Option<Self> {
        Some(Self { shape, filter: Filter::new(shape.filter, packed)? })
    }

    pub(super) fn bias(&self, panel: usize) -> Option<&'a [f32; BLOCK]> {
        self.filter.bias(panel)
    }

    /// The weights of an output block, `[tap][input][16]`.
    pub(super) fn taps(&self, panel: usize) -> Option<&'a [f32]> {
        self.filter.weights(panel)?.get(..self.shape.kernel * self.shape.inputs * BLOCK)
    }

    /// The transformed weights, in `memory`. `T` is the shape's tile.
    pub(super) fn transform<'b, T: Tile>(
        &self,
        memory: &'b mut Buffer,
        context: &Context<'_>,
    ) -> Result<&'b [f32], KernelError> {
        let shape = &self.shape;
        let (panels, panel_step) = (shape.outputs / BLOCK, shape.panel_step());
        let tap_len = shape.inputs * BLOCK;
        let transformed = memory.take(panels * panel_step);
        let whole = Parts::new(transformed);
        context.for_each(panels, |panel| {
            // SAFETY: every panel has a part of its own.
            let mut rest = unsafe { whole.part(panel * panel_step, panel_step) }?;
            for weights in self.taps(panel)?.chunks(T::TRANSFORM.taps * tap_len) {
                context.isa.run(TransformWeights::<T> {
                    weights,
                    taps: weights.len() / tap_len,
                    tap_len,
                    output: rest,
                    point_step: shape.point_step(),
                    tile: PhantomData,
                })?;
                rest = rest.get_mut(tap_len..)?;
            }
            Some(())
        })?;
        Ok(transformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_sizes_are_refused() {
        let shape = |inputs, outputs, kernel, dilation| {
            ConvShape::new(inputs, outputs, kernel, dilation, Quality::Fast)
        };
        assert!(shape(16, 32, 3, 1).is_some());
        for (inputs, outputs, kernel, dilation) in [
            (0, 16, 3, 1),
            (16, 0, 3, 1),
            (8, 16, 3, 1),
            (16, 24, 3, 1),
            (16, 16, 5, 1),
            (16, 16, 3, 0),
            (usize::MAX - 15, 16, 3, 1),
            (16, 16, 3, usize::MAX),
        ] {
            assert_eq!(shape(inputs, outputs, kernel, dilation), None);
        }
        let shape = shape(16, 16, 7, 3).unwrap();
        let weights = [0.5; 16 * 16 * 7];
        assert!(PackedConv::new(shape, &weights, &[0.0; 16]).is_some());
        assert!(PackedConv::new(shape, &weights[1..], &[0.0; 16]).is_none());
        assert!(PackedConv::new(shape, &weights, &[0.0; 15]).is_none());
        assert!(ConvView::new(shape, &[0.0; 100]).is_none());
    }

    #[test]
    fn parts_are_whole_cache_lines() {
        for quality in [Quality::Fast, Quality::Fine] {
            for kernel in [3, 7, 11] {
                let shape = ConvShape::new(32, 48, kernel, 5, quality).unwrap();
                assert_eq!(shape.packed_len() % BLOCK, 0);
            }
        }
    }
}
