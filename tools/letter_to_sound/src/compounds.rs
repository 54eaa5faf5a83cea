//! Whether unknown words that are two known ones are better read as these.
//!
//! A word counts if it can be cut into two dictionary words of four or more letters each. It is read as the first of
//! them followed by the second with a weaker stress, and by a model that has not seen it.

use std::io;

use super::model::Model;
use super::{Dialect, Errors, Words, split, train};

/// The least letters of each part.
const LEAST: usize = 4;

/// How many sets of held-out words are read.
const SETS: u32 = 6;

pub(super) fn measure(&(name, load, weak): &Dialect, out: &mut impl io::Write) -> io::Result<()> {
    let words = train::entries(load());
    let (mut joined, mut read) = (Errors::default(), Errors::default());
    for set in 0..SETS {
        let (training, test) = split(words.clone(), set);
        let table = train::table(&training).map_err(io::Error::other)?;
        let model = Model::read(&table, weak).ok_or_else(|| io::Error::other("the table is damaged"))?;
        for (word, reference) in &test {
            if let Some((first, second)) = parts(word, &words) {
                // British dictionary words have no secondary stress there.
                let mark = if name == "us" { "ˌ" } else { "" };
                joined.add(&(first.to_owned() + &second.replace('ˌ', "").replace('ˈ', mark)), reference);
                read.add(&model.say(word).unwrap_or_default(), reference);
            }
        }
    }
    writeln!(out, "{name}: {} words that are two", joined.words)?;
    writeln!(out, "  as two words    {joined}")?;
    writeln!(out, "  by the model    {read}")
}

/// The phonemes of the two words that `word` consists of, the first as long as possible.
fn parts<'a>(word: &str, words: &'a Words) -> Option<(&'a str, &'a str)> {
    let last = word.len().checked_sub(LEAST)?;
    (LEAST..=last)
        .rev()
        .find_map(|at| Some((words.get(&word[..at])?.as_str(), words.get(&word[at..])?.as_str())))
}
