//! Times what a service asks of one synthesizer: how soon the first sound is there, and how long sentences take while a
//! book is read.
//!
//! usage: `time-service MODEL VOICES THREADS [ROUNDS [first]]`
//!
//! With `first` only the first sound is timed, and the model alone on the same phonemes in turn with it.
//! Every time is printed with what it is to be compared with. The cache of pronunciations is off, so that every text is
//! read anew.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kokoro_core::{SpeechRequest, Synthesizer};

const USAGE: &str = "usage: time-service MODEL VOICES THREADS [ROUNDS [first]]";

/// Beginnings of texts: with a short first sentence, a short first clause, a long first clause.
const OPENINGS: [&str; 3] = [
    "The ship left at noon. Nobody had expected it.",
    "In the old days, long before anybody had thought of a railway, the road to the coast went over the hills.",
    "The road that led from the market to the harbour had not been mended since the winter before the last one.",
];

/// What texts are made of; 30 words.
const BODY: &str = "The bus stops in front of the school, and the children run across the yard. Her father works in a \
                    large bank; he knows that the old bridge was destroyed by fire. ";

const SENTENCES: [&str; 10] = [
    "We should buy some bread and milk before the shop closes, please.",
    "Nobody knows where they are hiding, and nobody has asked them.",
    "The cat sleeps under the chair until the evening comes.",
    "Five apples and three lemons are all that is left in the kitchen.",
    "The old bridge was destroyed by fire in the middle of the night.",
    "Her father works in a large bank on the other side of the river.",
    "The bus stops in front of the school every twenty minutes.",
    "A summer morning in the garden is worth more than a week of rain.",
    "He opened the window and looked at the yellow light of the harbour.",
    "Many letters were written that winter, and few of them were answered.",
];

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "time-service: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [model, voices, threads, rest @ ..] = arguments else { return Err(USAGE.into()) };
    let rounds: usize = rest.first().map_or(Ok(5), |rounds| rounds.parse())?;
    let builder = Synthesizer::builder().model(model).threads(threads.parse()?).g2p_cache_bytes(0);
    let builder = if model == "builtin" { builder } else { builder.voices(voices) };
    let synthesizer = builder.build()?;
    synthesizer.warm_up()?;
    if rest.get(1).is_some_and(|part| part == "first") {
        return first_audio(&synthesizer, rounds, false);
    }
    first_audio(&synthesizer, rounds, true)?;
    beside_a_book(&synthesizer, rounds)?;
    dropping(&synthesizer, rounds)
}

/// The time to the first sound of a text of 2,000 words, and whether the next chunks come before they are needed.
fn first_audio(synthesizer: &Synthesizer, rounds: usize, and_next: bool) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    writeln!(out, "first audio of a text of 2,000 words, {rounds} rounds:")?;
    for opening in OPENINGS {
        let text = format!("{opening} {}", BODY.repeat(66));
        let request = SpeechRequest::new(&text);
        let mut times = Vec::new();
        let mut first = None;
        let mut slack = f64::INFINITY;
        let mut bare = f64::INFINITY;
        for _ in 0..rounds {
            let begin = Instant::now();
            let mut stream = synthesizer.stream(&request)?;
            let chunk = stream.next().ok_or("a text has a chunk")??;
            times.push(begin.elapsed().as_secs_f64());
            // As a player would: each chunk must be there before what came before has been played.
            let mut played_until = Instant::now() + seconds(chunk.samples.len());
            for next in stream.by_ref().take(if and_next { 4 } else { 0 }) {
                let next = next?;
                let now = Instant::now();
                let ahead = played_until.saturating_duration_since(now).as_secs_f64()
                    - now.saturating_duration_since(played_until).as_secs_f64();
                slack = slack.min(ahead);
                played_until = played_until.max(now) + seconds(next.samples.len());
            }
            drop(stream);
            let alone = SpeechRequest::from_phonemes(&chunk.phonemes);
            let begin = Instant::now();
            synthesizer.synthesize(&alone)?;
            bare = bare.min(begin.elapsed().as_secs_f64());
            first = Some(chunk);
        }
        times.sort_by(f64::total_cmp);
        let chunk = first.ok_or("no round")?;
        let slack =
            if and_next { format!("; next chunks at least {slack:.2} s early") } else { String::new() };
        writeln!(
            out,
            "  {:.3} s (at most {:.3}; the model alone {bare:.3}): {} symbols, {:.2} s of audio, {:?}{slack}",
            times.first().ok_or("no round")?,
            times.last().ok_or("no round")?,
            chunk.phonemes.chars().count(),
            chunk.samples.len() as f64 / 24_000.0,
            &text[chunk.range.clone()],
        )?;
    }
    Ok(())
}

