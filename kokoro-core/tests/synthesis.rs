//! The whole pipeline through the public API, on the built-in model.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use kokoro_core::{ErrorKind, Joins, Language, Speech, SpeechRequest, Synthesizer, WavFormat};
use proptest::prelude::*;

static SYNTHESIZER: LazyLock<Synthesizer> =
    LazyLock::new(|| Synthesizer::builder().model("builtin").threads(1).build().unwrap());

const PARAGRAPHS: &str = "The bus stops in front of the school. We should buy some bread and milk, please!\n\n\
                          Her father works in a large bank.";

fn speak(text: &str) -> Speech {
    SYNTHESIZER.synthesize(&SpeechRequest::new(text)).unwrap()
}

fn kind(request: SpeechRequest) -> ErrorKind {
    let error = SYNTHESIZER.synthesize(&request).unwrap_err();
    assert!(error.to_string().len() > 20, "{error}");
    error.kind()
}

#[test]
fn durations_add_up_to_the_samples() {
    let request = SpeechRequest::new(PARAGRAPHS).joins(Joins::plain());
    let speech = SYNTHESIZER.synthesize(&request).unwrap();
    assert_eq!(speech.sample_rate(), 24_000);
    assert_eq!(speech.chunks().len(), 2, "one for each paragraph");
    let mut next = 0;
    for chunk in speech.chunks() {
        assert_eq!(chunk.samples.start, next);
        next = chunk.samples.end;
        let frames: u32 = chunk.durations.as_ref().unwrap().iter().sum();
        assert_eq!(chunk.samples.len() as u32, 600 * frames);
        assert_eq!(chunk.durations.as_ref().unwrap().len(), chunk.phonemes.chars().count() + 2);
    }
    assert_eq!(next, speech.samples().len());
    assert!(speech.samples().iter().all(|sample| sample.abs() <= 1.0));
    let loud = speech.samples().iter().filter(|sample| sample.abs() > 0.02).count();
    assert!(loud * 5 > speech.samples().len(), "mostly silence");
}

