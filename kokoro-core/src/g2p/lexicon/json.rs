//! A JSON object of words and their phonemes.

use std::fmt;

use serde::Deserializer;
use serde::de::{self, DeserializeSeed, MapAccess, Visitor};

use super::entry::{Entry, Problem};
use super::file::Collected;

pub(super) fn parse(text: &str) -> Result<Collected, Problem> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut problem = None;
    let collected = (&mut json).deserialize_map(Words { problem: &mut problem });
    let collected = collected.and_then(|collected| json.end().map(|()| collected));
    collected.map_err(|error| {
        let found = problem.unwrap_or_else(|| {
            Problem::new(format!(
                "{error}: it must be one JSON object of words and phonemes, such as {{\"Nguyen\": \"wˈɪn\"}}"
            ))
        });
        found.at(error.line())
    })
}

/// Takes the entries one by one, since a map would lose words that come twice.
struct Words<'a> {
    problem: &'a mut Option<Problem>,
}

impl<'de> Visitor<'de> for Words<'_> {
    type Value = Collected;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of words and phonemes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut collected = Collected::default();
        while let Some(word) = map.next_key::<String>()? {
            map.next_value_seed(Phonemes { word, collected: &mut collected, problem: self.problem })?;
        }
        Ok(collected)
    }
}

/// Takes the phonemes of a word. What is refused here is reported at its line.
struct Phonemes<'a> {
    word: String,
    collected: &'a mut Collected,
    problem: &'a mut Option<Problem>,
}

impl<'de> DeserializeSeed<'de> for Phonemes<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Phonemes<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("phonemes in a string")
    }

    fn visit_str<E: de::Error>(self, phonemes: &str) -> Result<(), E> {
        let entry = Entry::new(&self.word, phonemes).and_then(|entry| self.collected.add(entry, 0));
        entry.map_err(|problem| {
            *self.problem = Some(problem);
            E::custom("an entry cannot be used")
        })
    }
}
