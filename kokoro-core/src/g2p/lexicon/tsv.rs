//! Lines of a word, a tab and its phonemes.

use super::entry::{Entry, Problem, shown};
use super::file::Collected;

pub(super) fn parse(text: &str) -> Result<Collected, Problem> {
    let mut collected = Collected::default();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = entry(line).and_then(|entry| collected.add(entry, number));
        entry.map_err(|problem| problem.at(number))?;
    }
    Ok(collected)
}

fn entry(line: &str) -> Result<Entry, Problem> {
    let columns = line.split('\t').count();
    match line.split_once('\t') {
        Some((word, phonemes)) if columns == 2 => Entry::new(word, phonemes),
        _ => Err(Problem::new(format!(
            "`{}` has {columns} columns instead of two: write a word, one tab and its phonemes",
            shown(line.trim())
        ))),
    }
}
