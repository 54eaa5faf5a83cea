//! Any calls of the C interface in any order, with handles that exist, were freed, are of other types or were made up:
//! no panic, statuses that the header has, and no handle without its object.

#![no_main]

use std::ffi::{CString, c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::LazyLock;

use kokoro::c::*;
use libfuzzer_sys::fuzz_target;

/// One for all runs: loading takes longer than everything else. Its address is kept as a number, as pointers do not cross
/// threads.
static SYNTHESIZER: LazyLock<usize> = LazyLock::new(|| {
    let mut config = ptr::null_mut();
    let mut synthesizer = ptr::null_mut();
    // SAFETY: the pointers are to variables, the string has a NUL.
    unsafe {
        assert_eq!(kokoro_config_new(&mut config), kokoro_status::KOKORO_OK);
        kokoro_config_set_model(config, c"builtin".as_ptr());
        kokoro_config_set_threads(config, 1);
        kokoro_config_set_chunk_symbols(config, 30);
        kokoro_config_set_max_text_bytes(config, 400);
        kokoro_config_set_g2p_cache_bytes(config, 100_000);
        assert_eq!(kokoro_config_build(config, &mut synthesizer), kokoro_status::KOKORO_OK);
    }
    synthesizer.addr()
});

fuzz_target!(|data: &[u8]| {
    LazyLock::force(&SYNTHESIZER);
    let before = kokoro_handle_count();
    let mut program = Program { data, handles: Vec::new(), speeches: 0 };
    while !program.data.is_empty() {
        program.step();
    }
    program.free_all();
    assert_eq!(kokoro_handle_count(), before, "handles are left");
});

struct Program<'a> {
    data: &'a [u8],
    /// All that were ever given out, freed or not, as numbers.
    handles: Vec<usize>,
    /// Work that the model was given: each costs milliseconds.
    speeches: usize,
}

const MOST_SPEECHES: usize = 4;

