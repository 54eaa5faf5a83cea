//! Phoneme symbols and the token ids that a model was trained with.

use std::collections::HashMap;

use serde_json::Value;

use crate::{Error, ErrorKind, Result};

/// Token 0 pads both ends of every sequence.
const PAD: i64 = 0;

/// Tokens that the two pads take.
pub(crate) const PADS: usize = 2;

/// Kokoro-82M v1.0, `vocab` of its published `config.json`: 114 symbols, ids sparse in 1..=177.
const V1_0: &[(i64, &str)] = &[
    (1, ";:,.!?"),
    (9, "—…\"()“” \u{303}ʣʥʦʨᵝ\u{ab67}AI"),
    (31, "O"),
    (33, "Q"),
    (35, "ST"),
    (39, "W"),
    (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"),
    (75, "βɔɕç"),
    (80, "ɖðʤə"),
    (85, "ɚɛɜ"),
    (90, "ɟ"),
    (92, "ɡ"),
    (99, "ɥ"),
    (101, "ɨɪʝ"),
    (110, "ɯɰŋɳɲɴø"),
    (118, "ɸθœ"),
    (123, "ɹ"),
    (125, "ɾɻ"),
    (128, "ʁɽʂʃʈʧ"),
    (135, "ʊʋ"),
    (138, "ʌɣɤ"),
    (142, "χʎ"),
    (147, "ʒʔ"),
    (156, "ˈˌː"),
    (162, "ʰ"),
    (164, "ʲ"),
    (169, "↓"),
    (171, "→↗↘"),
    (177, "ᵻ"),
];

/// The phoneme symbols that a model knows, one Unicode scalar value each, with their token ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Vocabulary {
    ids: HashMap<char, i64>,
}

impl std::fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vocabulary({} symbols)", self.ids.len())
    }
}

impl Vocabulary {
    /// The table of Kokoro-82M v1.0, for model files that carry none.
    pub(crate) fn v1_0() -> Self {
        let ids = V1_0
            .iter()
            .flat_map(|&(first, symbols)| symbols.chars().zip(first..).collect::<Vec<_>>())
            .collect();
        Self { ids }
    }

    /// Reads the `vocab` object of a Kokoro `config.json`. `origin` names the place for error messages.
    pub(crate) fn from_config(config: &Value, origin: &str) -> Result<Self> {
        let invalid = |what: String| Error::new(ErrorKind::InvalidModel, format!("{origin}: {what}"));
        let vocab = config.get("vocab").and_then(Value::as_object).ok_or_else(|| {
            invalid("there is no object `vocab` that maps phoneme symbols to token ids".into())
        })?;
        let limit = config.get("n_token").and_then(Value::as_i64).unwrap_or(i64::MAX);
        let mut ids = HashMap::with_capacity(vocab.len());
        for (symbol, id) in vocab {
            let mut chars = symbol.chars();
            let (Some(symbol), None) = (chars.next(), chars.next()) else {
                return Err(invalid(format!("the symbol {symbol:?} in `vocab` is not one character")));
            };
            let id = id
                .as_i64()
                .filter(|id| (0..limit).contains(id))
                .ok_or_else(|| invalid(format!("the id {id} of {symbol:?} is not a token id")))?;
            // Id 0 is the padding at both ends; some files list it as a symbol.
            if id != PAD {
                ids.insert(symbol, id);
            }
        }
        if ids.is_empty() {
            return Err(invalid("`vocab` is empty".into()));
        }
        Ok(Self { ids })
    }

    /// Number of symbols.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no symbol at all. A loaded model always has some.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether the model has a token for `symbol`.
    #[must_use]
    pub fn contains(&self, symbol: char) -> bool {
        self.ids.contains_key(&symbol)
    }

