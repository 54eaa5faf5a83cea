//! What other processes and the system do to one that fetches.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::server::{Answer, Server};
use super::*;
use crate::ErrorKind;

/// Runs the ignored test `name` in a process of its own, through a shell that first runs `before`.
fn child(case: &Case, name: &str, before: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    let script = format!("{before} exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script])
        .arg(program)
        .args(["--ignored", "--exact", &format!("assets::fetch::tests::processes::{name}")])
        .env("FETCH_FOLDER", case.root.path())
        .env("FETCH_ADDRESS", &case.address)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn succeeds(child: Child) -> bool {
    let output = child.wait_with_output().unwrap();
    output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed")
}

/// In the process of its own.
fn fetch_here() -> crate::Result<Fetched> {
    let folder = PathBuf::from(std::env::var_os("FETCH_FOLDER").unwrap());
    fetch(&settings(&folder), &published(), &std::env::var("FETCH_ADDRESS").unwrap(), false, None)
}

fn slow() -> Server {
    Server::new(|request| Answer { pause: Duration::from_millis(3), ..Answer::part(&content(SIZE), request) })
}

#[test]
#[cfg(unix)]
fn two_processes_fetch_once() {
    let server = slow();
    let case = Case::new(&server.address);
    let children = [(); 4].map(|()| child(&case, "fetches", ""));
    assert!(children.into_iter().all(succeeds));
    assert_eq!(server.requests().len(), 1);
    case.assert_nothing_broken();
    assert!(case.target().exists());
}

#[test]
#[cfg(unix)]
fn a_killed_process_leaves_nothing_broken() {
    let server = slow();
    let case = Case::new(&server.address);
    let (mut in_the_middle, mut whole) = (0, 0);
    for n in 0..50_u64 {
        let mut child = child(&case, "fetches", "");
        // Anywhere in the next quarter of the file, wherever the last one was killed; sometimes before it has begun.
        let further = n * 7919 % 50 * SIZE as u64 / 200;
        let moment = std::fs::metadata(case.partial()).map_or(0, |part| part.len()) + further;
        while further > 0 && child.try_wait().unwrap().is_none() {
            if std::fs::metadata(case.partial()).is_ok_and(|part| part.len() >= moment) {
                break;
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        case.assert_nothing_broken();
        in_the_middle += usize::from(case.partial().exists());
        if case.target().exists() {
            whole += 1;
            std::fs::remove_file(case.target()).unwrap();
        }
    }
    assert!(in_the_middle > 5, "{in_the_middle} of 50 were killed in the middle, {whole} came to the end");
    assert!(succeeds(child(&case, "fetches", "")), "what is left does not hinder the next");
    assert_eq!(sha256(&std::fs::read(case.target()).unwrap()), case.file.sha256);
}

/// The limit stands for a full disk: the system refuses to write on in the same way.
#[test]
#[cfg(unix)]
fn a_full_disk_is_told_and_what_came_is_kept() {
    let server = Server::new(|request| Answer::part(&content(SIZE), request));
    let case = Case::new(&server.address);
    // In blocks of 512 bytes.
    assert!(succeeds(child(&case, "finds_the_disk_full", "trap '' XFSZ; ulimit -f 200;")));
    assert!(!case.target().exists());
    assert_eq!(std::fs::metadata(case.partial()).unwrap().len(), 200 * 512);
    assert!(case.fetch().unwrap().is_published);
    assert_eq!(server.requests().last().unwrap().from, Some(200 * 512));
}

#[test]
fn who_waits_for_another_process_can_be_cancelled() {
    let case = Case::new("http://127.0.0.1:9");
    let locks = case.root.path().join("locks");
    std::fs::create_dir_all(&locks).unwrap();
    let lock = std::fs::File::create(locks.join("release-file.onnx.lock")).unwrap();
    lock.lock().unwrap();
    let cancel = case.settings.cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        cancel.cancel();
    });
    assert_eq!(case.fetch().unwrap_err().kind(), ErrorKind::Cancelled);
}

/// What `strace` sees of the network calls of the ignored test `name`; `None` where it cannot be used.
#[cfg(target_os = "linux")]
fn network_calls(case: &Case, name: &str) -> Option<String> {
    let log = case.root.path().join("strace.log");
    let before = format!("exec strace -f -qq -e trace=network -o {}", log.display());
    let traced = Command::new("strace").arg("true").stderr(Stdio::null()).status();
    if !traced.is_ok_and(|status| status.success()) {
        return None;
    }
    // The shell becomes strace, whose arguments end with those of the shell.
    let mut child = child(case, name, &format!("{before} \"$0\" \"$@\";"));
    assert!(child.wait().unwrap().success());
    Some(std::fs::read_to_string(log).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn offline_opens_no_socket() {
    let server = Server::new(|request| Answer::part(&content(SIZE), request));
    let case = Case::new(&server.address);
    let Some(offline) = network_calls(&case, "is_refused_offline") else {
        eprintln!("skipped: strace is not there or not allowed");
        return;
    };
    assert_eq!(offline, "");
    let online = network_calls(&case, "fetches").unwrap();
    assert!(online.contains("connect("), "what would be seen: {online}");
}

#[test]
#[ignore = "run by offline_opens_no_socket in a process of its own"]
fn is_refused_offline() {
    let folder = PathBuf::from(std::env::var_os("FETCH_FOLDER").unwrap());
    let settings = Settings { offline: true, ..settings(&folder) };
    let address = std::env::var("FETCH_ADDRESS").unwrap();
    let error = fetch(&settings, &published(), &address, false, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Offline);
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn fetches() {
    fetch_here().unwrap();
}

#[test]
#[ignore = "run by a_full_disk_is_told_and_what_came_is_kept in a process of its own"]
fn finds_the_disk_full() {
    let error = fetch_here().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("make room"), "{error}");
}
