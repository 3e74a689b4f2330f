//! A body that is made while it is read, and that ends badly where it is not whole.

use std::{io, time::Duration};

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// Whoever does not read for so long is given up: their place is another one's.
const PATIENCE: Duration = Duration::from_mins(1);

/// So many batches are made ahead.
const AHEAD: usize = 2;

enum Piece {
    Part(Bytes),
    End,
}

/// Where the parts of a body are handed in.
pub(super) struct Outlet {
    sender: mpsc::Sender<Piece>,
    _place: OwnedSemaphorePermit,
}

/// Whoever reads has gone, or has stopped reading.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads any more")]
pub(super) struct Unread;

impl Outlet {
    /// Hands in the next part.
    pub(super) async fn part(&self, part: Vec<u8>) -> Result<(), Unread> {
        if part.is_empty() {
            return Ok(());
        }
        self.send(Piece::Part(part.into())).await
    }

    /// Says that it is whole. A body of which nobody has said so breaks off, which every client of
    /// HTTP can tell: the last chunk does not come (RFC 9112 §7.1).
    pub(super) async fn end(self) -> Result<(), Unread> {
        self.send(Piece::End).await
    }

    async fn send(&self, piece: Piece) -> Result<(), Unread> {
        tokio::time::timeout(PATIENCE, self.sender.send(piece))
            .await
            .map_err(|_| Unread)?
            .map_err(|_| Unread)
    }
}

/// A body, and where its parts are handed in. `place` is kept until the parts have an end.
pub(super) fn body(place: OwnedSemaphorePermit) -> (Outlet, Body) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let parts = stream::unfold(Some(receiver), |receiver| async {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Piece::Part(part)) => Some((Ok(part), Some(receiver))),
            Some(Piece::End) => None,
            None => Some((Err(io::Error::other("the export broke off")), None)),
        }
    });
    let outlet = Outlet {
        sender,
        _place: place,
    };
    (outlet, Body::from_stream(parts))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http_body_util::BodyExt as _;
    use tokio::sync::Semaphore;

    use super::*;

    async fn place(of: &Arc<Semaphore>) -> OwnedSemaphorePermit {
        Arc::clone(of).acquire_owned().await.unwrap()
    }

    #[tokio::test]
    async fn a_body_is_whole_only_where_somebody_said_so() {
        let places = Arc::new(Semaphore::new(1));
        for is_whole in [true, false] {
            let (outlet, body) = body(place(&places).await);
            outlet.part(b"one".to_vec()).await.unwrap();
            outlet.part(Vec::new()).await.unwrap();
            if is_whole {
                outlet.end().await.unwrap();
            } else {
                drop(outlet);
            }
            let read = body.collect().await;
            assert_eq!(read.is_ok(), is_whole);
            assert_eq!(places.available_permits(), 1);
        }
    }

    #[tokio::test]
    async fn whoever_goes_away_gives_their_place_up() {
        let places = Arc::new(Semaphore::new(1));
        let (outlet, body) = body(place(&places).await);
        drop(body);
        assert!(outlet.part(b"one".to_vec()).await.is_err());
        drop(outlet);
        assert_eq!(places.available_permits(), 1);
    }
}
