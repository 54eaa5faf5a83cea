//! From groups of parts to words.

use std::ops::Range;

use super::context::Context;
use super::dictionary::Query;
use super::front::{Tokenized, for_model};
use super::groups::Group;
use super::markup::Feature;
use super::prepare::Prepared;
use super::reader::Reader;
use super::tags::Tag;
use super::token::{Token, joined_phonemes};
use super::{Dialect, Word, alphabet};
use crate::g2p::Mode;
use crate::text::mapped::Mapped;
use crate::text::marks;

/// A word by its place in the plain text.
struct Item {
    range: Range<usize>,
    phonemes: String,
}

/// Appends the words of a prepared text, which stands at `offset` in the original and is `length` bytes long there.
pub(super) fn assemble(
    prepared: &Prepared,
    offset: usize,
    length: usize,
    reader: &Reader<'_>,
    words: &mut Vec<Word>,
) {
    let plain = &prepared.plain;
    let tokenized = Tokenized::new(plain.text());
    let groups = tokenized.read(reader, |tokens| {
        apply(&prepared.features, tokens);
        if reader.settings.mode == Mode::Spoken && reader.dictionary.dialect() == Dialect::Gb {
            say_and(tokens);
        }
    });
    let items = items(&groups, reader);
    let first = words.len();
    let mut end = 0;
    for (i, item) in items.iter().enumerate() {
        let next = items.get(i + 1).map_or(plain.text().len(), |next| next.range.start);
        let origin = plain.origin(item.range.clone());
        let space_after = has_space(plain, item.range.end..next);
        // Two items share an origin where one expression became several words: they are one word.
        let shares = origin.start < end && !origin.is_empty();
        if let Some(word) = words.get_mut(first..).and_then(<[Word]>::last_mut).filter(|_| shares) {
            if !item.phonemes.is_empty() {
                if word.space_after && !word.phonemes.is_empty() {
                    word.phonemes.push(' ');
                }
                word.phonemes.push_str(&item.phonemes);
            }
            end = origin.end.max(end).min(length);
            word.range.end = end + offset;
            word.space_after = space_after;
            continue;
        }
        let start = origin.start.max(end).min(length);
        end = origin.end.max(start).min(length);
        words.push(Word {
            range: start + offset..end + offset,
            phonemes: item.phonemes.clone(),
            space_after,
        });
    }
}

/// Gives the features to the tokens at their places.
fn apply(features: &[(Range<usize>, Feature)], tokens: &mut [Token<'_>]) {
    let mut first = 0;
    for (range, feature) in features {
        while tokens.get(first).is_some_and(|token| token.end() <= range.start) {
            first += 1;
        }
        let mut at = first;
        while let Some(token) = tokens.get_mut(at).filter(|token| token.start < range.end) {
            feature.apply(token, at == first);
            at += 1;
        }
    }
}

/// British numbers have an "and": "two hundred and five".
fn say_and(tokens: &mut [Token<'_>]) {
    for token in tokens.iter_mut().filter(|token| token.text.bytes().any(|c| c.is_ascii_digit())) {
        token.flags.push('&');
    }
}

/// Whether there is white space in `range` that the original has, too.
fn has_space(plain: &Mapped, range: Range<usize>) -> bool {
    let gap = plain.text().get(range.clone()).unwrap_or_default();
    gap.char_indices().any(|(at, c)| {
        c.is_whitespace() && !plain.origin(range.start + at..range.start + at + c.len_utf8()).is_empty()
    })
}

/// The words: groups with something to say or that should have.
fn items(groups: &[Group<'_>], reader: &Reader<'_>) -> Vec<Item> {
    let mut items = Vec::with_capacity(groups.len());
    // Where a silent group began that belongs to the next, as `$` in `$5`.
    let mut silent: Option<Range<usize>> = None;
    for group in groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        // Only white space that has given phonemes is part of a word, and then one character of it.
        let first_char = last.text.chars().next().map_or(0, char::len_utf8);
        let range = first.start..last.start + last.text.trim_end().len().max(first_char);
        let silent_before = silent.take().filter(|silent| silent.end == range.start);
        let phonemes = match group.as_slice() {
            [part] if is_swallowed(part) => apart(part, reader),
            _ => joined_phonemes(group, |part| format!(" {} ", reader.unknown(part.text))),
        };
        let phonemes = alphabet::keep(&for_model(&phonemes));
        if phonemes.is_empty() {
            let chars = || group.iter().flat_map(|part| part.text.chars());
            if chars().all(marks::is_silent) || group.iter().any(|part| part.is_given) {
                continue;
            }
            let is_silenced = group.iter().all(|part| part.phonemes.as_deref() == Some(""));
            if is_silenced && !chars().any(char::is_alphanumeric) {
                silent = Some(range);
                continue;
            }
        }
        let start = silent_before.map_or(range.start, |silent| silent.start);
        items.push(Item { range: start..range.end, phonemes });
    }
    items
}

/// Whether the reference leaves out something that can be spoken: the tagger took it for punctuation.
fn is_swallowed(part: &Token<'_>) -> bool {
    part.phonemes.as_deref() == Some("") && !part.is_given && part.text.contains(char::is_alphanumeric)
}

/// The phonemes of a part apart from its sentence.
fn apart(part: &Token<'_>, reader: &Reader<'_>) -> String {
    let query = Query {
        text: part.text,
        tag: Tag::NONE,
        stress: part.stress,
        currency: part.currency,
        is_head: true,
        flags: &part.flags,
    };
    let known = reader.known_at(part.start..part.end(), query, Context::default());
    known.unwrap_or_else(|| reader.unknown(part.text))
}

#[cfg(test)]
mod tests {
    use super::super::prepare::prepare;
    use super::*;

    fn words(text: &str) -> Vec<(String, String)> {
        let mut words = Vec::new();
        let prepared = prepare(text, None);
        assemble(&prepared, 0, text.len(), &Reader::of(Dialect::Us), &mut words);
        words.into_iter().map(|word| (text[word.range].to_owned(), word.phonemes)).collect()
    }

    #[test]
    fn a_silent_sign_belongs_to_what_follows() {
        assert_eq!(words("$5"), [("$5".into(), "fˈIv dˈɑləɹz".into())]);
        assert_eq!(words("*a*")[0].0, "a");
    }

    #[test]
    fn what_the_tagger_takes_for_punctuation_is_spoken() {
        let mut part = Token::new("12", 0, Tag::of(":"), false);
        part.phonemes = Some(String::new());
        assert!(is_swallowed(&part));
        assert_eq!(apart(&part, &Reader::of(Dialect::Us)), "twˈɛlv");
        part.text = "...";
        assert!(!is_swallowed(&part));
    }
}
