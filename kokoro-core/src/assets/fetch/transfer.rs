//! One file, from a server to its place: resumed, checked, and put there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::http::{Client, Reply};
use super::partial::{Lock, partial, put_in_place};
use super::{Fetched, Outcome, Progress, Settings};
use crate::assets::catalogue::PublishedFile;
use crate::assets::digest::{self, Hasher};
use crate::{Error, ErrorKind, Result};

/// Interruptions of one file after which even a server that always sends a little is given up.
const MOST_ATTEMPTS: u32 = 64;

/// The longest pause between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What is fetched.
pub(super) struct Transfer<'a> {
    pub(super) settings: &'a Settings,
    pub(super) file: &'a PublishedFile,
    /// What it is called in progress and messages.
    pub(super) name: &'a str,
    pub(super) address: String,
    pub(super) target: PathBuf,
    /// Whether another content than the catalogue's is refused, even if it is what the server has.
    pub(super) strict: bool,
    /// Looks at the content before it is put in place.
    pub(super) check: fn(&Path) -> Result<()>,
}

/// Why an attempt ended early.
enum Stop {
    /// It may work later.
    Passing(String, Option<Duration>, Option<Error>),
    /// What is there already does not go with what the server has.
    Mismatch,
    Fatal(Error),
}

/// A content that came to its end.
struct Whole {
    digest: String,
    size: u64,
    declared: Option<String>,
    /// Whether a part of it was there before.
    resumed: bool,
}

