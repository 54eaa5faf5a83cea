//! spaCy's rules for what is cut off a word: prefixes, suffixes, infixes, and what is kept whole.
//!
//! Patterns and exceptions are spaCy's (MIT), and so are the steps. The time for a
//! word of many marks grows with its square, so [`super::prepare`] breaks endless words.

use std::collections::{HashMap, HashSet};

use super::address::is_address;
use super::patterns::{infixes, prefix, suffix};
use super::tables::{EXCEPTIONS, Pieces};

/// A part of a word: its length in bytes and, if a rule sets one, its norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Affix {
    pub(super) length: usize,
    pub(super) norm: Option<u64>,
}

impl Affix {
    fn plain(length: usize) -> Self {
        Self { length, norm: None }
    }
}

pub(super) struct Affixes {
    exceptions: HashMap<&'static str, Pieces>,
    /// The exceptions that the other rules would cut. After a word has been cut, its parts are put together again where
    /// they are one of these.
    rejoined: HashSet<&'static str>,
    /// The most parts of one of these.
    longest: usize,
}

impl Affixes {
    pub(super) fn new() -> Self {
        let mut affixes = Self { exceptions: HashMap::new(), rejoined: HashSet::new(), longest: 0 };
        for (word, _) in &EXCEPTIONS {
            let is_cut = prefix(word) > 0 || suffix(word) > 0 || infixes(word).next().is_some();
            if is_cut {
                affixes.longest = affixes.longest.max(affixes.cut(word).len());
                affixes.rejoined.insert(word);
            }
        }
        affixes.exceptions = EXCEPTIONS.iter().copied().collect();
        affixes
    }

    /// Whether nothing but an exception can apply to a word of ASCII letters.
    pub(super) fn is_exception(&self, word: &str) -> bool {
        self.exceptions.contains_key(word)
    }

    /// The parts of a word without white space.
    pub(super) fn split(&self, word: &str) -> Vec<Affix> {
        if let Some(pieces) = self.exceptions.get(word) {
            return of(pieces);
        }
        self.rejoin(word, self.cut(word))
    }

    /// Cuts off prefixes and suffixes, in turns, until an exception is left or nothing can be cut; then cuts what is
    /// left at infixes.
    fn cut(&self, word: &str) -> Vec<Affix> {
        let mut parts = Vec::new();
        let mut suffixes = Vec::new();
        let mut rest = word;
        while !rest.is_empty() && !self.is_exception(rest) {
            let prefix = prefix(rest);
            let (before, without_prefix) = rest.split_at_checked(prefix).unwrap_or(("", rest));
            if !before.is_empty() && self.is_exception(without_prefix) {
                parts.push(Affix::plain(before.len()));
                rest = without_prefix;
                break;
            }
            let suffix = suffix(without_prefix);
            let without_suffix = rest.get(..rest.len() - suffix).unwrap_or(rest);
            if suffix > 0 && self.is_exception(without_suffix) {
                suffixes.push(Affix::plain(suffix));
                rest = without_suffix;
                break;
            }
            if prefix == 0 && suffix == 0 {
                break;
            }
            if prefix > 0 {
                parts.push(Affix::plain(prefix));
            }
            if suffix > 0 {
                suffixes.push(Affix::plain(suffix));
            }
            rest = without_prefix.get(..without_prefix.len() - suffix).unwrap_or_default();
        }
        self.cut_middle(rest, &mut parts);
        parts.extend(suffixes.into_iter().rev());
        parts
    }

    fn cut_middle(&self, middle: &str, parts: &mut Vec<Affix>) {
        if middle.is_empty() {
            return;
        }
        if let Some(pieces) = self.exceptions.get(middle) {
            return parts.extend(of(pieces));
        }
        if is_address(middle) {
            return parts.push(Affix::plain(middle.len()));
        }
        let mut start = 0;
        for found in infixes(middle) {
            // A mark that begins the word is none between two.
            if found.start == 0 {
                continue;
            }
            if found.start > start {
                parts.push(Affix::plain(found.start - start));
            }
            if found.end > found.start {
                parts.push(Affix::plain(found.end - found.start));
            }
            start = found.end;
        }
        if start < middle.len() {
            parts.push(Affix::plain(middle.len() - start));
        }
    }

