//! Upgraded connections, such as WebSocket: bytes are copied in both directions.

use http::header::{CONNECTION, UPGRADE};
use http::{HeaderValue, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;

use crate::gateway::masking::Masking;
use crate::gateway::{ClientUpgrade, Reply, joining, onward};

/// Joins both ends after the upstream server accepted the upgrade.
pub fn join(mut response: Response<Incoming>, client: ClientUpgrade, masking: &Masking) -> Reply {
    let server = hyper::upgrade::on(&mut response);
    let upgrade = response.headers().get(UPGRADE).cloned();
    let mut reply = Reply {
        status: response.status().as_u16(),
        headers: onward::response_headers(response.headers()),
        body: Reply::new(101, "", "").body,
    };
    masking.apply_to_headers(&mut reply.headers);
    reply.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    upgrade.map(|upgrade| reply.headers.insert(UPGRADE, upgrade));
    tokio::spawn(async move {
        let _permit = client.permit;
        if let (Ok(client), Ok(server)) = (client.connection.await, server.await) {
            joining::join(TokioIo::new(client), TokioIo::new(server)).await;
        }
    });
    reply
}
