//! Many requests at once: turns, limits, timeouts, cancelling, ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed helper is a failed test")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kokoro_core::{CancelToken, ErrorKind, Shutdown, SpeechRequest, Synthesizer, SynthesizerBuilder};

const SENTENCE: &str = "The old bridge was destroyed by fire, and nobody knows where they are hiding.";

fn builder() -> SynthesizerBuilder {
    Synthesizer::builder().model("builtin").threads(1)
}

/// About half an hour of speech.
fn book() -> SpeechRequest {
    SpeechRequest::new(format!("{SENTENCE} {SENTENCE} {SENTENCE}\n").repeat(120))
}

#[test]
fn ten_sentences_do_not_wait_for_a_book() {
    let synthesizer = builder().build().unwrap();
    let mut book = synthesizer.stream(&book()).unwrap();
    // Somebody listens to it all the time.
    let sentences_done = AtomicUsize::new(0);
    let chunks_before = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (done, before) = (&sentences_done, &chunks_before);
        book.next().unwrap().unwrap();
        let reader = scope.spawn(move || {
            let mut chunks = 0;
            let mut after = 0;
            while done.load(Ordering::SeqCst) < 10 || after < 5 {
                book.next().unwrap().unwrap();
                chunks += 1;
                if done.load(Ordering::SeqCst) < 10 {
                    before.store(chunks, Ordering::SeqCst);
                } else {
                    after += 1;
                }
            }
        });
        for index in 0..10 {
            let synthesizer = synthesizer.clone();
            scope.spawn(move || {
                let text = format!("Number {index}. {SENTENCE}");
                synthesizer.synthesize(&SpeechRequest::new(text)).unwrap();
                done.fetch_add(1, Ordering::SeqCst);
            });
        }
        reader.join().unwrap();
    });
    // A sentence is a third of the book's chunk, so by its due the book has had about three of them beside the ten;
    // and what was ready, or begun, before they came.
    let chunks = chunks_before.into_inner();
    assert!(chunks <= 12, "the book had {chunks} chunks before ten sentences were done");
}

#[test]
fn one_request_too_many_is_refused_with_a_hint() {
    let synthesizer = builder().max_requests(2).build().unwrap();
    let streams = [synthesizer.stream(&book()).unwrap(), synthesizer.stream(&book()).unwrap()];
    let error = synthesizer.synthesize(&SpeechRequest::new("Hello.")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::ZERO), "{error:?}");
    drop(streams);
    assert!(synthesizer.synthesize(&SpeechRequest::new("Hello.")).is_ok());
    let metrics = synthesizer.metrics();
    assert_eq!((metrics.busy, metrics.dropped, metrics.finished, metrics.accepted), (1, 2, 1, 3));
}

#[test]
fn a_timeout_ends_a_request_in_the_middle() {
    let synthesizer = builder().build().unwrap();
    let begin = Instant::now();
    let error = synthesizer.synthesize(&book().timeout(Duration::from_millis(120))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("0.12 s"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(5));
    let none = synthesizer.synthesize(&SpeechRequest::new("Hello.").timeout(Duration::ZERO)).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Timeout);
    assert!(synthesizer.synthesize(&SpeechRequest::new("Hello.").timeout(Duration::MAX)).is_ok());
}

#[test]
fn a_token_ends_all_requests_that_it_was_given_to() {
    let synthesizer = builder().build().unwrap();
    let token = CancelToken::new();
    let streams: Vec<_> =
        (0..3).map(|_| synthesizer.stream(&book().cancel_token(token.clone())).unwrap()).collect();
    let other = synthesizer.stream(&SpeechRequest::new(SENTENCE)).unwrap();
    token.cancel();
    for stream in streams {
        let error = stream.last().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
    assert!(other.collect_speech().is_ok());
    let late = synthesizer.stream(&SpeechRequest::new(SENTENCE).cancel_token(token)).unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Cancelled);
    assert_eq!(synthesizer.metrics().cancelled, 3);
}

#[test]
fn a_stream_nobody_reads_makes_no_more_than_its_buffer() {
    let synthesizer = builder().stream_buffer(3).build().unwrap();
    let stream = synthesizer.stream(&book()).unwrap();
    for index in 0..20 {
        synthesizer.synthesize(&SpeechRequest::new(format!("Number {index}."))).unwrap();
    }
    let metrics = synthesizer.metrics();
    assert_eq!((metrics.chunks, metrics.finished, metrics.active_requests), (23, 20, 1));
    assert_eq!((metrics.queued_requests, metrics.running_requests), (0, 0));
    drop(stream);
}

