//! Abbreviations that the dictionaries misread.

use super::output::{Found, Piece};
use super::scan::{Kind, Scan, is_capitalized};

/// Where an abbreviation is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere, with its full stop.
    Anywhere,
    /// Before a name.
    Title,
    /// Before a number.
    Number,
    /// After a name.
    After,
    /// After a name, and without a full stop, too.
    Bare,
}

use Place::{After, Anywhere, Bare, Number, Title};

/// Abbreviations, what to say, and where.
const ABBREVIATIONS: &[(&str, &str, Place)] = &[
    ("approx", "approximately", Anywhere),
    ("Approx", "Approximately", Anywhere),
    ("avg", "average", Anywhere),
    ("dept", "department", Anywhere),
    ("Dept", "Department", Anywhere),
    ("excl", "excluding", Anywhere),
    ("incl", "including", Anywhere),
    ("misc", "miscellaneous", Anywhere),
    ("govt", "government", Anywhere),
    ("cf", "compare", Anywhere),
    ("resp", "respectively", Anywhere),
    ("tel", "telephone", Anywhere),
    ("Tel", "Telephone", Anywhere),
    ("Corp", "Corporation", Anywhere),
    ("Ltd", "Limited", Anywhere),
    ("Bros", "Brothers", Anywhere),
    ("Jr", "Junior", Bare),
    ("Sr", "Senior", Bare),
    ("Co", "Company", After),
    ("Ave", "Avenue", After),
    ("Blvd", "Boulevard", Bare),
    ("Rd", "Road", Bare),
    ("Ln", "Lane", After),
    ("Hwy", "Highway", Bare),
    ("Pkwy", "Parkway", Bare),
    ("Sq", "Square", After),
    ("Prof", "Professor", Title),
    ("Gen", "General", Title),
    ("Sgt", "Sergeant", Title),
    ("Lt", "Lieutenant", Title),
    ("Col", "Colonel", Title),
    ("Capt", "Captain", Title),
    ("Cpt", "Captain", Title),
    ("Maj", "Major", Title),
    ("Cmdr", "Commander", Title),
    ("Gov", "Governor", Title),
    ("Sen", "Senator", Title),
    ("Rep", "Representative", Title),
    ("Rev", "Reverend", Title),
    ("Pres", "President", Title),
    ("Hon", "Honorable", Title),
    ("Fr", "Father", Title),
    ("Mt", "Mount", Title),
    ("Ft", "Fort", Title),
    ("vol", "volume", Number),
    ("vols", "volumes", Number),
    ("Vol", "Volume", Number),
    ("ch", "chapter", Number),
    ("Ch", "Chapter", Number),
    ("chap", "chapter", Number),
    ("fig", "figure", Number),
    ("Fig", "Figure", Number),
    ("figs", "figures", Number),
    ("Figs", "Figures", Number),
    ("sec", "section", Number),
    ("Sec", "Section", Number),
    ("eq", "equation", Number),
    ("Eq", "Equation", Number),
    ("p", "page", Number),
    ("pp", "pages", Number),
    ("no", "number", Number),
    ("No", "Number", Number),
    ("nos", "numbers", Number),
    ("Nos", "Numbers", Number),
    ("art", "article", Number),
    ("Art", "Article", Number),
    ("ext", "extension", Number),
    ("Ext", "Extension", Number),
    ("ver", "version", Number),
    ("max", "maximum", Number),
    ("min", "minimum", Number),
    ("Max", "Maximum", Number),
    ("Min", "Minimum", Number),
    ("est", "established", Number),
    ("Est", "Established", Number),
    ("c", "circa", Number),
    ("ca", "circa", Number),
];

/// Abbreviations of two letters and a slash.
const SLASHED: &[(&str, &str, &str)] =
    &[("w", "o", "without"), ("b", "c", "because"), ("n", "a", "not applicable")];

/// Small words that a capital letter begins only at the start of a sentence, so that no name ends with them.
const NO_NAMES: [&str; 22] = [
    "In", "At", "From", "To", "The", "Near", "On", "Of", "And", "But", "For", "With", "By", "Visit", "See",
    "Our", "Dear", "When", "Is", "It", "After", "Before",
];

