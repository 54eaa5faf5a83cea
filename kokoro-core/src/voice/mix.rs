//! What a caller asks for: the name of a voice, or a weighted mix of several.

use std::fmt;
use std::str::FromStr;

use super::name;
use crate::{Error, ErrorKind, Result};

/// Most voices in an expression. Blending more averages out what makes any of them distinct.
const MAX_PARTS: usize = 16;

/// Longest expression, in bytes: ample for [`MAX_PARTS`] of the longest names.
const MAX_EXPRESSION_BYTES: usize = 4096;

/// Largest weight in an expression, far below where a sum of weights would overflow.
const MAX_WEIGHT: f64 = 1e6;

/// Smallest weight after normalisation. Less of a voice is below the resolution of `f32` and cannot be heard.
const MIN_SHARE: f32 = 1e-6;

/// A sum of weights as close to 1 as this stays as it is, so that what `Display` writes parses to the same weights.
const UNIT_TOLERANCE: f64 = 1e-6;

/// One or more voices with the weight of each, in the order of first mention.
///
/// Written as `af_heart`, `af_heart,af_bella` (equal parts), `af_heart*0.7+am_adam*0.3`, `0.7*af_heart+0.3*am_adam` or
/// `af_bella(2)+af_sky(1)`. `,` and `+` mean the same, a voice without a weight counts 1, weights are scaled to sum to 1,
/// a voice named again adds up, and white space is of no meaning.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VoiceMix {
    parts: Vec<(String, f32)>,
}

impl VoiceMix {
    /// The voices, each once, with positive weights that sum to 1 within 1e-6.
    pub(crate) fn parts(&self) -> &[(String, f32)] {
        &self.parts
    }

    /// Adds up repeated names and scales the weights to sum to 1.
    fn from_terms(terms: Vec<(&str, f64)>) -> Result<Self, String> {
        let sum: f64 = terms.iter().map(|(_, weight)| weight).sum();
        let scale = if (sum - 1.0).abs() <= UNIT_TOLERANCE { 1.0 } else { sum };
        let mut totals: Vec<(&str, f64)> = Vec::with_capacity(terms.len());
        for (name, weight) in terms {
            match totals.iter_mut().find(|(known, _)| *known == name) {
                Some((_, total)) => *total += weight,
                None => totals.push((name, weight)),
            }
        }
        if let [(name, _)] = totals.as_slice() {
            return Ok(Self { parts: vec![((*name).to_owned(), 1.0)] });
        }
        let parts = totals.into_iter().map(|(name, weight)| {
            let share = (weight / scale) as f32;
            if share < MIN_SHARE {
                return Err(format!(
                    "the share of `{name}` is {share:e}, too small to be heard; leave it out"
                ));
            }
            Ok((name.to_owned(), share))
        });
        Ok(Self { parts: parts.collect::<Result<_, _>>()? })
    }
}

impl FromStr for VoiceMix {
    type Err = Error;

    /// # Errors
    ///
    /// `InvalidVoiceName` with the column, counted in characters from 1, and what was expected there.
    fn from_str(text: &str) -> Result<Self> {
        let parsed = if text.len() > MAX_EXPRESSION_BYTES {
            Err(format!("it is longer than {MAX_EXPRESSION_BYTES} bytes"))
        } else {
            Parser { text, at: 0 }.terms().and_then(Self::from_terms)
        };
        parsed.map_err(|detail| {
            let message = format!(
                "{} is not a voice or mix of voices: {detail}; write `af_heart`, `af_heart,af_bella` or \
                 `af_heart*0.7+am_adam*0.3`",
                name::quote(text)
            );
            Error::new(ErrorKind::InvalidVoiceName, message)
        })
    }
}

impl fmt::Display for VoiceMix {
    /// A bare name, or `name*weight` for each part with `+` between. Parses to the same mix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts.as_slice() {
            [(name, _)] => f.write_str(name),
            parts => parts.iter().enumerate().try_for_each(|(index, (name, weight))| {
                let plus = if index == 0 { "" } else { "+" };
                write!(f, "{plus}{name}*{weight}")
            }),
        }
    }
}

/// `expression = term {("+" | ",") term}`, `term = name ["*" weight | "(" weight ")"] | weight "*" name`.
struct Parser<'a> {
    text: &'a str,
    /// Byte offset of what comes next.
    at: usize,
}

