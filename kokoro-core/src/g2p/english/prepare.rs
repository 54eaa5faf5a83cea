//! From the caller's text to the text that the dictionaries see.
//!
//! Cleaning drops what cannot be seen and folds what only looks different (accents, ligatures, full-width
//! letters, hyphens of every kind), since the dictionaries hold plain ASCII words. Words too long for any
//! dictionary are broken, as the time for one word grows with the cube of its parts. Every change is traced
//! back to the original.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::text::link::{self, Link};
use crate::text::mapped::Mapped;
use crate::text::marks;

use super::alphabet;
use super::markup::Feature;
use super::spoken::{self, Piece, Spoken};

/// The most bytes of a word. Dictionary words and nearly all addresses are shorter.
const MAX_WORD_BYTES: usize = 200;

/// The most parts of a word, such as runs of letters and single marks.
const MAX_WORD_PARTS: usize = 32;

/// The most marks of one kind in a row; the others of a ruler or a dotted line are dropped.
const MAX_SAME_MARKS: usize = 8;

/// The most marks of any kind in a row. Each is a token that the tagger looks at, and no sentence has more.
const MAX_MARKS: usize = 16;

/// A text made ready.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The cleaned text without markup.
    pub(super) plain: Mapped,
    /// What markup says, with the places in the plain text, in order.
    pub(super) features: Vec<(Range<usize>, Feature)>,
}

/// Makes a text ready. With `spoken`, expressions that the dictionaries misread are put in words.
pub(super) fn prepare(text: &str, spoken: Option<&Spoken<'_>>) -> Prepared {
    let clean = clean(text, spoken.is_some());
    let mut writer = Writer {
        plain: Mapped::default(),
        bytes: 0,
        parts: 0,
        last: None,
        mark: None,
        marks: 0,
        gap: Gap::None,
    };
    let mut features = Vec::new();
    let mut at = 0;
    for link in link::find(clean.text()) {
        writer.write(&clean, at..link.outer.start, spoken);
        let feature = feature(text, &clean, &link);
        let outside = &clean.text()[link.outer.end..];
        let is_apart = matches!(feature, Some(Feature::Phonemes(_)));
        if is_apart && clean.text()[..link.outer.start].ends_with(joins_next) {
            writer.separate(clean.origin(link.outer.clone()).start);
        }
        // What markup says something about is not put in other words.
        let spoken_inside = spoken.filter(|_| feature.is_none());
        writer.close_gap();
        let start = writer.plain.text().len();
        writer.write(&clean, link.inner.clone(), spoken_inside);
        let range = start..writer.plain.text().len();
        if is_apart && joins_previous(outside) {
            writer.separate(clean.origin(link.outer.clone()).end);
        }
        features.extend(feature.map(|feature| (range, feature)));
        at = link.outer.end;
    }
    writer.write(&clean, at..clean.text().len(), spoken);
    Prepared { plain: writer.plain, features }
}

/// What a link says. Phonemes are those of the original text: cleaning would take marks of the phonetic alphabet for
/// accents.
fn feature(text: &str, clean: &Mapped, link: &Link) -> Option<Feature> {
    let payload = &text[clean.origin(link.payload.clone())];
    Feature::parse(payload).map(|feature| match feature {
        Feature::Phonemes(phonemes) => Feature::Phonemes(alphabet::keep(&phonemes)),
        feature => feature,
    })
}

/// Whether a word that follows `c` at once would be taken together with it.
fn joins_next(c: char) -> bool {
    !(c.is_whitespace() || marks::is_opener(c) || marks::is_straight_quote(c))
}

/// Whether what stands in `text` would be taken together with a word right before it.
fn joins_previous(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(c) = chars.next() else { return false };
    if matches!(c, '\'' | '’') {
        return chars.next().is_some_and(char::is_alphanumeric);
    }
    !(c.is_whitespace()
        || marks::is_closer(c)
        || marks::is_terminator(c)
        || marks::is_clause_mark(c)
        || marks::is_straight_quote(c))
}

