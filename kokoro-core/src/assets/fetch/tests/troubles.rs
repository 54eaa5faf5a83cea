//! What goes wrong between a server and this process.

use std::time::Duration;

use super::server::{Answer, Server};
use super::*;
use crate::ErrorKind;

/// A server that has the file and knows ranges.
fn good() -> Server {
    Server::new(|request| Answer::part(&content(SIZE), request))
}

#[test]
fn a_file_is_fetched_once() {
    let server = good();
    let case = Case::new(&server.address);
    let fetched = case.fetch().unwrap();
    assert_eq!(fetched.outcome, super::super::Outcome::Fetched);
    assert!(fetched.is_published);
    assert_eq!(std::fs::read(fetched.path).unwrap(), content(SIZE));
    assert!(!case.partial().exists());
    assert_eq!(case.fetch().unwrap().outcome, super::super::Outcome::Present);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn interrupted_at_every_tenth_it_goes_on_in_one_call() {
    let tenth = SIZE / 10;
    let server = Server::new(move |request| {
        let answer = Answer::part(&content(SIZE), request);
        if request.number < 10 { answer.cut(tenth) } else { answer }
    });
    let mut case = Case::new(&server.address);
    case.settings.retries = 1;
    assert!(case.fetch().unwrap().is_published);
    let starts: Vec<_> = server.requests().iter().map(|request| request.from.unwrap_or(0)).collect();
    assert_eq!(starts, (0..=10).map(|n| n * tenth).collect::<Vec<_>>(), "nothing is fetched twice");
}

#[test]
fn interrupted_at_every_tenth_it_goes_on_in_later_calls() {
    let tenth = SIZE / 10;
    let server = Server::new(move |request| {
        let answer = Answer::part(&content(SIZE), request);
        if request.number < 10 { answer.cut(tenth) } else { answer }
    });
    let case = Case::new(&server.address);
    for n in 1..=10 {
        let error = case.fetch().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Download);
        assert!(error.to_string().contains(&format!("after {} of {SIZE} bytes", n * tenth)), "{error}");
        assert!(!case.target().exists());
    }
    assert!(case.fetch().unwrap().is_published);
    assert_eq!(server.requests().last().unwrap().from, Some(10 * tenth));
}

#[test]
fn a_wrong_content_is_not_put_in_place() {
    let mut wrong = content(SIZE);
    wrong[SIZE / 2] ^= 1;
    let declared = [None, Some(sha256(&content(SIZE))), Some("0".repeat(64))];
    for declared in declared {
        let (body, header) = (wrong.clone(), declared.clone());
        let server = Server::new(move |request| {
            let answer = Answer::part(&body, request);
            header
                .iter()
                .fold(answer, |answer, digest| answer.header("X-Linked-ETag", format!("\"{digest}\"")))
        });
        let case = Case::new(&server.address);
        let error = case.fetch().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IntegrityMismatch, "{error}");
        let message = error.to_string();
        let place = case.target().display().to_string();
        for part in [&sha256(&wrong), &case.file.sha256, &case.address, &place, "300007 bytes"] {
            assert!(message.contains(part), "{part}: {message}");
        }
        assert!(declared.is_none_or(|declared| message.contains(&declared)));
        assert!(!case.target().exists() && !case.partial().exists());
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn another_version_is_taken_only_if_the_server_vouches_for_it_and_nobody_is_strict() {
    for size in [SIZE, SIZE / 2, SIZE * 2] {
        let other: Vec<u8> = content(size).iter().map(|byte| byte ^ 0x55).collect();
        let digest = sha256(&other);
        let header = format!("\"{digest}\"");
        let server =
            Server::new(move |request| Answer::part(&other, request).header("X-Linked-ETag", header.clone()));
        let mut case = Case::new(&server.address);
        case.strict = true;
        assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::IntegrityMismatch);
        case.assert_nothing_broken();
        case.strict = false;
        let fetched = case.fetch().unwrap();
        assert!(!fetched.is_published);
        assert_eq!((fetched.sha256, fetched.size), (digest, size as u64));
    }
}

#[test]
fn a_truncated_answer_is_not_a_file() {
    // The server promises more than it sends.
    let server = Server::new(|request| Answer::part(&content(SIZE), request).cut(1000));
    let mut case = Case::new(&server.address);
    case.settings.retries = 2;
    let error = case.fetch().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Download);
    assert!(!case.target().exists() && case.partial().exists());

    // The server itself has only a part.
    let server = Server::new(|_| Answer::whole(&content(SIZE / 2)));
    let case = Case::new(&server.address);
    let error = case.fetch().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IntegrityMismatch);
    assert!(error.to_string().contains("the server has 150003 bytes, expected 300007"), "{error}");

    // Nobody says how long the answer is: it ends with the connection.
    let server = Server::new(|_| Answer { body: content(SIZE / 2), ..Answer::status(200) });
    let case = Case::new(&server.address);
    assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::Download);
    assert!(!case.target().exists());
}

