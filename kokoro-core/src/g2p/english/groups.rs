//! Tokens to words: cuts tokens into parts and groups the parts that no space separates.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `fold_left` and `retokenize`.

use super::characters::is_letter;
use super::numbers;
use super::subtokens;
use super::tags::Tag;
use super::token::{Token, UNKNOWN, common_flags, common_stress, common_tag, joined_phonemes};

/// Parts without a space between them, read together; often only one.
pub(super) type Group<'t> = Vec<Token<'t>>;

/// Joins each token that is no head, which markup can cause, to the one before it. `text` is the whole text.
pub(super) fn fold<'t>(tokens: Vec<Token<'t>>, text: &'t str) -> Vec<Token<'t>> {
    let mut folded: Vec<Token<'t>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match folded.pop() {
            Some(last) if !token.is_head => folded.push(join([last, token], text)),
            last => {
                folded.extend(last);
                folded.push(token);
            }
        }
    }
    folded
}

fn join<'t>(tokens: [Token<'t>; 2], text: &'t str) -> Token<'t> {
    let [first, last] = &tokens;
    Token {
        text: text.get(first.start..last.end()).unwrap_or_default(),
        start: first.start,
        tag: common_tag(&tokens),
        space: last.space,
        phonemes: Some(joined_phonemes(&tokens, |_| UNKNOWN.to_string())),
        is_head: first.is_head,
        is_to: false,
        prespace: first.prespace,
        is_given: first.is_given || last.is_given,
        stress: common_stress(&tokens),
        currency: None,
        flags: common_flags(&tokens),
    }
}

/// Whether the sound of a token depends on its tag already here, apart from the dictionaries.
pub(super) fn needs_tag(text: &str) -> bool {
    !text.bytes().all(|c| c.is_ascii_alphabetic())
}

/// Cuts the tokens into parts, speaks punctuation, and groups the parts.
pub(super) fn group<'t>(tokens: &[Token<'t>]) -> Vec<Group<'t>> {
    let mut groups: Vec<Group<'t>> = Vec::with_capacity(tokens.len());
    // Whether the last group can take one more part.
    let mut open = false;
    let mut currency = None;
    for (i, token) in tokens.iter().enumerate() {
        let mut parts = parts(token);
        let count = parts.len();
        for at in 0..count {
            let joins_words = is_between_letters(&parts, at);
            let Some(part) = parts.get_mut(at) else { break };
            if part.phonemes.is_none() {
                if let Some(sign) = numbers::currency_sign(part.text).filter(|_| part.tag.is("$")) {
                    currency = Some(sign);
                    part.phonemes = Some(String::new());
                } else if matches!(part.text, "-" | "–") && part.tag.is(":") {
                    part.phonemes = Some("—".to_owned());
                } else if let Some(phonemes) = punctuation(part.text, part.tag) {
                    part.phonemes = Some(phonemes);
                } else if currency.is_some() {
                    if !part.tag.is("CD") {
                        currency = None;
                    } else if at + 1 == count && !tokens.get(i + 1).is_some_and(|next| next.tag.is("CD")) {
                        part.currency = currency;
                    }
                } else if joins_words && part.text == "2" {
                    part.is_to = true;
                }
            }
            let mut part = part.clone();
            let is_spoken = part.is_to || part.phonemes.is_some();
            match groups.last_mut() {
                Some(group) if open && !is_spoken => {
                    open = !part.space;
                    part.is_head = false;
                    group.push(part);
                }
                _ => {
                    open = !is_spoken && !part.space;
                    groups.push(vec![part]);
                }
            }
        }
    }
    groups
}

fn parts<'t>(token: &Token<'t>) -> Vec<Token<'t>> {
    if token.phonemes.is_some() {
        return vec![token.clone()];
    }
    let part = |range: std::ops::Range<usize>| Token {
        text: token.text.get(range.clone()).unwrap_or_default(),
        start: token.start + range.start,
        space: false,
        is_head: true,
        prespace: false,
        currency: None,
        ..token.clone()
    };
    let mut parts: Vec<Token<'t>> = subtokens::split(token.text).into_iter().map(part).collect();
    if let Some(last) = parts.last_mut() {
        last.space = token.space;
    }
    parts
}

