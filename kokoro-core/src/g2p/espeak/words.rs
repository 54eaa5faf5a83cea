//! A text as words with their places in it.

use std::ops::Range;

use super::align::{self, Pair};
use super::clauses::{self, Part, is_mark, is_space};
use super::library::Library;
use super::line::{clause, mark};
use super::voice::Voice;
use crate::Result;
use crate::g2p::Word;
use crate::text::marks;

/// The words of `text`. Their phonemes, joined, are those of [`line`](super::line::line) but for white space.
pub(super) fn words(library: &Library, text: &str, voice: Voice) -> Result<Vec<Word>> {
    collect(text, voice, |text| clause(library, text, voice, false))
}

fn collect(text: &str, voice: Voice, mut speak: impl FnMut(&str) -> Result<String>) -> Result<Vec<Word>> {
    let mut words = Vec::new();
    for part in clauses::parts(text) {
        match part {
            Part::Clause(range) => push_clause(text, range, &mut speak, &mut words)?,
            Part::Marks(range) => push_marks(text, range, voice, &mut words),
        }
    }
    if text.ends_with(is_space) {
        end_with_space(&mut words);
    }
    Ok(words)
}

fn push_clause(
    text: &str,
    range: Range<usize>,
    speak: &mut impl FnMut(&str) -> Result<String>,
    words: &mut Vec<Word>,
) -> Result<()> {
    let inside = text.get(range.clone()).unwrap_or_default();
    let phonemes = speak(inside)?;
    let spoken: Vec<&str> = phonemes.split(' ').filter(|word| !word.is_empty()).collect();
    let written = join_thousands(text, clauses::words(inside, range.start));
    let slices: Vec<&str> = written.iter().map(|word| text.get(word.clone()).unwrap_or_default()).collect();
    if spoken.is_empty() {
        leave_out(text.get(..range.start).unwrap_or_default(), words);
    }
    let first = words.len();
    for Pair { written: from, spoken: to } in align::align(&slices, &spoken, speak)? {
        let (Some(start), Some(end)) = (written.get(from.start), written.get(from.end.wrapping_sub(1)))
        else {
            continue;
        };
        let phonemes = spoken.get(to).unwrap_or_default().join(" ");
        let range = start.start..end.end;
        let is_silent = || text.get(range.clone()).unwrap_or_default().chars().all(marks::is_silent);
        // A dash or an apostrophe alone is nothing that anybody misses.
        if !phonemes.is_empty() || !is_silent() {
            let space_after = !phonemes.is_empty();
            words.push(Word { range, phonemes, space_after });
        }
    }
    // After the last sound of the clause comes what the marks say.
    for word in words.iter_mut().skip(first).rev() {
        word.space_after = false;
        if !word.phonemes.is_empty() {
            break;
        }
    }
    Ok(())
}

/// `1 000 000` is one word.
fn join_thousands(text: &str, words: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let is_number = |range: &Range<usize>| {
        text.get(range.clone()).is_some_and(|word| word.bytes().all(|c| c.is_ascii_digit()))
    };
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(words.len());
    let mut is_open = false;
    for word in words {
        let has_digits_only = is_number(&word);
        match joined.last_mut() {
            Some(last) if is_open && has_digits_only && word.len() == 3 => last.end = word.end,
            _ => {
                is_open = has_digits_only && word.len() <= 3;
                joined.push(word);
            }
        }
    }
    joined
}

/// A clause without sound takes one space with it. `before` is the text before the clause.
fn leave_out(before: &str, words: &mut [Word]) {
    let spaces = before.chars().rev().take_while(|&c| is_space(c)).count();
    if let Some(last) = words.last_mut().filter(|_| spaces == 1) {
        last.space_after = false;
    }
}

/// One word for each run of marks without white space.
fn push_marks(text: &str, range: Range<usize>, voice: Voice, words: &mut Vec<Word>) {
    let inside = text.get(range.clone()).unwrap_or_default();
    if inside.starts_with(is_space) {
        end_with_space(words);
    }
    for run in clauses::words(inside, range.start) {
        let marks = text.get(run.clone()).unwrap_or_default().chars().filter(|&c| is_mark(c));
        let space_after = text.get(run.end..range.end).is_some_and(|rest| rest.starts_with(is_space));
        words.push(Word { phonemes: marks.map(|c| mark(c, voice)).collect(), range: run, space_after });
    }
}

/// Notes white space after the last word that has a sound, and after all without one that follow.
fn end_with_space(words: &mut [Word]) {
    for word in words.iter_mut().rev() {
        word.space_after = true;
        if !word.phonemes.is_empty() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speaks in capitals, `_` not at all, `a-b` as two words, `a b` as one.
    fn shown(text: &str) -> String {
        let speak =
            |text: &str| Ok(text.replace('_', "").replace('-', " ").replace("o f", "of").to_uppercase());
        let mut last = 0;
        let show = |word: Word| {
            assert!(word.range.start >= last);
            last = word.range.end;
            let space = if word.space_after { "_" } else { "" };
            format!("{}|{}{space}", &text[word.range], word.phonemes)
        };
        collect(text, Voice::Es, speak).unwrap().into_iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_and_marks_have_their_places() {
        assert_eq!(shown("¿Qué  tal? "), "¿|¿ Qué|QUÉ_ tal|TAL ?|?_");
        assert_eq!(shown("«a» , b"), "«|“ a|A »|”_ ,|,_ b|B");
        assert_eq!(shown(""), "");
        assert_eq!(shown(" \n"), "");
        assert_eq!(shown("..."), "...|...");
    }

    #[test]
    fn merged_and_split_words_keep_all_sounds() {
        assert_eq!(shown("uno tres-dos x"), "uno|UNO_ tres-dos|TRES DOS_ x|X");
        assert_eq!(shown("uno o f x"), "uno|UNO_ o f|OF_ x|X");
    }

    #[test]
    fn numbers_written_with_spaces_are_one_word() {
        let text = "a 1 000 000 x 12 000 5 1998 000";
        let words: Vec<_> = clauses::words(text, 0);
        let joined: Vec<&str> = join_thousands(text, words).into_iter().map(|word| &text[word]).collect();
        assert_eq!(joined, ["a", "1 000 000", "x", "12 000", "5", "1998", "000"]);
    }

    #[test]
    fn silent_words_leave_no_space_before_a_mark() {
        assert_eq!(shown("a _, b"), "a|A ,|,_ b|B");
        assert_eq!(shown("a, _ , b"), "a|A ,|,_ ,|,_ b|B");
        assert_eq!(shown("a, _. b"), "a|A ,|, .|._ b|B");
        assert_eq!(shown("a,  _. b"), "a|A ,|,_ .|._ b|B");
    }
}