#[test]
fn an_answer_without_an_end_is_refused() {
    let server = Server::new(|_| Answer { body: content(SIZE * 2), ..Answer::status(200) });
    let case = Case::new(&server.address);
    assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::IntegrityMismatch);
    assert!(!case.target().exists());
}

#[test]
fn redirects_are_followed_and_the_token_stays_at_home() {
    let storage = good();
    let there = format!("{}/stored?signature=1", storage.address);
    let server = Server::new(move |request| match request.path.as_str() {
        "/file" => Answer::status(302).header("Location", "/moved"),
        _ => Answer::status(307).header("Location", there.clone()),
    });
    let mut case = Case::new(&server.address);
    case.token = Some(Token { origin: server.address.clone(), secret: "secret".into() });
    assert!(case.fetch().unwrap().is_published);
    let [first, second] = server.requests().try_into().unwrap();
    assert_eq!(first.authorization.as_deref(), Some("Bearer secret"));
    assert_eq!((second.path.as_str(), second.authorization.as_deref()), ("/moved", Some("Bearer secret")));
    let [stored] = storage.requests().try_into().unwrap();
    assert_eq!((stored.path.as_str(), stored.authorization), ("/stored?signature=1", None));
}

#[test]
fn a_circle_of_redirects_ends() {
    let server = Server::new(|_| Answer::status(302).header("Location", "/file"));
    let error = Case::new(&server.address).fetch().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Download);
    assert!(error.to_string().contains("redirects"), "{error}");
}

