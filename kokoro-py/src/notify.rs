//! Telling Python that something happened, from threads that must never wait for Python.
//!
//! The scheduler's threads wake who waits for a chunk. Were they to call Python, each would wait for the interpreter lock, and
//! with it the model. So they only send; a thread of its own, one for each synthesizer that is used asynchronously, calls.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use pyo3::prelude::*;

type Callback = Py<PyAny>;

/// Starts its thread when it is first needed. The thread ends with the last sender.
#[derive(Default)]
pub(crate) struct Notifier(Mutex<Option<Sender<Callback>>>);

impl Notifier {
    /// A waker that calls `callback` once, without arguments, on the notifier's thread.
    pub(crate) fn waker(&self, callback: Callback) -> io::Result<Waker> {
        let call = Call { callback: Mutex::new(Some(callback)), sender: self.sender()? };
        Ok(Waker::from(Arc::new(call)))
    }

    fn sender(&self) -> io::Result<Sender<Callback>> {
        let mut sender = lock(&self.0);
        if let Some(sender) = &*sender {
            return Ok(sender.clone());
        }
        let (new, receiver) = mpsc::channel();
        std::thread::Builder::new().name("kokoro-notify".into()).spawn(move || run(&receiver))?;
        *sender = Some(new.clone());
        Ok(new)
    }
}

struct Call {
    callback: Mutex<Option<Callback>>,
    sender: Sender<Callback>,
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(callback) = lock(&self.callback).take() {
            // Nobody receives only when the thread is gone, and with it everybody who waited.
            drop(self.sender.send(callback));
        }
    }
}

fn run(receiver: &Receiver<Callback>) {
    while let Ok(first) = receiver.recv() {
        let called = Python::try_attach(|py| {
            for callback in std::iter::once(first).chain(receiver.try_iter()) {
                // The event loop was closed meanwhile: nobody waits any more.
                drop(callback.call0(py));
            }
        });
        if called.is_none() {
            // The interpreter is going away.
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
