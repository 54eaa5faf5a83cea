//! Parts of speech, found only where a rule asks for them.
//!
//! The tagger is the slowest part of the front end by far, and few words depend on it. Its network sees four tokens to
//! either side, so a token's tag can be found, to the last bit, from the nine tokens around it.

use std::cell::RefCell;

use misaki_rs::spacy_tagger::Tagger;
use once_cell::sync::Lazy;

/// How many tokens to either side the tag of a token depends on: the network has four layers, each of which looks at
/// the neighbours.
const REACH: usize = 4;

/// What one run of the tagger costs before its first token, in tokens: it pads both ends.
const RUN_COST: usize = 2 * REACH;

static TAGGER: Lazy<Tagger> = Lazy::new(Tagger::load);

/// Loads the tagger now rather than with the first tag.
pub(super) fn load() {
    Lazy::force(&TAGGER);
}

/// The tags of the tokens of a text.
#[derive(Debug)]
pub(super) struct Tags {
    /// Text, norm and whether a space follows, as the tagger takes them.
    tokens: Vec<(String, String, bool)>,
    found: RefCell<Vec<Option<&'static str>>>,
}

impl Tags {
    pub(super) fn new(tokens: Vec<(String, String, bool)>) -> Self {
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
                // Starting anew would cost as much as going on.
                Some((first, last)) if index - last <= 2 * REACH + RUN_COST => Some((first, index)),
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
        let tags = TAGGER.tag(self.tokens.get(start..end).unwrap_or_default());
        let mut found = self.found.borrow_mut();
        for (index, tag) in (start..end).zip(tags) {
            if (first..=last).contains(&index)
                && let Some(found) = found.get_mut(index)
            {
                *found = Some(intern(tag));
            }
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

/// The tagger's own copy of a label.
fn intern(tag: &str) -> &'static str {
    TAGGER.labels.iter().find(|label| *label == tag).map_or("", String::as_str)
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
    use super::*;

    fn tokens(text: &str) -> Vec<(String, String, bool)> {
        text.split(' ').map(|word| (word.to_owned(), word.to_lowercase(), true)).collect()
    }

    #[test]
    fn one_tag_is_the_same_as_among_all() {
        let text =
            "The old man read the lead story aloud to us , and we used to record every object he used .";
        let tokens = tokens(text);
        let all: Vec<String> = TAGGER.tag(&tokens).into_iter().map(str::to_owned).collect();
        for step in 1..7 {
            let tags = Tags::new(tokens.clone());
            tags.find((0..tokens.len()).step_by(step * 3));
            for index in (0..tokens.len()).step_by(step) {
                assert_eq!(tags.tag(index).get(), all.get(index).map(String::as_str));
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
