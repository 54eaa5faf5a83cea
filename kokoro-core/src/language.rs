//! The languages of Kokoro's voices.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind, Result};

/// A language that the model was trained to speak.
///
/// It parses from every spelling in use: the reference's single letters (`a`), BCP 47 tags (`en-US`) with
/// either separator, and bare language names (`en`), all regardless of case.
///
/// ```
/// use kokoro_core::Language;
/// # fn main() -> kokoro_core::Result<()> {
/// assert_eq!("en_GB".parse::<Language>()?, Language::EnGb);
/// assert_eq!("z".parse::<Language>()?.code(), "zh");
/// assert_eq!(Language::from_voice_name("af_heart"), Some(Language::EnUs));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Language {
    /// American English.
    EnUs,
    /// British English.
    EnGb,
    /// Spanish.
    Es,
    /// French.
    FrFr,
    /// Hindi.
    Hi,
    /// Italian.
    It,
    /// Brazilian Portuguese.
    PtBr,
    /// Japanese.
    Ja,
    /// Mandarin Chinese.
    Zh,
}

impl Language {
    /// Every language, in the order of the reference's documentation.
    pub const ALL: &'static [Language] = &[
        Language::EnUs,
        Language::EnGb,
        Language::Es,
        Language::FrFr,
        Language::Hi,
        Language::It,
        Language::PtBr,
        Language::Ja,
        Language::Zh,
    ];

    /// The canonical code, such as `en-us`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.names().1[0]
    }

    /// The language of a voice by its name, as in `af_heart` or `jm_kumo`: a letter for the language, `f` or `m`, and
    /// an underscore. `None` for names that do not follow this convention.
    #[must_use]
    pub fn from_voice_name(name: &str) -> Option<Self> {
        let [letter, b'f' | b'm', b'_', _, ..] = name.as_bytes() else { return None };
        Self::ALL.iter().copied().find(|language| language.names().0 == char::from(*letter))
    }

    /// The letter that begins the names of the language's voices, and its codes: the canonical one, then
    /// others.
    const fn names(self) -> (char, &'static [&'static str]) {
        match self {
            Self::EnUs => ('a', &["en-us", "en"]),
            Self::EnGb => ('b', &["en-gb", "en-uk"]),
            Self::Es => ('e', &["es", "es-es", "es-419"]),
            Self::FrFr => ('f', &["fr-fr", "fr"]),
            Self::Hi => ('h', &["hi", "hi-in"]),
            Self::It => ('i', &["it", "it-it"]),
            Self::PtBr => ('p', &["pt-br", "pt"]),
            Self::Ja => ('j', &["ja", "ja-jp", "jp"]),
            Self::Zh => ('z', &["zh", "cmn", "zh-cn", "zh-hans"]),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.trim().to_ascii_lowercase().replace('_', "-");
        let matches = |language: &Language| {
            let (letter, codes) = language.names();
            codes.contains(&wanted.as_str()) || wanted.chars().eq([letter])
        };
        Self::ALL.iter().copied().find(matches).ok_or_else(|| unknown(text))
    }
}

fn unknown(text: &str) -> Error {
    // A whole document passed by mistake should not come back as the message.
    let shown: String = text.chars().take(32).collect();
    let known: Vec<_> = Language::ALL.iter().map(|language| language.code()).collect();
    Error::new(
        ErrorKind::UnknownLanguage,
        format!("unknown language {shown:?}; known are {}", known.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn all_spellings_parse() {
        for (text, language) in [
            ("a", Language::EnUs),
            ("A", Language::EnUs),
            ("en", Language::EnUs),
            ("en_US", Language::EnUs),
            (" EN-us\n", Language::EnUs),
            ("b", Language::EnGb),
            ("en-GB", Language::EnGb),
            ("e", Language::Es),
            ("fr", Language::FrFr),
            ("fr_FR", Language::FrFr),
            ("h", Language::Hi),
            ("i", Language::It),
            ("pt", Language::PtBr),
            ("pt-br", Language::PtBr),
            ("j", Language::Ja),
            ("cmn", Language::Zh),
            ("z", Language::Zh),
        ] {
            assert_eq!(text.parse::<Language>().unwrap(), language, "{text:?}");
        }
    }

    #[test]
    fn codes_round_trip_and_no_name_is_used_twice() {
        let mut seen = HashSet::new();
        for &language in Language::ALL {
            assert_eq!(language.to_string().parse::<Language>().unwrap(), language);
            let (letter, codes) = language.names();
            assert_eq!(letter.to_string().parse::<Language>().unwrap(), language);
            assert!(seen.insert(letter.to_string()));
            assert!(codes.iter().all(|code| seen.insert((*code).to_owned())));
        }
    }

    #[test]
    fn unknown_ones_are_refused_with_the_list() {
        for text in ["", "q", "en-zz", "english", "ａ", &"x".repeat(10_000)] {
            let error = text.parse::<Language>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnknownLanguage);
            assert!(error.to_string().contains("en-us") && error.to_string().contains("zh"), "{error}");
            assert!(error.to_string().len() < 200);
        }
    }

    #[test]
    fn a_voice_name_tells_its_language() {
        assert_eq!(Language::from_voice_name("af_heart"), Some(Language::EnUs));
        assert_eq!(Language::from_voice_name("bm_george"), Some(Language::EnGb));
        assert_eq!(Language::from_voice_name("zf_xiaoni"), Some(Language::Zh));
        for name in ["", "x", "af", "af_", "alice", "jessica", "kf_new", "ax_heart"] {
            assert_eq!(Language::from_voice_name(name), None, "{name}");
        }
    }
}
