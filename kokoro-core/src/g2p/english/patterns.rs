//! What spaCy (MIT) cuts off a word, in front, behind and between.
//!
//! The rules are those of its patterns for prefixes, suffixes and infixes, as code that looks at each character once.

use super::tables::{
    AFTER_INNER_STOP, BEFORE_INNER_STOP, BEFORE_STOP, CAPITALS, CURRENCIES, ICONS, LETTERS, PREFIX_MARKS,
    SUFFIX_MARKS, UNITS,
};

/// A set of characters.
#[derive(Debug)]
pub(super) struct Class {
    /// A bit for each ASCII character.
    pub(super) ascii: u128,
    /// The others, sorted, both ends included.
    pub(super) ranges: &'static [(char, char)],
}

impl Class {
    pub(super) fn contains(&self, c: char) -> bool {
        if c.is_ascii() {
            return (self.ascii >> u32::from(c)) & 1 == 1;
        }
        let after = self.ranges.partition_point(|&(first, _)| first <= c);
        let range = after.checked_sub(1).and_then(|before| self.ranges.get(before));
        range.is_some_and(|&(_, last)| c <= last)
    }
}

/// The length in bytes of what is cut off the beginning of `word`.
pub(super) fn prefix(word: &str) -> usize {
    let mut chars = word.chars();
    let Some(first) = chars.next() else { return 0 };
    match first {
        'A' | 'C' if chars.as_str().starts_with('$') => 2,
        'U' if word.starts_with("US$") => 3,
        '.' => dots(word),
        '+' => usize::from(!chars.as_str().starts_with(|c: char| c.is_ascii_digit())),
        _ if PREFIX_MARKS.contains(first) => first.len_utf8(),
        _ => 0,
    }
}

/// Two full stops or more at the beginning of `text`.
fn dots(text: &str) -> usize {
    let count = text.bytes().take_while(|&c| c == b'.').count();
    if count > 1 { count } else { 0 }
}

/// The length in bytes of what is cut off the end of `word`: the longest that any rule allows.
pub(super) fn suffix(word: &str) -> usize {
    let mut chars = word.chars();
    let Some(last) = chars.next_back() else { return 0 };
    let before = chars.next_back();
    let mark = match last {
        '.' => {
            let dots = word.bytes().rev().take_while(|&c| c == b'.').count();
            if dots > 1 {
                dots
            } else {
                usize::from(before.is_some_and(|before| ends_sentence(before, chars.next_back())))
            }
        }
        '…' if before == Some('…') => 2 * last.len_utf8(),
        's' | 'S' => match before {
            Some(quote @ ('\'' | '’')) => quote.len_utf8() + 1,
            _ => 0,
        },
        '+' => usize::from(before.is_some_and(|before| before.is_ascii_digit())),
        '—' | '–' => last.len_utf8(),
        _ if SUFFIX_MARKS.contains(last) => last.len_utf8(),
        _ => 0,
    };
    mark.max(unit(word))
}

/// Whether a full stop after `last`, with `before` in front of that, is cut off.
fn ends_sentence(last: char, before: Option<char>) -> bool {
    BEFORE_STOP.contains(last)
        || (CAPITALS.contains(last) && before.is_some_and(|before| CAPITALS.contains(before)))
        || (matches!(last, 'F' | 'f' | 'C' | 'c' | 'K' | 'k') && before == Some('°'))
}

/// The length of a unit or a currency after the last digit of `word`.
fn unit(word: &str) -> usize {
    let Some(digit) = word.bytes().rposition(|c| c.is_ascii_digit()) else { return 0 };
    let tail = word.get(digit + 1..).unwrap_or_default();
    let is_listed = |list: &[&str]| list.binary_search(&tail).is_ok();
    if !tail.is_empty() && (is_listed(&UNITS) || is_listed(&CURRENCIES)) { tail.len() } else { 0 }
}

/// The places inside `word` where it is cut, as byte ranges of what stands there.
pub(super) fn infixes(word: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    let mut before = None;
    std::iter::from_fn(move || {
        while let Some(c) = word.get(at..)?.chars().next() {
            let start = at;
            let length = infix(before, c, word.get(at..)?);
            let taken = if length > 0 { length } else { c.len_utf8() };
            at += taken;
            before = word.get(start..at)?.chars().next_back();
            if length > 0 {
                return Some(start..at);
            }
        }
        None
    })
}

