//! How digits are read: as a year, an amount of money, an ordinal, a serial number, or simply a number.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `get_number`.

mod words;

use super::dictionary::Dictionary;
use super::stress::Stress;

/// A currency sign with the names of its unit and of a hundredth of it.
const CURRENCIES: [(char, &str, &str); 3] =
    [('$', "dollar", "cent"), ('£', "pound", "pence"), ('€', "euro", "cent")];

/// Endings that digits may have. The order matters where one ends with another.
const SUFFIXES: [&str; 9] = ["ing", "'d", "ed", "'s", "st", "nd", "rd", "th", "s"];

/// The units of the currency with this sign.
fn units(sign: char) -> Option<(&'static str, &'static str)> {
    CURRENCIES.iter().find(|currency| currency.0 == sign).map(|currency| (currency.1, currency.2))
}

/// Whether `text` is the sign of a currency that is known.
pub(super) fn currency_sign(text: &str) -> Option<char> {
    CURRENCIES.iter().map(|currency| currency.0).find(|sign| text.strip_prefix(*sign) == Some(""))
}

/// Whether `word` is a number with one of the endings that can be read. A minus sign may begin it at the head of a group.
pub(super) fn is_number(word: &str, is_head: bool) -> bool {
    let digits = SUFFIXES.iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word);
    let digits = if is_head { digits.strip_prefix('-').unwrap_or(digits) } else { digits };
    word.bytes().any(|c| c.is_ascii_digit())
        && digits.bytes().all(|c| c.is_ascii_digit() || matches!(c, b',' | b'.'))
}

/// A number to read, with what decides about its reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number<'a> {
    /// The number as it is written, for which [`is_number`] holds.
    pub(super) word: &'a str,
    /// The sign of the currency it counts.
    pub(super) currency: Option<char>,
    /// Whether it stands alone or begins its group. Otherwise it is read as a serial number.
    pub(super) is_head: bool,
    /// The flags that markup gives: `&` to say "and", `n` to say it short, `a` to begin with "a" rather than "one".
    pub(super) flags: &'a str,
}

/// The phonemes of a number. `None` if it cannot be read.
pub(super) fn phonemes(number: Number<'_>, dictionary: &Dictionary) -> Option<String> {
    let bare = number.word.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '\'');
    let suffix = &number.word[bare.len()..];
    let mut reading = Reading { dictionary, flags: number.flags, parts: Vec::new() };
    reading.read(bare, suffix, number)?;
    if reading.parts.is_empty() {
        return None;
    }
    let phonemes = reading.parts.join(" ");
    match suffix {
        "s" | "'s" => dictionary.with_s(phonemes),
        "ed" | "'d" => dictionary.with_ed(phonemes),
        "ing" => dictionary.with_ing(phonemes),
        _ => Some(phonemes),
    }
}

/// `phonemes` followed by the name of a currency.
pub(super) fn with_currency(phonemes: String, currency: Option<char>, dictionary: &Dictionary) -> String {
    let name = currency.and_then(units).and_then(|(unit, _)| dictionary.plural(unit));
    match name {
        Some(name) => format!("{phonemes} {name}"),
        None => phonemes,
    }
}

/// The reading so far.
struct Reading<'a> {
    dictionary: &'a Dictionary,
    flags: &'a str,
    parts: Vec<String>,
}

