//! Splits words into units, the pieces that are never cut again.

use std::ops::Range;

use super::{Boundary, Limits, Piece};
use crate::g2p::Word;
use crate::text::marks;

/// A piece of a word that stays together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// The index of the word.
    word: usize,
    /// The part of its phonemes, in bytes.
    phonemes: Range<usize>,
    /// Its symbols; at least one.
    pub(super) symbols: usize,
    /// Whether a space follows it.
    pub(super) space_after: bool,
    /// How good a place its end is for the end of a chunk.
    pub(super) boundary: Boundary,
}

/// The units of a paragraph, in order.
pub(super) fn units(words: &[Word], paragraph: Range<usize>, limits: Limits) -> Vec<Unit> {
    let mut units = Vec::new();
    for run in runs(words, paragraph) {
        if run.symbols <= limits.limit {
            units.push(run);
        } else {
            cut_run(&run, words, limits, &mut units);
        }
    }
    if let Some(last) = units.last_mut() {
        last.boundary = Boundary::Paragraph;
    }
    units
}

/// What is between white space or the borders of words, cut after marks that end something within a word.
fn runs(words: &[Word], paragraph: Range<usize>) -> Vec<Unit> {
    let mut runs: Vec<Unit> = Vec::new();
    let mut tail = Tail::default();
    for (index, word) in words.iter().enumerate().take(paragraph.end).skip(paragraph.start) {
        let mut open = false;
        for (at, c) in word.phonemes.char_indices() {
            if c.is_whitespace() {
                mark_space(&mut runs);
                tail.space = true;
                open = false;
                continue;
            }
            let boundary = tail.boundary_before(c, open);
            if let Some(last) = runs.last_mut() {
                if open && boundary == Boundary::Inside {
                    last.phonemes.end = at + c.len_utf8();
                    last.symbols += 1;
                    tail.push(c);
                    continue;
                }
                last.boundary = boundary;
            }
            runs.push(Unit {
                word: index,
                phonemes: at..at + c.len_utf8(),
                symbols: 1,
                space_after: false,
                boundary: Boundary::Word,
            });
            open = true;
            tail.push(c);
        }
        if word.space_after {
            mark_space(&mut runs);
            tail.space = true;
        }
    }
    runs
}

fn mark_space(runs: &mut [Unit]) {
    if let Some(last) = runs.last_mut() {
        last.space_after = true;
    }
}

/// What the symbols so far end with.
#[derive(Debug, Clone, Copy)]
struct Tail {
    /// The best that the last marks end, closing quotes set aside; [`Boundary::Word`] if nothing.
    ends: Boundary,
    /// Whether the mark is one of a script that writes no space after it.
    wide: bool,
    /// Whether white space followed.
    space: bool,
    /// Whether the last symbol opens a quote or bracket.
    opens: bool,
}

impl Default for Tail {
    fn default() -> Self {
        Self { ends: Boundary::Word, wide: false, space: true, opens: false }
    }
}

impl Tail {
    /// How good a place it is between the symbols so far and `next`. `same_word` if nothing separates the
    /// two.
    fn boundary_before(&self, next: char, same_word: bool) -> Boundary {
        let belongs_to_last = marks::is_closer(next)
            || marks::is_terminator(next)
            || marks::is_clause_mark(next)
            || (marks::is_straight_quote(next) && !self.space);
        if self.opens || belongs_to_last {
            Boundary::Inside
        } else if same_word && !self.wide {
            // A full stop within a word may divide syllables.
            Boundary::Inside
        } else {
            self.ends
        }
    }

    fn push(&mut self, c: char) {
        let closes = marks::is_closer(c) || (marks::is_straight_quote(c) && !self.space);
        self.opens = marks::is_opener(c) || (marks::is_straight_quote(c) && self.space);
        if marks::is_terminator(c) {
            (self.ends, self.wide) = (Boundary::Sentence, marks::is_wide_terminator(c) || c == '…');
        } else if marks::is_clause_mark(c) {
            (self.ends, self.wide) = (Boundary::Clause, marks::is_wide_clause_mark(c) || c == '—');
        } else if !closes {
            (self.ends, self.wide) = (Boundary::Word, false);
        }
        self.space = false;
    }
}