/// The length of the infix that begins `rest` with the character `c`.
fn infix(before: Option<char>, c: char, rest: &str) -> usize {
    if c.is_ascii_alphanumeric() {
        return 0;
    }
    let is_before = |class: &Class| before.is_some_and(|before| class.contains(before));
    let is_after_digit = before.is_some_and(|before| before.is_ascii_digit());
    let after = |length: usize| rest.get(length..).and_then(|rest| rest.chars().next());
    let is_after = |length: usize, class: &Class| after(length).is_some_and(|after| class.contains(after));
    let length = c.len_utf8();
    let found = |is_found: bool| if is_found { length } else { 0 };
    match c {
        '.' => match dots(rest) {
            0 => found(is_before(&BEFORE_INNER_STOP) && is_after(1, &AFTER_INNER_STOP)),
            dots => dots,
        },
        '…' => length,
        _ if ICONS.contains(c) => length,
        '+' | '-' | '*' | '^'
            if is_after_digit && after(1).is_some_and(|after| after.is_ascii_digit() || after == '-') =>
        {
            1
        }
        ',' => found(is_before(&LETTERS) && is_after(1, &LETTERS)),
        '-' | '–' | '—' | '~' if is_after_digit || is_before(&LETTERS) => {
            let longest = match c {
                '-' => 3,
                '—' => 2,
                _ => 1,
            };
            let run = rest.chars().take_while(|&other| other == c).count();
            let is_joined = run <= longest && is_after(run * length, &LETTERS);
            if is_joined { run * length } else { 0 }
        }
        ':' | '<' | '>' | '=' | '/' => {
            found((is_after_digit || is_before(&LETTERS)) && is_after(1, &LETTERS))
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;
    use misaki_rs::spacy_tokenizer_data as data;
    use proptest::prelude::*;

    use super::*;

    struct Patterns {
        prefix: Regex,
        suffix: Regex,
        infix: Regex,
    }

    static PATTERNS: once_cell::sync::Lazy<Patterns> = once_cell::sync::Lazy::new(|| Patterns {
        prefix: Regex::new(data::PREFIX_PATTERN).unwrap(),
        suffix: Regex::new(data::SUFFIX_PATTERN).unwrap(),
        infix: Regex::new(data::INFIX_PATTERN).unwrap(),
    });

    /// Compares the code with the patterns on a word.
    fn check(word: &str) {
        let length =
            |pattern: &Regex| pattern.find(word).unwrap().map_or(0, |found| found.end() - found.start());
        assert_eq!(prefix(word), length(&PATTERNS.prefix), "prefix of {word:?}");
        assert_eq!(suffix(word), length(&PATTERNS.suffix), "suffix of {word:?}");
        let theirs: Vec<_> = PATTERNS
            .infix
            .find_iter(word)
            .map(|found| found.unwrap())
            .map(|found| found.start()..found.end())
            .collect();
        assert_eq!(infixes(word).collect::<Vec<_>>(), theirs, "infixes of {word:?}");
    }

    /// What the rules speak of.
    const PARTS: [&str; 60] = [
        "a", "b", "S", "s", "U", "US", "A", "C", "F", "é", "É", "漢", "ß", "я", "1", "2", "0", ".", ".",
        "..", "…", ",", ":", ";", "!", "?", "-", "-", "--", "---", "—", "–", "~", "+", "*", "^", "=", "<",
        ">", "/", "'", "’", "\"", "“", "”", "(", ")", "[", "]", "%", "$", "€", "°", "²", "km", "kg", "🍕",
        "→", "_", "|",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_patterns_agree_on_what_the_rules_speak_of(
            parts in prop::collection::vec(prop::sample::select(PARTS.as_slice()), 0..7),
        ) {
            check(&parts.concat());
        }

        #[test]
        fn the_patterns_agree_on_any_characters(word in "\\PC{0,6}") {
            check(&word);
        }
    }

    #[test]
    fn the_patterns_agree_on_characters_at_the_edges_of_classes() {
        let classes = [&PREFIX_MARKS, &SUFFIX_MARKS, &BEFORE_STOP, &CAPITALS, &BEFORE_INNER_STOP, &LETTERS];
        let edges = classes.into_iter().flat_map(|class| class.ranges).flat_map(|&(first, last)| {
            [u32::from(first) - 1, u32::from(first), u32::from(last), u32::from(last) + 1]
        });
        for c in (0..0x300).chain(edges).filter_map(char::from_u32).filter(|c| !c.is_whitespace()) {
            for word in
                [format!("{c}"), format!("{c}."), format!("{c}{c}."), format!("a{c}A"), format!("1{c}.{c}a")]
            {
                check(&word);
            }
        }
    }

    #[test]
    fn units_are_cut_off_numbers() {
        for word in data::SUFFIX_PATTERN.split(['|', '(', ')']) {
            let word = word.replace('\\', "");
            check(&format!("5{word}"));
            check(&format!("x{word}"));
            check(&format!("5{word}."));
        }
    }
}
