//! The plainest relay there is: hyper on both sides, one upstream connection for each client's, nothing looked at.

use std::net::SocketAddr;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

/// Relays what comes to `$LISTEN`, for as long as the process lives.
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
    // Clients leave when they like.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), relay).await;
}
