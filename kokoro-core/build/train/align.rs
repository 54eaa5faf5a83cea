//! Which letter stands for which phonemes.
//!
//! Every letter stands for none, one or two phonemes. How likely each combination is, is learned from the
//! words themselves by expectation maximisation; then every word gets its likeliest alignment. Stress plays
//! no part.

use super::units::{LETTERS, Unit, Word};

/// One word in how many is enough to learn from.
const SAMPLE: usize = 4;
const ROUNDS: usize = 6;
/// What keeps a letter with one phoneme or none possible that was never seen. Two are a tenth as likely.
const FLOOR: f64 = 1e-9;

pub(super) struct Aligner {
    /// How many phonemes there are, the one that is none included.
    units: usize,
    /// The probability of a letter with two phonemes, by the three of them. A single phoneme is the first.
    likely: Vec<f64>,
}

impl Aligner {
    /// Learns from `words`.
    pub(super) fn learn(words: &[Word], units: usize) -> Self {
        let mut aligner = Self { units, likely: Vec::new() };
        let one = 1.0 / units as f64;
        aligner.likely = aligner.by_length([0.2, one, one * one / 20.0]);
        let floor = aligner.by_length([FLOOR, FLOOR, FLOOR / 10.0]);
        let mut grid = Grid::default();
        for _ in 0..ROUNDS {
            let mut counts = vec![0.0; aligner.likely.len()];
            for word in words.iter().step_by(SAMPLE) {
                aligner.expect(word, &mut counts, &mut grid);
            }
            let total = counts.iter().sum::<f64>().max(1.0);
            for (at, likely) in aligner.likely.iter_mut().enumerate() {
                *likely = (counts[at] / total).max(floor[at]);
            }
        }
        aligner
    }

    /// Probabilities that depend on the number of phonemes alone.
    fn by_length(&self, values: [f64; 3]) -> Vec<f64> {
        let mut all = Vec::with_capacity(LETTERS * self.units * self.units);
        for _ in 0..LETTERS {
            for first in 0..self.units {
                all.push(if first == 0 { values[0] } else { values[1] });
                let two = if first == 0 { 0.0 } else { values[2] };
                all.extend((1..self.units).map(|_| two));
            }
        }
        all
    }

    /// The place of `letter` with the `length` phonemes that end at `to`.
    fn place(&self, letter: u8, units: &[Unit], to: usize, length: usize) -> usize {
        let (first, second) = match length {
            0 => (0, 0),
            1 => (units[to - 1], 0),
            _ => (units[to - 2], units[to - 1]),
        };
        (usize::from(letter) * self.units + usize::from(first)) * self.units + usize::from(second)
    }

    /// Adds to `counts` how often every combination is to be expected in `word`.
    fn expect(&self, word: &Word, counts: &mut [f64], grid: &mut Grid) {
        let columns = word.units.len() + 1;
        let cells = (word.letters.len() + 1) * columns;
        grid.reset(cells);
        let Grid { forward, backward } = grid;
        forward[0] = 1.0;
        for (row, &letter) in word.letters.iter().enumerate() {
            for to in 0..columns {
                let mut sum = 0.0;
                for length in 0..=to.min(2) {
                    let before = forward[row * columns + to - length];
                    if before > 0.0 {
                        sum += before * self.likely[self.place(letter, &word.units, to, length)];
                    }
                }
                forward[(row + 1) * columns + to] = sum;
            }
        }
        let total = forward[cells - 1];
        if total <= 0.0 {
            return;
        }
        backward[cells - 1] = 1.0;
        for (row, &letter) in word.letters.iter().enumerate().rev() {
            for to in 0..columns {
                let after = backward[(row + 1) * columns + to];
                if after <= 0.0 {
                    continue;
                }
                for length in 0..=to.min(2) {
                    let from = row * columns + to - length;
                    if forward[from] > 0.0 {
                        let place = self.place(letter, &word.units, to, length);
                        let path = self.likely[place] * after;
                        backward[from] += path;
                        counts[place] += path * forward[from] / total;
                    }
                }
            }
        }
    }

    /// How many phonemes each letter of `word` stands for. `None` if there are more than two for each.
    pub(super) fn align(&self, word: &Word) -> Option<Vec<u8>> {
        let columns = word.units.len() + 1;
        let cells = (word.letters.len() + 1) * columns;
        let mut best = vec![0.0; cells];
        let mut choice = vec![0; cells];
        best[0] = 1.0;
        for (row, &letter) in word.letters.iter().enumerate() {
            for to in 0..columns {
                for length in 0..=to.min(2) {
                    let before = best[row * columns + to - length];
                    if before > 0.0 {
                        let path = before * self.likely[self.place(letter, &word.units, to, length)];
                        let cell = (row + 1) * columns + to;
                        if path > best[cell] {
                            best[cell] = path;
                            choice[cell] = length as u8;
                        }
                    }
                }
            }
        }
        if best[cells - 1] <= 0.0 {
            return None;
        }
        let mut lengths = vec![0; word.letters.len()];
        let mut to = word.units.len();
        for (row, length) in lengths.iter_mut().enumerate().rev() {
            *length = choice[(row + 1) * columns + to];
            to -= usize::from(*length);
        }
        Some(lengths)
    }
}

/// Probabilities of the paths to and from every cell, a cell being so many letters with so many phonemes.
#[derive(Default)]
struct Grid {
    forward: Vec<f64>,
    backward: Vec<f64>,
}

impl Grid {
    fn reset(&mut self, cells: usize) {
        for side in [&mut self.forward, &mut self.backward] {
            side.clear();
            side.resize(cells, 0.0);
        }
    }
}