/// Saints that places are named after.
const SAINTS: &[&str] = &[
    "Andrew",
    "Andrews",
    "Anne",
    "Anthony",
    "Augustine",
    "Bernard",
    "Catharines",
    "Catherine",
    "Clair",
    "Cloud",
    "Croix",
    "David",
    "Davids",
    "Francis",
    "George",
    "Helena",
    "Helens",
    "James",
    "Joe",
    "John",
    "Johns",
    "Joseph",
    "Kitts",
    "Lawrence",
    "Leonards",
    "Louis",
    "Lucia",
    "Lucie",
    "Luke",
    "Margaret",
    "Mark",
    "Martin",
    "Mary",
    "Marys",
    "Matthew",
    "Michael",
    "Moritz",
    "Nicholas",
    "Pancras",
    "Patrick",
    "Paul",
    "Pauls",
    "Peter",
    "Petersburg",
    "Pierre",
    "Stephen",
    "Thomas",
    "Tropez",
    "Vincent",
];

fn is_name(word: &str) -> bool {
    is_capitalized(word) && !NO_NAMES.contains(&word)
}

/// An abbreviation at `at`.
pub(super) fn abbreviation(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.begins(at) {
        return None;
    }
    let word = scan.word(at);
    if word.len() > 6 {
        return None;
    }
    match word {
        "St" => return saint_or_street(scan, at),
        "Dr" => return drive(scan, at),
        "v" => return versus(scan, at),
        "etc" => return last_stop(scan, at),
        _ => {}
    }
    if scan.is(at + 1, '/') {
        return slashed(scan, at);
    }
    if scan.is(at + 1, '.') && scan.is_letters(at + 2) && scan.count(at + 2) == 1 {
        return dotted(scan, at);
    }
    let &(_, words, place) = ABBREVIATIONS.iter().find(|abbreviation| abbreviation.0 == word)?;
    let has_dot = scan.is(at + 1, '.');
    let after = at + 1 + usize::from(has_dot);
    let next = scan.skip_space(after);
    let is_here = match place {
        Anywhere => has_dot,
        Title => {
            has_dot && scan.is_space(after) && is_capitalized(scan.word(next)) && !scan.ends_sentence(after)
        }
        Number => has_dot && (scan.is_digits(next) || (scan.is(next, '#') && scan.is_digits(next + 1))),
        After => has_dot && is_after_name(scan, at),
        Bare => is_after_name(scan, at),
    };
    (is_here && (has_dot || scan.ends(after))).then(|| full(scan, words, at, after, has_dot))?
}

/// The words for an abbreviation; its full stop stays where it also ends a sentence.
fn full(scan: &Scan<'_>, words: &'static str, at: usize, after: usize, has_dot: bool) -> Option<Found> {
    let end = if has_dot && scan.ends_sentence(after) { after - 1 } else { after };
    Found::say(words, at..end)
}

/// Whether a name stands before `at`, perhaps with a comma: "King, Jr."
fn is_after_name(scan: &Scan<'_>, at: usize) -> bool {
    let owner = at.checked_sub(4).filter(|name| {
        scan.is_space(name + 3)
            && scan.word(name + 2) == "s"
            && matches!(scan.kind(name + 1), Kind::Mark('\'' | '’'))
    });
    if let Some(name) = owner {
        return is_name(scan.word(name));
    }
    let short = at.checked_sub(3).filter(|word| scan.is(word + 1, '.') && scan.is_space(word + 2));
    if short.is_some_and(|word| matches!(scan.word(word), "Jr" | "Sr" | "N" | "S" | "E" | "W")) {
        return true;
    }
    let comma = at.checked_sub(3).filter(|word| scan.is(word + 1, ',') && scan.is_space(word + 2));
    is_name(comma.map_or(scan.word_before(at), |word| scan.word(word))) || has_house_number(scan, at)
}

/// Whether the number of a house stands before the name before: "12 Elm St.", "5th St.".
fn has_house_number(scan: &Scan<'_>, at: usize) -> bool {
    let is_house =
        at.checked_sub(4).is_some_and(|number| scan.is_space(number + 1) && scan.is_digits(number));
    let is_ordinal = at.checked_sub(3).is_some_and(|number| {
        scan.is_digits(number) && matches!(scan.word(number + 1), "st" | "nd" | "rd" | "th")
    });
    is_ordinal || (is_house && is_name(scan.word_before(at)))
}

/// "St. Mary", but "Main St."
fn saint_or_street(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let has_dot = scan.is(at + 1, '.');
    let after = at + 1 + usize::from(has_dot);
    let next = scan.word(after + 1);
    let is_before_name = scan.is_space(after) && is_capitalized(next);
    let is_after_name = is_after_name(scan, at);
    let is_saint = is_before_name
        && (SAINTS.contains(&next) && !has_house_number(scan, at) || !is_after_name)
        && !scan.ends_sentence(after);
    if is_saint {
        return Found::say("Saint", at..after);
    }
    let is_street = is_after_name && (has_dot || scan.ends(after) || scan.is(after, '.'));
    is_street.then(|| full(scan, "Street", at, after, has_dot))?
}

