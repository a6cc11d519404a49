//! `sigvet send` over TLS, to a server in this process that speaks HTTP/1.1 and HTTP/2.
//!
//! They catch a certificate that is believed and should not be, an exit code that scripts rely on, and an HTTP/2 request
//! that carries another host, target or header than was signed.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod authority;
use sigvet_testing as common;
mod server;
use sigvet_testing::targets;

mod http2;
mod proxies;
mod trust;
