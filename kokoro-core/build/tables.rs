//! Writes spaCy's tokenizer rules (MIT), which `misaki-rs` carries, as Rust tables that the library includes;
//! those from its patterns are made by [`crate::patterns`].
//!
//! Norms are needed by the tagger only, which sees them as numbers, so numbers are written.

use std::collections::HashSet;
use std::fmt::Write;

use misaki_rs::spacy_tokenizer_data as data;
use misaki_rs::{norms, symbols};

use crate::tagger_hash::string_hash;

pub(crate) fn source() -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "/// The lengths of pieces in bytes, with their norms.")?;
    writeln!(out, "pub(super) type Pieces = &'static [(usize, Option<u64>)];")?;
    writeln!(out, "/// Words that are cut in a fixed way.")?;
    writeln!(out, "pub(super) static EXCEPTIONS: [(&str, Pieces); {}] = [", data::EXCEPTIONS.len())?;
    for (word, pieces) in data::EXCEPTIONS {
        let pieces: Vec<_> = pieces.iter().map(|(text, norm)| (text.len(), norm.map(number))).collect();
        writeln!(out, "({word:?}, &{pieces:?}),")?;
    }
    writeln!(out, "];")?;

    let mut known: Vec<(&str, u64)> = symbols::SYMBOLS.to_vec();
    known.sort_unstable();
    pairs(&mut out, "SYMBOLS", "&str", "Strings that spaCy numbers itself.", &known)?;
    let mut base: Vec<(&str, u64)> =
        norms::BASE_NORMS.iter().map(|(text, norm)| (*text, number(norm))).collect();
    base.sort_unstable();
    pairs(&mut out, "BASE_NORMS", "&str", "Norms of marks.", &base)?;
    // spaCy knows the pieces of its exceptions before it reads this list, and then keeps them as they are; so it does with
    // four words that were pieces of exceptions once.
    let pieces = data::EXCEPTIONS.iter().flat_map(|(_, pieces)| pieces.iter().map(|(text, _)| *text));
    let own: HashSet<u64> = pieces.chain(["cos", "Cos", "cuz", "Cuz"]).map(number).collect();
    let mut lexemes: Vec<(u64, u64)> =
        norms::LEXEME_NORMS.iter().map(|(hash, norm)| (*hash, number(norm))).collect();
    lexemes.retain(|(word, _)| !own.contains(word));
    lexemes.sort_unstable();
    pairs(&mut out, "LEXEME_NORMS", "u64", "Norms of words by their number.", &lexemes)?;
    Ok(out)
}

/// spaCy's number for a string.
fn number(text: &str) -> u64 {
    symbols::string_id(text, |text| string_hash(text.as_bytes()))
}

fn pairs<T: std::fmt::Debug>(
    out: &mut String,
    name: &str,
    key: &str,
    comment: &str,
    pairs: &[(T, u64)],
) -> std::fmt::Result {
    writeln!(out, "/// {comment} Sorted.")?;
    writeln!(out, "pub(super) static {name}: [({key}, u64); {}] = {pairs:?};", pairs.len())
}