#[test]
fn shutting_down_drains_or_aborts() {
    let synthesizer = builder().build().unwrap();
    let clone = synthesizer.clone();
    let stream = synthesizer.stream(&SpeechRequest::new(SENTENCE)).unwrap();
    assert!(clone.shutdown(Shutdown::Drain(Duration::from_secs(60))));
    assert!(stream.collect_speech().is_ok(), "what was made can be taken");
    for _ in 0..2 {
        let error = synthesizer.synthesize(&SpeechRequest::new(SENTENCE)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ShutDown);
        synthesizer.shutdown(Shutdown::Abort);
    }

    let synthesizer = builder().build().unwrap();
    let stream = synthesizer.stream(&book()).unwrap();
    assert!(!synthesizer.shutdown(Shutdown::Abort));
    assert_eq!(stream.last().unwrap().unwrap_err().kind(), ErrorKind::ShutDown);
    assert_eq!(synthesizer.metrics().shut_down, 1);
}

#[test]
fn a_stream_outlives_the_synthesizer_it_came_from() {
    let stream = builder().build().unwrap().stream(&SpeechRequest::new(SENTENCE)).unwrap();
    assert!(stream.collect_speech().is_ok());
}

#[test]
fn a_batch_is_in_order_and_each_has_its_own_error() {
    let synthesizer = builder().max_requests(3).build().unwrap();
    let texts: Vec<String> = (0..12)
        .map(|index| if index % 4 == 3 { String::new() } else { format!("Number {index}.") })
        .collect();
    let results = synthesizer.synthesize_batch(texts.iter().map(SpeechRequest::new));
    assert_eq!(results.len(), 12);
    for (text, result) in texts.iter().zip(results) {
        match result {
            Ok(speech) => {
                let alone = synthesizer.synthesize(&SpeechRequest::new(text)).unwrap();
                assert_eq!(speech.samples(), alone.samples());
            }
            Err(error) => assert_eq!((error.kind(), text.as_str()), (ErrorKind::EmptyText, "")),
        }
    }
}

#[test]
fn batches_share_a_narrow_synthesizer() {
    let synthesizer = builder().max_requests(1).build().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let results =
                    synthesizer.synthesize_batch((0..6).map(|_| SpeechRequest::new("Five apples.")));
                assert!(results.iter().all(Result::is_ok));
            });
        }
    });
    let begun = synthesizer.batch((0..).map(|_| SpeechRequest::new("Five apples."))).take(2).count();
    assert_eq!(begun, 2, "an endless batch is taken as far as it is asked for");
}

#[test]
fn metrics_are_text_that_prometheus_reads() {
    let synthesizer = builder().build().unwrap();
    synthesizer.warm_up().unwrap();
    assert!(synthesizer.synthesize(&SpeechRequest::new("")).is_err());
    let metrics = synthesizer.metrics();
    assert_eq!((metrics.finished, metrics.refused, metrics.latency.count()), (2, 1, 2));
    assert!(metrics.audio_seconds > 1.0 && metrics.first_audio.sum_seconds > 0.0);
    let text = metrics.to_prometheus();
    assert!(text.contains("\nkokoro_requests_total{outcome=\"finished\"} 2\n"), "{text}");
    assert!(text.contains("\nkokoro_request_seconds_bucket{le=\"+Inf\"} 2\n"));
    for line in text.lines() {
        let is_sample = line
            .rsplit_once(' ')
            .is_some_and(|(name, value)| name.starts_with("kokoro_") && value.parse::<f64>().is_ok());
        assert!(
            is_sample || line.starts_with("# HELP kokoro_") || line.starts_with("# TYPE kokoro_"),
            "{line}"
        );
    }
}