impl<'a> Parser<'a> {
    fn terms(&mut self) -> Result<Vec<(&'a str, f64)>, String> {
        let mut terms = vec![self.term()?];
        while self.take('+') || self.take(',') {
            if terms.len() == MAX_PARTS {
                return Err(format!("it has more than {MAX_PARTS} parts"));
            }
            terms.push(self.term()?);
        }
        if self.rest().is_empty() {
            return Ok(terms);
        }
        Err(self.unexpected("`+`, `,`, `*`, `(` or the end"))
    }

    fn term(&mut self) -> Result<(&'a str, f64), String> {
        self.skip_space();
        if is_number(self.word()) {
            let weight = self.weight()?;
            self.expect('*')?;
            return Ok((self.name()?, weight));
        }
        let name = self.name()?;
        if self.take('*') {
            return Ok((name, self.weight()?));
        }
        if self.take('(') {
            let weight = self.weight()?;
            self.expect(')')?;
            return Ok((name, weight));
        }
        Ok((name, 1.0))
    }

    fn name(&mut self) -> Result<&'a str, String> {
        self.skip_space();
        let word = self.word();
        if !name::is_valid(word) {
            return Err(self.unexpected("a voice name of letters, digits, `_` and `-`"));
        }
        self.at += word.len();
        Ok(word)
    }

    /// A decimal number without sign or exponent.
    fn weight(&mut self) -> Result<f64, String> {
        self.skip_space();
        let word = self.word();
        let weight = if is_number(word) { word.parse::<f64>().ok() } else { None };
        match weight {
            Some(weight) if weight > 0.0 && weight <= MAX_WEIGHT => {
                self.at += word.len();
                Ok(weight)
            }
            // A mix stays between its voices, where the model knows its way, only with positive weights.
            _ => Err(self.unexpected("a weight such as 0.3, above 0 and at most 1000000")),
        }
    }

    /// The longest run of characters that names and numbers consist of. Does not move.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Moves past `wanted` and white space before it, if it comes next.
    fn take(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.take(wanted) { Ok(()) } else { Err(self.unexpected(&format!("`{wanted}`"))) }
    }

    fn unexpected(&self, expected: &str) -> String {
        let column = 1 + self.text.get(..self.at).unwrap_or_default().chars().count();
        let found = match (self.word(), self.rest().chars().next()) {
            ("", None) => "the end".to_owned(),
            ("", Some(c)) => format!("`{}`", c.escape_debug()),
            (word, _) => name::quote(word),
        };
        format!("found {found} in column {column}, expected {expected}")
    }
}

