//! Places in a text, in characters.

use std::ops::Range;
use std::sync::Arc;

/// Counts characters up to places that are asked for in ascending order, each of them once.
#[derive(Debug)]
pub(crate) struct Positions {
    text: Arc<str>,
    /// The last place, in bytes and in characters.
    last: (usize, usize),
}

impl Positions {
    pub(crate) fn new(text: Arc<str>) -> Self {
        Self { text, last: (0, 0) }
    }

    /// A range of bytes, on character boundaries, as one of characters (Unicode scalar values).
    pub(crate) fn characters(&mut self, bytes: Range<usize>) -> Range<usize> {
        self.character(bytes.start)..self.character(bytes.end)
    }

    fn character(&mut self, byte: usize) -> usize {
        if byte < self.last.0 {
            self.last = (0, 0);
        }
        let between = self.text.get(self.last.0..byte).unwrap_or_default();
        self.last = (byte, self.last.1 + between.chars().count());
        self.last.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_scalar_values() {
        let mut positions = Positions::new("aé漢👍 b".into());
        assert_eq!(positions.characters(0..3), 0..2);
        assert_eq!(positions.characters(3..6), 2..3);
        assert_eq!(positions.characters(6..12), 3..6);
        assert_eq!(positions.characters(1..3), 1..2);
    }
}
