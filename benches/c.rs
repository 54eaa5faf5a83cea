//! What a call through the C interface costs more than the same call in Rust.
//!
//! ```text
//! cargo bench -p kokoro-ffi --bench c
//! ```
//!
//! Both do the same in turn, thousands of times, so that what disturbs one disturbs the other; the medians and the minima
//! are compared. Criterion would measure one after the other. From C, a call is everything that a program does for a
//! request: make it, speak it, look at its samples, free both.
#![allow(clippy::print_stdout, clippy::unwrap_used, unsafe_code, reason = "a benchmark of a C interface")]

use std::ffi::CStr;
use std::hint::black_box;
use std::ptr;
use std::time::{Duration, Instant};

use kokoro::c::*;
use kokoro_core::{SpeechRequest, Synthesizer};

/// A word whose phonemes are in the cache after the first time: the shortest request that there is.
const TEXT: &CStr = c"Yes.";
const SPEECHES: usize = 4_000;
const CHEAP_CALLS: usize = 40_000;

fn ok(status: kokoro_status) {
    assert_eq!(status, kokoro_status::KOKORO_OK);
}

struct C {
    synthesizer: *mut kokoro_synthesizer,
}

impl C {
    fn load() -> Self {
        let mut config = ptr::null_mut();
        let mut synthesizer = ptr::null_mut();
        // SAFETY: pointers are to variables, and the string has a NUL.
        unsafe {
            ok(kokoro_config_new(&mut config));
            ok(kokoro_config_set_model(config, c"builtin".as_ptr()));
            ok(kokoro_config_set_threads(config, 1));
            ok(kokoro_config_build(config, &mut synthesizer));
        }
        Self { synthesizer }
    }

    fn request(&self) -> *mut kokoro_request {
        let mut request = ptr::null_mut();
        // SAFETY: as above.
        unsafe { ok(kokoro_request_new(TEXT.as_ptr(), TEXT.count_bytes(), &mut request)) };
        ok(kokoro_request_set_seed(request, 1));
        request
    }

    fn speak(&self) -> usize {
        let request = self.request();
        let mut speech = ptr::null_mut();
        let mut count = 0;
        // SAFETY: as above.
        unsafe {
            ok(kokoro_synthesizer_speak(self.synthesizer, request, &mut speech));
            black_box(kokoro_speech_samples(speech, &mut count));
        }
        ok(kokoro_speech_free(speech));
        ok(kokoro_request_free(request));
        count
    }

    fn phonemize(&self) -> usize {
        let request = self.request();
        let mut phonemes = ptr::null_mut();
        // SAFETY: as above.
        unsafe { ok(kokoro_synthesizer_phonemize(self.synthesizer, request, &mut phonemes)) };
        let size = kokoro_buffer_size(phonemes);
        black_box(kokoro_buffer_data(phonemes));
        ok(kokoro_buffer_free(phonemes));
        ok(kokoro_request_free(request));
        size
    }
}

impl Drop for C {
    fn drop(&mut self) {
        ok(kokoro_synthesizer_free(self.synthesizer));
    }
}

fn request() -> SpeechRequest {
    SpeechRequest::new(TEXT.to_str().unwrap()).seed(1)
}

/// Runs both in turn, and the other one first every second time.
fn compare(name: &str, rounds: usize, mut rust: impl FnMut() -> usize, mut c: impl FnMut() -> usize) {
    let mut times = [Vec::with_capacity(rounds), Vec::with_capacity(rounds)];
    for round in 0..rounds {
        for which in [round % 2, 1 - round % 2] {
            let begin = Instant::now();
            let count = if which == 0 { rust() } else { c() };
            times[which].push(begin.elapsed());
            assert!(black_box(count) > 0);
        }
    }
    let [rust, c] = times.map(|mut times| {
        times.sort_unstable();
        [times[0], times[times.len() / 4], times[times.len() / 2]]
    });
    for (index, label) in ["minimum", "quartile", "median"].into_iter().enumerate() {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let (rust, c) = (micros(rust[index]), micros(c[index]));
        println!("{name:12} {label:9} Rust {rust:10.2} us   C {c:10.2} us   more {:8.2} us", c - rust);
    }
}

fn main() {
    let c = C::load();
    let synthesizer = Synthesizer::builder().model("builtin").threads(1).build().unwrap();
    let speak = || synthesizer.synthesize(&request()).unwrap().samples().len();
    // What happens once.
    for _ in 0..50 {
        assert_eq!(speak(), c.speak());
    }
    compare("speak", SPEECHES, speak, || c.speak());
    let phonemize = || synthesizer.phonemize(&request()).unwrap().text().len();
    compare("phonemize", CHEAP_CALLS, phonemize, || c.phonemize());
    // Nothing but the passage: a look-up, the guard, and a number.
    let request = c.request();
    compare(
        "setter",
        CHEAP_CALLS,
        || 1,
        || {
            ok(kokoro_request_set_seed(request, black_box(2)));
            1
        },
    );
    ok(kokoro_request_free(request));
}
