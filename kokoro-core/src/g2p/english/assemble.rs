//! From tokens to words.

use std::ops::Range;

use misaki_rs::MToken;

use super::align::Aligner;
use super::dictionary::{Lookup, UNKNOWN};
use super::prepare::{Prepared, Spoken};
use super::{Word, alphabet, repair};
use crate::text::mapped::Mapped;
use crate::text::marks;

/// A word by its place in the plain text.
struct Item {
    range: Range<usize>,
    phonemes: String,
}

/// Appends the words that `tokens` of the prepared `text` stand for. `text` itself stands at `offset` in the
/// original.
pub(super) fn assemble(
    text: &str,
    offset: usize,
    prepared: &Prepared,
    tokens: &[MToken],
    dictionary: &dyn Lookup,
    words: &mut Vec<Word>,
) {
    let items = items(prepared, tokens, dictionary);
    let plain = &prepared.plain;
    let mut end = 0;
    for (i, item) in items.iter().enumerate() {
        let next = items.get(i + 1).map_or(plain.text().len(), |next| next.range.start);
        let origin = plain.origin(item.range.clone());
        // Two items share an origin where one character became several.
        let start = origin.start.max(end).min(text.len());
        end = origin.end.max(start);
        words.push(Word {
            range: start + offset..end + offset,
            phonemes: item.phonemes.clone(),
            space_after: has_space(plain, item.range.end..next),
        });
    }
}

/// Whether there is white space in `range` that the original has, too.
fn has_space(plain: &Mapped, range: Range<usize>) -> bool {
    let gap = plain.text().get(range.clone()).unwrap_or_default();
    gap.char_indices().any(|(at, c)| {
        c.is_whitespace() && !plain.origin(range.start + at..range.start + at + c.len_utf8()).is_empty()
    })
}

/// The words of the plain text: tokens with something to say or that should have, and words with given
/// phonemes.
fn items(prepared: &Prepared, tokens: &[MToken], dictionary: &dyn Lookup) -> Vec<Item> {
    let plain = prepared.plain.text();
    let mut aligner = Aligner::new(plain);
    let mut spoken = prepared.spoken.iter().peekable();
    let mut items = Vec::with_capacity(tokens.len());
    // Where a silent token began that belongs to the next, as `$` in `$5`.
    let mut silent: Option<Range<usize>> = None;
    let mut covered = 0;
    for token in tokens {
        let range = aligner.place(&token.text);
        while let Some(given) = spoken.next_if(|given| given.range.start < range.end) {
            items.extend(given_item(given));
            covered = given.range.end;
        }
        if range.start < covered {
            continue;
        }
        let silent_before = silent.take().filter(|silent| silent.end == range.start);
        let phonemes = match token.phonemes.as_deref() {
            Some(phonemes) if !phonemes.contains(UNKNOWN) => alphabet::keep(phonemes),
            phonemes => alphabet::keep(&repair::repair(&plain[range.clone()], phonemes, dictionary)),
        };
        if phonemes.is_empty() {
            let inside = &plain[range.clone()];
            if inside.chars().all(marks::is_silent) {
                continue;
            }
            if token.phonemes.as_deref() == Some("") && !inside.contains(char::is_alphanumeric) {
                silent = Some(range);
                continue;
            }
        }
        let start = silent_before.map_or(range.start, |silent| silent.start);
        items.push(Item { range: start..range.end, phonemes });
    }
    items.extend(spoken.filter_map(given_item));
    items
}

fn given_item(given: &Spoken) -> Option<Item> {
    let audible = !given.phonemes.is_empty();
    audible.then(|| Item { range: given.range.clone(), phonemes: given.phonemes.clone() })
}
