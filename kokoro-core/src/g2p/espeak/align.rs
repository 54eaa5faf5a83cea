//! Which of espeak-ng's words belong to which words of the text.
//!
//! It merges short words ("of the") and says several for one ("1998"). Where the numbers differ, each word is also read
//! alone, and the cheapest way through both sequences is taken, by the edit distance of their sounds.

use std::ops::Range;

use crate::Result;

/// Words of the text and the sounds for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) written: Range<usize>,
    pub(super) spoken: Range<usize>,
}

/// The most words that are taken to be said as one.
const MAX_MERGED: usize = 4;

/// How many words more than alone one may be said with.
const MAX_MORE: usize = 2;

/// How far the sequences may part from an even pace, in spoken words.
const BAND: usize = 24;

/// Pairs all `written` words with all `spoken` ones, in order. `speak` reads one word alone.
pub(super) fn align(
    written: &[&str],
    spoken: &[&str],
    speak: &mut impl FnMut(&str) -> Result<String>,
) -> Result<Vec<Pair>> {
    let is_plain = |word: &&str| word.contains(char::is_alphabetic) && !word.contains(char::is_numeric);
    if written.len() == spoken.len() && written.iter().all(is_plain) {
        return Ok((0..written.len()).map(|i| Pair { written: i..i + 1, spoken: i..i + 1 }).collect());
    }
    if spoken.is_empty() || written.is_empty() {
        return Ok((0..written.len()).map(|i| Pair { written: i..i + 1, spoken: 0..0 }).collect());
    }
    let alone = written.iter().map(|word| speak(word)).collect::<Result<Vec<_>>>()?;
    // Too uneven to be compared: nothing is lost if all is one word.
    Ok(cheapest(&alone, spoken)
        .unwrap_or_else(|| vec![Pair { written: 0..written.len(), spoken: 0..spoken.len() }]))
}

/// The cheapest way to a state, and the state before it.
#[derive(Debug, Clone, Copy)]
struct Step {
    cost: usize,
    from: (usize, usize),
}

fn cheapest(alone: &[String], spoken: &[&str]) -> Option<Vec<Pair>> {
    let sounds: Vec<Vec<char>> = alone.iter().map(|word| sound(word)).collect();
    let heard: Vec<Vec<char>> = spoken.iter().map(|word| sound(word)).collect();
    let pace = Pace::new(alone, spoken.len());
    let mut rows: Vec<Vec<Option<Step>>> = vec![vec![None; 2 * BAND + 1]; alone.len() + 1];
    pace.set(&mut rows, (0, 0), Step { cost: 0, from: (0, 0) });
    for i in 0..alone.len() {
        for j in pace.columns(i) {
            let Some(here) = pace.get(&rows, (i, j)) else { continue };
            let count = alone.get(i).map_or(0, |word| word.split_whitespace().count());
            let splits = (0..=count + MAX_MORE).map(|spoken| (1, spoken));
            for (words, said) in splits.chain((2..=MAX_MERGED).map(|words| (words, 1))) {
                let to = (i + words, j + said);
                let (Some(a), Some(b)) = (sounds.get(i..to.0), heard.get(j..to.1)) else { continue };
                // Of equal sounds, those that keep words as they are alone.
                let cost = here.cost
                    + 2 * distance(&a.concat(), &b.concat())
                    + usize::from(words > 1 || said != count);
                if pace.get(&rows, to).is_none_or(|step| cost < step.cost) {
                    pace.set(&mut rows, to, Step { cost, from: (i, j) });
                }
            }
        }
    }
    let mut pairs = Vec::new();
    let mut at = (alone.len(), spoken.len());
    while at != (0, 0) {
        let Step { from, .. } = pace.get(&rows, at)?;
        pairs.push(Pair { written: from.0..at.0, spoken: from.1..at.1 });
        at = from;
    }
    pairs.reverse();
    Some(pairs)
}

/// Where in the spoken sequence each word is expected; only states near to it are looked at.
struct Pace(Vec<usize>);

impl Pace {
    fn new(alone: &[String], spoken: usize) -> Self {
        let mut counts = vec![0];
        let mut sum = 0;
        for word in alone {
            sum += word.split_whitespace().count();
            counts.push(sum);
        }
        Self(counts.into_iter().map(|count| count * spoken / sum.max(1)).collect())
    }