#[test]
fn every_word_has_its_time_and_place() {
    let speech = speak(PARAGRAPHS);
    let words = speech.words().unwrap();
    let spoken: Vec<&str> = words.iter().map(|word| &PARAGRAPHS[word.range.clone()]).collect();
    assert_eq!(
        spoken.join(" "),
        PARAGRAPHS.replace(['.', ',', '!'], "").split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let mut last = 0.0;
    for word in words {
        assert!(word.start_seconds >= last - 1e-9 && word.end_seconds > word.start_seconds, "{word:?}");
        last = word.end_seconds;
    }
    assert!(last <= speech.duration().as_secs_f64());
    assert!(speech.stats().unspoken.is_empty() && speech.stats().unknown_symbols.is_empty());
}

#[test]
fn the_same_request_gives_the_same_samples() {
    assert_eq!(speak(PARAGRAPHS).samples(), speak(PARAGRAPHS).samples());
}

#[test]
fn phonemes_can_be_given() {
    let request = SpeechRequest::new("The old bridge.");
    let phonemes = SYNTHESIZER.phonemize(&request).unwrap().text();
    assert_eq!(phonemes, "ði ˈOld bɹˈɪʤ.");
    let direct = SYNTHESIZER.synthesize(&SpeechRequest::from_phonemes(&phonemes)).unwrap();
    assert_eq!(direct.samples(), SYNTHESIZER.synthesize(&request).unwrap().samples());
    assert_eq!(direct.chunks()[0].phonemes, phonemes);
    let words: Vec<_> = direct.words().unwrap().iter().map(|word| &phonemes[word.range.clone()]).collect();
    assert_eq!(words, ["ði", "ˈOld", "bɹˈɪʤ."]);
}

#[test]
fn every_length_from_1_to_510_is_one_run() {
    let synthesizer = Synthesizer::builder().model("builtin").threads(1).chunk_symbols(510).build().unwrap();
    for length in (1..=510).step_by(11).chain([2, 509, 510]) {
        let phonemes: String = "hələˈ".chars().cycle().take(length).collect();
        let speech = synthesizer.synthesize(&SpeechRequest::from_phonemes(phonemes)).unwrap();
        assert_eq!(speech.chunks().len(), 1);
        assert_eq!(speech.stats().phoneme_symbols, length);
    }
    let speech = synthesizer.synthesize(&SpeechRequest::from_phonemes("a".repeat(511))).unwrap();
    assert_eq!(speech.chunks().len(), 2);
    assert_eq!(speech.stats().phoneme_symbols, 511);
}

#[test]
fn speed_changes_the_length() {
    let length = |speed| {
        let request = SpeechRequest::new(PARAGRAPHS).speed(speed);
        SYNTHESIZER.synthesize(&request).unwrap().duration().as_secs_f64()
    };
    let (slow, normal, fast) = (length(0.5), length(1.0), length(2.0));
    assert!(
        (1.8..2.2).contains(&(slow / normal)) && (1.7..2.2).contains(&(normal / fast)),
        "{slow} {normal} {fast}"
    );
}

#[test]
fn voices_and_mixes_differ() {
    let names: Vec<String> = SYNTHESIZER.voices().into_iter().map(|voice| voice.name).collect();
    assert_eq!(names, ["af_ada", "af_iris", "am_hugo", "am_otto"]);
    let say = |voice: &str| {
        SYNTHESIZER.synthesize(&SpeechRequest::new("Hello there.").voice(voice)).unwrap().into_samples()
    };
    let solo: Vec<_> = names.iter().map(|name| say(name)).collect();
    for (index, samples) in solo.iter().enumerate() {
        assert!(solo.iter().skip(index + 1).all(|other| other != samples));
    }
    assert_eq!(say("af_ada*2+af_ada"), solo[0]);
    assert_eq!(say("af_ada,am_hugo"), say("am_hugo*0.5 + af_ada(0.5)"));
    assert!(!solo.contains(&say("af_ada,am_hugo")));
}

#[test]
fn british_and_american_differ() {
    let say = |language| {
        SYNTHESIZER.phonemize(&SpeechRequest::new("The water bath.").language(language)).unwrap().text()
    };
    assert_eq!(say(Language::EnUs), "ðə wˈɔTəɹ bˈæθ.");
    assert_eq!(say(Language::EnGb), "ðə wˈɔːtə bˈɑːθ.");
}

#[test]
fn markup_gives_the_pronunciation_and_keeps_the_place() {
    let text = "Say [Kokoro](/kˈOkəɹO/) now.";
    let speech = speak(text);
    assert_eq!(speech.chunks()[0].phonemes, "sˈA kˈOkəɹO nˈW.");
    let words: Vec<_> = speech.words().unwrap().iter().map(|word| &text[word.range.clone()]).collect();
    assert_eq!(words.len(), 3);
    assert!(words[1].contains("Kokoro"), "{words:?}");
}

#[test]
fn unknown_symbols_are_reported_not_fatal() {
    let speech = SYNTHESIZER.synthesize(&SpeechRequest::from_phonemes("həlˈO5 g«wˈɜɹld»")).unwrap();
    assert_eq!(speech.stats().unknown_symbols, ['5', 'g', '«', '»']);
    assert!(speech.samples().len() > 600);
}

#[test]
fn bad_requests_have_kinds_of_their_own_and_the_next_one_works() {
    for text in ["", " ", "\n\t \u{2003}\r\n"] {
        assert_eq!(kind(SpeechRequest::new(text)), ErrorKind::EmptyText);
        assert_eq!(kind(SpeechRequest::from_phonemes(text)), ErrorKind::EmptyText);
    }
    for text in ["漢字", "\u{301}\u{301}", "\0\0", "ひと 人"] {
        assert_eq!(kind(SpeechRequest::new(text)), ErrorKind::NothingToSpeak, "{text:?}");
    }
    assert_eq!(kind(SpeechRequest::from_phonemes("«»")), ErrorKind::NothingToSpeak);
    for speed in [0.0, -1.0, 0.2499, 4.01, f32::NAN, f32::INFINITY] {
        assert_eq!(kind(SpeechRequest::new("hi").speed(speed)), ErrorKind::InvalidSpeed, "{speed}");
    }
    for voice in ["", "../af_ada", "/etc/passwd", "af_ada\0", "af_ada*", "af_ada+", "af_ada*nan", "a b"] {
        assert_eq!(kind(SpeechRequest::new("hi").voice(voice)), ErrorKind::InvalidVoiceName, "{voice:?}");
    }
    let error = SYNTHESIZER.synthesize(&SpeechRequest::new("hi").voice("af_adda")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownVoice);
    assert!(error.to_string().contains("af_ada"), "{error}");
    assert_eq!(kind(SpeechRequest::new("hola").language(Language::Ja)), ErrorKind::UnknownLanguage);
    assert_eq!("xx".parse::<Language>().unwrap_err().kind(), ErrorKind::UnknownLanguage);
    let long = "word ".repeat(300_000);
    assert_eq!(kind(SpeechRequest::new(long)), ErrorKind::TextTooLong);
    assert!(speak("The next request works.").samples().len() > 600);
}

#[test]
fn settings_out_of_range_are_refused() {
    let builder = || Synthesizer::builder().model("builtin");
    for (builder, named) in [
        (builder().sessions(0), "sessions = 0"),
        (builder().sessions(1000), "sessions = 1000"),
        (builder().threads(0), "threads = 0"),
        (builder().max_text_bytes(0), "max_text_bytes = 0"),
        (builder().chunk_symbols(0), "chunk_symbols = 0"),
        (builder().chunk_symbols(511), "chunk_symbols = 511"),
        (builder().voices("voices"), "`voices`"),
        (Synthesizer::builder(), "KOKORO_MODEL"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn files_that_are_no_models_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("model.onnx");
    std::fs::write(&text, "a text file\n").unwrap();
    let voices = concat!(env!("CARGO_MANIFEST_DIR"), "/data/builtin/voices");
    let build =
        |model: &std::path::Path| Synthesizer::builder().model(model).voices(voices).build().unwrap_err();
    assert_eq!(build(&text).kind(), ErrorKind::InvalidModel);
    assert_eq!(build(&folder.path().join("gone.onnx")).kind(), ErrorKind::ModelNotFound);
    assert_eq!(build(folder.path()).kind(), ErrorKind::ModelNotFound);
    assert_eq!(build("".as_ref()).kind(), ErrorKind::ModelNotFound);
    let error = Synthesizer::builder().model(&text).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.to_string().contains("no voices were named"), "{error}");
}

#[test]
fn a_wav_file_holds_the_speech() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("speech.wav");
    let speech = speak("Hello.");
    speech.write_wav(&path, WavFormat::Pcm16).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes, speech.to_wav_bytes(WavFormat::Pcm16).unwrap());
    assert_eq!(bytes.len(), 44 + 2 * speech.samples().len());
    let error = speech.write_wav(folder.path().join("no/such/folder.wav"), WavFormat::Pcm16).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn sixteen_threads_share_one_synthesizer() {
    let texts: Vec<String> = (0..200)
        .map(|index| {
            let sentence = ["Five apples.", "The cat sleeps under the chair.", PARAGRAPHS][index % 3];
            format!("Number {index}. {}", sentence.repeat(1 + index % 4))
        })
        .collect();
    let expected: Vec<Speech> = texts.iter().map(|text| speak(text)).collect();
    for sessions in [1, 3] {
        let synthesizer =
            Synthesizer::builder().model("builtin").threads(1).sessions(sessions).build().unwrap();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                let synthesizer = synthesizer.clone();
                let (texts, expected, next) = (&texts, &expected, &next);
                scope.spawn(move || {
                    while let Some(index) =
                        Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&index| index < 200)
                    {
                        // Every seventh caller makes a mistake, which must not touch the others.
                        if index % 7 == 0 {
                            let bad = SpeechRequest::new(&texts[index]).voice("nobody");
                            assert_eq!(
                                synthesizer.synthesize(&bad).unwrap_err().kind(),
                                ErrorKind::UnknownVoice
                            );
                        }
                        let speech = synthesizer.synthesize(&SpeechRequest::new(&texts[index])).unwrap();
                        assert_eq!(speech.samples(), expected[index].samples(), "{}", texts[index]);
                        assert_eq!(speech.words(), expected[index].words());
                    }
                });
            }
        });
    }
}

