//! `sigvet send` over TLS, to a server in this process that supports HTTP/1.1 and HTTP/2.
//!
//! Catches a certificate that is trusted but should not be, an exit code that scripts rely on, and an HTTP/2 request
//! with a host, target or header other than the signed one.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod authority;
use sigvet_testing as common;
mod server;
use sigvet_testing::targets;

mod http2;
mod proxies;
mod trust;