impl Reading<'_> {
    fn read(&mut self, word: &str, suffix: &str, number: Number<'_>) -> Option<()> {
        let is_ordinal = matches!(suffix, "st" | "nd" | "rd" | "th");
        let (is_negative, word) = match word.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, word),
        };
        if is_negative {
            self.word("minus", None)?;
        }
        let is_digits = !word.is_empty() && word.bytes().all(|c| c.is_ascii_digit());
        let currency = number.currency.and_then(units);
        if is_digits && is_ordinal {
            self.extend(&words::ordinal(word), true)
        } else if !is_negative && word.len() == 4 && currency.is_none() && is_digits {
            self.extend(&words::year(word.parse().ok()?), true)
        } else if !number.is_head && !word.contains('.') {
            self.serial(&word.replace(',', ""))
        } else if !number.is_head || word.matches('.').count() > 1 {
            self.version(&word.replace(',', ""))
        } else if let Some(currency) = currency.filter(|_| has_cents(word)) {
            self.money(&word.replace(',', ""), currency)
        } else if is_digits {
            self.extend(&words::cardinal(word), true)
        } else {
            let word = word.replace(',', "");
            if !word.contains('.') {
                let words = if is_ordinal { words::ordinal(&word) } else { words::cardinal(&word) };
                self.extend(&words, true)
            } else if let Some(fraction) = word.strip_prefix('.') {
                self.word("point", Some(Stress::NONE))?;
                self.digits(fraction)
            } else {
                self.extend(&words::decimal(word.parse().ok().filter(|value: &f64| value.is_finite())?), true)
            }
        }
    }

    /// A part of something joined, such as `0199` in `555-0199`: digits one by one, or two by two.
    fn serial(&mut self, digits: &str) -> Option<()> {
        if digits.starts_with('0') || digits.len() > 3 {
            self.digits(digits)
        } else if digits.len() == 3 && !digits.ends_with("00") {
            self.number(&digits[..1], true)?;
            if let Some(unit) = digits[1..].strip_prefix('0') {
                self.word("O", Some(Stress::NONE))?;
                self.number(unit, false)
            } else {
                self.number(&digits[1..], false)
            }
        } else {
            self.number(digits, true)
        }
    }

    /// A number with several full stops: short parts as numbers, longer ones digit by digit.
    fn version(&mut self, word: &str) -> Option<()> {
        let mut first = true;
        for part in word.split('.') {
            let is_round = part.bytes().skip(1).all(|c| c == b'0');
            match part.len() {
                0 => {}
                _ if part.starts_with('0') => self.digits(part)?,
                2 => self.number(part, first)?,
                _ if is_round => self.number(part, first)?,
                _ => self.digits(part)?,
            }
            first = false;
        }
        Some(())
    }

    /// Units and, if there are any, hundredths.
    fn money(&mut self, word: &str, (unit, cent): (&str, &str)) -> Option<()> {
        let (units, cents) = match word.split_once('.') {
            Some((units, cents)) => (units, Some(cents)),
            None => (word, None),
        };
        let is_zero = |digits: &str| digits.bytes().all(|c| c == b'0');
        let cents = cents.filter(|cents| !is_zero(cents));
        let mut amounts = vec![];
        if cents.is_none() || !is_zero(units) {
            amounts.push((units, unit));
        }
        amounts.extend(cents.map(|cents| (cents, cent)));
        for (i, (digits, unit)) in amounts.into_iter().enumerate() {
            if i > 0 {
                self.word("and", None)?;
            }
            self.number(digits, i == 0)?;
            let is_one = digits.trim_start_matches('0') == "1";
            let name = if is_one || unit == "pence" {
                self.dictionary.plain(unit, None)
            } else {
                self.dictionary.plural(unit)
            };
            self.parts.push(name?);
        }
        Some(())
    }

    fn digits(&mut self, digits: &str) -> Option<()> {
        (0..digits.len()).try_for_each(|at| self.number(digits.get(at..=at)?, false))
    }

    fn number(&mut self, digits: &str, first: bool) -> Option<()> {
        self.extend(&words::cardinal(digits), first)
    }

    /// Adds the words of a number. `first` says that "one" at its beginning may become "a".
    fn extend(&mut self, words: &words::Words, first: bool) -> Option<()> {
        for (i, word) in words.iter().enumerate() {
            if word == "and" && !self.flags.contains('&') {
                if self.flags.contains('n')
                    && let Some(last) = self.parts.last_mut()
                {
                    last.push_str("ən");
                }
            } else if first && i == 0 && words.len() > 1 && word == "one" && self.flags.contains('a') {
                self.parts.push("ə".into());
            } else {
                self.word(word, (word == "point").then_some(Stress::NONE))?;
            }
        }
        Some(())
    }

    fn word(&mut self, word: &str, stress: Option<Stress>) -> Option<()> {
        self.parts.push(self.dictionary.plain(word, stress)?);
        Some(())
    }
}

/// Whether an amount of money has at most two places after the point.
fn has_cents(word: &str) -> bool {
    word.split_once('.').is_none_or(|(_, cents)| cents.len() < 3)
}

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::*;

    fn us(word: &str) -> String {
        read(word, None, true, "")
    }

    fn read(word: &str, currency: Option<char>, is_head: bool, flags: &str) -> String {
        assert!(is_number(word, is_head), "{word}");
        let number = Number { word, currency, is_head, flags };
        phonemes(number, &Dictionary::get(Dialect::Us).unwrap()).unwrap_or_default()
    }

    #[test]
    fn numbers_have_digits_and_known_endings() {
        for word in ["7", "1,000", "-5", "3.14", "21st", "80s", "90's", ".5", "1.2.3"] {
            assert!(is_number(word, true), "{word}");
        }
        for word in ["", "-", "s", "5kg", "4-5", "1e3", "٣", "st"] {
            assert!(!is_number(word, true), "{word}");
        }
        assert!(!is_number("-5", false));
    }

    #[test]
    fn years_amounts_and_ordinals() {
        assert_eq!(us("1985"), "nˌIntˈin ˈAɾi fˈIv");
        assert_eq!(us("80s"), "ˈAɾiz");
        assert_eq!(us("2nd"), "sˈɛkənd");
        assert_eq!(us("-3.5"), "mˈInəs θɹˈi pYnt fˈIv");
        assert_eq!(read("3.50", Some('$'), true, ""), "θɹˈi dˈɑləɹz ænd fˈɪfti sˈɛnts");
        assert_eq!(read("0.01", Some('£'), true, ""), "wˈʌn pˈɛns");
        assert_eq!(read("1", Some('€'), true, ""), "wˈʌn jˈʊɹO");
    }

    #[test]
    fn serial_numbers() {
        assert_eq!(read("01995", None, false, ""), "zˈɪɹO wˈʌn nˈIn nˈIn fˈIv");
        assert_eq!(read("747", None, false, ""), "sˈɛvən fˈɔɹɾi sˈɛvən");
        assert_eq!(read("101", None, false, ""), "wˈʌn O wˈʌn");
        assert_eq!(read("1.10.300", None, true, ""), "wˈʌn tˈɛn θɹˈi hˈʌndɹəd");
    }

    #[test]
    fn flags_choose_the_wording() {
        assert_eq!(read("101", None, true, "&"), "wˈʌn hˈʌndɹəd ænd wˈʌn");
        assert_eq!(read("101", None, true, "an"), "ə hˈʌndɹədən wˈʌn");
    }
}