#[test]
fn refusals_are_final() {
    for (status, hint) in
        [(404, "not there"), (403, "HF_TOKEN"), (401, "HF_TOKEN"), (410, "not there"), (400, "400")]
    {
        let server = Server::new(move |_| Answer::status(status).header("Content-Length", "0"));
        let mut case = Case::new(&server.address);
        case.settings.retries = 3;
        let error = case.fetch().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Download);
        assert!(error.to_string().contains(hint), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_busy_server_is_asked_again() {
    for status in [429, 500, 503] {
        let server = Server::new(move |request| match request.number {
            0 | 1 => Answer::status(status).header("Content-Length", "0").header("Retry-After", "0"),
            _ => Answer::part(&content(SIZE), request),
        });
        let mut case = Case::new(&server.address);
        assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::Download);
        case.settings.retries = 1;
        assert!(case.fetch().unwrap().is_published);
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let case = Case::new(&format!("http://{gone}"));
    let error = case.fetch().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Download);
    assert!(error.to_string().contains(&gone.to_string()), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_part_that_does_not_fit_is_thrown_away() {
    let server = good();
    let longer = content(SIZE + 1);
    let mut damaged = content(SIZE / 2);
    damaged[7] ^= 1;
    let mut whole = content(SIZE);
    whole[7] ^= 1;
    // Too long (416), of another version, and whole but wrong.
    for part in [longer, damaged, whole] {
        let case = Case::new(&server.address);
        std::fs::create_dir_all(case.target().parent().unwrap()).unwrap();
        std::fs::write(case.partial(), part).unwrap();
        assert!(case.fetch().unwrap().is_published);
    }
    // A server that refuses every part and never has the whole file.
    let server = Server::new(|_| Answer::status(416));
    let case = Case::new(&server.address);
    assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::Download);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_whole_part_needs_no_server() {
    let case = Case::new("http://127.0.0.1:9");
    std::fs::create_dir_all(case.target().parent().unwrap()).unwrap();
    std::fs::write(case.partial(), content(SIZE)).unwrap();
    assert!(case.fetch().unwrap().is_published);
}

#[test]
fn a_server_without_ranges_starts_anew() {
    let server = Server::new(|request| {
        let answer = Answer::whole(&content(SIZE));
        if request.number == 0 { answer.cut(SIZE / 3) } else { answer }
    });
    let mut case = Case::new(&server.address);
    case.settings.retries = 1;
    assert!(case.fetch().unwrap().is_published);
    assert_eq!(server.requests()[1].from, Some(SIZE / 3));
}

#[test]
fn a_part_from_elsewhere_in_the_file_is_not_used() {
    let server = Server::new(|request| match request.from {
        Some(from) => Answer { status: 206, ..Answer::whole(&content(SIZE)[from + 1..]) }
            .header("Content-Range", format!("bytes {}-{}/{SIZE}", from + 1, SIZE - 1)),
        None if request.number == 0 => Answer::whole(&content(SIZE)).cut(1000),
        None => Answer::whole(&content(SIZE)),
    });
    let mut case = Case::new(&server.address);
    case.settings.retries = 1;
    assert!(case.fetch().unwrap().is_published);
}

#[test]
fn a_server_that_falls_silent_is_given_up_and_resumed() {
    let server = Server::new(|request| {
        let answer = Answer::part(&content(SIZE), request);
        if request.number < 2 { Answer { stall: Some(50_000), ..answer } } else { answer }
    });
    let mut case = Case::new(&server.address);
    case.settings.timeout = Duration::from_secs(1);
    let error = case.fetch().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Download);
    assert!(error.to_string().contains("after 50000 of 300007 bytes: timeout"), "{error}");
    case.settings.retries = 1;
    assert!(case.fetch().unwrap().is_published);
    assert_eq!(server.requests().last().unwrap().from, Some(100_000));
}

#[test]
fn a_slow_server_is_waited_for() {
    // Longer in all than the limit for each wait.
    let server = Server::new(|request| Answer {
        pause: Duration::from_millis(40),
        ..Answer::part(&content(SIZE), request)
    });
    let mut case = Case::new(&server.address);
    case.settings.timeout = Duration::from_secs(1);
    assert!(case.fetch().unwrap().is_published);
}

#[test]
fn it_can_be_cancelled_at_any_moment() {
    // In the middle of a file that has stopped coming; the limits are far away.
    let server =
        Server::new(|request| Answer { stall: Some(50_000), ..Answer::part(&content(SIZE), request) });
    let mut case = Case::new(&server.address);
    let cancel = case.settings.cancel.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    case.settings.progress = Some(Box::new(move |progress| {
        if progress.done == 50_000 {
            sender.send(()).unwrap();
        }
    }));
    std::thread::spawn(move || {
        receiver.recv().unwrap();
        cancel.cancel();
    });
    assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(std::fs::metadata(case.partial()).unwrap().len(), 50_000);
    assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::Cancelled, "a token stays cancelled");

    // While it waits for the server to recover.
    let server = Server::new(|_| Answer::status(503).header("Retry-After", "30"));
    let mut case = Case::new(&server.address);
    case.settings.retries = 1;
    let cancel = case.settings.cancel.clone();
    std::thread::spawn(move || {
        while server.requests().is_empty() {
            std::thread::yield_now();
        }
        cancel.cancel();
    });
    assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn progress_counts_what_was_there() {
    let server = Server::new(|request| {
        let answer = Answer::part(&content(SIZE), request);
        if request.number == 0 { answer.cut(SIZE / 2) } else { answer }
    });
    let mut case = Case::new(&server.address);
    case.fetch().unwrap_err();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = seen.clone();
    case.settings.progress =
        Some(Box::new(move |progress| log.lock().unwrap().push((progress.done, progress.total))));
    case.fetch().unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.first(), Some(&((SIZE / 2) as u64, SIZE as u64)));
    assert_eq!(seen.last(), Some(&(SIZE as u64, SIZE as u64)));
    assert!(seen.is_sorted());
}

#[test]
fn offline_opens_no_connection() {
    let server = good();
    let mut case = Case::new(&server.address);
    case.settings.offline = true;
    let error = case.fetch().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Offline);
    assert!(error.to_string().contains(&case.target().display().to_string()), "{error}");
    assert!(server.requests().is_empty());
    case.settings.offline = false;
    case.fetch().unwrap();
    case.settings.offline = true;
    assert!(case.fetch().unwrap().is_published, "what is there can be had");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let server = good();
    let mut case = Case::new(&server.address);
    // Even the superuser cannot make a folder in a file.
    let file = case.root.path().join("file");
    std::fs::write(&file, "").unwrap();
    case.settings.folder = file.join("cache");
    let error = case.fetch().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let message = error.to_string();
    assert!(message.contains(&file.display().to_string()) && message.contains("KOKORO_HOME"), "{message}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_damaged_file_in_place_is_replaced() {
    let server = good();
    let case = Case::new(&server.address);
    std::fs::create_dir_all(case.target().parent().unwrap()).unwrap();
    let mut damaged = content(SIZE);
    damaged[0] ^= 1;
    std::fs::write(case.target(), damaged).unwrap();
    assert_eq!(case.fetch().unwrap().outcome, super::super::Outcome::Fetched);
    case.assert_nothing_broken();
}