    /// Replaces runs of parts that together are an exception, long ones before short ones.
    fn rejoin(&self, word: &str, parts: Vec<Affix>) -> Vec<Affix> {
        let mut starts: Vec<usize> = vec![0];
        for part in &parts {
            starts.push(starts.last().copied().unwrap_or_default() + part.length);
        }
        // The length in parts of the exception that begins at a part.
        let mut found: Vec<usize> = vec![0; parts.len()];
        let mut taken = vec![false; parts.len()];
        for length in (1..=self.longest.min(parts.len())).rev() {
            for first in 0..=parts.len() - length {
                let range = starts.get(first).zip(starts.get(first + length));
                let text = range.and_then(|(&start, &end)| word.get(start..end));
                if !text.is_some_and(|text| self.rejoined.contains(text)) {
                    continue;
                }
                let Some(run) = taken.get_mut(first..first + length) else { continue };
                if run.first() == Some(&false)
                    && run.last() == Some(&false)
                    && let Some(found) = found.get_mut(first)
                {
                    *found = length;
                }
                run.fill(true);
            }
        }
        let mut joined = Vec::with_capacity(parts.len());
        let mut at = 0;
        while let Some(part) = parts.get(at) {
            let length = found.get(at).copied().unwrap_or_default();
            let range = starts.get(at).zip(starts.get(at + length));
            let text = range.and_then(|(&start, &end)| word.get(start..end));
            match text.and_then(|text| self.exceptions.get(text)) {
                Some(pieces) if length > 0 => {
                    joined.extend(of(pieces));
                    at += length;
                }
                _ => {
                    joined.push(*part);
                    at += 1;
                }
            }
        }
        joined
    }
}

fn of(pieces: Pieces) -> Vec<Affix> {
    pieces.iter().map(|&(length, norm)| Affix { length, norm }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tagger::string_id;
    use super::*;

    fn split(word: &str) -> Vec<&str> {
        let mut start = 0;
        let part = |affix: Affix| {
            start += affix.length;
            &word[start - affix.length..start]
        };
        Affixes::new().split(word).into_iter().map(part).collect()
    }

    #[test]
    fn marks_are_cut_off_from_the_outside_in() {
        assert_eq!(split("(\"word!\")..."), ["(", "\"", "word", "!", "\"", ")", "..."]);
        assert_eq!(split("$5.50,"), ["$", "5.50", ","]);
        assert_eq!(split("10km."), ["10", "km", "."]);
        assert_eq!(split("well-known/used"), ["well", "-", "known", "/", "used"]);
        assert_eq!(split("..."), ["..."]);
    }

    #[test]
    fn exceptions_and_addresses_stay_whole() {
        assert_eq!(split("(U.S.)"), ["(", "U.S.", ")"]);
        assert_eq!(split("https://a.com/x-y?z=1"), ["https://a.com/x-y?z=1"]);
        assert_eq!(split("couldn't"), ["could", "n't"]);
        assert_eq!(split("’nuff!”"), ["’nuff", "!", "”"]);
        // Inside a word, only those count that the other rules would have cut.
        assert_eq!(split("x/could've"), ["x", "/", "could've"]);
        assert_eq!(split("Message-id"), ["Message", "-", "id"]);
        assert_eq!(split("Howd."), ["How", "d."]);
    }

    #[test]
    fn exceptions_set_norms() {
        let norms: Vec<_> = Affixes::new().split("can't").iter().map(|affix| affix.norm).collect();
        assert_eq!(norms, [Some(string_id("can")), Some(string_id("not"))]);
    }
}
