//! Pronunciation given in the text: `[word](/phonemes/)`, `[word](+1)`, `[101](#&#)`.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `G2P.preprocess`, and of spaCy's alignment of tokens.

use std::collections::BTreeSet;
use std::ops::Range;

use super::characters::is_space;
use super::stress::Stress;
use super::token::Token;
use super::tokenize::Piece;
use crate::text::link;

/// What a link says about its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Feature {
    Phonemes(String),
    Stress(Stress),
    Flags(String),
}

impl Feature {
    /// Reads what stands between the round brackets. `None` if it means nothing, as in an ordinary link.
    pub(super) fn parse(payload: &str) -> Option<Self> {
        let digits = payload.strip_prefix(['-', '+']).unwrap_or(payload);
        if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) {
            let steps = digits.parse().unwrap_or(i32::MAX);
            let steps = if payload.starts_with('-') { -steps } else { steps };
            return Some(Self::Stress(Stress::steps(steps)));
        }
        let between = |mark: char| {
            let is_between = payload.len() > 1 && payload.starts_with(mark) && payload.ends_with(mark);
            is_between.then(|| payload.trim_matches(mark).to_owned())
        };
        match payload {
            "0.5" | "+0.5" => Some(Self::Stress(Stress::SOME)),
            "-0.5" => Some(Self::Stress(Stress::DEMOTE)),
            _ => between('/').map(Self::Phonemes).or_else(|| between('#').map(Self::Flags)),
        }
    }

    /// Gives the feature to a token; `is_first` of those that stand for the link.
    pub(super) fn apply(&self, token: &mut Token<'_>, is_first: bool) {
        match self {
            Self::Stress(stress) => token.stress = Some(*stress),
            Self::Flags(flags) => token.flags.clone_from(flags),
            Self::Phonemes(phonemes) => {
                token.is_head = is_first;
                token.is_given = true;
                token.phonemes = Some(if is_first { phonemes.clone() } else { String::new() });
            }
        }
    }
}

/// A text without its markup.
#[derive(Debug)]
pub(super) struct Marked {
    pub(super) text: String,
    /// The words that white space and links separate, which features count.
    words: Vec<Range<usize>>,
    features: Vec<(usize, Feature)>,
    /// Where stretches of the text begin, here and in the original.
    stretches: Vec<(usize, usize)>,
}

impl Marked {
    /// Reads the markup of `text` the way the reference does.
    pub(super) fn read(text: &str) -> Self {
        let original = text.len();
        let text = text.trim_start_matches(is_space);
        let offset = original - text.len();
        let mut marked =
            Self { text: String::new(), words: Vec::new(), features: Vec::new(), stretches: Vec::new() };
        let mut at = 0;
        for link in link::find(text) {
            marked.stretches.push((marked.text.len(), offset + at));
            marked.push_words(&text[at..link.outer.start]);
            if let Some(feature) = Feature::parse(&text[link.payload]) {
                marked.features.push((marked.words.len(), feature));
            }
            let start = marked.text.len();
            marked.stretches.push((start, offset + link.inner.start));
            marked.text.push_str(&text[link.inner]);
            marked.words.push(start..marked.text.len());
            at = link.outer.end;
        }
        marked.stretches.push((marked.text.len(), offset + at));
        marked.push_words(&text[at..]);
        marked
    }