/// Cuts a run that is longer than the limit into parts of about the target, as equal as they can be.
fn cut_run(run: &Unit, words: &[Word], limits: Limits, units: &mut Vec<Unit>) {
    let phonemes =
        words.get(run.word).and_then(|word| word.phonemes.get(run.phonemes.clone())).unwrap_or_default();
    let symbols: Vec<(usize, char)> = phonemes.char_indices().collect();
    let mut rest = symbols.as_slice();
    while !rest.is_empty() {
        let parts = rest.len().div_ceil(limits.target);
        let even = rest.len().div_ceil(parts);
        let length = if parts == 1 { rest.len() } else { place_to_cut(rest, even) };
        let (part, after) = rest.split_at(length);
        let start = part.first().map_or(0, |&(at, _)| at);
        let end = after.first().map_or(phonemes.len(), |&(at, _)| at);
        units.push(Unit {
            word: run.word,
            phonemes: run.phonemes.start + start..run.phonemes.start + end,
            symbols: part.len(),
            space_after: run.space_after && after.is_empty(),
            boundary: if after.is_empty() { run.boundary } else { Boundary::Inside },
        });
        rest = after;
    }
}

/// The number of symbols to take from `rest`: `even`, or some less so that no sound is torn apart.
fn place_to_cut(rest: &[(usize, char)], even: usize) -> usize {
    const REACH: usize = 8;
    let tears = |at: usize| {
        let before =
            at.checked_sub(1).and_then(|at| rest.get(at)).is_some_and(|&(_, c)| matches!(c, 'ˈ' | 'ˌ'));
        let after = rest.get(at).is_some_and(|&(_, c)| {
            matches!(c, 'ː' | 'ˑ' | 'ʰ' | 'ʲ' | 'ʷ' | '↓' | '→' | '↗' | '↘') || marks::continues(c)
        });
        before || after
    };
    let nearest = even.saturating_sub(REACH).max(1);
    (nearest..=even).rev().find(|&at| !tears(at)).unwrap_or(even)
}

/// The pieces of a chunk: units joined to whole words where they lie side by side.
pub(super) fn pieces(units: &[Unit], words: &[Word]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for unit in units {
        if let Some(last) = pieces.last_mut().filter(|last| last.word == unit.word) {
            let phonemes = words.get(unit.word).map_or("", |word| &word.phonemes);
            let between = phonemes.get(last.phonemes.end..unit.phonemes.start).unwrap_or("?");
            // A run of white space becomes one space only where one piece ends and another begins.
            if between.is_empty() || between == " " {
                last.phonemes.end = unit.phonemes.end;
                last.space_after = unit.space_after;
                continue;
            }
        }
        pieces.push(Piece {
            word: unit.word,
            phonemes: unit.phonemes.clone(),
            space_after: unit.space_after,
        });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(phonemes: &str, space_after: bool) -> Word {
        Word { range: 0..0, phonemes: phonemes.into(), space_after }
    }

    /// The units as text, each with the first letter of its boundary.
    fn shown(words: &[Word], limits: Limits) -> String {
        let mut shown = String::new();
        for unit in units(words, 0..words.len(), limits) {
            shown.push_str(&words[unit.word].phonemes[unit.phonemes.clone()]);
            shown.push_str(if unit.space_after { "_" } else { "" });
            shown.push_str(match unit.boundary {
                Boundary::Paragraph => "¶",
                Boundary::Sentence => "‖",
                Boundary::Clause => "|",
                Boundary::Word => " ",
                Boundary::Inside => "·",
            });
            assert_eq!(unit.symbols, words[unit.word].phonemes[unit.phonemes].chars().count());
        }
        shown
    }

    #[test]
    fn marks_belong_to_the_word_they_follow() {
        let words = [
            word("(", false),
            word("sO", false),
            word(",", true),
            word("“", false),
            word("hI", false),
            word(".", false),
            word("”", true),
            word("nO", false),
            word("!", false),
            word(")", true),
            word("jˈɛs", false),
            word("…", false),
            word("ˈA b", true),
            word("", true),
            word("d", false),
        ];
        assert_eq!(shown(&words, Limits::default()), "(·sO·,_|“·hI·.·”_‖nO·!·)_‖jˈɛs·…‖ˈA_ b_ d¶");
    }

    #[test]
    fn wide_marks_need_no_space() {
        let words = [word("nˈi,「xˈAʊ。」ʂ.ɨ", false)];
        assert_eq!(shown(&words, Limits::default()), "nˈi,「xˈAʊ。」‖ʂ.ɨ¶");
    }

    #[test]
    fn a_word_over_the_limit_is_cut_where_no_sound_is_torn() {
        let words = [word("aaˈaaːaaaa", true), word("b", false)];
        assert_eq!(shown(&words, Limits::new(5, 5)), "aaˈa·aːa·aaa_ b¶");
        assert_eq!(shown(&words, Limits::new(5, 10)), "aaˈaaːaaaa_ b¶");
        assert_eq!(shown(&[word(&"ː".repeat(7), false)], Limits::new(3, 3)), "ːːː·ːː·ːː¶");
    }
}