    /// The token sequence of a phoneme string, padded with 0 at both ends. Symbols that the model does not know have
    /// no token, as in the reference. `None` if nothing is left to speak.
    pub(crate) fn tokens(&self, phonemes: &str) -> Option<Vec<i64>> {
        let mut tokens = Vec::with_capacity(phonemes.len() + PADS);
        tokens.push(PAD);
        tokens.extend(phonemes.chars().filter_map(|symbol| self.ids.get(&symbol)));
        tokens.push(PAD);
        (tokens.len() > PADS).then_some(tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn v1_0_has_the_published_ids() {
        let vocabulary = Vocabulary::v1_0();
        assert_eq!(vocabulary.len(), 114);
        let expected = [
            (';', 1),
            ('?', 6),
            ('—', 9),
            (' ', 16),
            ('\u{303}', 17),
            ('ᵝ', 22),
            ('\u{ab67}', 23),
            ('A', 24),
            ('I', 25),
            ('O', 31),
            ('Q', 33),
            ('S', 35),
            ('T', 36),
            ('W', 39),
            ('Y', 41),
            ('ᵊ', 42),
            ('a', 43),
            ('f', 48),
            ('h', 50),
            ('z', 68),
            ('æ', 72),
            ('ç', 78),
            ('ə', 83),
            ('ɚ', 85),
            ('ɜ', 87),
            ('ɟ', 90),
            ('ɡ', 92),
            ('ɥ', 99),
            ('ʝ', 103),
            ('ø', 116),
            ('œ', 120),
            ('ɹ', 123),
            ('ɾ', 125),
            ('ɻ', 126),
            ('ʁ', 128),
            ('ʧ', 133),
            ('ʋ', 136),
            ('ʌ', 138),
            ('ɤ', 140),
            ('χ', 142),
            ('ʎ', 143),
            ('ʒ', 147),
            ('ʔ', 148),
            ('ˈ', 156),
            ('ˌ', 157),
            ('ː', 158),
            ('ʰ', 162),
            ('ʲ', 164),
            ('↓', 169),
            ('→', 171),
            ('↗', 172),
            ('↘', 173),
            ('ᵻ', 177),
        ];
        for (symbol, id) in expected {
            assert_eq!(vocabulary.tokens(&symbol.to_string()).unwrap(), [0, id, 0], "{symbol}");
        }
        for unknown in ['g', '\'', '-', '/', '«', '5'] {
            assert!(!vocabulary.contains(unknown), "{unknown}");
        }
    }

    #[test]
    fn unknown_symbols_have_no_token() {
        assert_eq!(Vocabulary::v1_0().tokens("a«b\u{329}\0c").unwrap(), [0, 43, 44, 45, 0]);
        assert_eq!(Vocabulary::v1_0().tokens("«»"), None);
    }

    #[test]
    fn reads_a_config() {
        let config = json!({"n_token": 178, "vocab": {"$": 0, "a": 5, "ㄓ": 23}});
        let vocabulary = Vocabulary::from_config(&config, "test").unwrap();
        assert_eq!(vocabulary.len(), 2);
        assert_eq!(vocabulary.tokens("aㄓ$").unwrap(), [0, 5, 23, 0]);
    }

    #[test]
    fn damaged_configs_are_refused() {
        for (config, part) in [
            (json!({}), "no object `vocab`"),
            (json!({"vocab": []}), "no object `vocab`"),
            (json!({"vocab": {}}), "empty"),
            (json!({"vocab": {"ab": 1}}), "not one character"),
            (json!({"vocab": {"": 1}}), "not one character"),
            (json!({"vocab": {"a": "1"}}), "not a token id"),
            (json!({"vocab": {"a": -1}}), "not a token id"),
            (json!({"n_token": 178, "vocab": {"a": 178}}), "not a token id"),
        ] {
            let error = Vocabulary::from_config(&config, "model.onnx").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidModel);
            assert!(error.to_string().contains(part), "{error}");
            assert!(error.to_string().starts_with("model.onnx: "), "{error}");
        }
    }
}
