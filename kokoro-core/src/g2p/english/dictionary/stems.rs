//! Inflected words whose stems are known elsewhere than in the dictionaries.

use super::Dictionary;
use super::inflection::doubled;

impl Dictionary {
    /// The phonemes of `word` as a possessive, whose stem `find` knows.
    pub(in super::super) fn possessive_of<'f>(
        &self,
        word: &str,
        find: impl Fn(&str) -> Option<&'f str>,
    ) -> Option<String> {
        if let Some(stem) = word.strip_suffix("'s").and_then(&find) {
            return self.with_s(stem.to_owned());
        }
        // Of a plural: only the spelling has an ending.
        let plural = word.strip_suffix('\'').filter(|plural| plural.ends_with('s'))?;
        find(plural).map(str::to_owned).or_else(|| self.inflection_of(plural, find))
    }

    /// The phonemes of `word` as a form with `-s`, `-ed` or `-ing`, whose stem `find` knows.
    pub(in super::super) fn inflection_of<'f>(
        &self,
        word: &str,
        find: impl Fn(&str) -> Option<&'f str>,
    ) -> Option<String> {
        let find = |stem: &str| if stem.len() < 2 { None } else { find(stem) };
        // A stem before a vowel: whole, or without a silent E or a doubled consonant.
        let before_vowel = |stem: &str| {
            find(stem)
                .or_else(|| find(&format!("{stem}e")))
                .or_else(|| find(doubled(stem)?))
                .map(str::to_owned)
        };
        if let Some(stem) = word.strip_suffix("ing") {
            return self.with_ing(before_vowel(stem)?);
        }
        if let Some(stem) = word.strip_suffix("ed") {
            return self.with_ed(before_vowel(stem)?);
        }
        let stem = word.strip_suffix('s').filter(|_| !word.ends_with("ss"))?;
        let found = find(stem).or_else(|| {
            let es = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
            es.map_or_else(|| find(word.strip_suffix("es")?), |stem| find(&stem))
        });
        self.with_s(found?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Dialect;
    use super::*;

    #[test]
    fn stems_are_tried_in_order() {
        let find = |word: &str| match word {
            "grep" => Some("ɡɹˈɛp"),
            "cache" => Some("kˈæʃ"),
            "proxy" => Some("pɹˈɑksi"),
            "vox" => Some("vˈɑks"),
            _ => None,
        };
        let us = Dictionary::get(Dialect::Us).unwrap();
        for (word, phonemes) in [
            ("greps", "ɡɹˈɛps"),
            ("grepped", "ɡɹˈɛpt"),
            ("grepping", "ɡɹˈɛpɪŋ"),
            ("caches", "kˈæʃᵻz"),
            ("cached", "kˈæʃt"),
            ("caching", "kˈæʃɪŋ"),
            ("proxies", "pɹˈɑksiz"),
            ("voxes", "vˈɑksᵻz"),
        ] {
            assert_eq!(us.inflection_of(word, find).as_deref(), Some(phonemes), "{word}");
        }
        assert_eq!(us.possessive_of("vox's", find).as_deref(), Some("vˈɑksᵻz"));
        assert_eq!(us.possessive_of("greps'", find).as_deref(), Some("ɡɹˈɛps"));
        for word in ["grepss", "s", "ing", "ed", "'s", "'", "grep", "grepper", "ésing"] {
            assert_eq!(us.inflection_of(word, find), None, "{word}");
            assert_eq!(us.possessive_of(word, find), None, "{word}");
        }
    }
}
