//! Units of measurement after a number: `5 kg`, `20°C`, `60 km/h`, `12 m²`.

use super::super::Dialect;
use super::amount::{self, Amount, Count};
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};
use super::unit_table::Fit::{self, Any, Apart, Close, Decimal};
use super::unit_table::{DOTTED, LENGTHS, PER, UNITS};

/// A unit in a text.
pub(super) struct Measure {
    pub(super) end: usize,
    one: String,
    many: String,
    fit: Fit,
    sign: String,
}

impl Measure {
    pub(super) fn name(&self, count: Count) -> &str {
        if count == Count::Many { &self.many } else { &self.one }
    }
}

/// The unit whose sign begins at `at`.
pub(super) fn measure(scan: &Scan<'_>, at: usize) -> Option<Measure> {
    let simple = simple(scan, at)?;
    let mut measure = simple;
    if scan.is(measure.end, '/') {
        let below = measure.end + 1;
        if let Some((end, name)) = below_slash(scan, below) {
            measure.one = format!("{} per {name}", measure.one);
            measure.many = format!("{} per {name}", measure.many);
            measure.end = end;
            measure.fit = Any;
        }
    }
    let is_over = scan.ends(measure.end) || scan.before_range(measure.end);
    is_over.then_some(measure)
}

/// What stands behind the slash of a unit: another unit, perhaps with a number.
fn below_slash(scan: &Scan<'_>, at: usize) -> Option<(usize, String)> {
    if let Some(amount) = amount::number(scan, at) {
        let unit = simple(scan, scan.skip_space(amount.end))?;
        return Some((unit.end, format!("{} {}", amount.words, unit.many)));
    }
    if let Some(word) = PER.iter().find(|word| **word == scan.word(at)) {
        return Some((at + 1, (*word).to_owned()));
    }
    match scan.word(at) {
        "mo" => return Some((at + 1, "month".to_owned())),
        "wk" => return Some((at + 1, "week".to_owned())),
        "d" => return Some((at + 1, "day".to_owned())),
        _ => {}
    }
    let unit = simple(scan, at)?;
    let is_second = matches!(unit.sign.as_str(), "s" | "sec");
    match power(scan, unit.end) {
        Some((2, end)) if is_second => Some((end, format!("{} squared", unit.one))),
        _ => Some((unit.end, unit.one)),
    }
}

/// "per month" behind an amount, from the slash on.
pub(super) fn per(scan: &Scan<'_>, at: usize) -> Option<Piece> {
    if !scan.is(at, '/') {
        return None;
    }
    let (end, name) = below_slash(scan, at + 1)?;
    scan.ends(end).then(|| Piece::say(format!("per {name}"), at..end))
}

/// A unit without a slash.
fn simple(scan: &Scan<'_>, at: usize) -> Option<Measure> {
    if matches!(scan.word(at), "sq" | "cu") {
        return spelled_power(scan, at);
    }
    // A sign takes at most two runs, as in "°C"; the longest is the right one.
    let unit = |count: usize| {
        let sign = scan.slice(at..at + count);
        let is_whole = matches!(scan.kind(at), Kind::Letters | Kind::Mark(_))
            && scan.kind(at + count - 1) != Kind::Edge
            && sign.len() <= 5;
        let unit = UNITS.iter().find(|unit| is_whole && unit.0 == sign)?;
        Some((at + count, *unit))
    };
    let (end, (sign, one, many, fit)) = unit(2).filter(|_| !scan.is_space(at + 1)).or_else(|| unit(1))?;
    let mut measure = Measure {
        end,
        one: in_dialect(one, scan.dialect),
        many: in_dialect(many, scan.dialect),
        fit,
        sign: sign.to_owned(),
    };
    if LENGTHS.contains(&sign)
        && let Some((power, end)) = power(scan, end)
    {
        raise(&mut measure, power);
        measure.end = end;
    }
    Some(measure)
}

fn raise(measure: &mut Measure, power: u8) {
    let word = if power == 2 { "square" } else { "cubic" };
    measure.one = format!("{word} {}", measure.one);
    measure.many = format!("{word} {}", measure.many);
    measure.fit = Any;
}

