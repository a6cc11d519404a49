//! The files of a list, one after the other.

use std::fs::File;
use std::io::Read;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::value::cannot_read;

/// A file of a list, opened when it is its turn.
pub struct Input {
    /// Its name, for people.
    pub name: String,
    /// None is standard input.
    path: Option<String>,
}

/// The inputs that were named; none, or `-`, is standard input.
///
/// # Errors
/// One of them is not there: that is said before anything is written.
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

/// A list that cannot be read; a URL in its place is a mistake that is made.
pub fn unreadable(name: &str, error: std::io::Error) -> Failure {
    let hint = name.contains("://").then_some("give URLs on standard input, or omit --batch");
    cannot_read(name.as_ref(), error).with_exit(Exit::Usage).with_hints(hint)
}

impl Input {
    /// Opens it.
    ///
    /// # Errors
    /// It cannot be read.
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