/// Drops and folds characters, but leaves those that the rules of [`spoken`](super::spoken) look for.
fn clean(text: &str, is_spoken: bool) -> Mapped {
    let mut clean = Mapped::default();
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let origin = at..at + c.len_utf8();
        let after = chars.peek().map(|&(_, c)| c);
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        match c {
            // Between digits it groups them.
            '\u{a0}' | '\u{2009}' | '\u{202f}' if is_spoken && digit(before) && digit(after) => {
                clean.push(c, origin);
            }
            // Further white space would be a token of its own.
            c if c.is_whitespace() => {
                if !before.is_none_or(char::is_whitespace) {
                    clean.push(' ', origin);
                }
            }
            c if is_spoken && spoken::has_meaning(c) => clean.push(if c == 'μ' { 'µ' } else { c }, origin),
            // Feet and minutes: the tokenizer would drop the mark and join the digits.
            '\'' | '’' if !is_spoken && digit(before) && digit(after) => clean.push(' ', origin),
            c if c.is_ascii() && !c.is_control() => clean.push(c, origin),
            c => fold(c, |c| clean.push(c, origin.clone())),
        }
        before = Some(c);
    }
    clean
}

/// Emits what `c` becomes: nothing, itself, or what it looks like in ASCII.
pub(super) fn fold(c: char, mut emit: impl FnMut(char)) {
    match c {
        _ if marks::is_invisible(c) || is_combining_mark(c) => return,
        // These have a meaning of their own: a pause, and a reading in the dictionary.
        '…' | '™' => return emit(c),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => return emit('-'),
        '\u{2bc}' => return emit('’'),
        '。' | '｡' => return emit('.'),
        '、' | '､' => return emit(','),
        '「' | '『' | '｢' | '„' => return emit('“'),
        '」' | '』' | '｣' => return emit('”'),
        'ß' => return "ss".chars().for_each(emit),
        'æ' => return "ae".chars().for_each(emit),
        'Æ' => return "Ae".chars().for_each(emit),
        'œ' => return "oe".chars().for_each(emit),
        'Œ' => return "Oe".chars().for_each(emit),
        'þ' => return "th".chars().for_each(emit),
        'Þ' => return "Th".chars().for_each(emit),
        'ø' => return emit('o'),
        'Ø' => return emit('O'),
        'ð' | 'đ' => return emit('d'),
        'Ð' | 'Đ' => return emit('D'),
        'ł' => return emit('l'),
        'Ł' => return emit('L'),
        'ı' => return emit('i'),
        'ħ' => return emit('h'),
        _ => {}
    }
    let mut is_ascii = true;
    decompose_compatible(c, |part| is_ascii &= part.is_ascii_graphic() || is_combining_mark(part));
    if is_ascii {
        decompose_compatible(c, |part| {
            if !is_combining_mark(part) {
                emit(part);
            }
        });
    } else {
        emit(c);
    }
}

/// Whether `c`, which `next` follows, would be taken together with words right before it, unlike punctuation.
fn joins_words(c: char, next: Option<char>) -> bool {
    let is_punctuation = |c: char| marks::is_terminator(c) || marks::is_clause_mark(c) || marks::is_closer(c);
    if c == '"' {
        return next.is_some_and(|next| !(next.is_whitespace() || is_punctuation(next)));
    }
    !(c.is_whitespace() || is_punctuation(c) || marks::is_straight_quote(c) || c == '-')
}

/// Writes the plain text, breaking long words.
struct Writer {
    plain: Mapped,
    /// Bytes and parts of the word so far.
    bytes: usize,
    parts: usize,
    last: Option<Class>,
    /// The mark that the text so far ends with, and how many of it.
    mark: Option<(char, usize)>,
    /// How many marks of any kind it ends with.
    marks: usize,
    /// What keeps the next character apart from the text so far.
    gap: Gap,
}

/// What stands between two parts of a text.
enum Gap {
    None,
    /// A space before all but punctuation. It stands for these bytes of the original.
    Words(Range<usize>),
    /// A space between letters or digits.
    Dropped(Range<usize>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Small,
    Letter,
    Digit,
    Other,
}

impl Writer {
    fn copy(&mut self, from: &Mapped, range: Range<usize>) {
        for (at, c) in from.text()[range.clone()].char_indices() {
            let at = range.start + at;
            self.push(c, from.origin(at..at + c.len_utf8()));
        }
    }

