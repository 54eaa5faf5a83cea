//! Parts of speech, found only where a rule asks for them.
//!
//! The tagger is the slowest part of the front end by far, and few words depend on it. Its network sees four tokens to
//! either side, so a token's tag can be found, to the last bit, from the nine tokens around it.

use std::cell::RefCell;

use super::tagger::{self, Features, LAYERS};

/// How many tokens to either side the tag of a token depends on.
const REACH: usize = LAYERS;

/// Tokens of one run of the tagger. More would only take more memory.
const LONGEST_RUN: usize = 128;

/// The tags of the tokens of a text.
#[derive(Debug)]
pub(super) struct Tags {
    tokens: Vec<Features>,
    found: RefCell<Vec<Option<&'static str>>>,
}

impl Tags {
    pub(super) fn new(tokens: Vec<Features>) -> Self {
        let found = RefCell::new(vec![None; tokens.len()]);
        Self { tokens, found }
    }

    /// The tag of a token, found on demand.
    pub(super) fn tag(&self, index: usize) -> Tag<'_> {
        Tag(Some(Source::Lazy(self, index)))
    }

    /// Finds the tags of many tokens, given in order, in as few runs of the tagger as pay.
    pub(super) fn find(&self, indices: impl IntoIterator<Item = usize>) {
        let mut run: Option<(usize, usize)> = None;
        for index in indices {
            run = match run {
                // Starting anew would look at as many tokens as going on.
                Some((first, last)) if index - last <= 2 * REACH && index - first < LONGEST_RUN => {
                    Some((first, index))
                }
                Some((first, last)) => {
                    self.find_run(first, last);
                    Some((index, index))
                }
                None => Some((index, index)),
            };
        }
        if let Some((first, last)) = run {
            self.find_run(first, last);
        }
    }

    fn find_run(&self, first: usize, last: usize) {
        let start = first.saturating_sub(REACH);
        let end = (last + REACH + 1).min(self.tokens.len());
        let (Some(network), Some(tokens)) = (tagger::network(), self.tokens.get(start..end)) else { return };
        let tags = network.tags(tokens, first - start, end - last - 1);
        let mut found = self.found.borrow_mut();
        for (found, tag) in found.iter_mut().skip(first).zip(tags) {
            *found = Some(tag);
        }
    }

    fn get(&self, index: usize) -> Option<&'static str> {
        let known = self.found.borrow().get(index).copied()?;
        known.or_else(|| {
            self.find_run(index, index);
            self.found.borrow().get(index).copied().flatten()
        })
    }
}

/// The part of speech of a token in Penn Treebank tags, or none, found when it is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'t>(Option<Source<'t>>);

#[derive(Debug, Clone, Copy)]
enum Source<'t> {
    Lazy(&'t Tags, usize),
    #[cfg(test)]
    Known(&'static str),
}

impl Tag<'_> {
    /// No part of speech.
    pub(super) const NONE: Self = Self(None);

    /// A known one, for tests.
    #[cfg(test)]
    pub(super) fn of(tag: &'static str) -> Self {
        Self(Some(Source::Known(tag)))
    }

    /// The tag, if there is one.
    pub(super) fn get(self) -> Option<&'static str> {
        match self.0? {
            Source::Lazy(tags, index) => tags.get(index),
            #[cfg(test)]
            Source::Known(tag) => Some(tag),
        }
    }

    pub(super) fn is(self, tag: &str) -> bool {
        self.get() == Some(tag)
    }

    pub(super) fn is_any(self, tags: &[&str]) -> bool {
        self.get().is_some_and(|tag| tags.contains(&tag))
    }

    pub(super) fn is_noun(self) -> bool {
        self.get().is_some_and(|tag| tag.starts_with("NN"))
    }

    /// The class that the tag belongs to, or itself.
    pub(super) fn class(self) -> Option<&'static str> {
        self.get().map(|tag| match tag {
            _ if tag.starts_with("VB") => "VERB",
            _ if tag.starts_with("NN") => "NOUN",
            _ if tag.starts_with("ADV") || tag.starts_with("RB") => "ADV",
            _ if tag.starts_with("ADJ") || tag.starts_with("JJ") => "ADJ",
            _ => tag,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tagger::string_id;
    use super::*;

    const TEXT: &str =
        "The old man read the lead story aloud to us , and we used to record every object he used .";

    fn tokens() -> Vec<Features> {
        TEXT.split(' ').map(|word| Features::new(word, string_id(&word.to_lowercase()), true)).collect()
    }

    #[test]
    fn one_tag_is_the_same_as_among_all() {
        // More than one run takes.
        let tokens = tokens().repeat(2 * LONGEST_RUN / 20);
        let all = tagger::network().unwrap().tags(&tokens, 0, 0);
        for step in 1..7 {
            let tags = Tags::new(tokens.clone());
            tags.find((0..tokens.len()).step_by(step * 3));
            for index in (0..tokens.len()).step_by(step) {
                assert_eq!(tags.tag(index).get(), all.get(index).copied());
            }
        }
    }

    #[test]
    fn tags_have_classes() {
        assert_eq!(Tag::of("VBD").class(), Some("VERB"));
        assert_eq!(Tag::of("NNP").class(), Some("NOUN"));
        assert_eq!(Tag::of("RB").class(), Some("ADV"));
        assert_eq!(Tag::of("JJR").class(), Some("ADJ"));
        assert_eq!(Tag::of("DT").class(), Some("DT"));
        assert_eq!(Tag::NONE.class(), None);
        assert_eq!(Tags::new(Vec::new()).tag(3).get(), None);
    }
}
