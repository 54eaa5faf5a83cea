//! The layers, and how far the tag of a token reaches.

use super::features::{Features, STRINGS};
use super::hash::row_hash;
use super::kernel::{Kernel, Row, WIDTH};

/// Layers that look at a token's neighbours. The tag of a token depends on as many tokens to either side.
pub(in super::super) const LAYERS: usize = 4;

/// Numbers that stand for a token between layers.
const VECTOR: usize = 96;
/// A layer makes three candidates for each number and keeps the largest.
const PIECES: usize = 3;
/// Numbers that a panel makes.
const OUTPUTS: usize = WIDTH / PIECES;
/// Panels of a layer.
const PANELS: usize = VECTOR / OUTPUTS;
/// The number of tags.
const TAGS: usize = 50;

/// Rows of the tables of vectors, and the seeds of their hashes.
const TABLES: [(usize, u32); STRINGS] = [(5_000, 8), (1_000, 9), (2_500, 10), (2_500, 11)];

/// Added to a variance before it divides.
const EPSILON: f32 = 1e-8;

pub(in super::super) struct Network {
    kernel: Kernel,
    /// One for each string feature, as bytes: few rows are ever read.
    tables: [&'static [u8]; STRINGS],
    /// Its bias has [`PANELS`] rows for each of the four combinations of the flags, whose part in the sums it is.
    first: Layer,
    layers: Vec<Layer>,
    /// A panel for all tags and some columns that mean nothing.
    choice: Vec<Row>,
    choice_bias: [Row; 2],
    labels: Vec<&'static str>,
}

struct Layer {
    /// Panel by panel.
    weights: Vec<Row>,
    /// For each panel a row.
    bias: Vec<Row>,
    scale: [f32; VECTOR],
    shift: [f32; VECTOR],
}

impl Network {
    /// Reads what the build script wrote.
    pub(super) fn read(bytes: &'static [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let mut tables = [bytes; STRINGS];
        for (table, (rows, _)) in tables.iter_mut().zip(TABLES) {
            *table = reader.take(rows * VECTOR * size_of::<f32>())?;
        }
        let first = reader.layer(STRINGS * VECTOR, 4 * PANELS)?;
        let layers = (0..LAYERS).map(|_| reader.layer(3 * VECTOR, PANELS)).collect::<Option<Vec<_>>>()?;
        let choice = reader.rows(2 * VECTOR)?;
        let choice_bias = reader.rows(2)?.try_into().ok()?;
        let labels: Vec<&str> = std::str::from_utf8(reader.0).ok()?.lines().collect();
        let kernel = Kernel::best();
        (labels.len() == TAGS).then_some(Self { kernel, tables, first, layers, choice, choice_bias, labels })
    }

    /// The tags of tokens in the middle of a text: of all but the first `before` and the last `after`, which must be
    /// [`LAYERS`] or as many as there are.
    pub(in super::super) fn tags(
        &self,
        tokens: &[Features],
        before: usize,
        after: usize,
    ) -> Vec<&'static str> {
        // Rows beyond the ends of the text are zero at first, and pass through the layers like tokens.
        let pad = LAYERS - before.min(LAYERS);
        let rows = tokens.len() + pad + LAYERS - after.min(LAYERS);
        let mut vectors = vec![0.0; rows * VECTOR];
        self.embed(tokens, vectors.get_mut(pad * VECTOR..).unwrap_or_default());
        let mut sums = vec![0.0; rows * VECTOR];
        for (depth, layer) in self.layers.iter().enumerate() {
            // The window of a row is the row with its neighbours; at each layer one row less at either end is right.
            let count = rows.saturating_sub(2 * (depth + 1));
            let start = depth * VECTOR;
            let windows = vectors.get(start..).unwrap_or_default();
            self.run(layer, windows, VECTOR, count, |_, panel| layer.bias.get(panel), &mut sums);
            let centres = vectors.get_mut(start + VECTOR..).unwrap_or_default();
            for (vector, sum) in centres.iter_mut().zip(sums.iter().take(count * VECTOR)) {
                *vector += sum;
            }
        }
        let count = rows.saturating_sub(2 * LAYERS);
        self.choose(vectors.get(LAYERS * VECTOR..).unwrap_or_default(), count)
    }

    /// The first layer: from features to vectors.
    fn embed(&self, tokens: &[Features], vectors: &mut [f32]) {
        let mut input = vec![0.0; tokens.len() * STRINGS * VECTOR];
        let (parts, _) = input.as_chunks_mut::<VECTOR>();
        let features = tokens.iter().flat_map(|token| token.strings);
        for ((part, feature), (table, (rows, seed))) in
            parts.iter_mut().zip(features).zip(self.tables.iter().zip(TABLES).cycle())
        {
            for row in row_hash(feature, seed) {
                let start = row as usize % rows * VECTOR * size_of::<f32>();
                let bytes = table.get(start..start + VECTOR * size_of::<f32>()).unwrap_or_default();
                for (sum, number) in part.iter_mut().zip(bytes.as_chunks().0) {
                    *sum += f32::from_le_bytes(*number);
                }
            }
        }
        let bias = |token: usize, panel: usize| {
            let token = tokens.get(token)?;
            let flags = 2 * usize::from(token.space) + usize::from(token.is_space);
            self.first.bias.get(flags * PANELS + panel)
        };
        self.run(&self.first, &input, STRINGS * VECTOR, tokens.len(), bias, vectors);
    }

