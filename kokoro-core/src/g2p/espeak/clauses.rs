//! Cuts a text at its punctuation, which espeak-ng does not give back.
//!
//! The model was trained on text cut this way, with the marks put back between the phonemes of the clauses: each clause
//! is read apart, and the white space around a mark stays as it is.

use std::ops::Range;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// What espeak-ng reads, without white space at its ends.
    Clause(Range<usize>),
    /// Marks, with white space before, between and after them.
    Marks(Range<usize>),
}

/// Whether a text is cut at `c`.
pub(super) fn is_mark(c: char) -> bool {
    matches!(
        c,
        ';' | ':'
            | ','
            | '.'
            | '!'
            | '?'
            | '¡'
            | '¿'
            | '—'
            | '…'
            | '"'
            | '«'
            | '»'
            | '“'
            | '”'
            | '('
            | ')'
            | '{'
            | '}'
            | '['
            | ']'
    )
}

/// Whether `c` is white space, as Python sees it.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The parts of `text` in order; together they are all of it but the white space at its ends.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = text.len() - text.trim_start_matches(is_space).len();
    let end = at.max(text.trim_end_matches(is_space).len());
    while let Some(rest) = text.get(at..end).filter(|rest| !rest.is_empty()) {
        let clause = rest.find(is_mark).unwrap_or(rest.len());
        let spoken = rest.get(..clause).unwrap_or_default().trim_end_matches(is_space).len();
        if spoken > 0 {
            parts.push(Part::Clause(at..at + spoken));
        }
        let marks = rest.get(spoken..).unwrap_or_default();
        let length = marks.find(|c| !is_mark(c) && !is_space(c)).unwrap_or(marks.len());
        if length > 0 {
            parts.push(Part::Marks(at + spoken..at + spoken + length));
        }
        at += spoken + length;
    }
    parts
}

/// The words of a clause that stands at `offset`: what white space separates.
pub(super) fn words(clause: &str, offset: usize) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = offset;
    for part in clause.split_inclusive(is_space) {
        let length = part.trim_end_matches(is_space).len();
        if length > 0 {
            words.push(at..at + length);
        }
        at += part.len();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |part: Part| match part {
            Part::Clause(range) => text[range].to_owned(),
            Part::Marks(range) => format!("<{}>", &text[range]),
        };
        parts(text).into_iter().map(show).collect()
    }

    #[test]
    fn marks_keep_the_white_space_around_them() {
        assert_eq!(shown("¿Cómo está usted?"), ["<¿>", "Cómo está usted", "<?>"]);
        assert_eq!(
            shown("Bonjour, ça  va ? « Oui »"),
            ["Bonjour", "<, >", "ça  va", "< ? « >", "Oui", "< »>"]
        );
        assert_eq!(shown("12,5 euros"), ["12", "<,>", "5 euros"]);
        assert_eq!(shown(" hola\n"), ["hola"]);
        assert_eq!(shown(" ... "), ["<...>"]);
        assert_eq!(shown(" \n"), Vec::<String>::new());
        assert_eq!(shown("l'été - hier"), ["l'été - hier"]);
    }

    #[test]
    fn words_are_what_white_space_separates() {
        assert_eq!(words("a  bc\u{a0}d", 3), [3..4, 6..8, 10..11]);
        assert!(words("", 3).is_empty());
    }

    proptest! {
        #[test]
        fn parts_are_the_whole_text(text in "[a ,.«»\u{a0}\u{1c}\n]{0,40}|\\PC{0,40}") {
            let mut last = text.len() - text.trim_start_matches(is_space).len();
            let mut was_clause = false;
            for part in parts(&text) {
                let (range, is_clause) = match part {
                    Part::Clause(range) => (range, true),
                    Part::Marks(range) => (range, false),
                };
                prop_assert!(range.start == last && !range.is_empty());
                prop_assert!(!(is_clause && was_clause) && text.get(range.clone()).is_some());
                prop_assert_eq!(!is_clause, text[range.clone()].contains(is_mark));
                (last, was_clause) = (range.end, is_clause);
            }
            prop_assert_eq!(last, last.max(text.trim_end_matches(is_space).len()));
        }
    }
}
