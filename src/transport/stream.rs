//! The byte stream of a connection, over TCP, a Unix domain socket, or TLS over either.

use tokio::io::{AsyncRead, AsyncWrite};

/// A byte stream in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}
