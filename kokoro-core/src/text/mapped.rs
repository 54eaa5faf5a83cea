//! A rewritten text that remembers where each of its characters came from.

use std::ops::Range;

/// A string built from an original, with the origin of every byte.
#[derive(Debug, Default, Clone)]
pub(crate) struct Mapped {
    text: String,
    origins: Vec<Range<usize>>,
}

impl Mapped {
    /// Appends `c`, which stands for `origin` in the original. An empty origin marks an insertion.
    ///
    /// Origins must not go backwards: none may start before the end of another that was pushed earlier,
    /// except that several characters may share one origin.
    pub(crate) fn push(&mut self, c: char, origin: Range<usize>) {
        self.text.push(c);
        self.origins.extend(std::iter::repeat_n(origin, c.len_utf8()));
    }

    /// The rewritten text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where the bytes `range` of the rewritten text came from: from the start of the first to the end of the
    /// last.
    pub(crate) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let inside = self.origins.get(range).unwrap_or_default();
        match (inside.first(), inside.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lead_back_to_the_original() {
        // "Ａé" became "A", an inserted space and "e".
        let mut mapped = Mapped::default();
        mapped.push('A', 0..3);
        mapped.push(' ', 3..3);
        mapped.push('e', 3..5);
        assert_eq!(mapped.text(), "A e");
        assert_eq!(mapped.origin(0..1), 0..3);
        assert_eq!(mapped.origin(1..2), 3..3);
        assert_eq!(mapped.origin(0..3), 0..5);
        assert_eq!(mapped.origin(2..9), 0..0);
    }
}
