//! A text as runs of digits, letters and marks, and what rules ask about them.

use std::ops::Range;

use super::super::Dialect;
use crate::g2p::Symbols;
use crate::text::marks;

/// What a run consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// ASCII digits.
    Digits,
    /// Letters other than Greek ones.
    Letters,
    Greek,
    Space,
    /// One mark, perhaps repeated.
    Mark(char),
    /// Before the text or behind it.
    Edge,
}

#[derive(Debug)]
struct Run {
    kind: Kind,
    range: Range<usize>,
}

/// A text cut into runs, which rules know by their numbers.
#[derive(Debug)]
pub(super) struct Scan<'t> {
    text: &'t str,
    runs: Vec<Run>,
    pub(super) dialect: Dialect,
    pub(super) symbols: Symbols,
    /// Whether a line begins with the text.
    pub(super) begins_line: bool,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str, dialect: Dialect, symbols: Symbols, begins_line: bool) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (at, c) in text.char_indices() {
            let kind = kind(c);
            let end = at + c.len_utf8();
            match runs.last_mut() {
                // Two letters of a flag make one sign.
                Some(last) if last.kind == kind && !is_flag_letter(c) => last.range.end = end,
                _ => runs.push(Run { kind, range: at..end }),
            }
        }
        Self { text, runs, dialect, symbols, begins_line }
    }

    /// How many runs there are.
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    pub(super) fn kind(&self, at: usize) -> Kind {
        self.runs.get(at).map_or(Kind::Edge, |run| run.kind)
    }

    /// The kind of the run before `at`.
    pub(super) fn before(&self, at: usize) -> Kind {
        at.checked_sub(1).map_or(Kind::Edge, |at| self.kind(at))
    }

    pub(super) fn text(&self, at: usize) -> &'t str {
        self.slice(at..at + 1)
    }

    /// The text of several runs.
    pub(super) fn slice(&self, runs: Range<usize>) -> &'t str {
        self.text.get(self.bytes(runs)).unwrap_or_default()
    }

    /// The place of several runs, in bytes.
    pub(super) fn bytes(&self, runs: Range<usize>) -> Range<usize> {
        let start = self.runs.get(runs.start).map_or(self.text.len(), |run| run.range.start);
        let end = runs.end.checked_sub(1).and_then(|last| self.runs.get(last));
        let end = end.map_or(self.text.len(), |run| run.range.end);
        start..end.max(start)
    }

    /// Whether the run is `mark`, once.
    pub(super) fn is(&self, at: usize, mark: char) -> bool {
        self.kind(at) == Kind::Mark(mark) && self.count(at) == 1
    }

    /// How many characters the run has.
    pub(super) fn count(&self, at: usize) -> usize {
        self.text(at).chars().count()
    }

    pub(super) fn is_digits(&self, at: usize) -> bool {
        self.kind(at) == Kind::Digits
    }

    pub(super) fn is_letters(&self, at: usize) -> bool {
        self.kind(at) == Kind::Letters
    }

    pub(super) fn is_space(&self, at: usize) -> bool {
        self.kind(at) == Kind::Space
    }

    /// Whether the run is a number of so many digits.
    pub(super) fn is_digit_count(&self, at: usize, count: usize) -> bool {
        self.is_digits(at) && self.text(at).len() == count
    }

    /// The value of a run of at most nine digits.
    pub(super) fn value(&self, at: usize) -> Option<u32> {
        if self.is_digits(at) && self.text(at).len() <= 9 { self.text(at).parse().ok() } else { None }
    }

    /// `at`, or what follows if a space stands there.
    pub(super) fn skip_space(&self, at: usize) -> usize {
        if self.is_space(at) { at + 1 } else { at }
    }

    /// The word before `at`, across a space.
    pub(super) fn word_before(&self, at: usize) -> &'t str {
        let word = at.checked_sub(2).filter(|&word| self.is_space(word + 1) && self.is_letters(word));
        word.map_or("", |word| self.text(word))
    }

    /// The word at `at`.
    pub(super) fn word(&self, at: usize) -> &'t str {
        if self.is_letters(at) { self.text(at) } else { "" }
    }

    /// Whether nothing that belongs to a word or number ends right before `at`.
    pub(super) fn begins(&self, at: usize) -> bool {
        match self.before(at) {
            Kind::Edge | Kind::Space => true,
            Kind::Mark(mark) => opens(mark),
            _ => false,
        }
    }

    /// Whether a word or number that is over before `at` is not continued there.
    pub(super) fn ends(&self, at: usize) -> bool {
        match self.kind(at) {
            Kind::Edge | Kind::Space => true,
            Kind::Digits | Kind::Letters | Kind::Greek => false,
            // A mark that goes on, as in "5.6" or "a-b", continues what is before it.
            Kind::Mark('.' | ',' | ':' | '\'' | '’' | '?' | '!' | ';') => {
                !matches!(self.kind(at + 1), Kind::Digits | Kind::Letters | Kind::Greek)
            }
            Kind::Mark(mark) => closes(mark),
            // A range or a compound is a matter of its own.
        }
    }

    /// Whether a dash and another number follow.
    pub(super) fn before_range(&self, at: usize) -> bool {
        let is_dash = self.is(at, '–') || self.is(at, '-');
        is_dash && (self.is_digits(at + 1) || matches!(self.kind(at + 1), Kind::Mark('$' | '£' | '€')))
    }

    /// Whether a sentence can end before the run `at`: nothing follows but closing marks, or a word that often begins a
    /// sentence.
    pub(super) fn ends_sentence(&self, at: usize) -> bool {
        let mut at = at;
        while matches!(self.kind(at), Kind::Mark(mark) if marks::is_closer(mark) || marks::is_straight_quote(mark))
        {
            at += 1;
        }
        match self.kind(at) {
            Kind::Edge => true,
            Kind::Space => {
                let next = self.word(at + 1);
                STARTERS.contains(&next) || self.kind(at + 1) == Kind::Edge
            }
            _ => false,
        }
    }
}

