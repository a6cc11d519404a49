//! The files of a list, one after the other.

use std::fs::File;
use std::io::Read;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::value::cannot_read;

/// A file of a list, opened when it is its turn.
pub struct Input {
    /// Its name, for people.
    pub name: String,
    /// None is standard input.
    path: Option<String>,
}

/// The inputs that were named; none, or `-`, is standard input.
pub fn inputs(names: &[String]) -> Vec<Input> {
    let input = |name: &str| match name {
        "-" => Input { name: "standard input".to_owned(), path: None },
        path => Input { name: path.to_owned(), path: Some(path.to_owned()) },
    };
    match names.is_empty() {
        true => vec![input("-")],
        false => names.iter().map(|name| input(name)).collect(),
    }
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
                let file = File::open(path).map_err(|error| cannot_read(path.as_ref(), error))?;
                Ok(Box::new(file))
            }
        }
    }
}