/// "Ocean Dr.", but "Dr. Smith".
fn drive(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let has_dot = scan.is(at + 1, '.');
    let after = at + 1 + usize::from(has_dot);
    let is_title = scan.is_space(after) && is_capitalized(scan.word(after + 1)) && !scan.ends_sentence(after);
    if is_title || !is_after_name(scan, at) || !(has_dot || scan.ends(after)) {
        return None;
    }
    full(scan, "Drive", at, after, has_dot)
}

/// "Roe v. Wade"
fn versus(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_case = scan.is(at + 1, '.')
        && scan.is_space(at + 2)
        && is_capitalized(scan.word(at + 3))
        && is_capitalized(scan.word_before(at));
    if is_case { Found::say("versus", at..at + 2) } else { None }
}

/// "etc." takes the full stop of its sentence with it.
fn last_stop(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let ends = scan.is(at + 1, '.') && scan.ends_sentence(at + 2);
    ends.then(|| Found::say("et cetera", at..at + 1))?
}

/// `w/`, `w/o`, `b/c`
fn slashed(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if let Some((.., words)) =
        SLASHED.iter().find(|short| short.0 == scan.word(at) && short.1 == scan.word(at + 2))
    {
        return scan.ends(at + 3).then(|| Found::say(*words, at..at + 3))?;
    }
    (scan.word(at) == "w" && (scan.is_space(at + 2) || scan.word(at + 2).len() > 2))
        .then(|| Found::say("with", at..at + 2))?
}

/// Letters with full stops at the end of a text, such as "the U.S.": the last one also ends the sentence.
fn dotted(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_letter = |at: usize| scan.is_letters(at) && scan.count(at) == 1;
    let mut end = at;
    while is_letter(end) && scan.is(end + 1, '.') && end - at < 16 {
        end += 2;
    }
    if matches!(scan.word(at), "e" | "i") {
        return None;
    }
    // Only at the very end is it sure that a sentence ends, too.
    let is_last = end > at + 2 && scan.ends_sentence(end) && scan.word(end + 1).is_empty();
    is_last
        .then(|| Found::pieces(end - 1, vec![Piece::say(scan.slice(at..end - 1).to_owned(), at..end - 1)]))?
}

/// `&c.`
pub(super) fn et_cetera(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_it = scan.is(at, '&') && scan.word(at + 1) == "c" && matches!(scan.kind(at + 2), Kind::Mark('.'));
    if !is_it {
        return None;
    }
    let end = if scan.ends_sentence(at + 3) { at + 2 } else { at + 3 };
    Found::say("et cetera", at..end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn a_saint_or_a_street() {
        assert_eq!(us("on Main St. near Elm St."), "on Main Street near Elm Street.");
        assert_eq!(
            us("St. Mary, In St. Louis, Mount St. Helens"),
            "Saint Mary, In Saint Louis, Mount Saint Helens"
        );
        assert_eq!(us("12 Elm St. He left. Elm St"), "12 Elm Street. He left. Elm Street");
        assert_eq!(us("1950 in St. Paul, King Jr. Blvd."), "1950 in Saint Paul, King Junior Boulevard.");
        assert_eq!(us("5 Ocean Dr., not Dr. Smith"), "5 Ocean Drive, not Dr. Smith");
    }

    #[test]
    fn titles_stand_before_names() {
        assert_eq!(
            us("Prof. Chen, Gen. Lee and Mt. Everest"),
            "Professor Chen, General Lee and Mount Everest"
        );
        assert_eq!(us("Roe v. Wade"), "Roe versus Wade");
        same("the Gen. of it, Fr. 5, Rep. He said, in v. 2a");
    }

    #[test]
    fn some_stand_before_numbers() {
        assert_eq!(us("pp. 3–7, fig. 2 and c. 1850"), "pages 3 to 7, figure 2 and circa 1850");
        same("He said no. It is p. m");
    }

    #[test]
    fn full_stops_are_kept_at_the_end() {
        assert_eq!(us("the dept. and the dept."), "the department and the department.");
        assert_eq!(us("in the U.S."), "in the U.S .");
        assert_eq!(us("this, etc."), "this, et cetera.");
        same("the U.S. team, this, etc. and more");
    }

    #[test]
    fn slashes() {
        assert_eq!(us("w/o sugar, w/ milk, b/c"), "without sugar, with milk, because");
        same("he/she and/or A/B");
    }
}