    /// Writes a part of the clean text with the words that `spoken` puts for it.
    fn write(&mut self, clean: &Mapped, part: Range<usize>, spoken: Option<&Spoken<'_>>) {
        let Some(spoken) = spoken else { return self.copy(clean, part) };
        let begins_line = part.start == 0;
        for piece in spoken.rewrite(&clean.text()[part.clone()], begins_line) {
            let whole = |range: &Range<usize>| part.start + range.start..part.start + range.end;
            match &piece {
                Piece::Keep(range) => self.keep(clean, whole(range)),
                Piece::Apart(range) => {
                    let origin = clean.origin(whole(range));
                    self.begin_words(&origin);
                    self.keep(clean, whole(range));
                    self.gap = Gap::Words(origin);
                }
                Piece::Say(words, range) => {
                    let origin = clean.origin(whole(range));
                    self.begin_words(&origin);
                    words.chars().for_each(|c| self.push(c, origin.clone()));
                    self.gap = Gap::Words(origin);
                }
                Piece::Drop(range) => {
                    let origin = clean.origin(whole(range));
                    if matches!(self.gap, Gap::None) {
                        self.gap = Gap::Dropped(origin);
                    }
                }
            }
        }
    }

    /// Copies a part of the clean text, folding what was left for the rules.
    fn keep(&mut self, clean: &Mapped, range: Range<usize>) {
        let mut chars = clean.text()[range.clone()].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let at = range.start + at;
            let origin = clean.origin(at..at + c.len_utf8());
            let ends_with = |class: fn(char) -> bool| self.plain.text().ends_with(class);
            // What is dropped leaves no second space behind.
            let is_first = self.plain.text().is_empty() || ends_with(char::is_whitespace);
            if c.is_whitespace() && is_first && !matches!(self.gap, Gap::None) {
                continue;
            }
            let is_between_digits = matches!(c, '\'' | '’')
                && ends_with(|c| c.is_ascii_digit())
                && chars.peek().is_some_and(|(_, c)| c.is_ascii_digit());
            self.bridge(c, chars.peek().map(|&(_, next)| next));
            if is_between_digits || c.is_whitespace() {
                self.push(' ', origin);
            } else if c.is_ascii() {
                self.push(c, origin);
            } else {
                fold(c, |c| self.push(c, origin.clone()));
            }
        }
    }

    /// Separates words that stand for `origin` from what is before them.
    fn begin_words(&mut self, origin: &Range<usize>) {
        let is_apart = |c: char| c.is_whitespace() || spoken::opens(c);
        if !self.plain.text().is_empty() && !self.plain.text().ends_with(is_apart) {
            self.push(' ', origin.clone());
        }
        self.gap = Gap::None;
    }

    /// Separates `c` from what is before it, where that is needed.
    fn bridge(&mut self, c: char, next: Option<char>) {
        let ends_with_word = self.plain.text().ends_with(char::is_alphanumeric);
        match std::mem::replace(&mut self.gap, Gap::None) {
            Gap::Words(origin) if joins_words(c, next) => self.push(' ', origin),
            // "a.m." would take the full stop of the sentence.
            Gap::Words(origin) if c == '.' && self.ends_with_abbreviation() => {
                self.push(' ', origin.end..origin.end);
            }
            Gap::Dropped(origin) if ends_with_word && c.is_alphanumeric() => self.push(' ', origin),
            _ => {}
        }
    }

    fn close_gap(&mut self) {
        self.bridge('a', None);
    }

    fn ends_with_abbreviation(&self) -> bool {
        let text = self.plain.text();
        let word = text.rfind(' ').map_or(text, |at| &text[at + 1..]);
        word.contains('.')
    }

    fn push(&mut self, c: char, origin: Range<usize>) {
        let is_mark = !c.is_alphanumeric() && !c.is_whitespace();
        let count = self.mark.filter(|&(mark, _)| mark == c).map_or(1, |(_, count)| count + 1);
        self.mark = is_mark.then_some((c, count));
        self.marks = if is_mark { self.marks + 1 } else { 0 };
        if is_mark && (count > MAX_SAME_MARKS || self.marks > MAX_MARKS) {
            return;
        }
        if c.is_whitespace() {
            (self.bytes, self.parts, self.last) = (0, 0, None);
        } else {
            let class = match c {
                _ if c.is_lowercase() => Class::Small,
                _ if c.is_alphabetic() => Class::Letter,
                _ if c.is_numeric() => Class::Digit,
                _ => Class::Other,
            };
            let begins_part = class == Class::Other || self.last != Some(class);
            if self.bytes + c.len_utf8() > MAX_WORD_BYTES || (begins_part && self.parts == MAX_WORD_PARTS) {
                self.separate(origin.start);
            }
            self.bytes += c.len_utf8();
            self.parts += usize::from(begins_part || self.parts == 0);
            self.last = Some(class);
        }
        self.plain.push(c, origin);
    }

