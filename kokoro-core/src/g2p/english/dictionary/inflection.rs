//! Words with `-s`, `-ed` and `-ing` whose stems are known.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `stem_s`, `stem_ed` and `stem_ing`.

use super::super::Dialect;
use super::super::context::Context;
use super::super::stress::Stress;
use super::super::tags::Tag;
use super::Dictionary;

impl Dictionary {
    /// `stem` with the sound of `-s`. `None` for a silent stem.
    pub(in super::super) fn with_s(&self, stem: String) -> Option<String> {
        let last = stem.chars().next_back()?;
        Some(match last {
            'p' | 't' | 'k' | 'f' | 'θ' => stem + "s",
            's' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ' => stem + self.reduced_i() + "z",
            _ => stem + "z",
        })
    }

    /// `stem` with the sound of `-ed`. `None` for a silent stem.
    pub(in super::super) fn with_ed(&self, mut stem: String) -> Option<String> {
        let mut chars = stem.chars().rev();
        let last = chars.next()?;
        let before = chars.next();
        Some(match last {
            'p' | 'k' | 'f' | 'θ' | 'ʃ' | 's' | 'ʧ' => stem + "t",
            'd' => stem + self.reduced_i() + "d",
            't' => match before {
                Some(before) if self.dialect == Dialect::Us => {
                    if is_before_flap(before) {
                        stem.pop();
                        stem + "ɾᵻd"
                    } else {
                        stem + "ᵻd"
                    }
                }
                _ => stem + "ɪd",
            },
            _ => stem + "d",
        })
    }

    /// `stem` with the sound of `-ing`. `None` for a silent stem, and in British English for one whose final R would
    /// come to sound.
    pub(in super::super) fn with_ing(&self, mut stem: String) -> Option<String> {
        let mut chars = stem.chars().rev();
        let last = chars.next()?;
        let before = chars.next();
        match self.dialect {
            Dialect::Gb if matches!(last, 'ə' | 'ː') => return None,
            Dialect::Us if last == 't' && before.is_some_and(is_before_flap) => {
                stem.pop();
                stem.push('ɾ');
            }
            _ => {}
        }
        Some(stem + "ɪŋ")
    }

    fn reduced_i(&self) -> &'static str {
        match self.dialect {
            Dialect::Us => "ᵻ",
            Dialect::Gb => "ɪ",
        }
    }

    pub(super) fn inflected_s(
        &self,
        word: &str,
        tag: Tag<'_>,
        stress: Option<Stress>,
        context: Context,
    ) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix('s').filter(|_| length >= 3)?;
        let known = |stem: &str| self.is_known(stem);
        let owned;
        let stem = if !word.ends_with("ss") && known(stem) {
            stem
        } else if let Some(stem) = word
            .strip_suffix("'s")
            .or_else(|| word.strip_suffix("es").filter(|_| length > 4 && !word.ends_with("ies")))
            .filter(|stem| known(stem))
        {
            stem
        } else {
            owned = word.strip_suffix("ies").filter(|_| length > 4)?.to_owned() + "y";
            Some(owned.as_str()).filter(|stem| known(stem))?
        };
        self.with_s(self.lookup(stem, tag, stress, Some(context))?)
    }

    pub(super) fn inflected_ed(
        &self,
        word: &str,
        tag: Tag<'_>,
        stress: Option<Stress>,
        context: Context,
    ) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix('d').filter(|_| length >= 4)?;
        let stem = if !word.ends_with("dd") && self.is_known(stem) {
            stem
        } else {
            word.strip_suffix("ed")
                .filter(|stem| length > 4 && !word.ends_with("eed") && self.is_known(stem))?
        };
        self.with_ed(self.lookup(stem, tag, stress, Some(context))?)
    }

    pub(super) fn inflected_ing(
        &self,
        word: &str,
        tag: Tag<'_>,
        stress: Option<Stress>,
        context: Context,
    ) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix("ing").filter(|_| length >= 5)?;
        let with_e = stem.to_owned() + "e";
        let stem = if length > 5 && self.is_known(stem) {
            stem
        } else if self.is_known(&with_e) {
            &with_e
        } else {
            doubled(stem).filter(|stem| length > 5 && self.is_known(stem))?
        };
        self.with_ing(self.lookup(stem, tag, stress, Some(context))?)
    }
}

/// `stem` without the last of two equal consonants, or without the `k` of `ck`.
pub(super) fn doubled(stem: &str) -> Option<&str> {
    let mut last = stem.chars().rev();
    let (last, before) = (last.next()?, last.next()?);
    let is_double = last == before && "bcdgklmnprstvxz".contains(last);
    (is_double || stem.ends_with("ck")).then(|| stem.get(..stem.len() - last.len_utf8()))?
}

/// Whether a T after this American sound and before a vowel is a flap.
fn is_before_flap(c: char) -> bool {
    "AIOWYiuæɑəɛɪɹʊʌ".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: Dialect = Dialect::Us;
    const GB: Dialect = Dialect::Gb;

    #[test]
    fn endings_sound_after_the_sound_before() {
        let s = |dialect, stem: &str| Dictionary::get(dialect).unwrap().with_s(stem.into());
        assert_eq!(s(US, "kˈæt").unwrap(), "kˈæts");
        assert_eq!(s(US, "dˈɑɡ").unwrap(), "dˈɑɡz");
        assert_eq!(s(US, "bˈʌs").unwrap(), "bˈʌsᵻz");
        assert_eq!(s(GB, "bˈʌs").unwrap(), "bˈʌsɪz");
        assert_eq!(s(US, ""), None);
        let ed = |dialect, stem: &str| Dictionary::get(dialect).unwrap().with_ed(stem.into());
        assert_eq!(ed(US, "wˈɔk").unwrap(), "wˈɔkt");
        assert_eq!(ed(US, "wˈAt").unwrap(), "wˈAɾᵻd");
        assert_eq!(ed(GB, "wˈAt").unwrap(), "wˈAtɪd");
        assert_eq!(ed(US, "ˈækt").unwrap(), "ˈæktᵻd");
        assert_eq!(ed(US, "ˈɛnd").unwrap(), "ˈɛndᵻd");
        let ing = |dialect, stem: &str| Dictionary::get(dialect).unwrap().with_ing(stem.into());
        assert_eq!(ing(US, "wˈAt").unwrap(), "wˈAɾɪŋ");
        assert_eq!(ing(GB, "wˈAt").unwrap(), "wˈAtɪŋ");
        assert_eq!(ing(GB, "stˈɑː"), None);
    }

    #[test]
    fn stems_are_found() {
        assert_eq!(doubled("runn"), Some("run"));
        assert_eq!(doubled("panick"), Some("panic"));
        assert_eq!(doubled("walk"), None);
        assert_eq!(doubled("rayy"), None);
        assert_eq!(doubled("x"), None);
    }
}