/// "sq ft", "cu. in."
fn spelled_power(scan: &Scan<'_>, at: usize) -> Option<Measure> {
    let dot = usize::from(scan.is(at + 1, '.'));
    let next = scan.skip_space(at + 1 + dot);
    if !LENGTHS.contains(&scan.word(next)) {
        return None;
    }
    let mut measure = simple(scan, next)?;
    raise(&mut measure, if scan.word(at) == "sq" { 2 } else { 3 });
    Some(measure)
}

/// A square or cube and where it ends.
fn power(scan: &Scan<'_>, at: usize) -> Option<(u8, usize)> {
    match scan.kind(at) {
        Kind::Mark('²') => Some((2, at + 1)),
        Kind::Mark('³') => Some((3, at + 1)),
        Kind::Mark('^') if scan.text(at + 1) == "2" => Some((2, at + 2)),
        Kind::Mark('^') if scan.text(at + 1) == "3" => Some((3, at + 2)),
        Kind::Digits if scan.text(at) == "2" => Some((2, at + 1)),
        Kind::Digits if scan.text(at) == "3" => Some((3, at + 1)),
        _ => None,
    }
}

/// Metres and litres as they are written in the dialect, whose dictionary knows them so.
fn in_dialect(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Us => name.to_owned(),
        Dialect::Gb if name.contains("metric") => name.to_owned(),
        Dialect::Gb => name.replace("meter", "metre").replace("liter", "litre"),
    }
}

/// The number that begins at `at`, with its unit.
pub(super) fn quantity(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let amount = amount::fraction(scan, at)
        .filter(|fraction| measure(scan, scan.skip_space(fraction.end)).is_some())
        .or_else(|| amount::amount(scan, at))?;
    if let Some(found) = feet_and_inches(scan, at, &amount) {
        return Some(found);
    }
    let is_compound = scan.is(amount.end, '-');
    let unit_at = if is_compound { amount.end + 1 } else { scan.skip_space(amount.end) };
    let unit = measure(scan, unit_at)?;
    let is_close = unit_at == amount.end || is_compound;
    let fits = match unit.fit {
        Any => true,
        Close => is_close || feet_before(scan, at) || is_inch(scan, unit.end),
        Apart => !is_close || amount.is_decimal || is_compound,
        Decimal => amount.is_decimal,
    };
    if !fits || (is_compound && !scan.is_letters(unit_at)) {
        return None;
    }
    let count = if is_compound || is_attributive(scan, at, &unit) { Count::One } else { amount.count };
    let words = match amount.count {
        Count::Half => format!("half {} {}", article(unit.name(Count::One)), unit.name(Count::One)),
        Count::Part => format!("{} of {} {}", amount.words, article(&unit.one), unit.one),
        _ => format!("{} {}", amount.words, unit.name(count)),
    };
    let has_dot = scan.is(unit.end, '.') && DOTTED.contains(&unit.sign.as_str());
    let end = unit.end + usize::from(has_dot && !scan.ends_sentence(unit.end + 1));
    // The engine reads the number and a percent sign by itself.
    if unit.sign == "%" && amount.words == scan.slice(at..amount.end) && unit.end == unit_at + 1 {
        return Found::pieces(end, vec![Piece::Keep(at..end)]);
    }
    Found::say(words, at..end)
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) || word.starts_with("hour") { "an" } else { "a" }
}

/// Whether the quantity stands before what it describes: "a 10 km run".
fn is_attributive(scan: &Scan<'_>, at: usize, unit: &Measure) -> bool {
    let next = scan.word(unit.end + 1);
    matches!(scan.word_before(at), "a" | "an" | "A" | "An")
        && scan.is_space(unit.end)
        && next.chars().next().is_some_and(char::is_lowercase)
        && !matches!(
            next,
            "of" | "in" | "and" | "or" | "to" | "from" | "at" | "per" | "for" | "is" | "was" | "on"
        )
}

