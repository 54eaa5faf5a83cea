//! What the network knows of a token: its form, beginning, end and shape.
//!
//! The features are spaCy's (MIT) `NORM`, `PREFIX`, `SUFFIX`, `SHAPE`, `SPACY` and `IS_SPACE`.

use super::super::characters::{is_digit, is_letter, is_space, is_upper};
use super::super::tables::SYMBOLS;
use super::hash::string_hash;

/// The number of features that are looked up; the other two are flags.
pub(super) const STRINGS: usize = 4;

/// The features of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Features {
    /// Form, first character, last three characters, shape.
    pub(super) strings: [u64; STRINGS],
    /// Whether a space follows.
    pub(super) space: bool,
    /// Whether it is white space.
    pub(super) is_space: bool,
}

impl Features {
    /// The features of the token `text`. `norm` is its form without case and abbreviation, by number.
    pub(in super::super) fn new(text: &str, norm: u64, space: bool) -> Self {
        let mut chars = text.chars();
        let prefix = text.get(..chars.next().map_or(0, char::len_utf8)).unwrap_or_default();
        let suffix = text.char_indices().rev().nth(2).map_or(0, |(at, _)| at);
        let suffix = text.get(suffix..).unwrap_or_default();
        Self {
            strings: [norm, string_id(prefix), string_id(suffix), shape(text)],
            space,
            is_space: !text.is_empty() && text.chars().all(is_space),
        }
    }
}

/// spaCy's number for a string: small for the names it knows itself, a hash for all others.
pub(in super::super) fn string_id(text: &str) -> u64 {
    // Nearly all are longer than the longest of those names, or in small letters, which few of them are.
    let known = SYMBOLS.binary_search_by_key(&text, |&(name, _)| name).ok().and_then(|at| SYMBOLS.get(at));
    known.map_or_else(|| string_hash(text.as_bytes()), |&(_, id)| id)
}

/// The shape of a token: letters become `x` or `X`, digits `d`, and no more than four of a kind in a row are kept.
fn shape(text: &str) -> u64 {
    // The reference does not look at longer ones.
    const LONG: usize = 100;
    let mut shape = [0; 4 * LONG];
    let mut length = 0;
    let mut last = None;
    let mut run = 0;
    for (count, c) in text.chars().enumerate() {
        if count + 1 == LONG {
            return string_id("LONG");
        }
        let class = match c {
            c if is_letter(c) => {
                if is_upper(c) {
                    'X'
                } else {
                    'x'
                }
            }
            c if is_digit(c) => 'd',
            c => c,
        };
        run = if last == Some(class) { run + 1 } else { 1 };
        last = Some(class);
        if run <= 4
            && let Some(rest) = shape.get_mut(length..length + class.len_utf8())
        {
            class.encode_utf8(rest);
            length += rest.len();
        }
    }
    let shape = shape.get(..length).and_then(|shape| std::str::from_utf8(shape).ok());
    string_id(shape.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_spacys() {
        for (text, expected) in [
            ("barked", "xxxx"),
            ("Smith", "Xxxxx"),
            ("n't", "x'x"),
            ("1,250.75", "d,ddd.dd"),
            ("½", "½"),
            ("x²", "xd"),
            ("ˈa", "xx"),
            ("", ""),
            ("É", "X"),
            ("aaaaaBBBBBB11111", "xxxxXXXXdddd"),
        ] {
            assert_eq!(shape(text), string_id(expected), "{text}");
        }
        assert_eq!(shape(&"é".repeat(99)), string_id("xxxx"));
        assert_eq!(shape(&"é".repeat(100)), string_id("LONG"));
    }

    #[test]
    fn the_ends_of_a_token_are_characters() {
        let features = Features::new("één", 7, true);
        assert_eq!(features.strings, [7, string_id("é"), string_id("één"), string_id("xxx")]);
        assert!(features.space && !features.is_space);
        assert_eq!(Features::new("ab", 0, false).strings[2], string_id("ab"));
        assert!(Features::new("\n ", 0, false).is_space);
        assert_eq!(string_id("X"), 101);
    }
}
