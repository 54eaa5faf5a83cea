//! Tokens on their way from spelling to sound.

use super::stress::Stress;
use super::tags::Tag;

/// What misaki writes for a part that it does not know.
pub(super) const UNKNOWN: char = '❓';

/// A part of the text with what is known of its sound.
#[derive(Debug, Clone)]
pub(super) struct Token<'t> {
    /// The text as it is written.
    pub(super) text: &'t str,
    /// Where it begins in the whole text, in bytes.
    pub(super) start: usize,
    pub(super) tag: Tag<'t>,
    /// Whether a space follows.
    pub(super) space: bool,
    /// Its phonemes: none yet, or none at all; empty if it is silent.
    pub(super) phonemes: Option<String>,
    /// Whether it stands alone or begins its group.
    pub(super) is_head: bool,
    /// Whether it is a "2" that stands for "to".
    pub(super) is_to: bool,
    /// Whether a space comes before it inside its group.
    pub(super) prespace: bool,
    /// Whether markup gave its phonemes.
    pub(super) is_given: bool,
    /// The change of stress that markup asks for.
    pub(super) stress: Option<Stress>,
    /// The sign of the currency that it counts.
    pub(super) currency: Option<char>,
    /// The flags for numbers that markup gives.
    pub(super) flags: String,
}

impl<'t> Token<'t> {
    pub(super) fn new(text: &'t str, start: usize, tag: Tag<'t>, space: bool) -> Self {
        Self {
            text,
            start,
            tag,
            space,
            phonemes: None,
            is_head: true,
            is_to: false,
            prespace: false,
            is_given: false,
            stress: None,
            currency: None,
            flags: String::new(),
        }
    }

    /// Where it ends in the whole text, in bytes.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Which of several tokens speaks for all is decided by the most characters, capital ones counted twice.
    pub(super) fn importance(&self) -> usize {
        self.text.chars().map(|c| if c.to_lowercase().eq([c]) { 1 } else { 2 }).sum()
    }
}

/// The tag of the most important of `tokens`, the first of equals.
pub(super) fn common_tag<'t>(tokens: &[Token<'t>]) -> Tag<'t> {
    let mut best: Option<(usize, Tag<'t>)> = None;
    for token in tokens {
        let importance = token.importance();
        if best.is_none_or(|(most, _)| importance > most) {
            best = Some((importance, token.tag));
        }
    }
    best.map_or(Tag::NONE, |(_, tag)| tag)
}

/// The change of stress that all of `tokens` that ask for one agree on.
pub(super) fn common_stress(tokens: &[Token<'_>]) -> Option<Stress> {
    let mut stresses = tokens.iter().filter_map(|token| token.stress);
    let first = stresses.next()?;
    stresses.all(|stress| stress == first).then_some(first)
}

/// The flags that any of `tokens` has.
pub(super) fn common_flags(tokens: &[Token<'_>]) -> String {
    let mut flags: Vec<char> = tokens.iter().flat_map(|token| token.flags.chars()).collect();
    flags.sort_unstable();
    flags.dedup();
    flags.into_iter().collect()
}

/// The phonemes of `tokens` in one string; `unknown` speaks those that have none.
pub(super) fn joined_phonemes(tokens: &[Token<'_>], mut unknown: impl FnMut(&Token<'_>) -> String) -> String {
    let mut joined = String::new();
    for token in tokens {
        match &token.phonemes {
            Some(phonemes) => {
                let after_sound = joined.chars().next_back().is_some_and(|c| !c.is_whitespace());
                if token.prespace && after_sound && !phonemes.is_empty() {
                    joined.push(' ');
                }
                joined.push_str(phonemes);
            }
            None => joined.push_str(&unknown(token)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_most_important_tokens_speaks_for_all() {
        let tokens = [
            Token::new("a", 0, Tag::of("DT"), false),
            Token::new("BC", 1, Tag::of("NN"), false),
            Token::new("word", 3, Tag::of("VB"), false),
        ];
        assert_eq!(common_tag(&tokens).get(), Some("NN"));
        assert_eq!(common_tag(&[]).get(), None);
    }

    #[test]
    fn stress_must_be_agreed_on_and_flags_add_up() {
        let mut tokens = vec![Token::new("a", 0, Tag::NONE, false); 3];
        assert_eq!(common_stress(&tokens), None);
        tokens[1].stress = Some(Stress::FULL);
        tokens[1].flags = "n&".into();
        tokens[2].flags = "na".into();
        assert_eq!(common_stress(&tokens), Some(Stress::FULL));
        assert_eq!(common_flags(&tokens), "&an");
        tokens[2].stress = Some(Stress::NONE);
        assert_eq!(common_stress(&tokens), None);
    }

    #[test]
    fn phonemes_are_joined_with_spaces_where_they_belong() {
        let mut tokens = vec![Token::new("a", 0, Tag::NONE, false); 3];
        tokens[0].phonemes = Some("A".into());
        tokens[2].phonemes = Some("B".into());
        tokens[2].prespace = true;
        assert_eq!(joined_phonemes(&tokens, |_| UNKNOWN.to_string()), "A❓ B");
    }
}
