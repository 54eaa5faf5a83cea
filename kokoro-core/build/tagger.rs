//! Lays out the weights of the tagger for the library's kernels.
//!
//! `misaki-rs` embeds spaCy's weights (MIT) as bytes and keeps them private. Since its tagger is linked into this build
//! script, the bytes lie in the script's own executable, where they are found by their beginning and checked by a sum.

use std::error::Error;
use std::hint::black_box;

use misaki_rs::spacy_tagger::Tagger;

/// The first bytes of the weights, their number, and their FNV-1a sum.
const BEGINNING: [u8; 16] = [146, 138, 24, 189, 188, 199, 181, 61, 158, 181, 112, 62, 168, 23, 98, 62];
const LENGTH: usize = 6_282_056;
const SUM: u64 = 0x2ad4_0093_5f96_cf6d;

const VECTOR: usize = 96;
const PIECES: usize = 3;
/// Columns of a panel, and how many of them belong to one piece: those of `tagger/kernel.rs`.
const WIDTH: usize = 48;
const OUTPUTS: usize = WIDTH / PIECES;
const TAGS: usize = 50;
/// Rows of the tables for norm, prefix, suffix, shape, following space, white space.
const TABLES: [usize; 6] = [5_000, 1_000, 2_500, 2_500, 50, 50];
/// Tables that stay tables; the others are flags, whose part in the first layer is known in advance.
const STRINGS: usize = 4;
/// The seeds of the flags' hashes.
const FLAG_SEEDS: [u32; 2] = [12, 13];

/// The rows of a table that a value is found in, by a seed.
type Hash = fn(u64, u32) -> [u32; 4];

/// The file that the library embeds.
pub(crate) fn weights(hash: Hash) -> Result<Vec<u8>, Box<dyn Error>> {
    let tagger = black_box(Tagger::load());
    if tagger.labels.len() != TAGS {
        return Err("the tagger of misaki-rs has another number of tags".into());
    }
    let executable = std::fs::read(std::env::current_exe()?)?;
    let mut numbers = find(&executable)?.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let mut take = |count: usize| -> Vec<f32> { numbers.by_ref().take(count).collect() };

    let tables: Vec<Vec<f32>> = TABLES.iter().map(|rows| take(rows * VECTOR)).collect();
    let mut layers = Vec::new();
    for depth in 0..5 {
        let height = if depth == 0 { TABLES.len() * VECTOR } else { 3 * VECTOR };
        let weights = take(VECTOR * PIECES * height);
        layers.push((height, weights, take(VECTOR * PIECES), take(2 * VECTOR)));
    }
    let (choice, choice_bias) = (take(TAGS * VECTOR), take(TAGS));

    let mut out = Out::default();
    tables.iter().take(STRINGS).for_each(|table| out.all(table));
    for (depth, (height, weights, bias, norm)) in layers.iter().enumerate() {
        let used = if depth == 0 { STRINGS * VECTOR } else { *height };
        for panel in 0..VECTOR / OUTPUTS {
            for k in 0..used {
                for column in 0..WIDTH {
                    out.one(at(weights, source(panel, column) * height + k));
                }
            }
        }
        if depth > 0 {
            out.panels(|column| at(bias, column));
        } else {
            flags(&mut out, weights, bias, &tables, hash);
        }
        out.all(norm);
    }
    for half in 0..2 {
        for k in 0..VECTOR {
            for column in 0..WIDTH {
                out.one(at(&choice, (half * WIDTH + column) * VECTOR + k));
            }
        }
    }
    (0..2 * WIDTH).for_each(|column| out.one(at(&choice_bias, column)));
    out.0.extend_from_slice(tagger.labels.join("\n").as_bytes());
    Ok(out.0)
}

/// What the flags add to the sums of the first layer, with its bias, for each of their four combinations.
fn flags(out: &mut Out, weights: &[f32], bias: &[f32], tables: &[Vec<f32>], hash: Hash) {
    let height = TABLES.len() * VECTOR;
    for flags in 0..4 {
        let values = [flags >> 1, flags & 1].into_iter().zip(FLAG_SEEDS);
        let vectors: Vec<f32> = tables
            .iter()
            .skip(STRINGS)
            .zip(values)
            .flat_map(|(table, (value, seed))| embed(table, hash(value, seed)))
            .collect();
        out.panels(|column| {
            let weights = weights.get(column * height + STRINGS * VECTOR..(column + 1) * height);
            let products =
                weights.unwrap_or_default().iter().zip(&vectors).map(|(weight, number)| weight * number);
            at(bias, column) + products.sum::<f32>()
        });
    }
}

/// The weights in the bytes of the executable.
fn find(executable: &[u8]) -> Result<&[u8], Box<dyn Error>> {
    let mut from = 0;
    while let Some(at) = executable.get(from..).and_then(|rest| memchr(rest, &BEGINNING)) {
        let start = from + at;
        if let Some(weights) = executable.get(start..start + LENGTH)
            && sum(weights) == SUM
        {
            return Ok(weights);
        }
        from = start + 1;
    }
    Err("the tagger's weights of misaki-rs 0.8.0 are not in the build script's executable".into())
}

fn memchr(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The vector of a value: the sum of four rows.
fn embed(table: &[f32], hash: [u32; 4]) -> Vec<f32> {
    let row = |hash: u32| hash as usize % (table.len() / VECTOR) * VECTOR;
    (0..VECTOR).map(|i| hash.iter().map(|&hash| at(table, row(hash) + i)).sum()).collect()
}

/// The output of spaCy's layer that a column of a panel makes: panels hold the pieces of their outputs one after another.
fn source(panel: usize, column: usize) -> usize {
    (panel * OUTPUTS + column % OUTPUTS) * PIECES + column / OUTPUTS
}

fn at(numbers: &[f32], index: usize) -> f32 {
    numbers.get(index).copied().unwrap_or_default()
}

#[derive(Default)]
struct Out(Vec<u8>);

impl Out {
    fn one(&mut self, number: f32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn all(&mut self, numbers: &[f32]) {
        numbers.iter().for_each(|&number| self.one(number));
    }

    /// One row for each panel.
    fn panels(&mut self, number: impl Fn(usize) -> f32) {
        for panel in 0..VECTOR / OUTPUTS {
            (0..WIDTH).for_each(|column| self.one(number(source(panel, column))));
        }
    }
}