/// In the child of a fork a synthesizer says so, and neither using nor dropping it hangs.
#[cfg(target_os = "linux")]
#[test]
#[allow(unsafe_code, reason = "there is no safe way to fork")]
fn a_forked_process_is_told_to_build_its_own() {
    let synthesizer = builder().build().unwrap();
    let mut stream = synthesizer.stream(&book()).unwrap();
    // SAFETY: the child calls only what is under test and then leaves without running anything of the parent's.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let kinds = [
            synthesizer.synthesize(&SpeechRequest::new("Hello.")).err().map(|error| error.kind()),
            stream.next().and_then(Result::err).map(|error| error.kind()),
        ];
        let is_told = kinds == [Some(ErrorKind::Stale); 2] && !synthesizer.shutdown(Shutdown::Abort);
        let _ = synthesizer.metrics();
        drop(stream);
        drop(synthesizer);
        // SAFETY: ends the child.
        unsafe { libc::_exit(i32::from(!is_told)) };
    }
    let mut status = 0;
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        // SAFETY: `child` is ours, and `status` is there to be written.
        if unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == child {
            break;
        }
        if Instant::now() > deadline {
            // SAFETY: as above.
            unsafe { libc::kill(child, libc::SIGKILL) };
            panic!("the child hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(status, 0);
    assert!(stream.next().unwrap().is_ok(), "the parent goes on");
}

/// The number of threads of this process, and its resident memory in bytes.
///
/// A thread whose work has ended is there for a moment longer, so it waits until the number stays the same.
#[cfg(target_os = "linux")]
fn usage() -> (usize, usize) {
    let count = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let (mut threads, mut times) = (count(), 0);
    while times < 20 {
        std::thread::sleep(Duration::from_millis(10));
        let now = count();
        times = if now == threads { times + 1 } else { 0 };
        threads = now;
    }
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    (threads, pages * 4096)
}

/// What 32 callers do to a synthesizer, each `requests` times.
fn storm(synthesizer: &Synthesizer, requests: usize) {
    let outcomes: [AtomicU64; 6] = Default::default();
    let [finished, refused, busy, cancelled, timed_out, dropped] = &outcomes;
    let before = synthesizer.metrics();
    std::thread::scope(|scope| {
        for thread in 0..32_u64 {
            scope.spawn(move || {
                let mut random = thread.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                for _ in 0..requests {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let part = |shift: u32, count: u64| (random >> shift) % count;
                    let mut text = SENTENCE[..1 + part(3, 70) as usize].repeat(1 + part(10, 4) as usize);
                    text.push_str(if part(14, 5) == 0 { "\nYes. [pause:10ms] No." } else { "." });
                    let mut request = SpeechRequest::new(if part(18, 20) == 0 { "" } else { &text });
                    if part(22, 4) == 0 {
                        request = request.timeout(Duration::from_millis(part(25, 60)));
                    }
                    let token = CancelToken::new();
                    let cancels = part(28, 4) == 0;
                    if cancels {
                        request = request.cancel_token(token.clone());
                    }
                    let outcome = match part(31, 3) {
                        0 => synthesizer.synthesize(&request).map(|_| true),
                        1 => synthesizer.stream(&request).and_then(|mut stream| {
                            let first = stream.next();
                            token.cancel();
                            let rest = stream.by_ref().collect::<Result<Vec<_>, _>>();
                            first.transpose().and(rest).map(|_| true)
                        }),
                        _ => synthesizer.stream(&request).map(|mut stream| {
                            // Dropped after none or some of its chunks, perhaps all.
                            let taken: Vec<_> = stream.by_ref().take(part(36, 3) as usize).collect();
                            taken.last().is_some_and(|last| last.as_ref().is_ok_and(|chunk| chunk.is_last))
                        }),
                    };
                    let counter = match outcome {
                        Ok(true) => finished,
                        Ok(false) => dropped,
                        Err(error) => match error.kind() {
                            ErrorKind::EmptyText | ErrorKind::NothingToSpeak => refused,
                            ErrorKind::Busy => busy,
                            ErrorKind::Cancelled => cancelled,
                            ErrorKind::Timeout => timed_out,
                            kind => panic!("{kind}: {error}"),
                        },
                    };
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let seen = outcomes.iter().map(|counter| counter.load(Ordering::Relaxed)).sum::<u64>();
    assert_eq!(seen, 32 * requests as u64);
    let after = synthesizer.metrics();
    assert_eq!(
        (after.active_requests, after.queued_requests, after.running_requests.min(1)),
        (0, 0, after.running_requests)
    );
    assert_eq!(after.failed, 0);
    let ended = |m: &kokoro_core::Metrics| m.finished + m.cancelled + m.dropped + m.timed_out;
    assert_eq!(after.accepted - before.accepted, ended(&after) - ended(&before));
    let calls = |m: &kokoro_core::Metrics| m.accepted + m.refused + m.busy;
    assert_eq!(calls(&after) - calls(&before), 32 * requests as u64);
    // A stream that is dropped with its last chunk unread has finished.
    let kept = |m: &kokoro_core::Metrics| m.finished + m.dropped;
    assert!(after.busy - before.busy == busy.load(Ordering::Relaxed));
    assert!(kept(&after) - kept(&before) >= finished.load(Ordering::Relaxed));
}

#[test]
fn a_storm_of_requests_leaves_nothing_behind() {
    let synthesizer = builder().max_requests(24).build().unwrap();
    storm(&synthesizer, 20);
    #[cfg(target_os = "linux")]
    let before = usage();
    storm(&synthesizer, 20);
    #[cfg(target_os = "linux")]
    {
        let (threads, bytes) = usage();
        assert!(threads <= before.0 + 8, "{threads} threads after {}", before.0);
        assert!(bytes < before.1 + (64 << 20), "{bytes} bytes after {}", before.1);
    }
    drop(synthesizer);
}

/// Ten thousand requests: some minutes. `cargo test --release -p kokoro-core --test service -- --ignored`
#[test]
#[ignore = "takes minutes"]
#[cfg(target_os = "linux")]
fn ten_thousand_requests_leave_nothing_behind() {
    let bare = usage().0;
    let synthesizer = builder().max_requests(24).build().unwrap();
    storm(&synthesizer, 32);
    let before = usage();
    storm(&synthesizer, 320);
    let after = usage();
    let metrics = synthesizer.metrics();
    println!("{before:?} -> {after:?}\n{metrics:#?}");
    assert_eq!(after.0, before.0, "threads");
    assert!(after.1 < before.1 + (32 << 20), "{} bytes after {}", after.1, before.1);
    drop(synthesizer);
    assert_eq!(usage().0, bare, "threads");
}
