//! A text as one line of phonemes, with the white space of the reference.

use super::clauses::{self, Part, is_space};
use super::library::Library;
use super::symbols;
use super::voice::Voice;
use crate::Result;

/// Kokoro's phonemes for a clause, words separated by single spaces.
pub(super) fn clause(library: &Library, clause: &str, voice: Voice, keep_switches: bool) -> Result<String> {
    let raw = library.phonemes(clause, voice)?;
    Ok(symbols::map(&symbols::clean(&raw, keep_switches), voice))
}

/// The phonemes of `text`, its marks between them, as misaki 0.9.4 writes them.
pub(super) fn line(library: &Library, text: &str, voice: Voice, keep_switches: bool) -> Result<String> {
    join(text, voice, |text| clause(library, text, voice, keep_switches))
}

fn join(text: &str, voice: Voice, mut speak: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let mut line = String::new();
    for part in clauses::parts(text) {
        match part {
            Part::Clause(range) => {
                let phonemes = speak(text.get(range).unwrap_or_default())?;
                // A clause without sound takes one space with it.
                if phonemes.is_empty() && line.ends_with(is_space) {
                    line.pop();
                }
                line.push_str(&phonemes);
            }
            Part::Marks(range) => {
                line.extend(text.get(range).unwrap_or_default().chars().map(|c| mark(c, voice)));
            }
        }
    }
    Ok(line.trim_matches(is_space).to_owned())
}

/// What is written for a mark: English leaves it to the dictionaries, the other languages have curly quotes.
pub(super) fn mark(c: char, voice: Voice) -> char {
    match (c, voice) {
        (_, Voice::EnUs | Voice::EnGb) => c,
        ('«', _) => '“',
        ('»', _) => '”',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        let speak = |text: &str| Ok(text.replace('_', "").to_uppercase());
        join(text, Voice::Es, speak).unwrap()
    }

    #[test]
    fn marks_are_put_back() {
        assert_eq!(joined(" «hola»,  mundo (sí)\n"), "“HOLA”,  MUNDO (SÍ)");
        assert_eq!(joined("¿¡ ... "), "¿¡ ...");
        assert_eq!(join("«x»", Voice::EnUs, |_| Ok("y".into())).unwrap(), "«y»");
    }

    #[test]
    fn a_silent_clause_takes_a_space_with_it() {
        assert_eq!(joined("a, _ , b"), "A, , B");
        assert_eq!(joined("a,  _  ,b"), "A,   ,B");
        assert_eq!(joined("a,_,b"), "A,,B");
        assert_eq!(joined("_, a"), ", A");
        assert_eq!(joined("_"), "");
    }
}
