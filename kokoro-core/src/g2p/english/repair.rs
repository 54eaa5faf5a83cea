//! Completes the phonemes of tokens of which the dictionaries know only a part.

use super::dictionary::{Lookup, UNKNOWN};
use super::unknown;

/// Marks inside a word that the reference leaves silent.
const JUNK: &str = "',-._‘’/";

/// The phonemes of `text`, given what misaki-rs made of it: [`UNKNOWN`] in them, or none at all.
///
/// Known parts keep their phonemes, in which stress and number forms depend on the whole (`9:30`, `5kg`);
/// unknown ones are spelled in their place. Only where it is not clear which part is which, everything is put
/// together anew.
pub(super) fn repair(text: &str, phonemes: Option<&str>, dictionary: &dyn Lookup) -> String {
    let parts = parts(text);
    let spell = |part: &str| unknown::unknown(part, dictionary.dialect());
    let unknown: Vec<&str> = parts.iter().copied().filter(|part| !is_known(part, dictionary)).collect();
    match phonemes {
        Some(phonemes) if phonemes.matches(UNKNOWN).count() == unknown.len() => {
            let mut unknown = unknown.into_iter();
            let mut repaired = String::new();
            for c in phonemes.chars() {
                match c {
                    UNKNOWN => {
                        repaired.push(' ');
                        repaired.push_str(&unknown.next().map(spell).unwrap_or_default());
                        repaired.push(' ');
                    }
                    c => repaired.push(c),
                }
            }
            repaired
        }
        _ => {
            let speak = |part: &str| match dictionary.word(part) {
                _ if is_junk(part) => String::new(),
                Some(phonemes) => phonemes,
                None => spell(part),
            };
            parts.into_iter().map(speak).collect::<Vec<_>>().join(" ")
        }
    }
}

fn is_junk(part: &str) -> bool {
    part.chars().all(|c| JUNK.contains(c))
}

fn is_known(part: &str, dictionary: &dyn Lookup) -> bool {
    is_junk(part) || part.starts_with(|c: char| c.is_ascii_digit()) || dictionary.word(part).is_some()
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Class {
    Letter,
    Digit,
    Junk,
    Symbol,
}

/// The parts of a token: numbers, runs of letters, runs of junk, single symbols. `camelCase` is two runs of
/// letters.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<(char, Class)> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|&(_, c)| c);
        let class = match (c, before.map(|(_, class)| class)) {
            _ if c.is_alphabetic() => Class::Letter,
            _ if c.is_numeric() => Class::Digit,
            ('\'' | '‘' | '’', Some(Class::Letter)) if after.is_some_and(char::is_alphabetic) => {
                Class::Letter
            }
            (',' | '.', Some(Class::Digit)) if after.is_some_and(char::is_numeric) => Class::Digit,
            _ if JUNK.contains(c) => Class::Junk,
            _ => Class::Symbol,
        };
        if let Some((previous, previous_class)) = before
            && (class != previous_class
                || class == Class::Symbol
                || (previous.is_lowercase() && c.is_uppercase()))
        {
            parts.push(&text[start..at]);
            start = at;
        }
        before = Some((c, class));
    }
    if start < text.len() {
        parts.push(&text[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::*;
    use misaki_rs::MToken;

    /// Knows the word "one" and the sign "%".
    struct Small;

    impl Lookup for Small {
        fn tokens(&self, _: &str) -> Option<Vec<MToken>> {
            None
        }

        fn word(&self, word: &str) -> Option<String> {
            match word {
                "one" => Some("wˈʌn".into()),
                "%" => Some("pəɹsˈɛnt".into()),
                _ => None,
            }
        }

        fn dialect(&self) -> Dialect {
            Dialect::Us
        }
    }

    #[test]
    fn a_token_has_parts() {
        assert_eq!(parts("9:30"), ["9", ":", "30"]);
        assert_eq!(parts("1,250.75kg"), ["1,250.75", "kg"]);
        assert_eq!(parts("docs.rs/iPhone"), ["docs", ".", "rs", "/", "i", "Phone"]);
        assert_eq!(parts("don't--★★"), ["don't", "--", "★", "★"]);
        assert_eq!(parts(""), Vec::<&str>::new());
    }

    #[test]
    fn unknown_parts_are_spelled_in_their_place() {
        assert_eq!(repair("5kg", Some("fˈIv ❓"), &Small), "fˈIv  kˈA ʤˈi ");
        assert_eq!(repair("9:30", Some("nˈIn❓ θˈɜɹTi"), &Small), "nˈIn   θˈɜɹTi");
        assert_eq!(repair("ab", None, &Small), "ˈæb");
    }

    #[test]
    fn what_is_unclear_is_put_together_anew() {
        assert_eq!(repair("one-xy%", Some("❓❓"), &Small), "wˈʌn  zˈI pəɹsˈɛnt");
    }
}
