//! Sends new rows of the list as server-sent events.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc;

use super::Page;
use super::row::write_row;
use crate::cli::render::markup::Markup;
use crate::cli::render::redact::Redactor;
use crate::gateway::{Entry, Reply, ReplyBody};
use sigvet_core::request::Request;

/// New rows are sent in batches, so that a burst of requests does not wake the browser for each one.
const PAUSE: Duration = Duration::from_millis(200);
/// A comment is sent after this time without any event, so that a dead connection is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The position of a reader: the run of the server, which changes with a restart, and a place in its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    run: String,
    place: u64,
}

impl Position {
    /// A position.
    pub fn new(run: &str, place: u64) -> Self {
        Self { run: run.to_owned(), place }
    }

    /// The position of a browser: what it received last if it reconnects, otherwise where the page ended.
    pub fn from_request(request: &Request) -> Option<Self> {
        let told = request.headers.first_text("last-event-id").filter(|id| !id.is_empty());
        let query = request.query().and_then(|query| std::str::from_utf8(query).ok());
        let text = told.or_else(|| query?.strip_prefix("after="))?;
        let (run, place) = text.rsplit_once('.')?;
        Some(Self { run: run.to_owned(), place: place.parse().ok()? })
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.run, self.place)
    }
}

/// The event stream from this position.
pub fn reply(page: &Arc<Page>, position: Option<Position>) -> Reply {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(send(Arc::clone(page), position, sender));
    let body: ReplyBody = Pieces(receiver).map_err(|never| match never {}).boxed_unsync();
    let mut reply = Reply::new(200, "text/event-stream", Bytes::new());
    reply.body = body;
    reply
}

/// Sends events until the reader is gone or the server is asked to stop, because an open stream would keep the server
/// from ending.
async fn send(page: Arc<Page>, position: Option<Position>, sender: mpsc::Sender<Bytes>) {
    let mut place = match position {
        Some(position) if position.run == page.run => position.place,
        _ => {
            // The page shows requests from an earlier run of the server.
            let _ = sender.send(Bytes::from_static(b"event: restart\ndata:\n\n")).await;
            return;
        }
    };
    let mut changes = page.journal.subscribe();
    let mut piece = Bytes::from_static(b"retry: 1000\n\n");
    while sender.send(piece).await.is_ok() {
        piece = tokio::select! {
            () = page.stop.asked() => return,
            () = sender.closed() => return,
            () = tokio::time::sleep(HEARTBEAT) => Bytes::from_static(b":\n\n"),
            is_there = async { changes.wait_for(|newest| *newest > place).await.is_ok() } => {
                if !is_there {
                    return;
                }
                tokio::time::sleep(PAUSE).await;
                let entries = page.journal.after(place);
                place = entries.last().map_or(place, |entry| entry.place);
                tokio::task::block_in_place(|| events(&page.run, &entries, &page.redactor())).into()
            }
        };
    }
}

/// An event with the row of each exchange.
pub fn events(run: &str, entries: &[Entry], redactor: &Redactor) -> String {
    let mut text = String::new();
    for entry in entries {
        let mut row = Markup::default();
        write_row(&entry.exchange, redactor, &mut row);
        // A line break would end the data, and the text after it could become a field.
        let row = row.finish().replace(['\r', '\n'], " ");
        let position = Position::new(run, entry.place);
        // Writing to a String cannot fail.
        let _ = write!(text, "event: request\nid: {position}\ndata: {row}\n\n");
    }
    text
}

/// A body that lasts as long as its sender.
struct Pieces(mpsc::Receiver<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.get_mut().0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
