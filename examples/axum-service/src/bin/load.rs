//! Clients that load a running service, half of which disconnect at random.
//!
//! usage: load ADDRESS CLIENTS SECONDS
//!
//! Prints how many responses there were by status, and the percentiles of the times to the first audio and to the end of
//! complete responses. Fails if something else than audio or `Busy` came back, or if the service still has requests when
//! all clients have gone.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: load ADDRESS CLIENTS SECONDS";

const SENTENCES: [&str; 5] = [
    "We should buy some bread and milk before the shop closes, please.",
    "The old bridge was destroyed by fire. Nobody knows where they are hiding, and nobody has asked them.",
    "The bus stops in front of the school every twenty minutes, but in the winter it is often late.",
    "A summer morning in the garden is worth more than a week of rain.",
    "Many letters were written that winter. Few of them were answered, and those late. He kept them all.",
];

/// What one client saw.
#[derive(Default)]
struct Seen {
    statuses: BTreeMap<u16, usize>,
    disconnects: usize,
    broken: usize,
    first: Vec<f64>,
    whole: Vec<f64>,
}

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [address, clients, seconds] = arguments else { return Err(USAGE.into()) };
    let (clients, seconds): (u64, f64) = (clients.parse()?, seconds.parse()?);
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut seen = Seen::default();
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let clients: Vec<_> =
            (0..clients).map(|client| scope.spawn(move || drive(address, client, end))).collect();
        for client in clients {
            let more = client.join().map_err(|_| "a client panicked")?;
            for (status, count) in more.statuses {
                *seen.statuses.entry(status).or_default() += count;
            }
            seen.disconnects += more.disconnects;
            seen.broken += more.broken;
            seen.first.extend(more.first);
            seen.whole.extend(more.whole);
        }
        Ok(())
    })?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "responses by status {:?}, {} disconnects, {} broken",
        seen.statuses, seen.disconnects, seen.broken
    )?;
    writeln!(out, "first audio: {}", percentiles(&mut seen.first))?;
    writeln!(out, "complete:    {}", percentiles(&mut seen.whole))?;
    // Disconnects are noticed when something is sent.
    let mut active = String::new();
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(100));
        active = gauges(address)?;
        if active.lines().all(|line| line.ends_with(" 0")) {
            break;
        }
    }
    writeln!(out, "{active}")?;
    let is_clean = active.lines().all(|line| line.ends_with(" 0"));
    let is_known = seen.statuses.keys().all(|status| matches!(status, 200 | 503));
    if seen.broken > 0 || !is_clean || !is_known {
        return Err("the service did not serve".into());
    }
    Ok(())
}

fn percentiles(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        times.get(((times.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(f64::NAN)
    };
    let [half, most, nearly_all, all] = [0.5, 0.9, 0.99, 1.0].map(at);
    format!(
        "{} times, 50 % {half:.3} s, 90 % {most:.3} s, 99 % {nearly_all:.3} s, most {all:.3} s",
        times.len()
    )
}

/// Asks for speech again and again. Every second client goes away in the middle every second time.
fn drive(address: &str, client: u64, end: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut random = client.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    while Instant::now() < end {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let text = SENTENCES[(random >> 8) as usize % SENTENCES.len()];
        let patience = (client.is_multiple_of(2) && random & 1 == 0)
            .then(|| Duration::from_millis((random >> 20) % 2_000));
        match ask(address, text, patience) {
            Ok(Answer::Whole { first, whole }) => {
                *seen.statuses.entry(200).or_default() += 1;
                seen.first.push(first);
                seen.whole.push(whole);
            }
            Ok(Answer::Refused(status)) => {
                *seen.statuses.entry(status).or_default() += 1;
                std::thread::sleep(Duration::from_millis(200));
            }
            Ok(Answer::Left) => seen.disconnects += 1,
            Err(_) => seen.broken += 1,
        }
    }
    seen
}

enum Answer {
    /// Seconds to the first audio and to the end.
    Whole {
        first: f64,
        whole: f64,
    },
    Refused(u16),
    Left,
}

/// One request. Leaves after `patience`, wherever it is then.
fn ask(address: &str, text: &str, patience: Option<Duration>) -> Result<Answer, Box<dyn Error>> {
    let begin = Instant::now();
    let mut connection = TcpStream::connect(address)?;
    let body = format!("{{\"text\": \"{text}\"}}");
    write!(
        connection,
        "POST /speech HTTP/1.1\r\nHost: kokoro\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut received = Vec::new();
    let mut part = vec![0; 1 << 16];
    let mut first = None;
    loop {
        if let Some(patience) = patience {
            let Some(left) = patience.checked_sub(begin.elapsed()).filter(|left| !left.is_zero()) else {
                return Ok(Answer::Left);
            };
            connection.set_read_timeout(Some(left))?;
        }
        let count = match connection.read(&mut part) {
            Ok(count) => count,
            Err(error)
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                return Ok(Answer::Left);
            }
            Err(error) => return Err(error.into()),
        };
        if count == 0 {
            break;
        }
        received.extend_from_slice(part.get(..count).unwrap_or_default());
        if received.len() > 1_000 {
            first.get_or_insert_with(|| begin.elapsed().as_secs_f64());
        }
    }
    let status =
        received.get(9..12).and_then(|status| std::str::from_utf8(status).ok()).ok_or("no status")?;
    match status.parse()? {
        // The last chunk of a chunked body: without it the response was cut short.
        200 if received.ends_with(b"0\r\n\r\n") => {
            Ok(Answer::Whole { first: first.ok_or("no audio")?, whole: begin.elapsed().as_secs_f64() })
        }
        200 => Err("the response ends too early".into()),
        status => Ok(Answer::Refused(status)),
    }
}

/// The lines of the metrics that tell of active requests.
fn gauges(address: &str) -> Result<String, Box<dyn Error>> {
    let mut connection = TcpStream::connect(address)?;
    write!(connection, "GET /metrics HTTP/1.1\r\nHost: kokoro\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    connection.read_to_string(&mut text)?;
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("kokoro_requests{")).collect();
    if lines.is_empty() { Err("no metrics".into()) } else { Ok(lines.join("\n")) }
}
