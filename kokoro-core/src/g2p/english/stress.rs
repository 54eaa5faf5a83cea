//! Stress marks: weakening and strengthening a pronunciation.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `apply_stress`.

/// The mark before a vowel with the main stress.
pub(super) const PRIMARY: char = 'ˈ';
/// The mark before a vowel with a secondary stress.
pub(super) const SECONDARY: char = 'ˌ';

/// A change of stress, in half steps: from -2 (remove a step) over 0 (at most secondary) to 4 (stress even what
/// has none). Lower than -2 removes all marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stress(i32);

impl Stress {
    /// No marks at all.
    pub(super) const NONE: Self = Self(-4);
    /// One step down.
    #[cfg(test)]
    pub(super) const LOWER: Self = Self(-2);
    /// A primary stress becomes a secondary one; what has none stays as it is.
    pub(super) const DEMOTE: Self = Self(-1);
    /// At most, and at least, a secondary stress.
    pub(super) const SECONDARY: Self = Self(0);
    /// At least a secondary stress.
    pub(super) const SOME: Self = Self(1);
    /// A primary stress.
    pub(super) const FULL: Self = Self(4);

    /// A whole number of steps, as markup gives it.
    pub(super) fn steps(steps: i32) -> Self {
        Self(steps.clamp(-100, 100) * 2)
    }

    /// Whether it strengthens.
    pub(super) fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// `phonemes` with this change.
    pub(super) fn apply(self, phonemes: String) -> String {
        let has = |mark: char| phonemes.contains(mark);
        let unmarked = !has(PRIMARY) && !has(SECONDARY);
        match self.0 {
            ..-2 => phonemes.replace([PRIMARY, SECONDARY], ""),
            -2 => demote(&phonemes),
            -1 | 0 if has(PRIMARY) => demote(&phonemes),
            0..=2 if unmarked => mark(phonemes, SECONDARY),
            2 | 3.. if !has(PRIMARY) && has(SECONDARY) => replace_mark(&phonemes, SECONDARY, PRIMARY),
            3.. if unmarked => mark(phonemes, PRIMARY),
            _ => phonemes,
        }
    }
}

/// `phonemes` changed by `stress`, if there is one.
pub(super) fn apply(phonemes: String, stress: Option<Stress>) -> String {
    match stress {
        Some(stress) => stress.apply(phonemes),
        None => phonemes,
    }
}

fn demote(phonemes: &str) -> String {
    replace_mark(&phonemes.replace(SECONDARY, ""), PRIMARY, SECONDARY)
}

fn replace_mark(phonemes: &str, from: char, to: char) -> String {
    phonemes.chars().map(|c| if c == from { to } else { c }).collect()
}

/// Puts `mark` before the first vowel, if there is one.
fn mark(mut phonemes: String, mark: char) -> String {
    if let Some(vowel) = phonemes.find(is_vowel) {
        phonemes.insert(vowel, mark);
    }
    phonemes
}

/// Whether `c` stands for a vowel or a diphthong.
pub(super) fn is_vowel(c: char) -> bool {
    "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ".contains(c)
}

/// Whether `c` stands for a consonant that decides how the word before it sounds.
pub(super) fn is_consonant(c: char) -> bool {
    "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ".contains(c)
}

/// How heavy a pronunciation is: its length, diphthongs and affricates counted twice.
pub(super) fn weight(phonemes: &str) -> usize {
    phonemes.chars().map(|c| if "AIOQWYʤʧ".contains(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(phonemes: &str, stress: Stress) -> String {
        stress.apply(phonemes.into())
    }

    #[test]
    fn stress_is_removed_lowered_and_raised() {
        assert_eq!(apply("kˌɑmpəɹˈATəɹ", Stress::NONE), "kɑmpəɹATəɹ");
        assert_eq!(apply("kˌɑmpəɹˈATəɹ", Stress::LOWER), "kɑmpəɹˌATəɹ");
        assert_eq!(apply("kˌɑmpəɹˈATəɹ", Stress::DEMOTE), "kɑmpəɹˌATəɹ");
        assert_eq!(apply("kˌɑm", Stress::DEMOTE), "kˌɑm");
        assert_eq!(apply("kˌɑm", Stress::LOWER), "kɑm");
        assert_eq!(apply("stɪl", Stress::SECONDARY), "stˌɪl");
        assert_eq!(apply("stɪl", Stress::SOME), "stˌɪl");
        assert_eq!(apply("stˈɪl", Stress::SOME), "stˈɪl");
        assert_eq!(apply("stɪl", Stress::FULL), "stˈɪl");
        assert_eq!(apply("stˌɪl", Stress::FULL), "stˈɪl");
        assert_eq!(apply("stɪl", Stress::steps(1)), "stˌɪl");
        assert_eq!(apply("stˌɪl", Stress::steps(1)), "stˈɪl");
    }

    #[test]
    fn what_has_no_vowel_cannot_be_stressed() {
        assert_eq!(apply("hm", Stress::FULL), "hm");
        assert_eq!(apply("", Stress::SOME), "");
    }
}
