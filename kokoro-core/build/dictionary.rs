//! Compiles a checked and an unchecked dictionary into one hash table that is used as it lies in the binary.
//!
//! `src/g2p/english/dictionary/table.rs` describes the form.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;

use misaki_rs::lexicon::PhonemeEntry;

use crate::hash::{hash, slot};

type Entries = HashMap<String, PhonemeEntry>;
type Readings<'a> = Vec<(&'a str, Option<&'a str>)>;

/// The file that the library embeds.
pub(crate) fn table(gold: &Entries, silver: &Entries) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut words: BTreeMap<&str, [Option<Readings<'_>>; 2]> = BTreeMap::new();
    for (which, entries) in [gold, silver].into_iter().enumerate() {
        for (word, entry) in entries {
            words.entry(word).or_default()[which] = Some(readings(entry));
        }
    }
    let all = || words.values().flatten().flatten().flatten();
    let symbols: BTreeSet<char> = all().filter_map(|(_, phonemes)| *phonemes).flat_map(str::chars).collect();
    let tags: BTreeSet<&str> = all().map(|(tag, _)| *tag).collect();
    let symbols: Vec<char> = symbols.into_iter().collect();
    let tags: Vec<&str> = tags.into_iter().collect();

    let mut records = Vec::new();
    let mut starts = Vec::new();
    for (word, entries) in &words {
        starts.push((hash(word.as_bytes()), records.len()));
        short(&mut records, word.as_bytes())?;
        for entry in entries {
            let mut bytes = Vec::new();
            for (tag, phonemes) in entry.iter().flatten() {
                bytes.push(index(&tags, tag)?);
                match phonemes {
                    None => bytes.push(u8::MAX),
                    Some(phonemes) => {
                        let codes = phonemes.chars().map(|symbol| index(&symbols, &symbol));
                        short(&mut bytes, &codes.collect::<Result<Vec<u8>, _>>()?)?;
                    }
                }
            }
            short(&mut records, &bytes)?;
        }
    }

    let mut out = Vec::new();
    let symbols: String = symbols.into_iter().collect();
    for text in [symbols, tags.join(" ")] {
        out.extend_from_slice(&u32::try_from(text.len())?.to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    let slots = slots(&starts)?;
    out.extend_from_slice(&u32::try_from(slots.len())?.to_le_bytes());
    slots.iter().for_each(|slot| out.extend_from_slice(&slot.to_le_bytes()));
    out.extend_from_slice(&records);
    Ok(out)
}

/// What an entry says, by tag; the tag of one that has a single reading is empty.
fn readings(entry: &PhonemeEntry) -> Readings<'_> {
    match entry {
        PhonemeEntry::Simple(phonemes) => vec![("", Some(phonemes))],
        PhonemeEntry::Tagged(readings) => {
            let mut readings: Readings<'_> =
                readings.iter().map(|(tag, phonemes)| (tag.as_str(), phonemes.as_deref())).collect();
            readings.sort_unstable();
            readings
        }
    }
}

/// The hash table: a power of two of slots, of which at least a quarter is empty.
fn slots(starts: &[(u64, usize)]) -> Result<Vec<u32>, Box<dyn Error>> {
    let count = (starts.len() * 4 / 3 + 1).next_power_of_two();
    let mut slots = vec![0; count];
    for &(hash, start) in starts {
        let value = slot(hash, start).ok_or("the dictionary is too large for its table")?;
        let mut at = hash as usize % count;
        while slots.get(at) != Some(&0) {
            at = (at + 1) % count;
        }
        if let Some(free) = slots.get_mut(at) {
            *free = value;
        }
    }
    Ok(slots)
}

/// Appends a string of less than 255 bytes with its length.
fn short(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let length =
        u8::try_from(bytes.len()).ok().filter(|&length| length < u8::MAX).ok_or("an entry is too long")?;
    out.push(length);
    out.extend_from_slice(bytes);
    Ok(())
}

fn index<T: PartialEq>(all: &[T], one: &T) -> Result<u8, Box<dyn Error>> {
    let index = all.iter().position(|other| other == one).ok_or("not in the list")?;
    Ok(u8::try_from(index)?)
}
