//! Signals between operators of this library: as the graph has them, `[1, channels, frames]`, or in the blocks that the
//! kernels compute with, `[1, channels / 16, frames, 16]`, which saves the way there and back.

use ort::value::{DynValueTypeMarker, ValueRef};

use crate::kernels::{BLOCK, Layout};

/// An input of an operator.
pub(super) struct Signal<'a> {
    pub(super) values: &'a [f32],
    pub(super) layout: Layout,
    pub(super) frames: usize,
}

impl<'a> Signal<'a> {
    /// A signal of so many channels.
    pub(super) fn of(value: &'a ValueRef<'_, DynValueTypeMarker>, channels: usize) -> ort::Result<Self> {
        let (shape, values) = value.try_extract_tensor::<f32>()?;
        let is = |size: i64, wanted: usize| usize::try_from(size) == Ok(wanted);
        let (layout, frames) = match shape[..] {
            [1, given, frames] if is(given, channels) => (Layout::Rows, frames),
            [1, blocks, frames, lanes] if is(blocks, channels / BLOCK) && is(lanes, BLOCK) => {
                (Layout::Blocks, frames)
            }
            _ => {
                let message =
                    format!("an operator got a signal of shape {shape:?} instead of {channels} channels");
                return Err(ort::Error::new(message));
            }
        };
        Ok(Self { values, layout, frames: usize::try_from(frames).unwrap_or(0) })
    }
}

/// The shape of a value for a signal in blocks.
pub(super) fn shape_in_blocks(channels: usize, frames: usize) -> Vec<i64> {
    [1, channels / BLOCK, frames, BLOCK].map(|size| size as i64).to_vec()
}

/// The shape of a value for a signal.
pub(super) fn shape_of(layout: Layout, channels: usize, frames: usize) -> Vec<i64> {
    match layout {
        Layout::Rows => [1, channels, frames].map(|size| size as i64).to_vec(),
        Layout::Blocks => shape_in_blocks(channels, frames),
    }
}
