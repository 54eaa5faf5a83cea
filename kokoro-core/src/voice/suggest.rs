//! Close names for a misspelt one.

/// Most names suggested.
const MOST: usize = 3;

/// Up to three of `names` that differ from `wanted` by a few letters, closest first. Case does not count.
pub(super) fn close<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = wanted.to_ascii_lowercase();
    let limit = (wanted.len() / 3).max(2);
    let mut close: Vec<_> = names
        .map(|name| (distance(wanted.as_bytes(), name.to_ascii_lowercase().as_bytes()), name))
        .filter(|(distance, name)| *distance <= limit && *distance < name.len())
        .collect();
    close.sort_unstable();
    close.truncate(MOST);
    close.into_iter().map(|(_, name)| name).collect()
}

/// How many bytes must be inserted, removed or replaced to turn `a` into `b`.
fn distance(a: &[u8], b: &[u8]) -> usize {
    // The row of Levenshtein's table for the part of `a` read so far; `last` is its newest number.
    let mut row: Vec<usize> = (1..=b.len()).collect();
    let mut last = b.len();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = i;
        last = i + 1;
        for (to, cell) in b.iter().zip(&mut row) {
            let replaced = diagonal + usize::from(from != to);
            diagonal = *cell;
            last = replaced.min(diagonal + 1).min(last + 1);
            *cell = last;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("kitten", "sitting", 3),
            ("heart", "hart", 1),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
            assert_eq!(distance(b.as_bytes(), a.as_bytes()), expected, "{b} {a}");
        }
    }

    #[test]
    fn the_closest_come_first_and_at_most_three() {
        let names = ["af_bella", "af_heart", "af_sarah", "af_sky", "am_heart", "bf_heart", "zf_heart"];
        assert_eq!(close("AF_Hart", names.into_iter()), ["af_heart", "am_heart", "bf_heart"]);
        assert_eq!(close("af_skyy", names.into_iter()), ["af_sky"]);
        assert!(close("something_else", names.into_iter()).is_empty());
        assert!(close("zz", ["a", "b"].into_iter()).is_empty(), "nothing in common");
    }
}
