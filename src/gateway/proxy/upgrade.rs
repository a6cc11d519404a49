//! A connection whose two ends speak something else from here on, such as WebSocket: bytes pass both ways until one end closes.

use http::header::{CONNECTION, UPGRADE};
use http::{HeaderValue, Response};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use super::masking::Masking;
use crate::gateway::{Reply, onward};

/// Joins the two ends, as the server behind agreed to.
pub fn join(mut response: Response<Incoming>, client: OnUpgrade, masking: &Masking) -> Reply {
    let server = hyper::upgrade::on(&mut response);
    let upgrade = response.headers().get(UPGRADE).cloned();
    let mut reply = onward::passed_back(response);
    masking.apply_to_headers(&mut reply.headers);
    reply.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    upgrade.map(|upgrade| reply.headers.insert(UPGRADE, upgrade));
    tokio::spawn(async move {
        if let (Ok(client), Ok(server)) = (client.await, server.await) {
            // How it ends is for the two ends to see.
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(server)).await;
        }
    });
    reply
}
