//! The packed weights of all operators of a model, as one sequence of numbers.
//!
//! A node of the graph says where its weights begin. So the changed graph and these numbers are all that a prepared model
//! consists of.

use std::io::Write;

use super::mapping::Mapping;
use crate::kernels::Buffer;

/// Parts begin at multiples of this many numbers: at a cache line.
const ALIGNMENT: usize = 16;

/// Packed weights, in the order in which they were packed.
#[derive(Debug, Default)]
pub struct Weights {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    start: usize,
    numbers: Numbers,
}

#[derive(Debug)]
enum Numbers {
    Packed(Buffer),
    /// Of a prepared model.
    Mapped(Mapping),
}

impl Numbers {
    fn as_slice(&self) -> &[f32] {
        match self {
            Self::Packed(buffer) => buffer.as_slice(),
            Self::Mapped(mapping) => mapping.as_slice(),
        }
    }
}

impl Weights {
    /// All the numbers that [`write`](Self::write) wrote.
    pub(crate) fn mapped(mapping: Mapping) -> Self {
        Self { parts: vec![Part { start: 0, numbers: Numbers::Mapped(mapping) }] }
    }

    /// Writes [`len`](Self::len) numbers as this machine holds them, zeros in the gaps.
    pub(crate) fn write(&self, to: &mut impl Write) -> std::io::Result<()> {
        /// Numbers that are written at a time.
        const PIECE: usize = 1 << 14;
        let mut bytes = Vec::with_capacity(PIECE * size_of::<f32>());
        let mut put = |numbers: &[f32]| -> std::io::Result<()> {
            for piece in numbers.chunks(PIECE) {
                bytes.clear();
                bytes.extend(piece.iter().flat_map(|number| number.to_ne_bytes()));
                to.write_all(&bytes)?;
            }
            Ok(())
        };
        let mut written = 0;
        for part in &self.parts {
            put(&vec![0.0; part.start.saturating_sub(written)])?;
            put(part.numbers.as_slice())?;
            written = part.start + part.numbers.as_slice().len();
        }
        put(&vec![0.0; self.len().saturating_sub(written)])
    }

    /// Adds `len` numbers, which `fill` writes, and gives the place where they begin. `None` if `fill` fails: then nothing
    /// is added.
    pub(crate) fn add(&mut self, len: usize, fill: impl FnOnce(&mut [f32]) -> Option<()>) -> Option<usize> {
        let mut numbers = Buffer::zeroed(len);
        fill(numbers.as_mut_slice())?;
        let start = self.len();
        self.parts.push(Part { start, numbers: Numbers::Packed(numbers) });
        Some(start)
    }

    /// How many numbers there are, gaps included.
    pub(crate) fn len(&self) -> usize {
        self.parts
            .last()
            .map_or(0, |part| (part.start + part.numbers.as_slice().len()).next_multiple_of(ALIGNMENT))
    }

    /// Whether nothing was packed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// `len` numbers from a place on. `None` where there are not so many in one part.
    pub(crate) fn get(&self, start: usize, len: usize) -> Option<&[f32]> {
        let index = self.parts.partition_point(|part| part.start <= start).checked_sub(1)?;
        let part = self.parts.get(index)?;
        part.numbers.as_slice().get(start - part.start..)?.get(..len)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed file is a failed test")]
    use super::*;

    fn add(weights: &mut Weights, values: &[f32]) -> Option<usize> {
        weights.add(values.len(), |numbers| {
            numbers.copy_from_slice(values);
            Some(())
        })
    }

    #[test]
    fn what_is_written_is_found_where_it_was() {
        let mut weights = Weights::default();
        let values: Vec<f32> = (0..40_001).map(|x| x as f32).collect();
        let starts = [&values[..], &values[5..8], &values[..16]].map(|part| add(&mut weights, part).unwrap());
        let mut file = tempfile::tempfile().unwrap();
        weights.write(&mut file).unwrap();
        assert_eq!(file.metadata().unwrap().len(), weights.len() as u64 * 4);
        let mapped = Weights::mapped(Mapping::of(&file, 0, weights.len()).unwrap());
        assert_eq!(mapped.len(), weights.len());
        for (start, len) in starts.into_iter().zip([40_001, 3, 16]) {
            assert_eq!(mapped.get(start, len), weights.get(start, len));
        }
        assert_eq!(mapped.get(weights.len(), 1), None);
    }

    #[test]
    fn parts_are_found_where_they_were_put() {
        let mut weights = Weights::default();
        assert_eq!(weights.get(0, 1), None);
        let values: Vec<f32> = (0..40).map(|x| x as f32).collect();
        assert_eq!(add(&mut weights, &values), Some(0));
        assert_eq!(weights.add(5, |_| None), None);
        assert_eq!(add(&mut weights, &values[..3]), Some(48));
        assert_eq!(weights.len(), 64);
        assert_eq!(weights.get(0, 40), Some(&values[..]));
        assert_eq!(weights.get(7, 2), Some(&values[7..9]));
        assert_eq!(weights.get(48, 3), Some(&values[..3]));
        for (start, len) in [(0, 41), (41, 1), (48, 4), (64, 1), (usize::MAX, 1), (1, usize::MAX)] {
            assert_eq!(weights.get(start, len), None, "{len} from {start}");
        }
    }
}
