//! Measures how well the English letter-to-sound model reads words that it has not seen.
//!
//! It trains as the build script of `kokoro-core` does, but without one word in 57 of each dictionary, and has
//! the model read these. With words as arguments it prints how the model says them instead; with `--list` it
//! writes the held-out words with their phonemes, so that another program can be measured on them; with `--compounds`
//! it compares the model with reading a word as the two known ones that it consists of.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use misaki_rs::data;
use misaki_rs::lexicon::PhonemeEntry;

mod compounds;
#[path = "../../../kokoro-core/src/g2p/english/sound/model/mod.rs"]
mod model;
#[path = "../../../kokoro-core/build/train/mod.rs"]
mod train;

use self::model::{Model, pattern};

/// One word in so many is held out.
const HELD_OUT: u32 = 57;

/// A dialect: its name, its dictionary, the vowel of a weak syllable.
type Dialect = (&'static str, fn() -> HashMap<String, PhonemeEntry>, char);
const DIALECTS: [Dialect; 2] = [("us", data::load_us_gold, 'ᵻ'), ("gb", data::load_gb_gold, 'ɪ')];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    let done = DIALECTS.iter().try_for_each(|dialect| match arguments.first().map(String::as_str) {
        Some("--list") => list(dialect, &mut out),
        Some("--compounds") => compounds::measure(dialect, &mut out),
        _ => run(dialect, &arguments, &mut out),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn list(&(name, load, _): &Dialect, out: &mut impl io::Write) -> io::Result<()> {
    let (_, test) = split(train::entries(load()), 0);
    test.iter().try_for_each(|(word, phonemes)| writeln!(out, "{name}\t{word}\t{phonemes}"))
}

fn run(&(name, load, weak): &Dialect, words: &[String], out: &mut impl io::Write) -> io::Result<()> {
    let (training, test) = split(train::entries(load()), 0);
    let start = Instant::now();
    let table = train::table(&training).map_err(io::Error::other)?;
    let trained = start.elapsed();
    let model = Model::read(&table, weak).ok_or_else(|| io::Error::other("the table is damaged"))?;
    if !words.is_empty() {
        return words.iter().try_for_each(|word| {
            writeln!(out, "{name} {word} {}", model.say(&word.to_ascii_lowercase()).unwrap_or_default())
        });
    }
    let mut score = Score::default();
    let mut spent = Duration::ZERO;
    for (word, reference) in &test {
        let start = Instant::now();
        let said = model.say(word).unwrap_or_default();
        spent += start.elapsed();
        score.add(&said, reference);
    }
    writeln!(out, "{name}: {} words to train, {} held out", training.len(), test.len())?;
    writeln!(out, "  with stress     {}", score.with_stress)?;
    writeln!(out, "  without stress  {}", score.without_stress)?;
    writeln!(out, "  table           {} bytes, trained in {} ms", table.len(), trained.as_millis())?;
    writeln!(out, "  speed           {} µs per word", spent.as_micros() / test.len().max(1) as u128)
}

type Words = BTreeMap<String, String>;

/// The words to train from, and the held-out ones of a set: of the words with two or more letters and at most the first a
/// capital, one in [`HELD_OUT`] by a hash of its letters, however it is written elsewhere in the dictionary.
fn split(entries: Words, set: u32) -> (Words, Words) {
    let (mut training, mut test) = (Words::new(), Words::new());
    for (word, phonemes) in entries {
        let lower = word.to_ascii_lowercase();
        // FNV-1a.
        let hash = lower
            .bytes()
            .fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        if hash % HELD_OUT != set {
            training.insert(word, phonemes);
        } else if word.len() > 1
            && lower.bytes().all(|byte| byte.is_ascii_lowercase())
            && !word[1..].contains(|c: char| c.is_ascii_uppercase())
        {
            // The lower-case entry of a word that has two comes last and stays.
            test.insert(lower, phonemes);
        }
    }
    (training, test)
}

#[derive(Default)]
struct Score {
    with_stress: Errors,
    without_stress: Errors,
}

#[derive(Default)]
struct Errors {
    symbols: usize,
    wrong: usize,
    words: usize,
    exact: usize,
}

impl Score {
    fn add(&mut self, said: &str, reference: &str) {
        let without = |phonemes: &str| phonemes.replace(['ˈ', 'ˌ'], "");
        self.with_stress.add(said, reference);
        self.without_stress.add(&without(said), &without(reference));
    }
}

impl Errors {
    fn add(&mut self, said: &str, reference: &str) {
        let wrong = distance(said, reference);
        self.symbols += reference.chars().count();
        self.wrong += wrong;
        self.words += 1;
        self.exact += usize::from(wrong == 0);
    }
}

impl std::fmt::Display for Errors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        write!(
            f,
            "{:.2} % of symbols wrong, {:.1} % of words exact",
            percent(self.wrong, self.symbols),
            percent(self.exact, self.words)
        )
    }
}

/// The edit distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &b) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