    /// Runs a layer over `count` vectors that begin every `step` numbers.
    fn run<'a>(
        &self,
        layer: &'a Layer,
        input: &[f32],
        step: usize,
        count: usize,
        bias: impl Fn(usize, usize) -> Option<&'a Row>,
        output: &mut [f32],
    ) {
        let (output, _) = output.as_chunks_mut::<VECTOR>();
        const NONE: Row = [0.0; WIDTH];
        let height = layer.weights.len() / PANELS;
        for (panel, weights) in layer.weights.chunks_exact(height).enumerate() {
            self.kernel.multiply(input, step, count, weights, &NONE, |i, sums| {
                let Some(vector) = output.get_mut(i) else { return };
                let Some(part) = vector.get_mut(panel * OUTPUTS..(panel + 1) * OUTPUTS) else { return };
                let (sums, _) = sums.as_chunks::<OUTPUTS>();
                let (bias, _) = bias(i, panel).unwrap_or(&NONE).as_chunks::<OUTPUTS>();
                let ([a, b, c], [p, q, r]) = (sums, bias) else { return };
                for (i, number) in part.iter_mut().enumerate() {
                    let at = |sums: &[f32; OUTPUTS], bias: &[f32; OUTPUTS]| sums[i] + bias[i];
                    *number = at(a, p).max(at(b, q)).max(at(c, r));
                }
            });
        }
        for vector in output.iter_mut().take(count) {
            normalize(vector, layer);
        }
    }

    /// The tag of each vector: that with the largest sum, the first of equals.
    fn choose(&self, vectors: &[f32], count: usize) -> Vec<&'static str> {
        let mut best = vec![(f32::NEG_INFINITY, 0); count];
        for (half, panel) in self.choice.chunks_exact(VECTOR).enumerate() {
            let Some(bias) = self.choice_bias.get(half) else { break };
            self.kernel.multiply(vectors, VECTOR, count, panel, bias, |i, sums| {
                let Some(best) = best.get_mut(i) else { return };
                for (column, &sum) in sums.iter().enumerate() {
                    let tag = half * WIDTH + column;
                    if sum > best.0 && tag < TAGS {
                        *best = (sum, tag);
                    }
                }
            });
        }
        best.into_iter().map(|(_, tag)| self.labels.get(tag).copied().unwrap_or_default()).collect()
    }
}

/// Gives a vector mean zero and variance one, then the layer's scale and shift.
fn normalize(vector: &mut [f32; VECTOR], layer: &Layer) {
    let mean = vector.iter().sum::<f32>() / VECTOR as f32;
    let variance = vector.iter().map(|number| (number - mean).powi(2)).sum::<f32>() / VECTOR as f32;
    let factor = 1.0 / (variance + EPSILON).sqrt();
    for ((number, scale), shift) in vector.iter_mut().zip(&layer.scale).zip(&layer.shift) {
        *number = (*number - mean) * factor * scale + shift;
    }
}

/// Takes numbers off the front of a byte string.
struct Reader(&'static [u8]);

impl Reader {
    fn take(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn numbers<const N: usize>(&mut self) -> Option<[f32; N]> {
        let (bytes, _) = self.take(N * size_of::<f32>())?.as_chunks();
        let mut numbers = [0.0; N];
        for (number, bytes) in numbers.iter_mut().zip(bytes) {
            *number = f32::from_le_bytes(*bytes);
        }
        Some(numbers)
    }

    fn rows(&mut self, count: usize) -> Option<Vec<Row>> {
        (0..count).map(|_| self.numbers()).collect()
    }

    fn layer(&mut self, height: usize, biases: usize) -> Option<Layer> {
        Some(Layer {
            weights: self.rows(PANELS * height)?,
            bias: self.rows(biases)?,
            scale: self.numbers()?,
            shift: self.numbers()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use misaki_rs::spacy_tagger::Tagger;

    use super::super::super::tokenize;
    use super::super::string_id;
    use super::*;

    const TEXT: &str = "Dr. Smith didn't record the \"lead\" story (about $5.50, 10km & 3/4) at 9:30 a.m.; it was \
        used to object… Use the close button -- we live here, and the bass lives in U.S. waters! 漢字 is 2² or 3³? \
        A tear, a wound; THE END of e-mail@example.com, I'd say 'twas naïve. ( :-) ) ## x = y + z, [ok] <tag/> 1990s";

    #[test]
    fn tags_are_those_of_the_network_that_the_weights_come_from() {
        let tokens: Vec<(String, String, bool)> = tokenize::tokenize(TEXT)
            .into_iter()
            .map(|piece| (TEXT[piece.range].to_owned(), piece.space))
            .map(|(text, space)| (text.clone(), text.to_lowercase(), space))
            .collect();
        let features: Vec<Features> =
            tokens.iter().map(|(text, norm, space)| Features::new(text, string_id(norm), *space)).collect();
        let tagger = Tagger::load();
        let expected = tagger.tag(&tokens);
        for kernel in Kernel::all() {
            let mut network =
                Network::read(include_bytes!(concat!(env!("OUT_DIR"), "/tagger.weights"))).unwrap();
            network.kernel = kernel;
            assert_eq!(network.tags(&features, 0, 0), expected, "{kernel:?}");
        }
    }

    #[test]
    fn no_tokens_have_no_tags() {
        let network = super::super::network().unwrap();
        assert!(network.tags(&[], 0, 0).is_empty());
    }
}