fn seconds(samples: usize) -> Duration {
    Duration::from_secs_f64(samples as f64 / 24_000.0)
}

/// Ten sentences that come at once while a text of half an hour is read.
fn beside_a_book(synthesizer: &Synthesizer, rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    let requests = SENTENCES.map(SpeechRequest::new);
    let mut solo = f64::INFINITY;
    for request in &requests {
        let mut best = f64::INFINITY;
        for _ in 0..rounds.min(3) {
            let begin = Instant::now();
            synthesizer.synthesize(request)?;
            best = best.min(begin.elapsed().as_secs_f64());
        }
        solo = if solo.is_finite() { solo.max(best) } else { best };
    }
    // 30 minutes: 350 words a chapter of 2 minutes and a half.
    let book = SpeechRequest::new(BODY.repeat(12).trim().to_owned() + "\n").text().repeat(13);
    let book = SpeechRequest::new(book);
    let (sentences_done, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (chunks_meanwhile, chunks_after) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut stream = synthesizer.stream(&book)?;
    let mut chunk_seconds: f64 = 0.0;
    for _ in 0..4 {
        let before = stream.stats().inference_seconds;
        stream.next().ok_or("a book has chunks")??;
        chunk_seconds = chunk_seconds.max(stream.stats().inference_seconds - before);
    }
    let mut latencies = Vec::new();
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let reader = scope.spawn(|| {
            for chunk in stream.by_ref() {
                if chunk.is_err() || is_over.load(Ordering::SeqCst) {
                    return;
                }
                let counter = if sentences_done.load(Ordering::SeqCst) < SENTENCES.len() {
                    &chunks_meanwhile
                } else {
                    &chunks_after
                };
                counter.fetch_add(1, Ordering::SeqCst);
                if chunks_after.load(Ordering::SeqCst) == 2 {
                    return;
                }
            }
        });
        let callers: Vec<_> = requests
            .iter()
            .map(|request| {
                let done = &sentences_done;
                scope.spawn(move || {
                    let begin = Instant::now();
                    let outcome = synthesizer.synthesize(request);
                    done.fetch_add(1, Ordering::SeqCst);
                    outcome.map(|_| begin.elapsed().as_secs_f64())
                })
            })
            .collect();
        for caller in callers {
            latencies.push(caller.join().map_err(|_| "a caller panicked")??);
        }
        let _ = reader.join();
        Ok(())
    })?;
    is_over.store(true, Ordering::SeqCst);
    latencies.sort_by(f64::total_cmp);
    let active = SENTENCES.len() + 1;
    let bound = (active + 1) as f64 * solo + chunk_seconds;
    writeln!(
        out,
        "ten sentences beside a book: alone {solo:.3} s at most, a chunk of the book {chunk_seconds:.3} s"
    )?;
    let shown: Vec<String> = latencies.iter().map(|latency| format!("{latency:.2}")).collect();
    writeln!(out, "  latencies {} s; bound {bound:.2} s", shown.join(" "))?;
    writeln!(
        out,
        "  the book had {} chunks meanwhile, and goes on",
        chunks_meanwhile.load(Ordering::SeqCst)
    )?;
    Ok(())
}

/// How long a dropped stream goes on to keep the model busy.
fn dropping(synthesizer: &Synthesizer, rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    let short = SpeechRequest::new("Yes.");
    let long = SpeechRequest::new(BODY.repeat(40)).first_chunk_symbols(0);
    let mut alone = f64::INFINITY;
    let mut after = Vec::new();
    for _ in 0..rounds {
        let begin = Instant::now();
        synthesizer.synthesize(&short)?;
        alone = alone.min(begin.elapsed().as_secs_f64());
        let stream = synthesizer.stream(&long)?;
        std::thread::sleep(Duration::from_millis(150));
        drop(stream);
        let begin = Instant::now();
        synthesizer.synthesize(&short)?;
        after.push(begin.elapsed().as_secs_f64());
    }
    after.sort_by(f64::total_cmp);
    let (least, most) = (after.first().ok_or("no round")?, after.last().ok_or("no round")?);
    writeln!(
        out,
        "a word alone {alone:.3} s; after a stream was dropped in a run {least:.3} to {most:.3} s"
    )?;
    Ok(())
}
