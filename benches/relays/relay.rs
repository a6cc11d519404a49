//! The simplest possible relay: hyper on both sides, one upstream connection for each client connection, nothing
//! inspected.

use std::net::SocketAddr;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

/// Relays requests to `$LISTEN` until the process ends.
pub(crate) fn run(to: SocketAddr) {
    let listen: SocketAddr = std::env::var("LISTEN").unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let listener = TcpListener::bind(listen).await.unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(serve(stream, to));
        }
    });
}

async fn serve(stream: TcpStream, to: SocketAddr) {
    let upstream = TcpStream::connect(to).await.unwrap();
    upstream.set_nodelay(true).unwrap();
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(upstream)).await.unwrap();
    tokio::spawn(connection);
    let sender = Mutex::new(sender);
    let relay = service_fn(|request: hyper::Request<hyper::body::Incoming>| async {
        let mut sender = sender.lock().await;
        sender.ready().await?;
        sender.send_request(request).await
    });
    // A client may disconnect at any time.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), relay).await;
}
