//! Units of measurement and their names.

/// Where a sign is taken for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// After any number.
    Any,
    /// Only right after the number.
    Close,
    /// After a space, or right after a decimal fraction: "5 s", "1.5s", but not "the 80s".
    Apart,
    /// Only after a decimal fraction: the sign is often a letter of its own.
    Decimal,
}

/// A unit: sign, name of one, name of several, where.
pub(super) type Unit = (&'static str, &'static str, &'static str, Fit);

use Fit::{Any, Apart, Close, Decimal};

#[rustfmt::skip]
pub(super) const UNITS: &[Unit] = &[
    ("%", "percent", "percent", Any),
    ("‰", "per thousand", "per thousand", Any),
    ("°", "degree", "degrees", Any),
    ("º", "degree", "degrees", Any),
    ("°C", "degree Celsius", "degrees Celsius", Any),
    ("ºC", "degree Celsius", "degrees Celsius", Any),
    ("℃", "degree Celsius", "degrees Celsius", Any),
    ("°F", "degree Fahrenheit", "degrees Fahrenheit", Any),
    ("ºF", "degree Fahrenheit", "degrees Fahrenheit", Any),
    ("℉", "degree Fahrenheit", "degrees Fahrenheit", Any),
    ("µg", "microgram", "micrograms", Any),
    ("mcg", "microgram", "micrograms", Any),
    ("mg", "milligram", "milligrams", Any),
    ("g", "gram", "grams", Any),
    ("kg", "kilogram", "kilograms", Any),
    ("kgs", "kilogram", "kilograms", Any),
    ("Kg", "kilogram", "kilograms", Any),
    ("t", "metric ton", "metric tons", Decimal),
    ("oz", "ounce", "ounces", Any),
    ("lb", "pound", "pounds", Any),
    ("lbs", "pound", "pounds", Any),
    ("nm", "nanometer", "nanometers", Any),
    ("µm", "micrometer", "micrometers", Any),
    ("mm", "millimeter", "millimeters", Any),
    ("cm", "centimeter", "centimeters", Any),
    ("dm", "decimeter", "decimeters", Any),
    ("m", "meter", "meters", Any),
    ("km", "kilometer", "kilometers", Any),
    ("Km", "kilometer", "kilometers", Any),
    ("in", "inch", "inches", Close),
    ("ft", "foot", "feet", Any),
    ("yd", "yard", "yards", Any),
    ("yds", "yard", "yards", Any),
    ("mi", "mile", "miles", Any),
    ("ha", "hectare", "hectares", Any),
    ("ml", "milliliter", "milliliters", Any),
    ("mL", "milliliter", "milliliters", Any),
    ("cl", "centiliter", "centiliters", Any),
    ("dl", "deciliter", "deciliters", Any),
    ("dL", "deciliter", "deciliters", Any),
    ("l", "liter", "liters", Any),
    ("L", "liter", "liters", Any),
    ("gal", "gallon", "gallons", Any),
    ("qt", "quart", "quarts", Any),
    ("tsp", "teaspoon", "teaspoons", Any),
    ("tbsp", "tablespoon", "tablespoons", Any),
    ("ns", "nanosecond", "nanoseconds", Any),
    ("µs", "microsecond", "microseconds", Any),
    ("ms", "millisecond", "milliseconds", Any),
    ("s", "second", "seconds", Apart),
    ("sec", "second", "seconds", Any),
    ("secs", "second", "seconds", Any),
    ("min", "minute", "minutes", Any),
    ("mins", "minute", "minutes", Any),
    ("h", "hour", "hours", Any),
    ("hr", "hour", "hours", Any),
    ("hrs", "hour", "hours", Any),
    ("yr", "year", "years", Any),
    ("yrs", "year", "years", Any),
    ("mph", "mile per hour", "miles per hour", Any),
    ("kph", "kilometer per hour", "kilometers per hour", Any),
    ("kmh", "kilometer per hour", "kilometers per hour", Any),
    ("fps", "frame per second", "frames per second", Any),
    ("rpm", "revolution per minute", "revolutions per minute", Any),
    ("bpm", "beat per minute", "beats per minute", Any),
    ("psi", "P S I", "P S I", Any),
    ("dpi", "dot per inch", "dots per inch", Any),
    ("ppm", "part per million", "parts per million", Any),
    ("px", "pixel", "pixels", Any),
    ("pt", "point", "points", Close),
    ("bps", "bit per second", "bits per second", Any),
    ("kbps", "kilobit per second", "kilobits per second", Any),
    ("Kbps", "kilobit per second", "kilobits per second", Any),
    ("Mbps", "megabit per second", "megabits per second", Any),
    ("Gbps", "gigabit per second", "gigabits per second", Any),
    ("kbit", "kilobit", "kilobits", Any),
    ("Mbit", "megabit", "megabits", Any),
    ("Gbit", "gigabit", "gigabits", Any),
    ("Kb", "kilobit", "kilobits", Any),
    ("kb", "kilobit", "kilobits", Any),
    ("Mb", "megabit", "megabits", Any),
    ("Gb", "gigabit", "gigabits", Any),
    ("kB", "kilobyte", "kilobytes", Any),
    ("KB", "kilobyte", "kilobytes", Any),
    ("MB", "megabyte", "megabytes", Any),
    ("GB", "gigabyte", "gigabytes", Any),
    ("TB", "terabyte", "terabytes", Any),
    ("PB", "petabyte", "petabytes", Any),
    ("KiB", "kibi byte", "kibi bytes", Any),
    ("MiB", "mebi byte", "mebi bytes", Any),
    ("GiB", "gibi byte", "gibi bytes", Any),
    ("TiB", "tebi byte", "tebi bytes", Any),
    ("Hz", "hertz", "hertz", Any),
    ("kHz", "kilohertz", "kilohertz", Any),
    ("KHz", "kilohertz", "kilohertz", Any),
    ("MHz", "megahertz", "megahertz", Any),
    ("GHz", "gigahertz", "gigahertz", Any),
    ("THz", "terahertz", "terahertz", Any),
    ("mW", "milliwatt", "milliwatts", Any),
    ("W", "watt", "watts", Any),
    ("kW", "kilowatt", "kilowatts", Any),
    ("MW", "megawatt", "megawatts", Any),
    ("GW", "gigawatt", "gigawatts", Any),
    ("Wh", "watt hour", "watt hours", Any),
    ("kWh", "kilowatt hour", "kilowatt hours", Any),
    ("MWh", "megawatt hour", "megawatt hours", Any),
    ("mV", "millivolt", "millivolts", Any),
    ("V", "volt", "volts", Any),
    ("kV", "kilovolt", "kilovolts", Any),
    ("µA", "microamp", "microamps", Any),
    ("mA", "milliamp", "milliamps", Any),
    ("A", "amp", "amps", Decimal),
    ("mAh", "milliamp hour", "milliamp hours", Any),
    ("Ah", "amp hour", "amp hours", Any),
    ("Ω", "ohm", "ohms", Any),
    ("kΩ", "kilo ohm", "kilo ohms", Any),
    ("MΩ", "mega ohm", "mega ohms", Any),
    ("pF", "picofarad", "picofarads", Any),
    ("nF", "nanofarad", "nanofarads", Any),
    ("µF", "microfarad", "microfarads", Any),
    ("J", "joule", "joules", Decimal),
    ("kJ", "kilojoule", "kilojoules", Any),
    ("MJ", "megajoule", "megajoules", Any),
    ("cal", "calorie", "calories", Any),
    ("kcal", "kilocalorie", "kilocalories", Any),
    ("N", "newton", "newtons", Decimal),
    ("kN", "kilonewton", "kilonewtons", Any),
    ("Nm", "newton meter", "newton meters", Any),
    ("eV", "electron volt", "electron volts", Any),
    ("keV", "kilo electron volt", "kilo electron volts", Any),
    ("MeV", "mega electron volt", "mega electron volts", Any),
    ("GeV", "giga electron volt", "giga electron volts", Any),
    ("Pa", "pascal", "pascals", Any),
    ("hPa", "hectopascal", "hectopascals", Any),
    ("kPa", "kilopascal", "kilopascals", Any),
    ("MPa", "megapascal", "megapascals", Any),
    ("dB", "decibel", "decibels", Any),
    ("dBm", "D B M", "D B M", Any),
    ("lx", "lux", "lux", Any),
    ("lm", "lumen", "lumens", Any),
    ("mol", "mole", "moles", Any),
];

/// Words that may stand for the unit behind a slash: "$5/month".
pub(super) const PER: &[&str] = &[
    "second", "minute", "hour", "day", "night", "week", "month", "year", "person", "user", "head", "piece",
    "item", "page", "word", "unit", "mile", "pound", "ounce", "kilogram", "share", "ticket", "seat",
];

/// Units that are often written with a full stop.
pub(super) const DOTTED: &[&str] = &[
    "in", "ft", "yd", "mi", "oz", "lb", "lbs", "min", "sec", "hr", "hrs", "yr", "yrs", "gal", "qt", "tsp",
    "tbsp",
];

/// Units of length, which have squares and cubes, and may be written with a plain digit for it.
pub(super) const LENGTHS: &[&str] = &["nm", "µm", "mm", "cm", "dm", "m", "km", "in", "ft", "yd", "mi"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_unique() {
        for (i, unit) in UNITS.iter().enumerate() {
            assert!(UNITS.iter().skip(i + 1).all(|other| other.0 != unit.0), "{}", unit.0);
        }
    }
}
