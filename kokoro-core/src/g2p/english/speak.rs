//! Groups of parts to phonemes, from the last to the first.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `G2P.__call__` and `resolve_tokens`.

use super::characters::is_letter;
use super::context::{Context, is_pause};
use super::dictionary::Query;
use super::groups::Group;
use super::reader::Reader;
use super::stress::{PRIMARY, Stress, weight};
use super::token::{Token, common_flags, common_stress, common_tag};

/// The most parts that are looked up together. Nothing known is near to it, and the time grows with its square.
const MAX_RUN: usize = 64;

/// Gives phonemes to all parts that the dictionaries know.
pub(super) fn speak(groups: &mut [Group<'_>], reader: &Reader<'_>) {
    let mut context = Context::default();
    for group in groups.iter_mut().rev() {
        match group.as_mut_slice() {
            [token] => {
                if token.phonemes.is_none() {
                    let text = if token.is_to { "to" } else { token.text };
                    token.phonemes =
                        reader.known_at(token.start..token.end(), Query { text, ..query(token) }, context);
                }
                if token.phonemes.is_none() && reader.reads_unknown_at_once() {
                    token.phonemes = reader.reference(token.text);
                }
                context = context.before(token.text, token.tag, token.phonemes.as_deref());
            }
            parts => {
                let is_resolved;
                (context, is_resolved) = speak_parts(parts, reader, context);
                if is_resolved {
                    settle(parts);
                }
            }
        }
    }
}

fn query<'a>(token: &'a Token<'_>) -> Query<'a> {
    Query {
        text: token.text,
        tag: token.tag,
        stress: token.stress,
        currency: token.currency,
        is_head: token.is_head,
        flags: &token.flags,
    }
}

/// Finds the longest run of parts that is known together, ending with the last part, then goes on before it.
///
/// `false` if the reference has had the whole group read as one unknown word, whose spaces and stress are settled.
fn speak_parts(parts: &mut [Token<'_>], reader: &Reader<'_>, mut context: Context) -> (Context, bool) {
    let mut text = String::new();
    let mut starts = Vec::with_capacity(parts.len() + 1);
    for part in parts.iter() {
        starts.push(text.len());
        text.push_str(part.text);
    }
    starts.push(text.len());
    let mut end = parts.len();
    while end > 0 {
        let found = (end.saturating_sub(MAX_RUN)..end).find_map(|start| {
            let text = text.get(*starts.get(start)?..*starts.get(end)?)?;
            let run = parts.get(start..end)?;
            let tag = common_tag(run);
            let flags = common_flags(run);
            let query = Query {
                text,
                tag,
                stress: common_stress(run),
                currency: run.iter().filter_map(|part| part.currency).max(),
                is_head: run.first()?.is_head,
                flags: &flags,
            };
            let place = run.first()?.start..run.last()?.end();
            let phonemes = reader.known_at(place, query, context)?;
            context = context.before(text, tag, Some(&phonemes));
            Some((start, phonemes))
        });
        if let Some((start, phonemes)) = found {
            let mut phonemes = Some(phonemes);
            for part in parts.get_mut(start..end).unwrap_or_default() {
                part.phonemes = Some(phonemes.take().unwrap_or_default());
            }
            end = start;
        } else {
            end -= 1;
            let Some(part) = parts.get_mut(end) else { continue };
            if part.text.chars().all(is_junk) {
                part.phonemes = Some(String::new());
            } else if reader.reads_unknown_at_once() {
                let mut phonemes = reader.reference(&text);
                for part in parts {
                    part.phonemes = phonemes.replace(String::new());
                }
                return (context, false);
            }
        }
    }
    (context, true)
}

/// Marks inside a group that are silent.
fn is_junk(c: char) -> bool {
    matches!(c, '\'' | ',' | '-' | '.' | '_' | '‘' | '’' | '/')
}

/// Decides on spaces inside a group, and on stress where there are none.
fn settle(parts: &mut [Token<'_>]) {
    let spaced = is_mixed(parts);
    let count = parts.len();
    for (i, part) in parts.iter_mut().enumerate() {
        if part.phonemes.is_none() {
            let mut chars = part.text.chars();
            if i + 1 == count && chars.next().is_some_and(is_pause) && chars.next().is_none() {
                part.phonemes = Some(part.text.to_owned());
            }
        } else if i > 0 {
            part.prespace = spaced;
        }
    }
    if !spaced {
        weaken(parts);
    }
}

/// Whether letters, digits and other characters meet in a group, or a slash is in it.
fn is_mixed(parts: &[Token<'_>]) -> bool {
    let chars = || parts.iter().flat_map(|part| part.text.chars());
    let mut classes = chars().filter(|&c| !is_junk(c)).map(|c| match c {
        _ if is_letter(c) => 0,
        _ if c.is_ascii_digit() => 1,
        _ => 2,
    });
    let first = classes.next();
    chars().any(|c| matches!(c, ' ' | '/')) || classes.any(|class| Some(class) != first)
}

/// Leaves the primary stress to one half of the sounding parts, the heavier ones, if more than half have one.
fn weaken(parts: &mut [Token<'_>]) {
    let mut sounding: Vec<(bool, usize, usize)> = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if let Some(phonemes) = part.phonemes.as_deref().filter(|phonemes| !phonemes.is_empty()) {
            sounding.push((phonemes.contains(PRIMARY), weight(phonemes), i));
        }
    }
    let count = sounding.len();
    let is_letter_first = |i: usize| parts.get(i).is_some_and(|part| part.text.chars().count() == 1);
    let weak: Vec<usize> = match sounding.as_slice() {
        [first, second] if is_letter_first(first.2) => vec![second.2],
        _ if count < 2 || sounding.iter().filter(|part| part.0).count() <= count.div_ceil(2) => return,
        _ => {
            sounding.sort_unstable();
            sounding.iter().take(count / 2).map(|part| part.2).collect()
        }
    };
    for i in weak {
        if let Some(phonemes) = parts.get_mut(i).and_then(|part| part.phonemes.as_mut()) {
            *phonemes = Stress::DEMOTE.apply(std::mem::take(phonemes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::super::tags::Tag;
    use super::super::token::joined_phonemes;
    use super::*;

    fn spoken(parts: &[&'static str]) -> String {
        let mut tokens: Vec<_> = parts.iter().map(|text| Token::new(text, 0, Tag::of("NN"), false)).collect();
        for token in tokens.iter_mut().skip(1) {
            token.is_head = false;
        }
        let mut groups = vec![tokens];
        speak(&mut groups, &Reader::of(Dialect::Us));
        joined_phonemes(&groups[0], |_| "❓".into())
    }

    #[test]
    fn the_longest_known_run_is_taken() {
        assert_eq!(spoken(&["i", "Phone"]), "ˈIfˌOn");
        assert_eq!(spoken(&["well", "-", "known"]), "wˌɛlnˈOn");
        assert_eq!(spoken(&["512", "GB"]), "fˈIv hˈʌndɹəd twˈɛlv ʤˌibˈi");
        assert_eq!(spoken(&["9", ":", "30"]), "nˈIn❓ θˈɜɹɾi");
        assert_eq!(spoken(&["zzz", "word"]), "❓wˈɜɹd");
    }

    #[test]
    fn a_last_mark_is_a_pause_and_junk_is_silent() {
        assert_eq!(spoken(&["word", "_", "word"]), "wˌɜɹdwˈɜɹd");
        assert_eq!(spoken(&["word", "!"]), "wˈɜɹd!");
        assert_eq!(spoken(&["word", "/", "word"]), "wˈɜɹd wˈɜɹd");
    }
}
