//! The input files of a list, read one after the other.

use std::fs::File;
use std::io::Read;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::value::cannot_read;

/// An input file, opened when its turn comes.
pub struct Input {
    /// The name to show.
    pub name: String,
    /// The path; `None` is standard input.
    path: Option<String>,
}

/// The inputs with these names; no name, or `-`, is standard input.
///
/// # Errors
/// One of the files does not exist. This is checked before anything is written.
pub fn inputs(names: &[String]) -> Result<Vec<Input>, Failure> {
    let input = |name: &str| match name {
        "-" => Input { name: "standard input".to_owned(), path: None },
        path => Input { name: path.to_owned(), path: Some(path.to_owned()) },
    };
    for name in names.iter().filter(|name| *name != "-") {
        std::fs::metadata(name).map_err(|error| unreadable(name, error))?;
    }
    Ok(match names.is_empty() {
        true => vec![input("-")],
        false => names.iter().map(|name| input(name)).collect(),
    })
}

/// Whether all inputs are empty, so that nothing is needed for their records. Consumes standard input, unless somebody may
/// type on it.
///
/// # Errors
/// One of them cannot be read.
pub fn are_empty(names: &[String], context: &mut Context) -> Result<bool, Failure> {
    for input in inputs(names)? {
        if input.path.is_none() && context.stdin_is_terminal {
            return Ok(false);
        }
        let mut first = Vec::new();
        let read = input.open(context)?.take(1).read_to_end(&mut first);
        if read.map_err(|error| unreadable(&input.name, error))? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The failure for a list that cannot be read. A common mistake is to give a URL instead of a file.
pub fn unreadable(name: &str, error: std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::InvalidData {
        return Failure::usage(format!("cannot read {name}: {error}"));
    }
    let hint = name.contains("://").then_some("give URLs on standard input, or omit --batch");
    cannot_read(name.as_ref(), error).with_exit(Exit::Usage).with_hints(hint)
}

impl Input {
    /// Opens the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(&self, context: &mut Context) -> Result<Box<dyn Read + Send>, Failure> {
        match &self.path {
            None => Ok(context.take_stdin()),
            Some(path) => {
                let file = File::open(path).map_err(|error| unreadable(path, error))?;
                Ok(Box::new(file))
            }
        }
    }
}
