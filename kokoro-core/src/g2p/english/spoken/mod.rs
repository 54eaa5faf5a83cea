//! What a reader would say for expressions in digits and signs, put in words before the dictionaries see the text.
//!
//! The text is cut into runs ([`scan`]), and at each run the rules for what can begin there are asked in turn. A rule
//! looks ahead a bounded number of runs and answers with pieces ([`output`]): words to say, parts to keep as they are
//! written. What no rule knows stays as it is, so that plain prose is never changed. Each piece keeps its place in the
//! original text.
//!
//! * numbers: [`amount`], [`digits`], [`versions`], [`ranges`], [`math`], [`roman`];
//! * what they count: [`units`] ([`unit_table`]), [`money`], [`dates`], [`times`], [`calendar`];
//! * names: [`address`], [`identifiers`], [`abbreviations`];
//! * signs: [`symbols`], [`markdown`].
//!
//! `docs/spoken.md` lists what is written and what is said.

mod abbreviations;
mod address;
mod amount;
mod calendar;
mod dates;
mod digits;
mod identifiers;
mod markdown;
mod math;
mod money;
mod output;
mod ranges;
mod roman;
mod scan;
mod symbols;
mod times;
mod unit_table;
mod units;
mod versions;

pub(super) use self::math::has_meaning;
use self::output::Found;
pub(super) use self::output::Piece;
pub(super) use self::scan::opens;
use self::scan::{Kind, Scan};
use super::Dialect;
use crate::g2p::Settings;

/// The rules of a dialect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken<'a> {
    dialect: Dialect,
    settings: &'a Settings,
}

/// The most runs of a word of the caller's lexicons that no rule may change.
const MAX_LISTED: usize = 12;

/// Answers what stands at a run, if it knows.
type Rule = fn(&Scan<'_>, usize) -> Option<Found>;

/// Rules for what begins with letters, with digits, and with a mark. The first that knows an expression reads it.
const LETTERS: &[Rule] = &[
    address::address,
    versions::marked,
    money::money,
    dates::month_first,
    dates::day_of_week,
    roman::numeral,
    abbreviations::abbreviation,
    identifiers::name,
];

const DIGITS: &[Rule] = &[identifiers::name, ranges::value_or_range, address::address];

const MARKS: &[Rule] = &[
    markdown::decoration,
    identifiers::joint,
    dates::dash_between_names,
    address::address,
    ranges::signed,
    ranges::value_or_range,
    abbreviations::et_cetera,
    math::operator,
    symbols::symbol,
];

const GREEK: &[Rule] = &[symbols::greek];

impl<'a> Spoken<'a> {
    pub(super) fn new(dialect: Dialect, settings: &'a Settings) -> Self {
        Self { dialect, settings }
    }

    /// The pieces of `text`, in order, that cover it. `begins_line` tells that a line begins with it.
    pub(super) fn rewrite(&self, text: &str, begins_line: bool) -> Vec<Piece> {
        let scan = Scan::new(text, self.dialect, self.settings.symbols, begins_line);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < scan.len() {
            if let Some(end) = self.listed(&scan, at) {
                keep(&mut pieces, scan.bytes(at..end));
                at = end;
                continue;
            }
            let rules = match scan.kind(at) {
                Kind::Letters => LETTERS,
                Kind::Digits => DIGITS,
                Kind::Mark(_) => MARKS,
                Kind::Greek => GREEK,
                Kind::Space | Kind::Edge => &[],
            };
            let found = rules.iter().find_map(|rule| rule(&scan, at)).filter(|found| found.end > at);
            let Some(found) = found else {
                keep(&mut pieces, scan.bytes(at..at + 1));
                at += 1;
                continue;
            };
            for piece in found.pieces {
                match piece.map(|runs| scan.bytes(runs)) {
                    Piece::Keep(range) => keep(&mut pieces, range),
                    piece => {
                        drop_hyphen(&mut pieces, text);
                        pieces.push(piece);
                    }
                }
            }
            at = found.end;
        }
        pieces
    }

    /// The end of the longest word of the caller's lexicons that begins at a run.
    fn listed(&self, scan: &Scan<'_>, at: usize) -> Option<usize> {
        let is_word = |kind| matches!(kind, Kind::Letters | Kind::Digits);
        if !self.settings.has_lexicon() || (is_word(scan.kind(at)) && is_word(scan.before(at))) {
            return None;
        }
        let most = scan.len().min(at + MAX_LISTED);
        (at + 1..=most).rev().find(|&end| {
            let is_cut = is_word(scan.before(end)) && is_word(scan.kind(end));
            !is_cut && self.settings.lists(scan.slice(at..end))
        })
    }
}

/// Adds a part that stays as it is.
fn keep(pieces: &mut Vec<Piece>, range: std::ops::Range<usize>) {
    match pieces.last_mut() {
        Some(Piece::Keep(last)) if last.end == range.start => last.end = range.end,
        _ => pieces.push(Piece::Keep(range)),
    }
}

/// Drops a hyphen that would be left at the end of a word: "Apache-2.0" becomes "Apache 2 point 0".
fn drop_hyphen(pieces: &mut Vec<Piece>, text: &str) {
    let Some(Piece::Keep(last)) = pieces.last_mut() else { return };
    let kept = text.get(last.clone()).unwrap_or_default();
    if kept.strip_suffix('-').is_some_and(|word| word.ends_with(char::is_alphanumeric)) {
        last.end -= 1;
        let hyphen = last.end..last.end + 1;
        pieces.push(Piece::Drop(hyphen));
    }
}

#[cfg(test)]
mod tests;
