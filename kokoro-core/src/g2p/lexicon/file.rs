//! Lexicons in files.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::entry::{Entry, Problem, shown};
use super::{Lexicon, json, tsv};
use crate::{Error, ErrorKind, Result};

/// The largest file.
const MAX_BYTES: usize = 16 << 20;

/// Reads one format.
pub(super) type Parser = fn(&str) -> Result<Collected, Problem>;

/// The entries of a file, which must not contradict each other.
#[derive(Debug, Default)]
pub(super) struct Collected {
    words: HashMap<String, Arc<str>>,
    /// The lines of the words, where the format knows them.
    lines: HashMap<String, usize>,
}

impl Collected {
    /// Adds an entry of a line, 0 if its number is not known.
    pub(super) fn add(&mut self, entry: Entry, line: usize) -> Result<(), Problem> {
        match self.words.entry(entry.word) {
            Slot::Occupied(slot) if *slot.get() == entry.phonemes => Ok(()),
            Slot::Occupied(slot) => {
                let first =
                    self.lines.get(slot.key()).map(|line| format!(" in line {line}")).unwrap_or_default();
                Err(Problem::new(format!(
                    "`{}` is `{}`{first} and `{}` here: keep one of them",
                    shown(slot.key()),
                    shown(slot.get()),
                    shown(&entry.phonemes)
                )))
            }
            Slot::Vacant(slot) => {
                if line > 0 {
                    self.lines.insert(slot.key().clone(), line);
                }
                slot.insert(entry.phonemes);
                Ok(())
            }
        }
    }
}

pub(super) fn parse(text: &str, parser: Parser, file: Option<&Path>) -> Result<Lexicon> {
    if text.len() > MAX_BYTES {
        return Err(too_large().of(file));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let collected = parser(text).map_err(|problem| problem.of(file))?;
    Ok(Lexicon::of(collected.words))
}

pub(super) fn load(path: &Path) -> Result<Lexicon> {
    let parser = parser(path).map_err(|problem| problem.of(Some(path)))?;
    let mut bytes = Vec::new();
    // One byte more than allowed, to see that there is more.
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        let message = format!("cannot read the lexicon `{}`: {error}", path.display());
        Error::new(ErrorKind::Io, message).with_source(error)
    })?;
    if bytes.len() > MAX_BYTES {
        return Err(too_large().of(Some(path)));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Problem::new("the text is not UTF-8: save the file in that encoding").at(line).of(Some(path))
    })?;
    let lexicon = parse(text, parser, Some(path))?;
    tracing::debug!(path = %path.display(), words = lexicon.len(), "lexicon loaded");
    Ok(lexicon)
}

fn parser(path: &Path) -> Result<Parser, Problem> {
    let extension = path.extension().unwrap_or_default();
    if extension.eq_ignore_ascii_case("tsv") {
        Ok(tsv::parse)
    } else if extension.eq_ignore_ascii_case("json") {
        Ok(json::parse)
    } else {
        Err(Problem::new(format!(
            "the extension `{}` is not known: name the file `.tsv` (a word, a tab, its phonemes) or `.json` (an object)",
            extension.to_string_lossy()
        )))
    }
}

fn too_large() -> Problem {
    Problem::new(format!("more than {MAX_BYTES} bytes (16 MiB): split it, or leave words out"))
}
