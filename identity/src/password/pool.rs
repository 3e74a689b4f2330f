//! A bounded pool of threads at low priority: so many jobs at once, so many that wait, and for
//! everybody else an answer at once that there is no room.
//!
//! Threads of its own and not the runtime's: those for blocking work are hundreds, at the same
//! priority as everything else, and a storm of sign-ins on them would starve the checks.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Why a job gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PoolError {
    /// The queue is full, or the wait in it was too long.
    Full,
    /// The job panicked.
    Panicked,
}

pub(super) struct Pool {
    jobs: SyncSender<Job>,
    state: Arc<State>,
    threads: usize,
}

#[derive(Debug, Default)]
struct State {
    /// Jobs that wait or run.
    pending: AtomicUsize,
    /// How long a job takes, in microseconds; zero before the first one.
    usual: AtomicU64,
}

impl Pool {
    /// Nobody waits longer for an answer. A full queue is through long before.
    const WAIT_LIMIT: Duration = Duration::from_secs(20);

    /// The longest that anybody is told to stay away.
    const RETRY_LIMIT: Duration = Duration::from_mins(1);

    pub(super) fn start(threads: usize, queue: usize) -> std::io::Result<Self> {
        let (jobs, receiver) = sync_channel(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 1..=threads {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || {
                    lower_priority();
                    work(&receiver);
                })?;
        }
        Ok(Self {
            jobs,
            state: Arc::default(),
            threads,
        })
    }

    /// Has `work` done on the pool. A job whose caller has gone by the time its turn comes is left
    /// out.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (reply, answer) = oneshot::channel();
        let pending = Pending::new(&self.state);
        let job: Job = Box::new(move || {
            if reply.is_closed() {
                return;
            }
            let result = pending.measure(work);
            // Nobody waits any more: then nobody misses the result.
            let _ = reply.send(result);
        });
        match self.jobs.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(PoolError::Full),
            // Threads outlive the sender that is asked here.
            Err(TrySendError::Disconnected(_)) => return Err(PoolError::Panicked),
        }
        match tokio::time::timeout(Self::WAIT_LIMIT, answer).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(_)) => Err(PoolError::Panicked),
            Err(_) => Err(PoolError::Full),
        }
    }

    /// When there should be room again: how long the jobs that are here will take, between a second
    /// and a minute.
    pub(super) fn retry_after(&self) -> Duration {
        let pending = self.state.pending.load(Ordering::Relaxed) as u64;
        let usual = self.state.usual.load(Ordering::Relaxed);
        let threads = (self.threads as u64).max(1);
        let wait = Duration::from_micros(usual.saturating_mul(pending) / threads);
        Duration::from_secs(wait.as_secs() + 1).min(Self::RETRY_LIMIT)
    }

    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// Jobs that wait or run.
    pub(super) fn pending(&self) -> usize {
        self.state.pending.load(Ordering::Relaxed)
    }
}

/// A job that was handed in and is not through yet. Counts itself off however it ends.
struct Pending(Arc<State>);

impl Pending {
    fn new(state: &Arc<State>) -> Self {
        state.pending.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(state))
    }

    fn measure<T>(self, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = work();
        let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let usual = self.0.usual.load(Ordering::Relaxed);
        // A moving average. Two threads may overwrite each other's; it is an estimate.
        let next = if usual == 0 {
            took
        } else {
            (usual / 8) * 7 + took / 8
        };
        self.0.usual.store(next, Ordering::Relaxed);
        result
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::Relaxed);
    }
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting: the others wait for the lock instead.
        let job = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(job) = job else {
            // Every handle on the pool is gone.
            return;
        };
        // Whoever waits for it sees that no answer came; the thread goes on to the next one.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a password job panicked");
        }
    }
}

/// Puts this thread behind those that answer requests.
fn lower_priority() {
    // On Linux, niceness belongs to the thread (setpriority(2), "C library/kernel differences");
    // elsewhere it would slow down the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(10) {
        tracing::warn!(%error, "password threads stay at normal priority");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_panic_costs_one_answer_and_no_thread() {
        let pool = Pool::start(1, 4).unwrap();
        for _ in 0..3 {
            let result = pool.run(|| -> u8 { panic!("on purpose") }).await;
            assert_eq!(result, Err(PoolError::Panicked));
        }
        assert_eq!(pool.run(|| 7).await, Ok(7));
        assert_eq!(pool.retry_after(), Duration::from_secs(1));
    }

    #[tokio::test]
    async fn i12_a_full_pool_answers_at_once() {
        let pool = Arc::new(Pool::start(1, 1).unwrap());
        let (started, has_started) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let running = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move {
                pool.run(move || {
                    started.send(()).unwrap();
                    held.recv().unwrap();
                })
                .await
            }
        });
        // Let the task hand its job in, then wait until the one thread is held.
        tokio::task::yield_now().await;
        has_started.recv().unwrap();

        let mut waiting = Box::pin(pool.run(|| 1));
        assert!(poll_once(waiting.as_mut()).await.is_none());
        assert_eq!(pool.run(|| 2).await, Err(PoolError::Full));
        // Whoever goes away gives the place back only when its turn comes, without work.
        release.send(()).unwrap();
        assert_eq!(waiting.await, Ok(1));
        running.await.unwrap().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn i12_jobs_run_on_named_threads_behind_all_others() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let pool = Pool::start(1, 1).unwrap();
        let (name, of_job) = pool
            .run(move || (thread::current().name().map(str::to_owned), niceness()))
            .await
            .unwrap();
        assert_eq!(name.as_deref(), Some("password-1"));
        assert_eq!(of_job, (niceness() + 10).min(19));
    }

    #[tokio::test]
    async fn a_job_whose_caller_left_is_not_done() {
        let pool = Pool::start(1, 2).unwrap();
        let (started, has_started) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let mut running = Box::pin(pool.run(move || {
            started.send(()).unwrap();
            held.recv().unwrap();
        }));
        assert!(poll_once(running.as_mut()).await.is_none());
        has_started.recv().unwrap();

        let done = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&done);
        let mut left = Box::pin(pool.run(move || counter.fetch_add(1, Ordering::SeqCst)));
        assert!(poll_once(left.as_mut()).await.is_none());
        drop(left);
        release.send(()).unwrap();
        running.await.unwrap();
        // The next job comes after the one that was left.
        pool.run(|| ()).await.unwrap();
        assert_eq!(done.load(Ordering::SeqCst), 0);
    }

    /// Polls once.
    async fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        let mut future = Some(future);
        std::future::poll_fn(move |context| {
            let polled = future.take().map(|future| future.poll(context));
            std::task::Poll::Ready(match polled {
                Some(std::task::Poll::Ready(output)) => Some(output),
                _ => None,
            })
        })
        .await
    }
}