/// Whether the full stop of "3 in. of snow" follows, not the end of a sentence.
fn is_inch(scan: &Scan<'_>, at: usize) -> bool {
    scan.is(at, '.')
        && matches!(
            scan.word(at + 2),
            "of" | "by" | "x" | "tall" | "long" | "wide" | "deep" | "high" | "thick"
        )
}

/// Whether feet stand before the number at `at`: "5 ft 10 in".
fn feet_before(scan: &Scan<'_>, at: usize) -> bool {
    let dotted = at.checked_sub(3).filter(|_| scan.is(at - 2, '.')).map_or("", |feet| scan.word(feet));
    matches!(scan.word_before(at), "ft" | "feet" | "foot") || dotted == "ft"
}

/// `5'10"`, `6′`.
fn feet_and_inches(scan: &Scan<'_>, at: usize, feet: &Amount) -> Option<Found> {
    let is_foot = |at: usize| ['\'', '’', '′'].iter().any(|mark| scan.is(at, *mark));
    let is_inch = |at: usize| ['"', '”', '″'].iter().any(|mark| scan.is(at, *mark));
    if !feet.is_simple || !is_foot(feet.end) {
        return None;
    }
    let name = if feet.count == Count::One { "foot" } else { "feet" };
    let inches_at = scan.skip_space(feet.end + 1);
    if let Some(inches) = scan.value(inches_at).filter(|inches| *inches < 12)
        && is_inch(inches_at + 1)
    {
        let unit = if inches == 1 { "inch" } else { "inches" };
        return Found::say(format!("{} {name} {inches} {unit}", feet.words), at..inches_at + 2);
    }
    if scan.value(inches_at).is_some_and(|inches| inches < 12) && inches_at == feet.end + 1 {
        return Found::say(format!("{} {name} {}", feet.words, scan.text(inches_at)), at..inches_at + 1);
    }
    (scan.is(feet.end, '′') && scan.ends(feet.end + 1)).then(|| Found {
        end: feet.end + 1,
        pieces: vec![Piece::say(format!("{} {name}", feet.words), at..feet.end + 1)],
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{gb, same, us};

    #[test]
    fn units_are_named_by_their_number() {
        assert_eq!(
            us("5 kg, 1 kg, 0.5kg, -5 °C"),
            "5 kilograms, 1 kilogram, 0.5 kilograms, minus 5 degrees Celsius"
        );
        assert_eq!(us("60 km/h and 9.8 m/s²"), "60 kilometers per hour and 9.8 meters per second squared");
        assert_eq!(us("12 m², 5 km2, 3 sq ft"), "12 square meters, 5 square kilometers, 3 square feet");
        assert_eq!(us("7 l/100 km"), "7 liters per 100 kilometers");
        assert_eq!(gb("10m of 2 l"), "10 metres of 2 litres");
        assert_eq!(us("½ kg, 3/4 mi, 2½ h"), "half a kilogram, 3 quarters of a mile, 2 and a half hours");
    }

    #[test]
    fn before_a_noun_there_is_one() {
        assert_eq!(us("a 10 km run"), "a 10 kilometer run");
        assert_eq!(us("a 5-kg bag"), "a 5 kilogram bag");
        assert_eq!(us("a 5 kg of"), "a 5 kilograms of");
    }

    #[test]
    fn letters_that_may_be_something_else_are_left_alone() {
        same("the 80s, 10 in 2020, Apartment 5 A, 5G, 3 a day, 4K, 10 s-curves, G5 m");
        assert_eq!(
            us("2.5 A, 1.5s, 10 s, 5in, 3 in. of"),
            "2.5 amps, 1.5 seconds, 10 seconds, 5 inches, 3 inches of"
        );
    }

    #[test]
    fn feet_have_inches_and_full_stops() {
        assert_eq!(us("5'10\" and 5 ft 10 in"), "5 feet 10 inches and 5 feet 10 inches");
        assert_eq!(us("180 lbs. and 5 ft. 10 in. so 6 ft."), "180 pounds and 5 feet 10 inches so 6 feet.");
    }
}
