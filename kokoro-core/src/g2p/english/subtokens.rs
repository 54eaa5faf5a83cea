//! Cuts a token into its parts: `camelCase` into two, `512GB` into a number and a word.
//!
//! The parts are those of misaki 0.9.4 (Apache-2.0), `SUBTOKEN_REGEX`, whose alternatives are named below in its order.
//! A part takes one scan or two, so the time is linear in the token.

use super::characters::{is_decimal_digit, is_letter, is_lower, is_upper};

/// The parts of `token` as byte ranges of it, in order. What is in no part, such as an apostrophe between digits, is
/// dropped.
pub(super) fn split(token: &str) -> Vec<std::ops::Range<usize>> {
    // Nearly all tokens are plain words.
    if token.bytes().all(|c| c.is_ascii_lowercase()) && !token.is_empty() {
        return std::iter::once(0..token.len()).collect();
    }
    let chars = Chars(token.char_indices().collect());
    let mut parts = Vec::new();
    let mut at = 0;
    while at < chars.0.len() {
        let end = chars.part(at);
        if end > at {
            parts.push(chars.byte(at, token)..chars.byte(end, token));
            at = end;
        } else {
            at += 1;
        }
    }
    parts
}

struct Chars(Vec<(usize, char)>);

impl Chars {
    fn get(&self, at: usize) -> Option<char> {
        self.0.get(at).map(|&(_, c)| c)
    }

    fn byte(&self, at: usize, token: &str) -> usize {
        self.0.get(at).map_or(token.len(), |&(byte, _)| byte)
    }

    fn is(&self, at: usize, class: impl Fn(char) -> bool) -> bool {
        self.get(at).is_some_and(class)
    }

    /// The end of the run of a class from `at` on.
    fn run(&self, at: usize, class: impl Fn(char) -> bool) -> usize {
        at + self.0.iter().skip(at).take_while(|&&(_, c)| class(c)).count()
    }

    /// The end of the part that begins at `at`; `at` itself if none does.
    fn part(&self, at: usize) -> usize {
        let quotes = self.run(at, is_quote);
        if at == 0 && quotes > 0 {
            return quotes;
        }
        if self.is(at, is_upper) && self.is(at + 1, is_upper) && self.is(at + 2, is_lower) {
            return at + 1;
        }
        if let Some(end) = self.number(at) {
            return end;
        }
        let dashes = self.run(at, |c| matches!(c, '-' | '_'));
        if dashes > at {
            return dashes;
        }
        if quotes >= at + 2 {
            return quotes;
        }
        if let Some(end) = self.camel_word(at) {
            return end;
        }
        let letters = self.run(at, is_letter);
        if letters > at {
            return self.apostrophes(letters);
        }
        match self.get(at) {
            Some(c) if !is_quote(c) && !is_decimal_digit(c) => at + 1,
            // One quote: the end of the token, or dropped.
            Some(_) if at + 1 == self.0.len() => at + 1,
            _ => at,
        }
    }

    /// Digits with single commas and full stops between or before them, and a minus sign at the start of the token.
    fn number(&self, at: usize) -> Option<usize> {
        let start = if at == 0 && self.is(0, |c| c == '-') { 1 } else { at };
        let mut end = start;
        loop {
            if self.is(end, is_decimal_digit) {
                end += 1;
            } else if self.is(end, |c| matches!(c, ',' | '.')) && self.is(end + 1, is_decimal_digit) {
                end += 2;
            } else {
                break;
            }
        }
        (end > start).then_some(end)
    }

    /// Letters and apostrophes up to a small letter before a capital one.
    fn camel_word(&self, at: usize) -> Option<usize> {
        let mut end = at;
        while self.is(end, is_letter) {
            if self.is(end, is_lower) && self.is(end + 1, is_upper) {
                return Some(end + 1);
            }
            end += 1;
        }
        loop {
            if self.is(end, is_lower) && self.is(end + 1, is_upper) {
                return Some(end + 1);
            }
            if !(self.is(end, is_quote) && self.is(end + 1, is_letter)) {
                return None;
            }
            end += 2;
        }
    }

    /// The end of the `'x'y'z` from `at` on.
    fn apostrophes(&self, mut at: usize) -> usize {
        while self.is(at, is_quote) && self.is(at + 1, is_letter) {
            at += 2;
        }
        at
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(token: &str) -> Vec<&str> {
        split(token).into_iter().map(|range| &token[range]).collect()
    }

    #[test]
    fn words_and_numbers_are_parted() {
        assert_eq!(parts("word"), ["word"]);
        assert_eq!(parts("512GB"), ["512", "GB"]);
        assert_eq!(parts("-1,250.75kg"), ["-1,250.75", "kg"]);
        assert_eq!(parts("1..2,,3"), ["1", ".", ".2", ",", ",3"]);
        assert_eq!(parts("a-1"), ["a", "-", "1"]);
        assert_eq!(parts("snake__case"), ["snake", "__", "case"]);
        assert_eq!(parts("a/b?"), ["a", "/", "b", "?"]);
        assert_eq!(parts(""), Vec::<&str>::new());
    }

    #[test]
    fn camel_case_is_parted() {
        assert_eq!(parts("iPhone"), ["i", "Phone"]);
        assert_eq!(parts("camelCaseWord"), ["camel", "Case", "Word"]);
        assert_eq!(parts("XMLParser"), ["XMLParser"]);
        assert_eq!(parts("aXMLParser"), ["a", "XMLParser"]);
        assert_eq!(parts("ABcD"), ["A", "Bc", "D"]);
    }

    #[test]
    fn apostrophes_stay_in_words_and_are_dropped_between_digits() {
        assert_eq!(parts("don't"), ["don't"]);
        assert_eq!(parts("rock'n'roll"), ["rock'n'r", "oll"]);
        assert_eq!(parts("5'6"), ["5", "6"]);
        assert_eq!(parts("'tis"), ["'", "tis"]);
        assert_eq!(parts("boys'"), ["boys", "'"]);
        assert_eq!(parts("a''b"), ["a", "''", "b"]);
    }
}