/// Words that, with a capital letter, begin a sentence rather than a name.
const STARTERS: [&str; 46] = [
    "A", "After", "All", "Also", "An", "And", "As", "At", "Before", "But", "By", "Did", "Do", "Every", "For",
    "From", "He", "How", "However", "I", "If", "In", "Is", "It", "No", "Not", "On", "Our", "She", "So",
    "Some", "That", "The", "Their", "Then", "There", "These", "They", "This", "To", "We", "What", "When",
    "Where", "You", "Your",
];

fn kind(c: char) -> Kind {
    match c {
        '0'..='9' => Kind::Digits,
        // The micro sign and the ohm sign are units.
        'µ' | 'Ω' | 'ª' | 'º' => Kind::Mark(c),
        'α'..='ω' | 'Α'..='Ρ' | 'Σ'..='Ψ' | 'ϑ' | 'ϕ' | 'ϵ' => Kind::Greek,
        _ if c.is_alphabetic() => Kind::Letters,
        _ if c.is_whitespace() => Kind::Space,
        _ => Kind::Mark(c),
    }
}

/// Whether a word can begin right after `mark`.
pub(in super::super) fn opens(mark: char) -> bool {
    marks::is_opener(mark)
        || marks::is_straight_quote(mark)
        || matches!(mark, '—' | '*' | '_' | '`' | '|' | '~')
}

/// Whether a word can end right before `mark`.
fn closes(mark: char) -> bool {
    marks::is_closer(mark)
        || marks::is_straight_quote(mark)
        || matches!(mark, '—' | '…' | '*' | '_' | '`' | '|')
}

pub(super) fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Whether `word` begins with a capital letter.
pub(super) fn is_capitalized(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Scan<'_> {
        Scan::new(text, Dialect::Us, Symbols::Speak, true)
    }

    #[test]
    fn a_text_is_cut_into_runs() {
        let scan = scan("At 9:30, 5µm -- αb 🇫🇷");
        let runs: Vec<_> = (0..scan.len()).map(|at| scan.text(at)).collect();
        assert_eq!(
            runs,
            ["At", " ", "9", ":", "30", ",", " ", "5", "µ", "m", " ", "--", " ", "α", "b", " ", "🇫", "🇷"]
        );
        assert_eq!(scan.value(2), Some(9));
        assert_eq!(scan.word_before(2), "At");
        assert_eq!(scan.kind(99), Kind::Edge);
        assert_eq!(scan.text(99), "");
        assert!(scan.is(3, ':') && !scan.is(11, '-') && scan.count(11) == 2);
    }

    #[test]
    fn words_begin_and_end() {
        let scan = scan("(a.b). x");
        assert!(scan.begins(1) && !scan.begins(3));
        assert!(!scan.ends(2) && scan.ends(4) && scan.ends(5));
        let scan = super::Scan::new("5 p.m. He left.\" ", Dialect::Us, Symbols::Speak, true);
        assert!(scan.ends_sentence(6) && !scan.ends_sentence(1));
    }
}
