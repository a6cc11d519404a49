//! The table of differences, one row each. Texts are ASCII. Like the ids of mistakes, the ids never change.

mod query;
mod headers;
mod others;
mod version_2;

use super::{Difference, Server};

/// All known differences, by the part of the request.
pub static TABLE: [&[Difference]; 4] = [query::ROWS, headers::ROWS, others::ROWS, version_2::ROWS];

/// The differences of one server.
pub fn of_server(server: Server) -> impl Iterator<Item = &'static Difference> {
    TABLE.iter().copied().flatten().filter(move |difference| difference.is_of(server))
}
