//! The smallest program that clap makes: what `benches/start_up.rs` holds the start of `sigvet` against.

use clap::Parser;

/// Does nothing
#[derive(Parser)]
struct Cli {}

fn main() {
    Cli::parse();
}
