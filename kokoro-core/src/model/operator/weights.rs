//! The packed weights of all operators of a model, as one sequence of numbers.
//!
//! A node of the graph says where its weights begin. So the changed graph and these numbers are all that a prepared model
//! consists of.

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
    numbers: Buffer,
}

impl Weights {
    /// Adds `len` numbers, which `fill` writes, and gives the place where they begin. `None` if `fill` fails: then nothing
    /// is added.
    pub(crate) fn add(&mut self, len: usize, fill: impl FnOnce(&mut [f32]) -> Option<()>) -> Option<usize> {
        let mut numbers = Buffer::zeroed(len);
        fill(numbers.as_mut_slice())?;
        let start = self.len();
        self.parts.push(Part { start, numbers });
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
    use super::*;

    fn add(weights: &mut Weights, values: &[f32]) -> Option<usize> {
        weights.add(values.len(), |numbers| {
            numbers.copy_from_slice(values);
            Some(())
        })
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