impl Program<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.data.split_first() else { return 0 };
        self.data = rest;
        first
    }

    fn number(&mut self) -> i32 {
        match self.byte() {
            value @ 0..=15 => i32::from(value),
            16 => -1,
            17 => i32::MIN,
            18 => i32::MAX,
            value => i32::from(value) << 20,
        }
    }

    fn size(&mut self) -> usize {
        match self.byte() {
            255 => usize::MAX,
            254 => 1 << 63,
            value => usize::from(value),
        }
    }

    fn seconds(&mut self) -> f64 {
        match self.byte() {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -0.5,
            value => f64::from(value) / 100.0,
        }
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.data.len());
        let (bytes, rest) = self.data.split_at(length);
        self.data = rest;
        bytes.to_vec()
    }

    /// NULL, or a string.
    fn string(&mut self) -> Option<CString> {
        match self.byte() {
            0 => None,
            1 => Some(c"af_heart".to_owned()),
            2 => Some(c"en-gb".to_owned()),
            3 => Some(c"builtin".to_owned()),
            4 => Some(c"a,b*2".to_owned()),
            _ => {
                let bytes = self.bytes();
                Some(
                    CString::new(bytes.split(|&byte| byte == 0).next().unwrap_or_default())
                        .unwrap_or_default(),
                )
            }
        }
    }

    /// A handle for a parameter of any type.
    fn handle<T>(&mut self) -> *mut T {
        let number = match self.byte() {
            0 => 0,
            1 => *SYNTHESIZER,
            2 => usize::from(self.byte()) << 4,
            chosen => {
                let count = self.handles.len().max(1);
                // The latest ones are the most interesting.
                let back = usize::from(chosen - 3) % count;
                self.handles
                    .len()
                    .checked_sub(1 + back)
                    .and_then(|index| self.handles.get(index))
                    .copied()
                    .unwrap_or(0)
            }
        };
        ptr::without_provenance_mut(number)
    }

    /// The synthesizer more often than not.
    fn synthesizer(&mut self) -> *mut kokoro_synthesizer {
        if self.byte() < 200 { ptr::without_provenance_mut(*SYNTHESIZER) } else { self.handle() }
    }

    /// Calls a function that gives a handle.
    fn give<T>(&mut self, call: impl FnOnce(*mut *mut T) -> kokoro_status) -> kokoro_status {
        let mut out = MaybeUninit::uninit();
        let status = call(out.as_mut_ptr());
        // SAFETY: it is set to NULL in any case.
        let handle: *mut T = unsafe { out.assume_init() };
        assert_eq!(handle.is_null(), status != kokoro_status::KOKORO_OK, "{status:?}");
        if !handle.is_null() {
            self.handles.push(handle.addr());
        }
        status
    }

    fn step(&mut self) {
        let call = self.byte();
        // SAFETY: pointers are NULL or to what lives through the call; handles may be any number.
        let status = unsafe { self.call(call) };
        assert_ne!(status, kokoro_status::KOKORO_INTERNAL);
    }

    unsafe fn call(&mut self, call: u8) -> kokoro_status {
        let mut count = 0;
        let mut value = 0.0;
        // SAFETY: see `step`.
        unsafe {
            match call % 64 {
                0 => self.give(|out| kokoro_config_new(out)),
                1 => self.give(|out| kokoro_cancel_token_new(out)),
                2 => {
                    let text = self.bytes();
                    self.give(|out| kokoro_request_new(text.as_ptr().cast(), text.len(), out))
                }
                3 => {
                    let text = self.bytes();
                    self.give(|out| kokoro_request_from_phonemes(text.as_ptr().cast(), text.len(), out))
                }
                4 => {
                    let synthesizer = self.synthesizer();
                    self.give(|out| kokoro_synthesizer_clone(synthesizer, out))
                }
                5 | 6 => {
                    let (synthesizer, request) = (self.synthesizer(), self.handle());
                    if self.is_tired() {
                        return kokoro_status::KOKORO_OK;
                    }
                    self.give(|out| kokoro_synthesizer_speak(synthesizer, request, out))
                }
                7 | 8 => {
                    let (synthesizer, request) = (self.synthesizer(), self.handle());
                    if self.is_tired() {
                        return kokoro_status::KOKORO_OK;
                    }
                    self.give(|out| kokoro_synthesizer_stream(synthesizer, request, out))
                }
                9 => {
                    let (synthesizer, request) = (self.synthesizer(), self.handle());
                    if self.is_tired() {
                        return kokoro_status::KOKORO_OK;
                    }
                    let mut left = i32::from(self.byte() % 4);
                    kokoro_synthesizer_speak_to(synthesizer, request, Some(countdown), (&raw mut left).cast())
                }
                10 => {
                    let (synthesizer, request) = (self.synthesizer(), self.handle());
                    self.give(|out| kokoro_synthesizer_phonemize(synthesizer, request, out))
                }
                11 => {
                    let synthesizer = self.synthesizer();
                    self.give(|out| kokoro_synthesizer_metrics(synthesizer, out))
                }
                12..=15 => {
                    let stream = self.handle();
                    self.give(|out| kokoro_stream_next(stream, out))
                }
                16 => {
                    let stream = self.handle();
                    self.give(|out| kokoro_stream_collect(stream, out))
                }
                17 => kokoro_stream_cancel(self.handle()),
                18 => kokoro_stream_free(self.handle()),
                19 => kokoro_speech_free(self.handle()),
                20 => kokoro_request_free(self.handle()),
                21 => kokoro_cancel_token_free(self.handle()),
                22 => kokoro_buffer_free(self.handle()),
                23 => kokoro_config_free(self.handle()),
                24 => {
                    let synthesizer: *mut kokoro_synthesizer = self.handle();
                    // The one of all runs is kept.
                    if synthesizer.addr() == *SYNTHESIZER {
                        return kokoro_status::KOKORO_OK;
                    }
                    kokoro_synthesizer_free(synthesizer)
                }
                25 => kokoro_cancel_token_cancel(self.handle()),
                26 => {
                    kokoro_cancel_token_is_cancelled(self.handle());
                    kokoro_status::KOKORO_OK
                }
                27 => {
                    let (request, voice) = (self.handle(), self.string());
                    kokoro_request_set_voice(request, pointer(&voice))
                }
                28 => {
                    let (request, language) = (self.handle(), self.string());
                    kokoro_request_set_language(request, pointer(&language))
                }
                29 => kokoro_request_set_speed(self.handle(), self.seconds() as f32),
                30 => kokoro_request_set_seed(self.handle(), u64::from(self.byte())),
                31 => kokoro_request_set_timeout(self.handle(), self.seconds()),
                32 => kokoro_request_set_cancel_token(self.handle(), self.handle()),
                33 => kokoro_request_set_mode(self.handle(), self.number()),
                34 => kokoro_request_set_fallback(self.handle(), self.number() % 3 * 2),
                35 => kokoro_request_set_symbols(self.handle(), self.number()),
                36 => {
                    let (request, tsv) = (self.handle(), self.bytes());
                    kokoro_request_set_pronunciations(request, tsv.as_ptr().cast(), tsv.len())
                }
                37 => kokoro_request_set_first_chunk_symbols(self.handle(), self.size()),
                38 => kokoro_request_set_pauses(self.handle(), self.pause(), self.pause(), self.pause()),
                39 => kokoro_request_set_trim_ends(self.handle(), self.number()),
                40 => kokoro_request_set_plain_joins(self.handle()),
                41 => check(kokoro_speech_samples(self.handle(), &mut count), count),
                42 => check(kokoro_speech_pcm16(self.handle(), &mut count), count),
                43 => {
                    let mut words = ptr::null();
                    let status = kokoro_speech_words(self.handle(), &mut words, &mut count);
                    check(words, count);
                    status
                }
                44 => check(kokoro_speech_chunks(self.handle(), &mut count), count),
                45 => {
                    read(kokoro_speech_phonemes(self.handle(), self.size()));
                    kokoro_status::KOKORO_OK
                }
                46 => {
                    let mut frames = ptr::null();
                    let status = kokoro_speech_durations(self.handle(), self.size(), &mut frames, &mut count);
                    check(frames, count);
                    status
                }
                47 => kokoro_speech_stat(self.handle(), self.number(), &mut value),
                48 => check(kokoro_speech_unspoken(self.handle(), &mut count), count),
                49 => {
                    read(kokoro_speech_unknown_symbols(self.handle()));
                    kokoro_status::KOKORO_OK
                }
                50 => {
                    let (speech, format) = (self.handle(), self.number());
                    self.give(|out| kokoro_speech_wav(speech, format, out))
                }
                51 => {
                    let speech = self.handle();
                    self.give(|out| kokoro_speech_srt(speech, out))
                }
                52 => {
                    let speech = self.handle();
                    self.give(|out| kokoro_speech_webvtt(speech, out))
                }
                53 => {
                    let buffer = self.handle();
                    check(kokoro_buffer_data(buffer).cast::<u8>(), kokoro_buffer_size(buffer))
                }
                54 => check(kokoro_synthesizer_voices(self.synthesizer(), &mut count), count),
                55 => {
                    let (text, language) = (self.bytes(), self.string());
                    self.give(|out| {
                        kokoro_phonemize(text.as_ptr().cast(), text.len(), pointer(&language), out)
                    })
                }
                56 => {
                    let (config, model) = (self.handle(), self.string());
                    kokoro_config_set_model(config, pointer(&model))
                }
                57 => kokoro_config_set_sessions(self.handle(), self.size()),
                58 => kokoro_config_set_chunk_symbols(self.handle(), self.size()),
                59 => {
                    let (config, tsv) = (self.handle(), self.bytes());
                    kokoro_config_set_lexicon(config, tsv.as_ptr().cast(), tsv.len())
                }
                60 => {
                    let config: *mut kokoro_config = self.handle();
                    if self.is_tired() || self.is_tired() || self.is_tired() {
                        return kokoro_status::KOKORO_OK;
                    }
                    kokoro_config_set_threads(config, 1);
                    kokoro_config_set_max_text_bytes(config, 400);
                    self.give(|out| kokoro_config_build(config, out))
                }
                61 => {
                    read(kokoro_last_error());
                    read(kokoro_status_name(self.number()));
                    assert!(kokoro_last_retry_after_seconds() >= 0.0);
                    kokoro_status::KOKORO_OK
                }
                62 => {
                    kokoro_speech_is_last(self.handle());
                    kokoro_speech_sample_rate(self.handle());
                    kokoro_status::KOKORO_OK
                }
                _ => {
                    let level = self.number();
                    let callback: kokoro_log_callback = if self.byte() < 128 { Some(log) } else { None };
                    kokoro_set_log_callback(level, callback, ptr::null_mut())
                }
            }
        }
    }

    fn pause(&mut self) -> f64 {
        // Long ones are samples in memory.
        self.seconds().min(0.3)
    }

    fn is_tired(&mut self) -> bool {
        self.speeches += 1;
        self.speeches > MOST_SPEECHES
    }

    /// Each handle is of one type, and was freed or not.
    fn free_all(&mut self) {
        for number in self.handles.drain(..) {
            let handle = ptr::without_provenance_mut::<c_void>(number);
            let freed = [
                kokoro_stream_free(handle.cast()),
                kokoro_speech_free(handle.cast()),
                kokoro_request_free(handle.cast()),
                kokoro_cancel_token_free(handle.cast()),
                kokoro_buffer_free(handle.cast()),
                kokoro_config_free(handle.cast()),
                kokoro_synthesizer_free(handle.cast()),
            ];
            let worked = freed.iter().filter(|&&status| status == kokoro_status::KOKORO_OK).count();
            assert!(worked <= 1, "{freed:?}");
        }
    }
}