/// Whether the part at `at` has letters on both sides.
fn is_between_letters(parts: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| parts.get(before)?.text.chars().next_back());
    let after = parts.get(at + 1).and_then(|after| after.text.chars().next());
    before.is_some_and(is_letter) && after.is_some_and(is_letter)
}

/// The phonemes of punctuation: its marks that the model knows.
fn punctuation(text: &str, tag: Tag<'_>) -> Option<String> {
    let is_word = text.chars().all(|c| {
        let mut lower = c.to_lowercase();
        lower.next().is_some_and(|c| c.is_ascii_lowercase()) && lower.next().is_none()
    });
    if is_word {
        return None;
    }
    let mark = match tag.get()? {
        "-LRB-" => "(",
        "-RRB-" => ")",
        "``" => "“",
        "\"\"" | "''" => "”",
        "." | "," | ":" | "$" | "#" | "NFP" => {
            return Some(text.chars().filter(|&c| is_mark(c)).collect());
        }
        _ => return None,
    };
    Some(mark.to_owned())
}

/// Whether `c` is a punctuation mark of the alphabet.
fn is_mark(c: char) -> bool {
    ";:,.!?—…\"“”".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens from text and tag; a space follows each whose text ends with one.
    fn grouped(tokens: &[(&'static str, &'static str)]) -> Vec<Vec<(&'static str, Option<String>)>> {
        let tokens: Vec<_> = tokens
            .iter()
            .map(|(text, tag)| Token::new(text.trim_end(), 0, Tag::of(tag), text.ends_with(' ')))
            .collect();
        let show = |token: Token<'static>| (token.text, token.phonemes);
        group(&tokens).into_iter().map(|group| group.into_iter().map(show).collect()).collect()
    }

    #[test]
    fn parts_without_a_space_are_grouped_and_marks_are_spoken() {
        let groups =
            grouped(&[("well", "RB"), ("-", "HYPH"), ("known ", "VBN"), ("thing", "NN"), (".", ".")]);
        assert_eq!(groups.len(), 3);
        assert_eq!(groups[0].len(), 3);
        assert_eq!(groups[2], [(".", Some(".".to_owned()))]);
        assert_eq!(grouped(&[("-", ":")])[0][0].1.as_deref(), Some("—"));
        assert_eq!(grouped(&[("[", "-LRB-")])[0][0].1.as_deref(), Some("("));
        assert_eq!(grouped(&[("\"", "``")])[0][0].1.as_deref(), Some("“"));
        assert_eq!(grouped(&[("x", ".")])[0][0].1, None);
    }

    #[test]
    fn money_is_counted_at_the_last_number() {
        let tokens = [("$", "$"), ("3", "CD"), ("billion", "CD"), ("more", "JJR")];
        let tokens: Vec<_> =
            tokens.iter().map(|(text, tag)| Token::new(text, 0, Tag::of(tag), true)).collect();
        let currencies: Vec<_> = group(&tokens).iter().map(|group| group[0].currency).collect();
        assert_eq!(currencies, [None, None, Some('$'), None]);
    }

    #[test]
    fn a_two_between_words_means_to() {
        let tokens = [Token::new("B2B", 0, Tag::of("NN"), false)];
        assert!(group(&tokens)[1][0].is_to);
        let tokens = [Token::new("2B", 0, Tag::of("NN"), false)];
        assert_eq!(group(&tokens).len(), 1);
    }

    #[test]
    fn folding_joins_what_markup_gave_one_sound() {
        let text = "New York";
        let mut tokens = vec![Token::new("New", 0, Tag::NONE, true), Token::new("York", 4, Tag::NONE, false)];
        tokens[0].phonemes = Some("x".into());
        tokens[1].phonemes = Some(String::new());
        tokens[1].is_head = false;
        let folded = fold(tokens, text);
        assert_eq!(folded.len(), 1);
        assert_eq!((folded[0].text, folded[0].phonemes.as_deref()), (text, Some("x")));
    }
}
