//! Published models and voices: what there is, where it is, and fetching it.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use kokoro_core::assets::{self, Fetched, Fetcher, Found, Outcome};
use kokoro_core::{CancelToken, Result};
use pyo3::prelude::*;

use crate::errors::{OrRaise, raise};
use crate::report::VoiceFields;

/// How long a signal may have to wait for its handler.
const SLICE: Duration = Duration::from_millis(40);

/// Where something is, and why it was looked for there.
type FoundFields = (PathBuf, &'static str);

fn found(found: Found) -> FoundFields {
    (found.path, found.origin.as_str())
}

#[pyfunction]
pub(crate) fn find_model(py: Python<'_>, name: &str) -> PyResult<FoundFields> {
    py.detach(|| assets::find_model(name)).or_raise(py).map(found)
}

#[pyfunction]
pub(crate) fn find_voices(py: Python<'_>) -> PyResult<FoundFields> {
    py.detach(assets::find_voices).or_raise(py).map(found)
}

#[pyfunction]
pub(crate) fn cache_dir(py: Python<'_>) -> PyResult<PathBuf> {
    assets::cache_dir().or_raise(py)
}

/// Name, precision and bytes of every published model; every published voice and its bytes.
type CatalogueFields = (Vec<(String, String, u64)>, Vec<(VoiceFields, u64)>);

#[pyfunction]
pub(crate) fn catalogue() -> CatalogueFields {
    let catalogue = assets::catalogue();
    let models = catalogue.models.iter().map(|m| (m.name.clone(), m.precision.clone(), m.file.size));
    let voices = catalogue.voices.iter().map(|voice| (VoiceFields::from(&voice.info), voice.file.size));
    (models.collect(), voices.collect())
}

/// `kokoro_rs.PlannedFile`.
#[derive(IntoPyObject)]
pub(crate) struct PlanFields {
    name: String,
    address: String,
    path: PathBuf,
    size: u64,
    is_present: bool,
}

/// What `fetch` would do. No network is used.
#[pyfunction]
pub(crate) fn plan(
    py: Python<'_>,
    model: Option<&str>,
    voices: Vec<String>,
    runtime: bool,
) -> PyResult<Vec<PlanFields>> {
    let plan = || {
        let fetcher = Fetcher::from_env()?;
        let mut plans = Vec::new();
        if let Some(model) = model {
            plans.push(fetcher.plan_model(model)?);
        }
        plans.extend(fetcher.plan_voices(voices.iter().map(String::as_str))?);
        if runtime {
            plans.push(fetcher.plan_runtime()?);
        }
        Result::Ok(plans)
    };
    let plans = py.detach(plan).or_raise(py)?;
    let fields = plans.into_iter().map(|plan| PlanFields {
        name: plan.name,
        address: plan.address,
        path: plan.path,
        size: plan.size,
        is_present: plan.is_present,
    });
    Ok(fields.collect())
}

/// `kokoro_rs.FetchedFile`.
#[derive(IntoPyObject)]
pub(crate) struct FetchedFields {
    path: PathBuf,
    size: u64,
    sha256: String,
    is_published: bool,
    was_fetched: bool,
}

impl From<Fetched> for FetchedFields {
    fn from(fetched: Fetched) -> Self {
        Self {
            path: fetched.path,
            size: fetched.size,
            sha256: fetched.sha256,
            is_published: fetched.is_published,
            was_fetched: fetched.outcome != Outcome::Present,
        }
    }
}

/// A piece of a file has come: its name, bytes that are there, bytes of the whole.
type Piece = (String, u64, u64);

/// Fetches what is missing. `progress` is called with name, bytes and bytes of the whole, in the calling thread and some 25
/// times a second at most; what it raises, and what a signal's handler raises, ends the fetch.
#[pyfunction]
pub(crate) fn fetch(
    py: Python<'_>,
    model: Option<String>,
    voices: Vec<String>,
    runtime: bool,
    strict: bool,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Vec<FetchedFields>> {
    let cancel = CancelToken::new();
    let (pieces, mut news) = mpsc::channel::<Piece>();
    let fetcher = Fetcher::from_env().or_raise(py)?.strict(strict).cancel_token(cancel.clone());
    let fetcher = fetcher.on_progress(move |file| {
        // Nobody listens any more only after a cancellation.
        drop(pieces.send((file.name.to_owned(), file.done, file.total)));
    });
    let work = move || {
        let mut fetched = Vec::new();
        if let Some(model) = model {
            fetched.push(fetcher.model(&model)?);
        }
        fetched.extend(fetcher.voices(voices.iter().map(String::as_str))?);
        if runtime {
            fetched.push(fetcher.runtime()?);
        }
        Result::Ok(fetched)
    };
    let worker = std::thread::Builder::new().name("kokoro-fetch".into()).spawn(work)?;
    // The sender goes with the worker's closure, so this ends with it.
    let mut outcome = Ok(());
    while outcome.is_ok() {
        let (latest, is_over) = py.detach(|| latest(&mut news));
        let told = latest.into_iter().try_for_each(|piece| match &progress {
            Some(progress) => progress.call1(piece).map(drop),
            None => Ok(()),
        });
        outcome = told.and_then(|()| py.check_signals());
        if is_over {
            break;
        }
    }
    if outcome.is_err() {
        cancel.cancel();
    }
    let fetched = py.detach(|| worker.join());
    outcome?;
    let fetched = fetched.map_err(|_| internal(py))?.map_err(|error| raise(py, &error))?;
    Ok(fetched.into_iter().map(FetchedFields::from).collect())
}

fn internal(py: Python<'_>) -> PyErr {
    let message = "fetching panicked: please report it";
    crate::errors::raise_kind(py, kokoro_core::ErrorKind::Internal, message, None)
}

/// Of each file the last piece that came within a slice of time; whether no more will come.
fn latest(news: &mut mpsc::Receiver<Piece>) -> (Vec<Piece>, bool) {
    let begin = std::time::Instant::now();
    let mut latest: Vec<Piece> = Vec::new();
    loop {
        match news.recv_timeout(SLICE.saturating_sub(begin.elapsed())) {
            Ok(piece) => match latest.last_mut().filter(|last| last.0 == piece.0) {
                Some(last) => *last = piece,
                None => latest.push(piece),
            },
            Err(RecvTimeoutError::Timeout) => return (latest, false),
            Err(RecvTimeoutError::Disconnected) => return (latest, true),
        }
    }
}
