//! The generator's stages: a residual block on the noise source, its sum with the signal, three residual blocks side by side,
//! and their mean.

use super::adain::{self, AdaIn};
use super::convolution::{self, Convolution};
use super::snake::{self, Snake};
use crate::model::graph::Flow;
use crate::model::graph::onnx::NodeProto;

/// Dilations of the first convolution of each of a block's three units; the second has none.
const DILATIONS: [usize; 3] = [1, 3, 5];
/// Kernels of the three blocks.
const KERNELS: [usize; 3] = [3, 7, 11];

/// Normalisation, activation and convolution.
pub(super) struct Layer<'a> {
    pub(super) adain: AdaIn<'a>,
    pub(super) snake: Snake<'a>,
    pub(super) convolution: Convolution<'a>,
}

/// Six layers, two in each unit, around each of which the input is added.
pub(super) struct Block<'a> {
    pub(super) input: &'a str,
    /// In the order in which they are computed.
    pub(super) layers: Vec<Layer<'a>>,
}

impl Block<'_> {
    pub(super) fn kernel(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.convolution.kernel)
    }
}

/// A whole stage.
pub(super) struct Stage<'a> {
    pub(super) channels: usize,
    /// The signal.
    pub(super) input: &'a str,
    /// The noise source.
    pub(super) noise: &'a str,
    /// The block on the noise source, then those with kernels 3, 7 and 11.
    pub(super) blocks: Vec<Block<'a>>,
    /// Index of the node that makes the mean.
    pub(super) last: usize,
}

impl<'a> Stage<'a> {
    /// All layers, in the order of the blocks.
    pub(super) fn layers(&self) -> impl Iterator<Item = &Layer<'a>> {
        self.blocks.iter().flat_map(|block| &block.layers)
    }
}

/// Every stage of the graph.
pub(super) fn find_all<'a>(flow: &Flow<'a>) -> Vec<Stage<'a>> {
    flow.graph.node.iter().enumerate().filter_map(|(index, node)| find(flow, index, node)).collect()
}

fn find<'a>(flow: &Flow<'a>, last: usize, node: &'a NodeProto) -> Option<Stage<'a>> {
    let sum = mean_of(flow, node)?;
    let mut blocks = summands(flow, sum)?;
    blocks.sort_by_key(Block::kernel);
    let input = blocks.first()?.input;
    if !blocks.iter().map(Block::kernel).eq(KERNELS)
        || !blocks.iter().all(|block| flow.same(block.input, input))
    {
        return None;
    }
    let (_, add) = flow.made_by(input, "Add")?;
    let (noise_block, input) =
        Flow::pairs(add).find_map(|(noise, input)| Some((find_block(flow, noise)?, input)))?;
    let noise = noise_block.input;
    blocks.insert(0, noise_block);
    let channels = blocks.first()?.layers.first()?.convolution.bias.len();
    let fits =
        blocks.iter().flat_map(|block| &block.layers).all(|layer| layer.convolution.bias.len() == channels);
    fits.then_some(Stage { channels, input, noise, blocks, last })
}

/// What the node divides by three.
fn mean_of<'a>(flow: &Flow<'a>, node: &'a NodeProto) -> Option<&'a str> {
    let third = |value| flow.scalar(value).is_some_and(|value: f32| (value - 1.0 / 3.0).abs() < 1e-6);
    match (node.op_type(), node.input.as_slice()) {
        ("Div", [sum, divisor]) => (flow.scalar(divisor) == Some(3.0)).then_some(sum.as_str()),
        ("Mul", [_, _]) => Flow::pairs(node).find_map(|(sum, factor)| third(factor).then_some(sum)),
        _ => None,
    }
}

/// The three blocks that a value is the sum of.
fn summands<'a>(flow: &Flow<'a>, sum: &'a str) -> Option<Vec<Block<'a>>> {
    let (_, node) = flow.maker(sum)?;
    match (node.op_type(), node.input.as_slice()) {
        ("Sum", [_, _, _]) => node.input.iter().map(|value| find_block(flow, value)).collect(),
        ("Add", [_, _]) => Flow::pairs(node).find_map(|(pair, third)| {
            let (_, pair) = flow.made_by(pair, "Add")?;
            let [first, second] = pair.input.as_slice() else { return None };
            Some(vec![find_block(flow, first)?, find_block(flow, second)?, find_block(flow, third)?])
        }),
        _ => None,
    }
}

/// The residual block that makes `value`.
fn find_block<'a>(flow: &Flow<'a>, value: &'a str) -> Option<Block<'a>> {
    let mut layers = Vec::with_capacity(6);
    let mut value = value;
    for dilation in DILATIONS.into_iter().rev() {
        let (_, add) = flow.made_by(value, "Add")?;
        // In a noise block the other summand is a convolution as well, but of another shape.
        let (input, unit) = Flow::pairs(add).find_map(|(output, input)| {
            let second = find_layer(flow, output, 1)?;
            let first = find_layer(flow, second.adain.input, dilation)?;
            flow.same(first.adain.input, input).then_some((input, [second, first]))
        })?;
        layers.extend(unit);
        value = input;
    }
    layers.reverse();
    let kernel = layers.first()?.convolution.kernel;
    layers.iter().all(|layer| layer.convolution.kernel == kernel).then_some(Block { input: value, layers })
}

fn find_layer<'a>(flow: &Flow<'a>, value: &'a str, dilation: usize) -> Option<Layer<'a>> {
    let convolution = convolution::find(flow, value).filter(|found| found.dilation == dilation)?;
    let channels = convolution.bias.len();
    let snake = snake::find(flow, convolution.input, channels)?;
    let adain = adain::find(flow, snake.input, channels)?;
    Some(Layer { adain, snake, convolution })
}
