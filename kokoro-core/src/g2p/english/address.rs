//! Web and mail addresses, which spaCy keeps whole.
//!
//! What counts as one is what spaCy's pattern (MIT) matches: perhaps a scheme, perhaps a user, a host, perhaps a port and a
//! path. The pattern itself can take very long on words of many hyphens.

use super::tables::TOP_LEVEL;

/// Whether `word`, which has no white space, is an address.
pub(super) fn is_address(word: &str) -> bool {
    if !word.contains('.') {
        return false;
    }
    let after_scheme = word.find("://").filter(|&at| is_scheme(word.get(..at).unwrap_or_default()));
    let after_users = word.match_indices('@').map(|(at, _)| at).filter(|&at| at > 0).map(|at| at + 1);
    let mut starts = std::iter::once(0).chain(after_scheme.map(|at| at + 3)).chain(after_users);
    starts.any(|start| word.get(start..).is_some_and(is_host))
}

/// Whether `text` is a host with or without a port and a path.
fn is_host(text: &str) -> bool {
    let end = text.find([':', '/', '?', '#']).unwrap_or(text.len());
    let (host, rest) = text.split_at(end);
    let rest = match rest.strip_prefix(':') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if !(2..=5).contains(&digits) {
                return false;
            }
            rest.get(digits..).unwrap_or_default()
        }
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(['/', '?', '#'])) && (is_public_ip(host) || is_name(host))
}

fn is_name(host: &str) -> bool {
    let Some((labels, top)) = host.rsplit_once('.') else { return false };
    (2..=63).contains(&top.chars().count())
        && top.chars().all(|c| TOP_LEVEL.contains(c))
        && labels.split('.').all(is_label)
}

fn is_scheme(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '.');
    text.chars().count() >= 2 && text.chars().all(is_part)
}

fn is_label(label: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '\u{a1}'..='\u{ffff}');
    label.starts_with(is_letter)
        && label.ends_with(is_letter)
        && label.chars().all(|c| is_letter(c) || matches!(c, '_' | '-'))
        && label.chars().count() <= 64
}

/// Whether `host` is an IP address that is not for private use.
fn is_public_ip(host: &str) -> bool {
    let octets: Vec<&str> = host.splitn(5, '.').collect();
    let &[first, second, third, fourth] = octets.as_slice() else { return false };
    // Leading zeros are allowed in the middle only.
    let number = |octet: &str, zeros: bool| -> Option<u32> {
        let is_digits = (1..=3).contains(&octet.len()) && octet.bytes().all(|c| c.is_ascii_digit());
        let value = octet.parse().ok().filter(|_| is_digits)?;
        let is_plain = if zeros { octet.len() < 3 || value >= 100 } else { !octet.starts_with('0') };
        is_plain.then_some(value)
    };
    let (Some(a), Some(b), Some(c), Some(d)) =
        (number(first, false), number(second, true), number(third, true), number(fourth, false))
    else {
        return false;
    };
    let is_private = matches!((a, b), (10 | 127, _) | (169, 254) | (192, 168) | (172, 16..=31));
    !is_private && (1..=223).contains(&a) && b <= 255 && c <= 255 && (1..=254).contains(&d)
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;
    use misaki_rs::spacy_tokenizer_data::URL_PATTERN;

    use super::*;

    #[test]
    fn addresses_are_known() {
        for word in [
            "example.com",
            "https://www.example.com:8080/a?b=c#d",
            "user.name@example.org",
            "ftp://user:secret@a-b.c_d.example.io/",
            "8.8.8.8",
            "http://172.15.0.1/x",
            "münchen.de",
            "a.日本",
        ] {
            assert!(is_address(word), "{word}");
        }
        for word in [
            "word",
            "3.14",
            "A.B.C",
            "example.C",
            "example.com,",
            "-a.com",
            "a..com",
            "10.0.0.1",
            "192.168.1.1",
            "8.8.8",
            "example.com:1",
            "http://",
            "e.g.",
        ] {
            assert!(!is_address(word), "{word}");
        }
    }

    #[test]
    fn the_pattern_agrees() {
        let pattern = Regex::new(URL_PATTERN).unwrap();
        let parts = [
            "a", "b-c", "com", "Io", ".", ".", "@", ":", "/", "://", "80", "8.8.8.8", "10", "-", "é", "_",
            "?",
        ];
        // A few thousand words of up to five parts.
        for number in 0..6_000_usize {
            let digits = std::iter::successors(Some(number * 277), |rest| Some(rest / parts.len()));
            let word: String = digits.take(5).map(|digit| parts[digit % parts.len()]).collect();
            assert_eq!(is_address(&word), pattern.is_match(&word).unwrap_or(false), "{word}");
        }
    }
}