    /// Where the bytes `range` of the text came from: from the first to the last, markup between them included.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let find = |at: usize| {
            let stretch = self.stretches.partition_point(|&(start, _)| start <= at).checked_sub(1);
            let (start, original) = stretch.and_then(|stretch| self.stretches.get(stretch))?;
            Some(at - start + original)
        };
        let Some(start) = find(range.start) else { return 0..0 };
        let end = range.end.checked_sub(1).filter(|&last| last >= range.start).and_then(find);
        start..end.map_or(start, |last| last + 1)
    }

    fn push_words(&mut self, text: &str) {
        let offset = self.text.len();
        let mut start = None;
        for (at, c) in text.char_indices() {
            match start {
                Some(first) if is_space(c) => {
                    self.words.push(offset + first..offset + at);
                    start = None;
                }
                None if !is_space(c) => start = Some(at),
                _ => {}
            }
        }
        self.words.extend(start.map(|first| offset + first..offset + text.len()));
        self.text.push_str(text);
    }

    /// Gives the features to the `tokens` of the text, which were made from `pieces`.
    pub(super) fn apply(&self, pieces: &[Piece], tokens: &mut [Token<'_>]) {
        if self.features.is_empty() {
            return;
        }
        let aligned = self.aligned(pieces);
        for (word, feature) in &self.features {
            // The place in the alignment is taken for the number of the token, as in the reference; they differ after
            // white space tokens and after tokens that span several words.
            let places = (0..aligned.len()).filter(|&place| aligned.get(place) == Some(word));
            for (i, place) in places.enumerate() {
                if let Some(token) = tokens.get_mut(place) {
                    feature.apply(token, i == 0);
                }
            }
        }
    }

    /// The words that the pieces overlap, piece by piece. White space that is not the same on both sides is passed over.
    fn aligned(&self, pieces: &[Piece]) -> Vec<usize> {
        let words = Chars::of(&self.text, self.words.iter().cloned());
        let tokens = Chars::of(&self.text, pieces.iter().map(|piece| piece.range.clone()));
        let mut overlaps: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); pieces.len()];
        let (mut a, mut b) = (0, 0);
        while let (Some(&(word, in_word)), Some(&(token, in_token))) = (words.0.get(a), tokens.0.get(b)) {
            if in_word == in_token {
                if let Some(overlap) = overlaps.get_mut(token) {
                    overlap.insert(word);
                }
                a += 1;
                b += 1;
            } else if is_space(in_word) {
                a += 1;
            } else {
                b += 1;
            }
        }
        overlaps.into_iter().flatten().collect()
    }
}

/// The characters of ranges of a text, each with the number of its range.
struct Chars(Vec<(usize, char)>);

impl Chars {
    fn of(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> Self {
        let chars = |(i, range): (usize, Range<usize>)| {
            text.get(range).unwrap_or_default().chars().map(move |c| (i, c))
        };
        Self(ranges.enumerate().flat_map(chars).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tags::Tag;
    use super::super::tokenize::tokenize;
    use super::*;

    #[test]
    fn payloads_are_read() {
        let parse = |payload| Feature::parse(payload);
        assert_eq!(parse("/həlˈO/"), Some(Feature::Phonemes("həlˈO".into())));
        assert_eq!(parse("//"), Some(Feature::Phonemes(String::new())));
        assert_eq!(parse("#&n#"), Some(Feature::Flags("&n".into())));
        assert_eq!(parse("+2"), Some(Feature::Stress(Stress::FULL)));
        assert_eq!(parse("-1"), Some(Feature::Stress(Stress::LOWER)));
        assert_eq!(parse("-0.5"), Some(Feature::Stress(Stress::DEMOTE)));
        for nothing in ["", "/", "#", "+", "https://a.b/", "0.7", "x"] {
            assert_eq!(parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn features_find_their_tokens() {
        let marked = Marked::read("  In [New York](/x/), [so](-1)!");
        assert_eq!(marked.text, "In New York, so!");
        assert_eq!([marked.origin(0..2), marked.origin(3..11), marked.origin(0..15)], [2..4, 6..14, 2..25]);
        let pieces = tokenize(&marked.text);
        let token = |piece: &Piece| Token::new(&marked.text[piece.range.clone()], 0, Tag::NONE, false);
        let mut tokens: Vec<_> = pieces.iter().map(token).collect();
        marked.apply(&pieces, &mut tokens);
        let phonemes: Vec<_> = tokens.iter().map(|token| token.phonemes.as_deref()).collect();
        assert_eq!(phonemes, [None, Some("x"), Some(""), None, None, None]);
        assert!(tokens[1].is_head && !tokens[2].is_head);
        assert_eq!(tokens[4].stress, Some(Stress::LOWER));
    }
}
