//! Text to tokens, as spaCy's English tokenizer makes them.
//!
//! White space is treated as spaCy (MIT) does: a single space belongs to the token before it, any other white space is a
//! token. What stands between is cut by [`super::affixes`].

use std::ops::Range;

use once_cell::sync::Lazy;

use super::affixes::Affixes;
use super::characters::is_space;
use super::tables::{BASE_NORMS, LEXEME_NORMS};
use super::tagger::string_id;

/// A token by its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) range: Range<usize>,
    /// Whether a space follows.
    pub(super) space: bool,
    /// Its form without case and abbreviation, by number.
    pub(super) norm: u64,
}

static AFFIXES: Lazy<Affixes> = Lazy::new(Affixes::new);

/// Loads the rules now rather than with the first text.
pub(super) fn load() {
    Lazy::force(&AFFIXES);
}

/// The tokens of `text`, in order.
pub(super) fn tokenize(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let rest = &text[start..];
        if is_space(first) {
            let end = start + rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            let mut own = start..end;
            if first == ' '
                && let Some(last) = pieces.last_mut()
            {
                last.space = true;
                own.start += 1;
            }
            if !own.is_empty() {
                pieces.push(piece(text, own.clone(), None));
            }
            start = end;
        } else {
            let end = start + rest.find(is_space).unwrap_or(rest.len());
            split(text, start..end, &mut pieces);
            start = end;
        }
    }
    pieces
}

fn piece(text: &str, range: Range<usize>, norm: Option<u64>) -> Piece {
    let norm = norm.unwrap_or_else(|| general_norm(&text[range.clone()]));
    Piece { range, space: false, norm }
}

/// The norm of a token for which no exception sets one.
fn general_norm(token: &str) -> u64 {
    let base = BASE_NORMS.binary_search_by_key(&token, |&(mark, _)| mark).ok();
    if let Some(&(_, norm)) = base.and_then(|at| BASE_NORMS.get(at)) {
        return norm;
    }
    let number = string_id(token);
    let lexeme = LEXEME_NORMS.binary_search_by_key(&number, |&(key, _)| key).ok();
    match lexeme.and_then(|at| LEXEME_NORMS.get(at)) {
        Some(&(_, norm)) => norm,
        None if token.bytes().all(|c| c.is_ascii_lowercase()) => number,
        None => string_id(&token.to_lowercase()),
    }
}

/// Appends the tokens of a stretch without white space.
fn split(text: &str, range: Range<usize>, pieces: &mut Vec<Piece>) {
    let chunk = &text[range.clone()];
    // Nearly all stretches are plain words, to which no rule but an exception applies.
    if chunk.bytes().all(|c| c.is_ascii_alphabetic()) && !AFFIXES.is_exception(chunk) {
        return pieces.push(piece(text, range, None));
    }
    let mut start = range.start;
    for affix in AFFIXES.split(chunk) {
        let end = start + affix.length;
        pieces.push(piece(text, start..end, affix.norm));
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<&str> {
        tokenize(text).into_iter().map(|piece| &text[piece.range]).collect()
    }

    #[test]
    fn words_and_marks_are_parted() {
        assert_eq!(
            tokens("Dr. Who can't pay $5, (really)!"),
            ["Dr.", "Who", "ca", "n't", "pay", "$", "5", ",", "(", "really", ")", "!"]
        );
        assert_eq!(tokens("see https://a.com/b?c=d now..."), ["see", "https://a.com/b?c=d", "now", "..."]);
        assert_eq!(tokens("cannot well-known 10km"), ["can", "not", "well", "-", "known", "10", "km"]);
    }

    #[test]
    fn white_space_beyond_one_space_is_a_token() {
        assert_eq!(tokens(" a  b\n\nc \t d "), [" ", "a", " ", "b", "\n\n", "c", "\t ", "d"]);
        let spaces: Vec<bool> = tokenize("a b\nc ").iter().map(|piece| piece.space).collect();
        assert_eq!(spaces, [true, false, false, true]);
        assert_eq!(tokens(""), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn tokens_cover_the_text(text in "[a-zA-Z0-9 .,'\"()$%\u{a0}é漢🍕-]{0,80}|\\PC{0,40}") {
            let mut end = 0;
            for piece in tokenize(&text) {
                prop_assert!(piece.range.start == end && !piece.range.is_empty());
                end = piece.range.end;
                if piece.space {
                    prop_assert_eq!(&text[end..=end], " ");
                    end += 1;
                }
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
