//! From places in bytes, as the library counts, to places in characters, as Python does.

use std::ops::Range;
use std::sync::Arc;

/// Counts the characters of a text. Places that are asked for in rising order are counted once.
pub(crate) struct Characters {
    text: Arc<str>,
    byte: usize,
    character: usize,
}

impl Characters {
    pub(crate) fn new(text: Arc<str>) -> Self {
        Self { text, byte: 0, character: 0 }
    }

    fn at(&mut self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        if byte < self.byte {
            (self.byte, self.character) = (0, 0);
        }
        self.character += self.text.get(self.byte..byte).map_or(0, |text| text.chars().count());
        self.byte = byte;
        self.character
    }

    pub(crate) fn range(&mut self, bytes: &Range<usize>) -> (usize, usize) {
        (self.at(bytes.start), self.at(bytes.end))
    }
}
