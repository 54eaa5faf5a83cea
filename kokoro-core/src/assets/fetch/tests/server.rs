//! A server of files that fails as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// How many came before it.
    pub(super) number: usize,
    pub(super) path: String,
    /// The first byte that is asked for.
    pub(super) from: Option<usize>,
    pub(super) authorization: Option<String>,
}

/// What is sent for it.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// After so many bytes of the body, the connection is closed.
    pub(super) cut: Option<usize>,
    /// After so many bytes of the body, nothing is sent until the client has gone.
    pub(super) stall: Option<usize>,
    /// Pause after each 8,192 bytes.
    pub(super) pause: Duration,
}

impl Answer {
    pub(super) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), cut: None, stall: None, pause: Duration::ZERO }
    }

    /// The whole body.
    pub(super) fn whole(body: &[u8]) -> Self {
        let headers = vec![("Content-Length", body.len().to_string())];
        Self { headers, body: body.to_vec(), ..Self::status(200) }
    }

    /// What the request asks for, as a server with ranges sends it.
    pub(super) fn part(body: &[u8], request: &Request) -> Self {
        let size = body.len();
        match request.from {
            None => Self::whole(body),
            Some(from) if from >= size => {
                Self::status(416).header("Content-Range", format!("bytes */{size}"))
            }
            Some(from) => {
                let range = format!("bytes {from}-{}/{size}", size - 1);
                Self { status: 206, ..Self::whole(&body[from..]) }.header("Content-Range", range)
            }
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn cut(self, after: usize) -> Self {
        Self { cut: Some(after), ..self }
    }
}

pub(super) struct Server {
    pub(super) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(super) fn new(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answer, seen) = (Arc::new(answer), requests.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, seen) = (answer.clone(), seen.clone());
                // A client that goes away in the middle is what many of the tests are about.
                std::thread::spawn(move || drop(serve(&stream, &*answer, &seen)));
            }
        });
        Self { address, requests }
    }

    /// What was asked for so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: &TcpStream,
    answer: &(dyn Fn(&Request) -> Answer + Send + Sync),
    seen: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut request = Request { number: 0, path, from: None, authorization: None };
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap();
        match name.to_ascii_lowercase().as_str() {
            "range" => request.from = value.trim()["bytes=".len()..].trim_end_matches('-').parse().ok(),
            "authorization" => request.authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    {
        let mut seen = seen.lock().unwrap();
        request.number = seen.len();
        seen.push(request.clone());
    }
    let answer = answer(&request);
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    let end = [answer.cut, answer.stall].into_iter().flatten().fold(answer.body.len(), usize::min);
    for piece in answer.body[..end].chunks(8192) {
        stream.write_all(piece)?;
        std::thread::sleep(answer.pause);
    }
    if answer.stall.is_some() {
        // Ends when the client closes its side.
        reader.read_line(&mut line)?;
    }
    Ok(())
}
