//! usage: kokoro-axum-service [ADDRESS]
//!
//! The model and everything else of the synthesizer are set by the environment variables of `kokoro_core::global`, first of
//! all `KOKORO_MODEL`. The address is `127.0.0.1:8080` unless it is given.

use std::io::Write as _;
use std::time::Duration;

use kokoro_core::{Shutdown, SynthesizerBuilder};
use tokio::net::TcpListener;

/// How long requests may go on when the service is told to end. Container hosts allow ten seconds or more.
const GRACE: Duration = Duration::from_secs(8);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    // Loaded and warm before the port is open: whoever finds it open is served at full speed.
    let synthesizer = SynthesizerBuilder::from_env()?.build()?;
    synthesizer.warm_up()?;
    // The work is done by the synthesizer's threads; one is enough to move bytes.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(&address).await?;
        writeln!(std::io::stdout(), "listening on {}", listener.local_addr()?)?;
        let (ended, has_ended) = tokio::sync::oneshot::channel();
        let service = axum::serve(listener, kokoro_axum_service::router(synthesizer.clone()))
            .with_graceful_shutdown(async move {
                told_to_end().await;
                let _ = ended.send(());
            });
        let service = tokio::spawn(service.into_future());
        let _ = has_ended.await;
        // New connections are refused from here on. Requests that are active are spoken to their end, if that is soon.
        let draining = synthesizer.clone();
        let _ = tokio::task::spawn_blocking(move || draining.shutdown(Shutdown::Drain(GRACE))).await;
        let _ = tokio::time::timeout(Duration::from_secs(1), service).await;
        Ok(())
    })
}

/// Waits for Ctrl-C, or for what a container host sends.
async fn told_to_end() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        std::future::poll_fn(|context| {
            if terminate.poll_recv(context).is_ready() {
                return std::task::Poll::Ready(());
            }
            interrupt.as_mut().poll(context).map(|_| ())
        })
        .await;
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
