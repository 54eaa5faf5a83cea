//! Voice names, and what the naming convention of the published voices tells about them.

use crate::{Error, ErrorKind, Language, Result};

/// Most characters in a voice name.
const MAX_NAME_LEN: usize = 64;

/// What a voice name looks like, for errors.
const RULE: &str =
    "1 to 64 ASCII letters, digits, `_` or `-`, with a letter or digit first and at least one letter";

/// Whether `name` may name a voice.
///
/// A name is an identifier and never a path, as programs pass on names from their users. It holds a letter, so it cannot
/// be mistaken for the weight in a mix.
pub(super) fn is_valid(name: &str) -> bool {
    name.len() <= MAX_NAME_LEN
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Refuses what cannot name a voice.
///
/// # Errors
///
/// `InvalidVoiceName` with the rule.
pub(super) fn check(name: &str) -> Result<()> {
    if is_valid(name) {
        return Ok(());
    }
    let message = format!("{} is not a voice name; a voice name is {RULE}", quote(name));
    Err(Error::new(ErrorKind::InvalidVoiceName, message))
}

/// Quotes what a caller passed in, control characters escaped, shortened to 80 characters.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut quoted = String::from("`");
    quoted.extend(text.chars().take(LONGEST).flat_map(char::escape_debug));
    quoted.push_str(if text.chars().nth(LONGEST).is_some() { "…`" } else { "`" });
    quoted
}

/// Whether a voice sounds female or male.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gender {
    /// The second letter of the name is `f`.
    Female,
    /// The second letter of the name is `m`.
    Male,
}

impl Gender {
    /// `female` or `male`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

/// A voice of a store: its name, and what the name tells about it.
///
/// The published voices are named like `af_heart`: a letter for the language, a letter for the gender, an underscore.
/// Names that do not follow this convention say nothing about either.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VoiceInfo {
    /// The name to ask for it by.
    pub name: String,
    /// The language that the voice was made for.
    pub language: Option<Language>,
    /// Whether the voice sounds female or male.
    pub gender: Option<Gender>,
}

impl VoiceInfo {
    /// Describes the voice of a name.
    pub(crate) fn new(name: &str) -> Self {
        let gender = match name.as_bytes() {
            [_, b'f', b'_', _, ..] => Some(Gender::Female),
            [_, b'm', b'_', _, ..] => Some(Gender::Male),
            _ => None,
        };
        Self { name: name.to_owned(), language: Language::from_voice_name(name), gender }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_names() {
        let longest = "x".repeat(64);
        for name in ["af_heart", "a", "A-1", "8bit", "zf_xiaobei", "1e5", longest.as_str()] {
            assert!(check(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn paths_and_other_text_are_not_names() {
        let long = "x".repeat(65);
        for name in [
            "",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "a/b",
            "a\\b",
            "C:x",
            "a.bin",
            ".hidden",
            "a\0b",
            "a b",
            " a",
            "a\n",
            "ä",
            "-rf",
            "_a",
            "7",
            "1-2",
            "a*b",
            "a,b",
            long.as_str(),
        ] {
            let error = check(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidVoiceName, "{name}");
            assert!(error.to_string().contains("1 to 64 ASCII letters"), "{error}");
            assert!(!error.to_string().contains('\0'));
        }
    }

    #[test]
    fn what_is_quoted_is_escaped_and_short() {
        assert_eq!(quote("a\0\nb"), "`a\\0\\nb`");
        assert_eq!(quote(&"é".repeat(80)), format!("`{}`", "é".repeat(80)));
        assert_eq!(quote(&"é".repeat(81)), format!("`{}…`", "é".repeat(80)));
    }

    #[test]
    fn the_prefix_tells_language_and_gender() {
        for (name, language, gender) in [
            ("af_heart", Some(Language::EnUs), Some(Gender::Female)),
            ("bm_george", Some(Language::EnGb), Some(Gender::Male)),
            ("ef_dora", Some(Language::Es), Some(Gender::Female)),
            ("ff_siwis", Some(Language::FrFr), Some(Gender::Female)),
            ("hm_psi", Some(Language::Hi), Some(Gender::Male)),
            ("if_sara", Some(Language::It), Some(Gender::Female)),
            ("jm_kumo", Some(Language::Ja), Some(Gender::Male)),
            ("pf_dora", Some(Language::PtBr), Some(Gender::Female)),
            ("zm_yunxi", Some(Language::Zh), Some(Gender::Male)),
            ("kf_new", None, Some(Gender::Female)),
            ("ax_heart", None, None),
            ("af", None, None),
            ("af_", None, None),
            ("afheart", None, None),
            ("x", None, None),
        ] {
            let info = VoiceInfo::new(name);
            assert_eq!((info.name.as_str(), info.language, info.gender), (name, language, gender));
        }
    }
}