    fn columns(&self, row: usize) -> Range<usize> {
        let expected = self.0.get(row).copied().unwrap_or_default();
        expected.saturating_sub(BAND)..expected + BAND + 1
    }

    fn place(&self, (row, column): (usize, usize)) -> Option<(usize, usize)> {
        let columns = self.columns(row);
        columns.contains(&column).then(|| (row, column - columns.start))
    }

    fn get(&self, rows: &[Vec<Option<Step>>], at: (usize, usize)) -> Option<Step> {
        let (row, column) = self.place(at)?;
        *rows.get(row)?.get(column)?
    }

    fn set(&self, rows: &mut [Vec<Option<Step>>], at: (usize, usize), step: Step) {
        if let Some((row, column)) = self.place(at)
            && let Some(slot) = rows.get_mut(row).and_then(|row| row.get_mut(column))
        {
            *slot = Some(step);
        }
    }
}

/// The sounds of a word without stress and length, which depend on its neighbours.
fn sound(word: &str) -> Vec<char> {
    word.chars().filter(|c| !c.is_whitespace() && !matches!(c, 'ˈ' | 'ˌ' | 'ː')).collect()
}

/// The edit distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, slot) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *slot;
            left = (diagonal + usize::from(x != y)).min(above + 1).min(left + 1);
            *slot = left;
            diagonal = above;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(written: &[&str], spoken: &[&str], alone: &[(&str, &str)]) -> Vec<String> {
        let mut speak = |word: &str| {
            let known = alone.iter().find(|(text, _)| *text == word);
            Ok(known.map_or(word, |(_, phonemes)| phonemes).to_owned())
        };
        let show =
            |pair: Pair| format!("{}={}", written[pair.written].join(" "), spoken[pair.spoken].join(" "));
        align(written, spoken, &mut speak).unwrap().into_iter().map(show).collect()
    }

    #[test]
    fn equal_numbers_are_paired_without_a_look() {
        assert_eq!(shown(&["a", "b"], &["x", "y"], &[]), ["a=x", "b=y"]);
        assert_eq!(shown(&[], &[], &[]), Vec::<String>::new());
        assert_eq!(shown(&["-"], &[], &[]), ["-="]);
    }

    #[test]
    fn merged_and_split_words_find_each_other() {
        let alone = [("1998", "mil noveθjentos noventaioʧo"), ("of", "ʌv"), ("the", "ðə"), ("–", "")];
        assert_eq!(
            shown(&["en", "1998", "vi"], &["en", "mˈil", "noβeθjˈɛntos", "noβˌɛntaiˈoʧo", "bi"], &alone),
            ["en=en", "1998=mˈil noβeθjˈɛntos noβˌɛntaiˈoʧo", "vi=bi"]
        );
        assert_eq!(
            shown(&["end", "of", "the", "day"], &["end", "ʌvðə", "day"], &alone),
            ["end=end", "of the=ʌvðə", "day=day"]
        );
        assert_eq!(shown(&["a", "–", "b"], &["a", "b"], &alone), ["a=a", "–=", "b=b"]);
        // As many, by chance: one split, one merged.
        assert_eq!(
            shown(&["of", "the", "1998"], &["ʌvðə", "mil", "noventa"], &alone),
            ["of the=ʌvðə", "1998=mil noventa"]
        );
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        let distance =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("", ""), 0);
    }

    proptest! {
        #[test]
        fn everything_is_paired_once_and_in_order(
            written in prop::collection::vec("[ab1-]{1,3}", 0..90),
            spoken in prop::collection::vec("[abc]{1,3}", 0..90),
        ) {
            let written: Vec<&str> = written.iter().map(String::as_str).collect();
            let spoken: Vec<&str> = spoken.iter().map(String::as_str).collect();
            let mut speak = |word: &str| Ok(word.replace('-', "").replace('1', "b c "));
            let pairs = align(&written, &spoken, &mut speak).unwrap();
            let mut end = (0, 0);
            for pair in pairs {
                prop_assert_eq!((pair.written.start, pair.spoken.start), end);
                prop_assert!(!pair.written.is_empty());
                end = (pair.written.end, pair.spoken.end);
            }
            if !written.is_empty() {
                prop_assert_eq!(end, (written.len(), spoken.len()));
            }
        }
    }
}
