//! Finds where tokens stand in the text they were made from.

use std::ops::Range;

/// How far ahead, in bytes, a token is looked for if it is not where it should be.
const WINDOW: usize = 256;

/// Places tokens in a text, in order.
///
/// Tokens hold the characters of the text in order, except white space between them and apostrophes that the
/// tokenizer drops inside a token (`a'1` becomes `a1`). A token that is not found nearby is taken for an
/// altered one and gets an empty range, so that a surprise in one does not displace those after it.
pub(super) struct Aligner<'t> {
    text: &'t str,
    position: usize,
}

impl<'t> Aligner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, position: 0 }
    }

    /// The range of the next token: at or after the end of the one before, on character boundaries, perhaps
    /// empty.
    pub(super) fn place(&mut self, token: &str) -> Range<usize> {
        let rest = &self.text[self.position..];
        let start = self.position + (rest.len() - rest.trim_start().len());
        let range = self.match_at(start, token).or_else(|| self.search(start, token)).unwrap_or(start..start);
        self.position = range.end;
        range
    }

    /// Matches `token` at `start`, passing over apostrophes that it lacks.
    fn match_at(&self, start: usize, token: &str) -> Option<Range<usize>> {
        let mut here = self.text[start..].char_indices();
        let mut range = None;
        for c in token.chars() {
            let (at, _) = here
                .find(|&(_, there)| there == c || !matches!(there, '\'' | '‘' | '’'))
                .filter(|&(_, there)| there == c)?;
            let first = range.map_or(start + at, |range: Range<usize>| range.start);
            range = Some(first..start + at + c.len_utf8());
        }
        range
    }

    fn search(&self, start: usize, token: &str) -> Option<Range<usize>> {
        let window =
            self.text.ceil_char_boundary((start + token.len()).saturating_add(WINDOW).min(self.text.len()));
        let at = start + self.text[start..window].find(token)?;
        Some(at..at + token.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place<'t>(text: &'t str, tokens: &[&str]) -> Vec<&'t str> {
        let mut aligner = Aligner::new(text);
        tokens.iter().map(|token| &text[aligner.place(token)]).collect()
    }

    #[test]
    fn tokens_are_found_in_order() {
        assert_eq!(place("  a b, a", &["a", "b", ",", "a"]), ["a", "b", ",", "a"]);
        assert_eq!(place("5'6 tall", &["56", "tall"]), ["5'6", "tall"]);
        assert_eq!(place("'a' 'b'", &["a", "b"]), ["a", "b"]);
        assert_eq!(place("é “x”", &["é", "“", "x", "”"]), ["é", "“", "x", "”"]);
    }

    #[test]
    fn an_altered_token_does_not_displace_the_next() {
        assert_eq!(place("one two three", &["one", "2", "three"]), ["one", "", "three"]);
        assert_eq!(place("one", &["one", "more"]), ["one", ""]);
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_inside(text in any::<String>(), tokens in any::<Vec<String>>()) {
            let mut aligner = Aligner::new(&text);
            let mut end = 0;
            for token in tokens.iter().map(String::as_str).chain(text.split(' ')) {
                let range = aligner.place(token);
                prop_assert!(range.start >= end && range.start <= range.end);
                prop_assert!(text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