    /// Inserts a space that the original does not have.
    fn separate(&mut self, origin: usize) {
        let marks = self.marks;
        self.push(' ', origin..origin);
        self.marks = marks;
    }
}

#[cfg(test)]
mod tests {
    use super::super::stress::Stress;
    use super::*;

    fn plain(text: &str) -> String {
        prepare(text, None).plain.text().to_owned()
    }

    #[test]
    fn what_cannot_be_seen_is_dropped_and_look_alikes_are_folded() {
        assert_eq!(plain("na\u{ef}ve cafe\u{301} Dvořák"), "naive cafe Dvorak");
        assert_eq!(plain("a\0b\u{200b}c\u{202e}d\u{feff}"), "abcd");
        assert_eq!(plain("Ｈｅｌｌｏ！ ﬁne\u{a0}x² well\u{2011}known"), "Hello! fine x2 well-known");
        assert_eq!(plain("5'6 tall, it's ’99"), "5 6 tall, it's ’99");
        assert_eq!(plain("漢字 ½ … ™ “x” — ❓"), "漢字 ½ … ™ “x” — ❓");
    }

    #[test]
    fn markup_is_read_and_the_phonemes_are_the_original_ones() {
        let text = "A [two words](/çʰ ɑ\u{303}g/)'s [b](-1) [c](d).";
        let prepared = prepare(text, None);
        assert_eq!(prepared.plain.text(), "A two words 's b c.");
        assert_eq!(prepared.features[0], (2..11, Feature::Phonemes("çʰ ɑ\u{303}ɡ".into())));
        assert_eq!(&text[prepared.plain.origin(2..11)], "two words");
        assert_eq!(prepared.features[1..], [(15..16, Feature::Stress(Stress::LOWER))]);
        assert_eq!(prepare("un[x](/y/)able, ([x](/y/))", None).plain.text(), "un x able, (x)");
        assert_eq!(prepare("[x](//)", None).features, [(0..1, Feature::Phonemes(String::new()))]);
    }

    #[test]
    fn runs_of_different_marks_are_shortened() {
        assert_eq!(
            prepare(&format!("a{} b", "!?".repeat(500)), None).plain.text(),
            format!("a{} b", "!?".repeat(8))
        );
        assert_eq!(
            prepare(&format!("a{}b", "!?".repeat(8)), None).plain.text(),
            format!("a{}b", "!?".repeat(8))
        );
    }

    #[test]
    fn rulers_and_dotted_lines_are_shortened() {
        assert_eq!(
            plain("One ........................ 1 === aaaaaaaaaaaa"),
            "One ........ 1 === aaaaaaaaaaaa"
        );
        let text = format!("{}x", "_".repeat(1_000));
        assert_eq!(prepare(&text, None).plain.origin(8..9), 1_000..1_001);
    }

    #[test]
    fn long_words_are_broken_without_a_trace_in_the_original() {
        let text = "a".repeat(1_000);
        let prepared = prepare(&text, None);
        assert!(prepared.plain.text().split(' ').all(|word| word.len() <= MAX_WORD_BYTES));
        assert_eq!(prepared.plain.text().replace(' ', ""), text);
        for (at, c) in prepared.plain.text().char_indices() {
            assert_eq!(c == ' ', prepared.plain.origin(at..at + 1).is_empty());
        }
        assert!(plain(&"[=".repeat(500)).split(' ').all(|word| word.len() <= MAX_WORD_PARTS));
        assert!(plain(&"aB".repeat(500)).split(' ').all(|word| word.len() <= MAX_WORD_PARTS));
        let address = "https://www.example.com/a/path/of/parts?with=1&more=2";
        assert_eq!(plain(address), address);
    }
}
