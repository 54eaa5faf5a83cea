//! The reference's inline markup, `[word](/phonemes/)`.

use std::ops::Range;

/// One `[inner](payload)` in a text. Whether the payload means anything is for the front end to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// The whole, brackets included, in bytes.
    pub(crate) outer: Range<usize>,
    /// What stands between the square brackets, which is what is spoken.
    pub(crate) inner: Range<usize>,
    /// What stands between the round brackets.
    pub(crate) payload: Range<usize>,
}

/// Finds what the reference's pattern `\[([^\]]+)\]\(([^\)]*)\)` finds, from left to right, in time linear in
/// the text.
pub(crate) fn find(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut square = Next::new(b']');
    let mut round = Next::new(b')');
    let mut from = 0;
    while let Some(open) = text[from..].find('[').map(|at| from + at) {
        from = open + 1;
        let Some(close) = square.at_or_after(text, open + 1) else { break };
        let payload = close + 2;
        if close == open + 1 || text.as_bytes().get(close + 1) != Some(&b'(') {
            continue;
        }
        let Some(end) = round.at_or_after(text, payload) else { break };
        links.push(Link { outer: open..end + 1, inner: open + 1..close, payload: payload..end });
        from = end + 1;
    }
    links
}

/// Finds the next occurrence of a byte for growing positions, without looking at any byte twice.
struct Next {
    byte: u8,
    /// All bytes before it are known, and the last answer.
    known: (usize, Option<usize>),
}

impl Next {
    fn new(byte: u8) -> Self {
        Self { byte, known: (0, None) }
    }

    fn at_or_after(&mut self, text: &str, position: usize) -> Option<usize> {
        let (scanned, found) = self.known;
        if let Some(found) = found.filter(|&found| found >= position) {
            return Some(found);
        }
        let from = position.max(scanned).min(text.len());
        let found = text.as_bytes()[from..].iter().position(|&b| b == self.byte).map(|at| from + at);
        self.known = (found.map_or(text.len(), |found| found + 1), found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(&str, &str)> {
        find(text).into_iter().map(|link| (&text[link.inner], &text[link.payload])).collect()
    }

    #[test]
    fn finds_what_the_reference_finds() {
        assert_eq!(parts("a [b](/c/) d [e](-1)"), [("b", "/c/"), ("e", "-1")]);
        assert_eq!(parts("[a](b)[c](d)"), [("a", "b"), ("c", "d")]);
        assert_eq!(parts("[]() [](x) [a] (b)"), []);
        assert_eq!(parts("[a]()"), [("a", "")]);
        assert_eq!(parts("[[a](b)](c)"), [("[a", "b")]);
        assert_eq!(parts("[x][y](z)"), [("y", "z")]);
        assert_eq!(parts("[a](b"), []);
        assert_eq!(parts("[été](/ɛ/)。"), [("été", "/ɛ/")]);
        assert_eq!(find("x[a](b)y")[0].outer, 1..7);
    }

    #[test]
    fn a_megabyte_of_brackets_is_no_burden() {
        for (unit, each) in [("[", 0), ("](", 0), ("[]", 0), ("[a](", 0), ("[a](b", 0), ("[a](b)", 1)] {
            // Quadratic work would not end within the patience of a test run.
            let count = 1_000_000 / unit.len();
            assert_eq!(find(&unit.repeat(count)).len(), count * each, "{unit}");
        }
    }
}
