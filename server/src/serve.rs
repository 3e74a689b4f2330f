//! Accepting connections, with limits, until told to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{Router, extract::ConnectInfo};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower::ServiceExt as _;

use crate::{jobs::Jobs, middleware::IN_FLIGHT, operations, routes::router, state::AppState};

/// So many connections at once; the next ones wait in the system's queue.
const CONNECTIONS: usize = 10_000;

/// So many at once ask for metrics.
const METRICS_CONNECTIONS: usize = 16;

/// The head of a request must have arrived within this.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// So much head is read.
const HEAD_BYTES: u32 = 32 * 1024;

/// So many requests of one HTTP/2 connection are worked on at once.
const STREAMS: u32 = 64;

/// After being told to stop, what is under way gets so long.
const FINISH_LIMIT: Duration = Duration::from_secs(30);

/// Serves until `stop` resolves, then finishes what it began: requests under way, what was seen
/// and is not written, the seal of the record.
///
/// # Errors
/// When the listener cannot go on.
pub async fn serve(
    state: AppState,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let jobs = Jobs::start(state.authority());
    let telling = metrics.map(|listener| tokio::spawn(tell_metrics(state.clone(), listener)));
    let app = router(state.clone());
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let permit = Arc::clone(&connections)
            .acquire_owned()
            .await
            .context("the limit of connections is gone")?;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, for example: others will close some.
                tracing::warn!(error = %error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let connection = connection(app.clone(), stream, peer, &graceful);
        let open = Open::new(&state);
        tokio::spawn(async move {
            connection.await;
            drop((permit, open));
        });
    }
    drop(listener);
    if let Some(telling) = telling {
        telling.abort();
    }
    tracing::info!("stopping: finishing what is under way");
    let finished = async {
        graceful.shutdown().await;
        IN_FLIGHT.finished().await;
    };
    if tokio::time::timeout(FINISH_LIMIT, finished).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    jobs.finish().await;
    state
        .authority()
        .database()
        .clone()
        .close()
        .await
        .context("closing the database")?;
    tracing::info!("stopped");
    Ok(())
}

/// A connection that is counted while it is open.
struct Open(AppState);

impl Open {
    fn new(state: &AppState) -> Self {
        state.metrics().connected(true);
        Self(state.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.metrics().connected(false);
    }
}

/// Tells metrics to whoever reaches this listener, until it is aborted.
async fn tell_metrics(state: AppState, listener: TcpListener) {
    let app = Router::new()
        .route("/metrics", axum::routing::get(operations::open_metrics))
        .with_state(state);
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(METRICS_CONNECTIONS));
    // Nobody closes the semaphore.
    while let Ok(permit) = Arc::clone(&connections).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let connection = connection(app.clone(), stream, peer, &graceful);
                tokio::spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection for metrics was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn connection(
    app: Router,
    stream: TcpStream,
    peer: SocketAddr,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "no TCP_NODELAY");
    }
    let service = app.map_request(move |request: http::Request<hyper::body::Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_header_list_size(HEAD_BYTES)
        .max_concurrent_streams(STREAMS);
    let connection = builder
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    let connection = graceful.watch(connection);
    async move {
        if let Err(error) = connection.await {
            tracing::debug!(error = %error, "a connection ended early");
        }
    }
}

/// Resolves when the program is told to stop: SIGTERM or SIGINT. Heard from this call on, whenever
/// the result is looked at.
///
/// # Errors
/// When the system does not let signals be heard.
pub fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