/// Whether a word is a weight: no voice name consists of digits and dots only.
fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> Vec<(String, f32)> {
        text.parse::<VoiceMix>().unwrap_or_else(|e| panic!("{e}")).parts().to_vec()
    }

    fn owned(parts: &[(&str, f32)]) -> Vec<(String, f32)> {
        parts.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect()
    }

    #[test]
    fn expressions() {
        for (text, expected) in [
            ("af_heart", &[("af_heart", 1.0)][..]),
            ("  af_heart\t", &[("af_heart", 1.0)]),
            ("a,b", &[("a", 0.5), ("b", 0.5)]),
            ("a+b", &[("a", 0.5), ("b", 0.5)]),
            ("a,b,c", &[("a", 1.0 / 3.0), ("b", 1.0 / 3.0), ("c", 1.0 / 3.0)]),
            ("af_heart*0.7+am_adam*0.3", &[("af_heart", 0.7), ("am_adam", 0.3)]),
            (" af_heart * 0.7 + am_adam * .3 ", &[("af_heart", 0.7), ("am_adam", 0.3)]),
            ("0.7*a+0.3*b", &[("a", 0.7), ("b", 0.3)]),
            ("a(3)+b(1)", &[("a", 0.75), ("b", 0.25)]),
            ("a ( 3. ) , b", &[("a", 0.75), ("b", 0.25)]),
            ("a*5", &[("a", 1.0)]),
            ("a,b,a", &[("a", 2.0 / 3.0), ("b", 1.0 / 3.0)]),
            ("a,a", &[("a", 1.0)]),
            ("8bit*1+a-b*1", &[("8bit", 0.5), ("a-b", 0.5)]),
        ] {
            assert_eq!(parts(text), owned(expected), "{text}");
        }
    }

    #[test]
    fn refusals_name_the_column_and_what_was_expected() {
        for (text, says) in [
            ("", "found the end in column 1, expected a voice name"),
            ("   ", "found the end in column 4, expected a voice name"),
            ("a+", "found the end in column 3, expected a voice name"),
            ("a,,b", "found `,` in column 3, expected a voice name"),
            ("+a", "found `+` in column 1"),
            ("../x", "found `..` in column 1, expected a voice name"),
            ("/etc/passwd", "found `/` in column 1"),
            ("a/b", "found `/` in column 2, expected `+`"),
            ("a\0", "found `\\0` in column 2"),
            ("a.bin", "found `a.bin` in column 1, expected a voice name"),
            ("af_sky.4+af_nicole.5", "found `af_sky.4` in column 1"),
            ("a b", "found `b` in column 3, expected `+`"),
            ("é+a", "found `é` in column 1"),
            ("a + é", "found `é` in column 5"),
            ("ä+b", "found `ä` in column 1"),
            ("a*", "found the end in column 3, expected a weight"),
            ("a*b", "found `b` in column 3, expected a weight"),
            ("a*0", "found `0` in column 3, expected a weight such as 0.3, above 0"),
            ("a*0.000", "above 0"),
            ("a*-0.5", "found `-0.5` in column 3"),
            ("a*nan", "found `nan` in column 3"),
            ("a*inf", "found `inf` in column 3"),
            ("a*1e3", "found `1e3` in column 3"),
            ("a*1.2.3", "found `1.2.3` in column 3"),
            ("a*1000001", "at most 1000000"),
            ("a(2", "found the end in column 4, expected `)`"),
            ("a()", "found `)` in column 3, expected a weight"),
            ("a(2)(3)", "found `(` in column 5"),
            ("a*2*3", "found `*` in column 4"),
            ("0.5", "found the end in column 4, expected `*`"),
            ("2*3", "found `3` in column 3, expected a voice name"),
            ("2*a*3", "found `*` in column 4"),
            ("a*1+b*1000000", "the share of `a` is"),
        ] {
            let error = text.parse::<VoiceMix>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidVoiceName);
            assert!(error.to_string().contains(says), "{text:?}: {error}");
        }
        let digits = format!("a*{}", "9".repeat(400));
        assert!(digits.parse::<VoiceMix>().is_err());
    }

    #[test]
    fn the_number_of_parts_and_the_length_are_limited() {
        let of = |count: usize| vec!["a"; count].join(",");
        assert!(of(16).parse::<VoiceMix>().is_ok());
        assert!(of(17).parse::<VoiceMix>().unwrap_err().to_string().contains("more than 16 parts"));
        let long = format!("a{}", " ".repeat(4096));
        let message = long.parse::<VoiceMix>().unwrap_err().to_string();
        assert!(message.contains("longer than 4096 bytes") && message.len() < 400, "{message}");
        assert!("x".repeat(65).parse::<VoiceMix>().is_err());
    }

    #[test]
    fn display_is_canonical() {
        for (text, canonical) in [
            ("af_heart", "af_heart"),
            ("a*5", "a"),
            ("a, b", "a*0.5+b*0.5"),
            ("a(3)+b", "a*0.75+b*0.25"),
            ("0.7*a+b*0.3", "a*0.7+b*0.3"),
            ("a,b,c", "a*0.33333334+b*0.33333334+c*0.33333334"),
        ] {
            assert_eq!(text.parse::<VoiceMix>().unwrap().to_string(), canonical);
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text: String) {
            let _ = text.parse::<VoiceMix>();
        }

        #[test]
        fn arbitrary_text_of_the_alphabet_never_panics(text in "[ab01.,+*()_\\- é]{0,40}") {
            if let Ok(mix) = text.parse::<VoiceMix>() {
                prop_assert_eq!(mix.to_string().parse::<VoiceMix>().unwrap(), mix);
            }
        }

        #[test]
        fn weights_sum_to_one_and_display_round_trips(
            terms in proptest::collection::vec(("[a-z][a-z0-9_-]{0,5}", 0.01_f64..1000.0), 1..=16)
        ) {
            let text = terms.iter().map(|(name, weight)| format!("{name}*{weight}")).collect::<Vec<_>>().join("+");
            let mix: VoiceMix = text.parse().unwrap();
            let sum: f64 = mix.parts().iter().map(|(_, weight)| f64::from(*weight)).sum();
            prop_assert!((sum - 1.0).abs() <= 1e-6, "{}", sum);
            prop_assert!(mix.parts().iter().all(|(_, weight)| *weight > 0.0));
            prop_assert_eq!(mix.to_string().parse::<VoiceMix>().unwrap(), mix);
        }
    }
}
