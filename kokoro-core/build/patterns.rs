//! Takes the character classes and lists of words out of spaCy's tokenizer patterns (MIT).
//!
//! The patterns are regular expressions of tens of thousands of characters, most of them in a few large classes. The
//! library has the rules as code, the classes and lists from here, and a test that compares it with the patterns.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;

use misaki_rs::spacy_tokenizer_data as data;

type Ranges = Vec<(char, char)>;

/// Rust source of the tables.
pub(crate) fn source() -> Result<String, Box<dyn Error>> {
    let prefixes = alternatives(data::PREFIX_PATTERN);
    let suffixes = alternatives(data::SUFFIX_PATTERN);
    let icons = class(last(&prefixes)?.strip_prefix("^[").ok_or("no class at the end of the prefixes")?)?;
    let marks = |bare: Vec<Option<&str>>| -> Ranges {
        let single = |text: String| {
            let mut chars = text.chars();
            chars.next().filter(|_| chars.next().is_none())
        };
        let marks = bare.into_iter().flatten().map(unescaped).filter_map(single);
        marks.map(|mark| (mark, mark)).chain(icons.iter().copied()).collect()
    };
    let prefix_marks = marks(prefixes.iter().map(|part| part.strip_prefix('^')).collect());
    let suffix_marks = marks(suffixes.iter().map(|part| part.strip_suffix('$')).collect());
    let behind = |pattern: &'static str| pattern.split("(?<=[").skip(1);
    let ahead = |pattern: &'static str| pattern.split("(?=[").skip(1);
    let nth = |mut parts: Box<dyn Iterator<Item = &'static str>>, n| parts.nth(n).ok_or("a class is missing");
    let mut out = String::new();
    for (name, comment, ranges) in [
        ("PREFIX_MARKS", "Marks that are cut off the beginning of a word.", prefix_marks),
        ("SUFFIX_MARKS", "Marks that are cut off the end of a word.", suffix_marks),
        ("ICONS", "Symbols and emoji.", icons.clone()),
        (
            "BEFORE_STOP",
            "What a full stop is cut off from.",
            class(nth(Box::new(behind(data::SUFFIX_PATTERN)), 3)?)?,
        ),
        (
            "CAPITALS",
            "Two of these before a full stop.",
            class(nth(Box::new(behind(data::SUFFIX_PATTERN)), 4)?)?,
        ),
        (
            "BEFORE_INNER_STOP",
            "Small letters and quotes.",
            class(nth(Box::new(behind(data::INFIX_PATTERN)), 1)?)?,
        ),
        (
            "AFTER_INNER_STOP",
            "Capital letters and quotes.",
            class(nth(Box::new(ahead(data::INFIX_PATTERN)), 1)?)?,
        ),
        ("LETTERS", "Letters.", class(nth(Box::new(behind(data::INFIX_PATTERN)), 2)?)?),
        (
            "TOP_LEVEL",
            "Letters of the last part of a host name.",
            class(top_level().ok_or("no host names")?)?,
        ),
    ] {
        write_class(&mut out, name, comment, ranges)?;
    }
    let lists: Vec<&str> = suffixes.iter().filter_map(|part| part.strip_prefix("(?<=[0-9])(?:")).collect();
    for (name, comment, list) in
        [("CURRENCIES", "Currencies after a number.", 0), ("UNITS", "Units after a number.", 1)]
    {
        let list = lists.get(list).and_then(|list| list.strip_suffix(")$")).ok_or("a list is missing")?;
        let words: BTreeSet<String> = list.split('|').map(unescaped).collect();
        writeln!(out, "/// {comment} Sorted.")?;
        writeln!(out, "pub(super) static {name}: [&str; {}] = {:?};", words.len(), Vec::from_iter(words))?;
    }
    Ok(out)
}

fn write_class(out: &mut String, name: &str, comment: &str, mut ranges: Ranges) -> std::fmt::Result {
    ranges.sort_unstable();
    let mut merged: Ranges = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(before) if u32::from(first) <= u32::from(before.1) + 1 => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    let is_ascii = |byte: u8| merged.iter().any(|&(first, last)| (first..=last).contains(&char::from(byte)));
    let ascii = (0..128).filter(|&byte| is_ascii(byte)).fold(0, |bits: u128, byte| bits | (1 << byte));
    merged.retain(|(_, last)| !last.is_ascii());
    writeln!(out, "/// {comment}")?;
    writeln!(out, "pub(super) static {name}: Class = Class {{ ascii: {ascii:#x}, ranges: &{merged:?} }};")
}

/// The alternatives of a pattern.
fn alternatives(pattern: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut in_class, mut escaped) = (Vec::new(), 0, 0, false, false);
    for (at, c) in pattern.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => {
                parts.extend(pattern.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(pattern.get(start..));
    parts
}

fn last<'a>(parts: &[&'a str]) -> Result<&'a str, Box<dyn Error>> {
    Ok(parts.last().ok_or("no alternatives")?)
}

fn unescaped(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

/// The ranges of a class, whose opening bracket is not in `text` and whose closing one ends it.
fn class(text: &str) -> Result<Ranges, Box<dyn Error>> {
    let mut chars = text.chars().peekable();
    let one =
        |first: char, chars: &mut std::iter::Peekable<std::str::Chars<'_>>| -> Result<char, Box<dyn Error>> {
            if first != '\\' {
                return Ok(first);
            }
            let escaped = chars.next().ok_or("an escape at the end")?;
            let digits = match escaped {
                'u' => 4,
                'U' => 8,
                c => return Ok(c),
            };
            let code: String = chars.by_ref().take(digits).collect();
            Ok(char::from_u32(u32::from_str_radix(&code, 16)?).ok_or("no character")?)
        };
    let mut ranges = Vec::new();
    while let Some(c) = chars.next().filter(|&c| c != ']') {
        let first = one(c, &mut chars)?;
        let mut after = chars.clone();
        if after.next() == Some('-') && after.next().is_some_and(|c| c != ']') {
            chars.next();
            let c = chars.next().ok_or("a range without an end")?;
            ranges.push((first, one(c, &mut chars)?));
        } else {
            ranges.push((first, first));
        }
    }
    Ok(ranges)
}

/// The class of the characters of a top-level domain.
fn top_level() -> Option<&'static str> {
    let (before, _) = data::URL_PATTERN.rsplit_once("{2,63}")?;
    before.get(before.rfind("[a-z")? + 1..)
}
