//! The service over a socket, on the built-in model.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use kokoro_core::Synthesizer;

/// A service that ends with the test.
struct Service {
    address: SocketAddr,
    synthesizer: Synthesizer,
    _runtime: tokio::runtime::Runtime,
}

fn serve() -> Service {
    let synthesizer = Synthesizer::builder().model("builtin").threads(1).max_requests(8).build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let router = kokoro_axum_service::router(synthesizer.clone());
    runtime.spawn(async move { axum::serve(listener, router).await });
    Service { address, synthesizer, _runtime: runtime }
}

fn send(service: &Service, head: &str, body: &str) -> TcpStream {
    let mut connection = TcpStream::connect(service.address).unwrap();
    write!(
        connection,
        "{head} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    connection
}

fn ask(service: &Service, head: &str, body: &str) -> (u16, String, Vec<u8>) {
    let mut response = Vec::new();
    send(service, head, body).read_to_end(&mut response).unwrap();
    let end = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(response[..end].to_vec()).unwrap();
    (head[9..12].parse().unwrap(), head, response[end + 4..].to_vec())
}

/// The data of a chunked body.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    loop {
        let line = body.windows(2).position(|window| window == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&body[..line]).unwrap(), 16).unwrap();
        if length == 0 {
            return data;
        }
        data.extend_from_slice(&body[line + 2..line + 2 + length]);
        body = &body[line + 4 + length..];
    }
}

#[test]
fn speech_comes_as_wav_or_samples() {
    let service = serve();
    let (status, head, body) = ask(&service, "POST /speech", r#"{"text": "Five apples. The cat sleeps."}"#);
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("audio/wav"), "{head}");
    let wav = unchunked(&body);
    assert!(wav.starts_with(b"RIFF") && wav.len() > 44 + 24_000);
    let order =
        r#"{"text": "Five apples. The cat sleeps.", "format": "pcm", "speed": 1.0, "language": "en-us"}"#;
    let (status, _, body) = ask(&service, "POST /speech", order);
    assert_eq!(status, 200);
    assert_eq!(unchunked(&body), wav[44..]);
}

#[test]
fn bad_orders_have_a_status_and_a_reason() {
    let service = serve();
    for (order, status, reason) in [
        (r#"{"text": ""}"#, 400, "empty_text"),
        (r#"{"text": "漢字"}"#, 400, "nothing_to_speak"),
        (r#"{"text": "a", "voice": "nobody"}"#, 400, "unknown_voice"),
        (r#"{"text": "a", "speed": 9}"#, 400, "invalid_speed"),
        (r#"{"text": "a", "language": "xx"}"#, 400, "unknown_language"),
        (r#"{"text": "a", "pitch": 1}"#, 422, "pitch"),
        ("{", 400, ""),
    ] {
        let (found, head, body) = ask(&service, "POST /speech", order);
        assert_eq!(found, status, "{order}: {head}");
        assert!(String::from_utf8(body).unwrap().contains(reason), "{order}");
    }
}

#[test]
fn a_full_service_says_when_to_come_again() {
    let service = serve();
    let long = format!(r#"{{"text": "{}"}}"#, "The bus stops in front of the school. ".repeat(2_000));
    let held: Vec<TcpStream> = (0..8).map(|_| send(&service, "POST /speech", &long)).collect();
    let deadline = Instant::now() + Duration::from_secs(60);
    while service.synthesizer.metrics().active_requests < 8 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    let (status, head, body) = ask(&service, "POST /speech", r#"{"text": "Hello."}"#);
    assert_eq!(status, 503, "{head}");
    assert!(head.to_lowercase().contains("retry-after: "), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("\"busy\""));

    // Whoever disconnects is not spoken to any more.
    drop(held);
    while service.synthesizer.metrics().active_requests > 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    let metrics = service.synthesizer.metrics();
    assert_eq!((metrics.active_requests, metrics.dropped), (0, 8));
    let (status, _, text) = ask(&service, "GET /metrics", "");
    assert_eq!(status, 200);
    assert!(String::from_utf8(text).unwrap().contains("kokoro_requests_total{outcome=\"dropped\"} 8"));
    assert_eq!(ask(&service, "GET /health", "").0, 200);
}
