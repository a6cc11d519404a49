//! What the transfers of one command line share: cookies, the file of -D, and counters.

use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::curl::cookies::Jar;
use crate::cli::failure::Failure;
use crate::cli::terminal::output::Output;

/// State that is kept from earlier transfers.
#[derive(Debug, Default)]
pub struct Shared {
    /// The cookies that servers have set.
    pub jar: Jar,
    /// Number of transfers so far.
    pub transfers: u64,
    /// Number of connections made.
    pub connections: u64,
    /// The content written for -D, by file.
    dumps: Vec<(PathBuf, Vec<u8>)>,
}

impl Shared {
    /// Appends heads to the file of -D, which the first transfer overwrites.
    pub fn dump(&mut self, file: &Path, heads: &[u8], context: &mut Context) -> Result<(), Failure> {
        if !self.dumps.iter().any(|(known, _)| known == file) || file == Path::new("-") {
            self.dumps.retain(|(known, _)| known != file);
            self.dumps.push((file.to_owned(), Vec::new()));
        }
        let dump = self.dumps.iter_mut().find(|(known, _)| known == file);
        let Some((_, whole)) = dump else { return Ok(()) };
        whole.extend_from_slice(heads);
        let mut output = Output::open_data(file, context)?;
        std::io::Write::write_all(&mut output, whole).map_err(|error| output.failure(error))?;
        output.finish()
    }
}