#[test]
fn a_megabyte_of_marks_ends_well() {
    for unit in [".", "!?", "(", "\u{301}", "\0", "🏳️‍🌈", "。", "א"] {
        hold_up(unit, 1 << 20);
    }
    // These are words to the front end, and it looks at each.
    for unit in [" .", "[", "a", "a-", "\u{202e}x", "1,", "[a](/b/)"] {
        hold_up(unit, 1 << 12);
    }
}

/// Phonemizes a text of one repeated unit: hours of speech would follow.
fn hold_up(unit: &str, bytes: usize) {
    let text = unit.repeat(bytes / unit.len());
    if let Err(error) = SYNTHESIZER.phonemize(&SpeechRequest::new(text)) {
        assert_eq!(error.kind(), ErrorKind::NothingToSpeak, "{unit:?}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_panics(text in "\\PC{0,80}|[\\x00-\\x{10ffff}]{0,40}|[a-z\\[\\]()/ .,$0-9'\u{301}\u{200d}-]{0,60}") {
        match SYNTHESIZER.synthesize(&SpeechRequest::new(&text).joins(Joins::plain())) {
            Ok(speech) => {
                let frames: u32 =
                    speech.chunks().iter().flat_map(|chunk| chunk.durations.iter().flatten()).sum();
                prop_assert_eq!(speech.samples().len() as u32, 600 * frames);
                for word in speech.words().unwrap() {
                    prop_assert!(text.get(word.range.clone()).is_some());
                    prop_assert!(word.start_seconds <= word.end_seconds);
                }
            }
            Err(error) => {
                prop_assert!(matches!(error.kind(), ErrorKind::EmptyText | ErrorKind::NothingToSpeak), "{}", error);
            }
        }
    }
}
