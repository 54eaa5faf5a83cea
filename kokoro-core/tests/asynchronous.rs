//! Futures and streams, on the smallest runtime there is.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use kokoro_core::{CancelToken, ErrorKind, SpeechRequest, Synthesizer};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls until it is ready, sleeping until it is woken.
fn wait<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = poll(&mut context) {
            return value;
        }
        std::thread::park();
    }
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    wait(|context| future.as_mut().poll(context))
}

fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    wait(|context| Pin::new(&mut *stream).poll_next(context))
}

fn synthesizer() -> Synthesizer {
    Synthesizer::builder().model("builtin").threads(1).chunk_symbols(60).build().unwrap()
}

const TEXT: &str =
    "The old bridge was destroyed by fire, and nobody knows where they are hiding.\nFive apples.";

#[test]
fn a_future_gives_what_a_call_gives() {
    let synthesizer = synthesizer();
    let request = SpeechRequest::new(TEXT);
    let speech = finish(synthesizer.synthesize_async(&request)).unwrap();
    let expected = synthesizer.synthesize(&request).unwrap();
    assert_eq!((speech.samples(), speech.words()), (expected.samples(), expected.words()));
    assert_eq!(speech.chunks(), expected.chunks());
    let error = finish(synthesizer.synthesize_async(&SpeechRequest::new("漢字"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NothingToSpeak);
    let error = finish(synthesizer.synthesize_async(&SpeechRequest::new(""))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EmptyText);
}

#[test]
fn a_stream_gives_what_an_iterator_gives() {
    let synthesizer = synthesizer();
    let request = SpeechRequest::new(TEXT);
    let mut stream = synthesizer.stream_async(&request).unwrap();
    let mut samples = Vec::new();
    while let Some(chunk) = next(&mut stream) {
        samples.extend(chunk.unwrap().samples);
    }
    assert!(stream.is_terminated() && next(&mut stream).is_none());
    let expected: Vec<f32> =
        synthesizer.stream(&request).unwrap().flat_map(|chunk| chunk.unwrap().samples).collect();
    assert_eq!(samples, expected);
}

#[test]
fn the_rest_of_a_stream_can_be_taken_as_one() {
    let synthesizer = synthesizer();
    let request = SpeechRequest::new(TEXT);
    let mut stream = synthesizer.stream_async(&request).unwrap();
    let first = next(&mut stream).unwrap().unwrap();
    let rest = finish(stream.collect_speech()).unwrap();
    let mut blocking = synthesizer.stream(&request).unwrap();
    assert_eq!(blocking.next().unwrap().unwrap().samples, first.samples);
    let expected = blocking.collect_speech().unwrap();
    assert_eq!((rest.samples(), rest.words()), (expected.samples(), expected.words()));
    assert_eq!(rest.stats().audio_seconds, expected.stats().audio_seconds);
}

#[test]
fn many_futures_of_one_thread_are_served() {
    let synthesizer = synthesizer();
    let mut futures: Vec<_> =
        (0..20).map(|_| Box::pin(synthesizer.synthesize_async(&SpeechRequest::new(TEXT)))).collect();
    let mut done = 0;
    wait(|context| {
        futures.retain_mut(|future| match future.as_mut().poll(context) {
            Poll::Ready(speech) => {
                done += usize::from(speech.is_ok());
                false
            }
            Poll::Pending => true,
        });
        if futures.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    });
    assert_eq!(done, 20);
}

#[test]
fn cancelling_and_timeouts_wake_who_waits() {
    let synthesizer = synthesizer();
    let book = SpeechRequest::new(format!("{TEXT}\n").repeat(200));
    let token = CancelToken::new();
    let speech = synthesizer.synthesize_async(&book.clone().cancel_token(token.clone()));
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        token.cancel();
    });
    assert_eq!(finish(speech).unwrap_err().kind(), ErrorKind::Cancelled);
    canceller.join().unwrap();
    let speech = synthesizer.synthesize_async(&book.timeout(Duration::from_millis(50)));
    assert_eq!(finish(speech).unwrap_err().kind(), ErrorKind::Timeout);
    drop(synthesizer.synthesize_async(&SpeechRequest::new(TEXT)));
    let metrics = synthesizer.metrics();
    assert_eq!((metrics.cancelled, metrics.timed_out), (1, 1));
    assert!(metrics.dropped + metrics.finished == 1 && metrics.active_requests == 0);
}
