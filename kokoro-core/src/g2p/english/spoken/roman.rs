//! Roman numerals after names and headings: "Louis XIV", "Chapter IV", "World War II".

use super::calendar::ordinal_in_words;
use super::output::{Found, Piece};
use super::scan::{Kind, Scan, is_capitalized};

/// Headings and the like, whose number is a cardinal.
const HEADINGS: &[&str] = &[
    "Act", "Annex", "Apollo", "Appendix", "Article", "Book", "Chapter", "Class", "Division", "Episode",
    "Factor", "Figure", "Group", "Grade", "Level", "Mark", "Page", "Part", "Phase", "Round", "Scene",
    "Season", "Section", "Stage", "Step", "Table", "Tier", "Title", "Type", "Unit", "Vol", "Volume", "War",
    "Bowl",
];

/// Names of rulers and popes, whose number is an ordinal.
const RULERS: &[&str] = &[
    "Albert",
    "Alexander",
    "Alfonso",
    "Benedict",
    "Boniface",
    "Carlos",
    "Catherine",
    "Charles",
    "Christian",
    "Clement",
    "Constantine",
    "Edward",
    "Elizabeth",
    "Eugene",
    "Felipe",
    "Ferdinand",
    "Francis",
    "Frederick",
    "Friedrich",
    "George",
    "Gregory",
    "Gustav",
    "Harald",
    "Henry",
    "Innocent",
    "Isabella",
    "Ivan",
    "James",
    "John",
    "Juan",
    "Julius",
    "Leo",
    "Leopold",
    "Louis",
    "Margrethe",
    "Mary",
    "Maximilian",
    "Mehmed",
    "Murad",
    "Napoleon",
    "Nicholas",
    "Olav",
    "Otto",
    "Paul",
    "Pedro",
    "Peter",
    "Philip",
    "Pius",
    "Ptolemy",
    "Ramesses",
    "Richard",
    "Robert",
    "Rudolf",
    "Selim",
    "Suleiman",
    "Theodore",
    "Urban",
    "Victor",
    "Wilhelm",
    "William",
];

/// Words before a ruler's name, which make sure that "I" is a number.
const TITLES: &[&str] = &["King", "Queen", "Pope", "Emperor", "Tsar", "Prince", "Kaiser", "Sultan"];

/// Numerals that mean nothing else after any name. "IV", "VI" and "XX" are abbreviations, too.
const SURE: &[&str] = &["II", "III", "VII", "VIII", "IX", "XII", "XIII", "XIV", "XVI"];

/// The value of a numeral below ninety, if it is the usual way to write it.
fn value(numeral: &str) -> Option<u32> {
    let of = |c: char| match c {
        'I' => Some(1),
        'V' => Some(5),
        'X' => Some(10),
        'L' => Some(50),
        _ => None,
    };
    if numeral.is_empty() || numeral.len() > 8 {
        return None;
    }
    let values: Vec<i32> = numeral.chars().map(of).collect::<Option<_>>()?;
    let signed = values.iter().enumerate().map(|(i, value)| {
        let is_less = values.get(i + 1).is_some_and(|next| value < next);
        if is_less { -value } else { *value }
    });
    let sum = u32::try_from(signed.sum::<i32>()).ok()?;
    (sum < 90 && written(sum) == numeral).then_some(sum)
}

/// A number below ninety in Roman numerals.
fn written(number: u32) -> String {
    const PARTS: [(u32, &str); 7] =
        [(50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")];
    let mut numeral = String::new();
    let mut rest = number;
    for (value, part) in PARTS {
        while rest >= value {
            numeral.push_str(part);
            rest -= value;
        }
    }
    numeral
}

/// A numeral at `at`, which a name stands before.
pub(super) fn numeral(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let word = scan.word(at);
    if !word.starts_with(['I', 'V', 'X', 'L']) || !(scan.ends(at + 1) || is_possessive(scan, at + 1)) {
        return None;
    }
    let before = scan.word_before(at);
    if !is_capitalized(before) || before.chars().count() < 2 {
        return None;
    }
    let number = value(word)?;
    let is_ruler = RULERS.contains(&before);
    let is_heading = HEADINGS.contains(&before);
    let has_title = at.checked_sub(2).is_some_and(|name| TITLES.contains(&scan.word_before(name)));
    // An initial has a full stop.
    if word.len() == 1 && scan.is(at + 1, '.') && scan.kind(at + 2) != Kind::Edge {
        return None;
    }
    let is_sure = match word {
        "I" => (is_ruler && (has_title || is_over(scan, at + 1))) || (is_heading && is_over(scan, at + 1)),
        "V" | "X" | "L" => is_ruler || (is_heading && is_over(scan, at + 1)),
        _ => is_ruler || is_heading || (SURE.contains(&word) && !is_all_capitals(before)),
    };
    if !is_sure {
        return None;
    }
    let words = if is_ruler { format!("the {}", ordinal_in_words(number)) } else { number.to_string() };
    Found::pieces(at + 1, vec![Piece::say(words, at..at + 1)])
}

fn is_possessive(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.kind(at), Kind::Mark('\'' | '’')) && scan.word(at + 1) == "s"
}

/// Whether no sentence goes on with "I" as its subject.
fn is_over(scan: &Scan<'_>, at: usize) -> bool {
    match scan.kind(at) {
        Kind::Space => {
            matches!(scan.word(at + 1), "of" | "and" | "to" | "or" | "is" | "in" | "with" | "at" | "")
        }
        _ => true,
    }
}

fn is_all_capitals(word: &str) -> bool {
    word.chars().all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};
    use super::*;

    #[test]
    fn numerals_have_values() {
        for number in 1..90 {
            assert_eq!(value(&written(number)), Some(number), "{}", written(number));
        }
        for text in ["", "IIII", "VX", "IC", "MIX", "CIVIL", "IIX", "LIVID"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn rulers_have_ordinals_and_headings_cardinals() {
        assert_eq!(
            us("Louis XIV's, Henry VIII and King Charles I"),
            "Louis the fourteenth's, Henry the eighth and King Charles the first"
        );
        assert_eq!(us("Chapter IV, World War II, Part I of"), "Chapter 4, World War 2, Part 1 of");
        assert_eq!(us("Apollo XI, Rocky III"), "Apollo 11, Rocky 3");
    }

    #[test]
    fn words_are_no_numerals() {
        same(
            "In Chapter I think. Henry I know. the IV fluids. Hospital VI. MIX CIVIL I Did I say. Malcolm X said, John V. Smith",
        );
    }
}
