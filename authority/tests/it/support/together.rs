//! Many at once, and some that give up half-way.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::sync::Barrier;

/// Runs all of `tasks` at once, each in a task of its own; none begins before all are ready.
pub(crate) async fn together<T, F>(tasks: Vec<F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(tasks.len()));
    let running: Vec<_> = tasks
        .into_iter()
        .map(|task| {
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                task.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(running.len());
    for task in running {
        results.push(task.await.expect("no task panics"));
    }
    results
}

/// Runs `future` until it has had to wait `waits` times, then drops it: `None`. What a server does
/// with a handler whose client hangs up.
pub(crate) async fn cut_short<F: Future>(future: F, waits: usize) -> Option<F::Output> {
    CutShort {
        future: Box::pin(future),
        waits,
    }
    .await
}

struct CutShort<F> {
    future: Pin<Box<F>>,
    waits: usize,
}

impl<F: Future> Future for CutShort<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.waits <= 1 => Poll::Ready(None),
            Poll::Pending => {
                self.waits -= 1;
                Poll::Pending
            }
        }
    }
}
