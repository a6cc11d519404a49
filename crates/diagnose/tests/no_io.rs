//! Proves that this crate's `clippy.toml` is in force: each line below breaks it and expects the lint. If a
//! row of the list were missing or the list were not read, an expectation would be unfulfilled, and
//! `cargo clippy -- -D warnings` would fail.
//!
//! Nothing here is ever called. `cargo test` checks that the rows of the list match the lines below.

use std::time::{Duration, Instant, SystemTime};

const TEXT: &str = "";

macro_rules! expect_refused {
    ($($call:expr;)*) => {
        /// Each call as it is written, without its arguments.
        const CALLS: &[&str] = &[$(stringify!($call)),*];

        fn never_called() {
            $(
                #[expect(clippy::disallowed_methods, reason = "it shows that this is refused")]
                let _ = || $call;
            )*
        }
    };
}

macro_rules! expect_refused_types {
    ($($of_type:ty;)*) => {
        const TYPES: &[&str] = &[$(stringify!($of_type)),*];

        fn never_made() {
            $(
                #[expect(clippy::disallowed_types, reason = "it shows that this is refused")]
                let _ = size_of::<$of_type>();
            )*
        }
    };
}

expect_refused_types! {
    std::fs::DirBuilder;
    std::fs::File;
    std::fs::OpenOptions;
    std::net::TcpListener;
    std::net::TcpStream;
    std::net::UdpSocket;
    std::process::Command;
}

expect_refused! {
    std::env::args();
    std::env::args_os();
    std::env::current_dir();
    std::env::current_exe();
    std::env::home_dir();
    std::env::temp_dir();
    std::env::var(TEXT);
    std::env::var_os(TEXT);
    std::env::vars();
    std::env::vars_os();
    std::fs::canonicalize(TEXT);
    std::fs::copy(TEXT, TEXT);
    std::fs::create_dir(TEXT);
    std::fs::create_dir_all(TEXT);
    std::fs::exists(TEXT);
    std::fs::hard_link(TEXT, TEXT);
    std::fs::metadata(TEXT);
    std::fs::read(TEXT);
    std::fs::read_dir(TEXT);
    std::fs::read_link(TEXT);
    std::fs::read_to_string(TEXT);
    std::fs::remove_dir(TEXT);
    std::fs::remove_dir_all(TEXT);
    std::fs::remove_file(TEXT);
    std::fs::rename(TEXT, TEXT);
    std::fs::symlink_metadata(TEXT);
    std::fs::write(TEXT, TEXT);
    std::io::stderr();
    std::io::stdin();
    std::io::stdout();
    std::net::ToSocketAddrs::to_socket_addrs(TEXT);
    std::path::Path::canonicalize(TEXT.as_ref());
    std::path::Path::exists(TEXT.as_ref());
    std::path::Path::is_dir(TEXT.as_ref());
    std::path::Path::is_file(TEXT.as_ref());
    std::path::Path::metadata(TEXT.as_ref());
    std::path::Path::read_dir(TEXT.as_ref());
    std::path::Path::try_exists(TEXT.as_ref());
    std::process::abort();
    std::process::exit(1);
    std::process::id();
    std::thread::sleep(Duration::ZERO);
    std::time::Instant::elapsed(never());
    std::time::Instant::now();
    std::time::SystemTime::elapsed(&SystemTime::UNIX_EPOCH);
    std::time::SystemTime::now();
}

fn never() -> &'static Instant {
    unreachable!("nothing here is called")
}

/// Catches a row that no line exercises, and a line whose row was removed.
#[test]
fn every_row_of_the_list_is_exercised() {
    let _: [fn(); 2] = [never_called, never_made];
    let rows: Vec<&str> =
        include_str!("../clippy.toml").split("path = \"").skip(1).map(|row| row.split('"').next().unwrap()).collect();
    let name = |text: &&'static str| text.split('(').next().unwrap().trim();
    let shown: Vec<&str> = TYPES.iter().chain(CALLS).map(name).collect();
    assert_eq!(rows, shown);
}