unsafe extern "C" fn countdown(left: *mut c_void, chunk: *const kokoro_speech) -> i32 {
    let mut count = 0;
    // SAFETY: `left` is the variable that was passed, and the count another one.
    unsafe {
        check(kokoro_speech_samples(chunk, &mut count), count);
        let left = left.cast::<i32>();
        *left -= 1;
        if *left == 1 {
            // Its owner does not mind.
            kokoro_speech_free(chunk.cast_mut());
        }
        i32::from(*left <= 0)
    }
}

unsafe extern "C" fn log(_: *mut c_void, level: i32, target: *const c_char, message: *const c_char) {
    assert!((1..=5).contains(&level));
    read(target);
    read(message);
    assert_eq!(kokoro_speech_free(ptr::null_mut()), kokoro_status::KOKORO_IN_LOG_CALLBACK);
}

fn pointer(string: &Option<CString>) -> *const c_char {
    string.as_ref().map_or(ptr::null(), |string| string.as_ptr())
}

/// Reads all of an array, for the sanitizer.
fn check<T: Copy>(items: *const T, count: usize) -> kokoro_status {
    if !items.is_null() {
        // SAFETY: what the library promises, and what is tested.
        let items = unsafe { std::slice::from_raw_parts(items.cast::<u8>(), count * size_of::<T>()) };
        std::hint::black_box(items.iter().fold(0u8, |sum, byte| sum ^ byte));
    }
    kokoro_status::KOKORO_OK
}

/// Reads a string to its end: UTF-8.
fn read(string: *const c_char) {
    if !string.is_null() {
        // SAFETY: what the library promises, and what is tested.
        let string = unsafe { std::ffi::CStr::from_ptr(string) };
        assert!(string.to_str().is_ok());
    }
}