impl Transfer<'_> {
    /// Fetches the file unless it is there. `client` is asked for when the network is needed.
    pub(super) fn run<'c>(&self, client: impl FnOnce() -> Result<&'c Client>) -> Result<Fetched> {
        if let Some(present) = self.present()? {
            return Ok(present);
        }
        if self.settings.offline {
            return Err(self.error(ErrorKind::Offline, "HF_HUB_OFFLINE forbids to use the network"));
        }
        let lock_path = self.settings.folder.join("locks").join(self.lock_name());
        let folder = self.target.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder).map_err(|error| self.io(folder, error))?;
        let lock = Lock::acquire(&lock_path, &self.settings.cancel);
        let Some(_lock) = lock.map_err(|error| self.io(&lock_path, error))? else {
            return Err(self.cancelled());
        };
        // Another process may have fetched it in the meantime.
        if let Some(present) = self.present()? {
            return Ok(present);
        }
        let client = client()?;
        let _stop = self.settings.cancel.on_cancel(client.stopper());
        let partial = partial(&self.target);
        let whole = self.download(client, &partial)?;
        (self.check)(&partial).inspect_err(|_| drop(std::fs::remove_file(&partial)))?;
        put_in_place(&partial, &self.target).map_err(|error| self.io(&self.target, error))?;
        Ok(Fetched {
            path: self.target.clone(),
            size: whole.size,
            is_published: whole.digest == self.file.sha256,
            sha256: whole.digest,
            outcome: Outcome::Fetched,
        })
    }

    /// The file, if it is in its place with the right content.
    fn present(&self) -> Result<Option<Fetched>> {
        present(&self.target, self.file).map_err(|error| self.io(&self.target, error))
    }

    fn lock_name(&self) -> String {
        let place = self.target.strip_prefix(&self.settings.folder).unwrap_or(&self.target);
        format!("{}.lock", place.to_string_lossy().replace(['/', '\\'], "-"))
    }

    /// Collects the content in `path` until it is whole and right.
    fn download(&self, client: &Client, path: &Path) -> Result<Whole> {
        let mut restarted = false;
        let mut failures = 0;
        for _ in 0..MOST_ATTEMPTS {
            let before = length(path);
            let stop = match self.attempt(client, path) {
                Ok(whole) if self.is_accepted(&whole) => return Ok(whole),
                Ok(whole) => {
                    let error = self.wrong(&whole);
                    std::fs::remove_file(path).map_err(|error| self.io(path, error))?;
                    // What was there before may have been of another version, or damaged.
                    if !whole.resumed || restarted {
                        return Err(error);
                    }
                    Stop::Mismatch
                }
                Err(_) if self.settings.cancel.is_cancelled() => return Err(self.cancelled()),
                Err(stop) => stop,
            };
            match stop {
                Stop::Fatal(error) => return Err(error),
                Stop::Mismatch if restarted => {
                    let what = "the server does not send the part that it was asked for";
                    return Err(self.error(ErrorKind::Download, what));
                }
                Stop::Mismatch => {
                    restarted = true;
                    tracing::info!(name = self.name, "what was fetched before does not fit: starting anew");
                    drop(std::fs::remove_file(path));
                }
                Stop::Passing(what, wait, source) => {
                    failures = if length(path) > before { 1 } else { failures + 1 };
                    if failures > self.settings.retries {
                        let error = self.error(ErrorKind::Download, &what);
                        return Err(match source {
                            Some(source) => error.with_source(source),
                            None => error,
                        });
                    }
                    tracing::info!(name = self.name, "{what}; trying again");
                    self.wait(
                        wait.unwrap_or_else(|| self.settings.retry_wait * 2_u32.pow(failures.min(10))),
                    )?;
                }
            }
        }
        Err(self.error(ErrorKind::Download, &format!("interrupted {MOST_ATTEMPTS} times")))
    }

    /// One request, and what comes of it.
    fn attempt(&self, client: &Client, path: &Path) -> Result<Whole, Stop> {
        let io = |error| Stop::Fatal(self.io(path, error));
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path).map_err(io)?;
        let mut hasher = Hasher::default();
        let go_on = || !self.settings.cancel.is_cancelled();
        let mut done = digest::feed(&mut hasher, &mut file, go_on).map_err(io)?;
        if done == self.file.size {
            // Whole, but not put in its place by the process that wrote it.
            let digest = hasher.finish();
            return Ok(Whole { digest, size: done, declared: None, resumed: true });
        }
        let mut reply = client.get(&self.address, done, "*/*").map_err(|failure| {
            let source = failure.source.map(|source| Error::new(ErrorKind::Download, source.to_string()));
            if failure.passing {
                return Stop::Passing(failure.what, None, source);
            }
            Stop::Fatal(self.error(ErrorKind::Download, &failure.what))
        })?;
        let resumed = self.accept(&reply, done)?;
        if !resumed {
            hasher = Hasher::default();
            done = 0;
            file.set_len(0).map_err(io)?;
            file.rewind().map_err(io)?;
        }
        let size = reply.total.unwrap_or(self.file.size);
        let content = Content { file: &mut file, path, hasher: &mut hasher, done, size };
        self.copy(&mut reply, content)?;
        file.sync_all().map_err(io)?;
        Ok(Whole { digest: hasher.finish(), size, declared: reply.declared, resumed })
    }

    /// Whether the reply goes on at byte `done` (true) or is the file from its beginning (false).
    fn accept(&self, reply: &Reply, done: u64) -> Result<bool, Stop> {
        let fatal = |kind, what: &str| Err(Stop::Fatal(self.error(kind, what)));
        match reply.status {
            200 => {}
            206 if reply.start == Some(done) => {}
            206 | 416 => return Err(Stop::Mismatch),
            401 | 403 => {
                let what = format!(
                    "the server refuses it (HTTP {}): if the file needs an account, set HF_TOKEN",
                    reply.status
                );
                return fatal(ErrorKind::Download, &what);
            }
            408 | 429 | 500.. => {
                let what = format!("the server cannot send it now (HTTP {})", reply.status);
                let wait = reply.retry_after.map(|wait| wait.min(LONGEST_WAIT));
                return Err(Stop::Passing(what, wait, None));
            }
            404 | 410 => {
                let what = format!("it is not there (HTTP {}, {})", reply.status, reply.address);
                return fatal(ErrorKind::Download, &what);
            }
            status => return fatal(ErrorKind::Download, &format!("unexpected answer, HTTP {status}")),
        }
        if let Some(total) = reply.total
            && total != self.file.size
            && (self.strict || reply.declared.is_none())
        {
            let what = format!("the server has {total} bytes, expected {}", self.file.size);
            return fatal(ErrorKind::IntegrityMismatch, &what);
        }
        Ok(reply.status == 206)
    }

    fn copy(&self, reply: &mut Reply, content: Content<'_>) -> Result<(), Stop> {
        let Content { file, path, hasher, mut done, size } = content;
        let mut reader = reply.body.as_reader();
        let mut buffer = vec![0; 1 << 16];
        self.progress(done, size);
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == IoKind::Interrupted => continue,
                Err(error) => {
                    let what = format!("interrupted after {done} of {size} bytes: {error}");
                    return Err(Stop::Passing(what, None, None));
                }
            };
            if self.settings.cancel.is_cancelled() {
                return Err(Stop::Fatal(self.cancelled()));
            }
            if count == 0 && done < size {
                return Err(Stop::Passing(format!("ended after {done} of {size} bytes"), None, None));
            }
            if count == 0 {
                return Ok(());
            }
            if done + count as u64 > size {
                let what = format!("the server sends more than {size} bytes");
                return Err(Stop::Fatal(self.error(ErrorKind::IntegrityMismatch, &what)));
            }
            let bytes = buffer.get(..count).unwrap_or_default();
            file.write_all(bytes).map_err(|error| Stop::Fatal(self.io(path, error)))?;
            hasher.update(bytes);
            done += count as u64;
            self.progress(done, size);
        }
    }

    fn progress(&self, done: u64, total: u64) {
        if let Some(progress) = &self.settings.progress {
            progress(&Progress { name: self.name, done, total });
        }
    }

    /// Whether the content is the published one or, unless that is demanded, the one that the server vouches for.
    fn is_accepted(&self, whole: &Whole) -> bool {
        if whole.digest == self.file.sha256 {
            return true;
        }
        let vouched_for = whole.declared.as_ref() == Some(&whole.digest);
        if vouched_for && !self.strict {
            tracing::warn!(
                name = self.name,
                address = %self.address,
                found = %whole.digest,
                published = %self.file.sha256,
                "the server has another file than the one this library knows"
            );
        }
        vouched_for && !self.strict
    }

    fn wrong(&self, whole: &Whole) -> Error {
        let declared = match &whole.declared {
            Some(declared) => format!(" (the server declares {declared})"),
            None => String::new(),
        };
        let what = format!(
            "what came has SHA-256 {} and {} bytes, expected {}{declared}",
            whole.digest, whole.size, self.file.sha256
        );
        self.error(ErrorKind::IntegrityMismatch, &what)
    }

    fn wait(&self, wait: Duration) -> Result<()> {
        let end = Instant::now() + wait.min(LONGEST_WAIT);
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            if self.settings.cancel.is_cancelled() {
                return Err(self.cancelled());
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
        Ok(())
    }

    fn cancelled(&self) -> Error {
        Error::new(ErrorKind::Cancelled, format!("fetching `{}` was cancelled", self.name))
    }

    fn io(&self, path: &Path, error: std::io::Error) -> Error {
        let hint = match error.kind() {
            IoKind::StorageFull | IoKind::FileTooLarge | IoKind::QuotaExceeded => "make room for it, or ",
            _ => "",
        };
        let what = format!(
            "`{}` cannot be written: {error}; {hint}name another folder with KOKORO_HOME",
            path.display()
        );
        self.error(ErrorKind::Io, &what).with_source(error)
    }

    fn error(&self, kind: ErrorKind, what: &str) -> Error {
        Error::new(
            kind,
            format!(
                "cannot fetch `{}` from {}: {what}. To place it by hand, get that file ({} bytes, SHA-256 {}) and save \
                 it as `{}`",
                self.name,
                self.address,
                self.file.size,
                self.file.sha256,
                self.target.display()
            ),
        )
    }
}

/// Where a content goes, and how much of it is there.
struct Content<'a> {
    file: &'a mut File,
    path: &'a Path,
    hasher: &'a mut Hasher,
    done: u64,
    size: u64,
}

/// The file at `path`, if it is there and is the published one.
pub(super) fn present(path: &Path, file: &PublishedFile) -> std::io::Result<Option<Fetched>> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() == file.size => {}
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == IoKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let sha256 = digest::of_file(path)?;
    Ok((sha256 == file.sha256).then(|| Fetched {
        path: path.to_owned(),
        size: file.size,
        sha256,
        is_published: true,
        outcome: Outcome::Present,
    }))
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}
