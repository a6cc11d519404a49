//! The body that an option names: a file that is read when it is sent, or a source that can be read only once.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::digests::{Digester, Digests, RequiredDigests};
use super::payload::{Payload, each_piece};
use super::spool::Spool;
use super::streaming::PipeLength;
use super::value::cannot_read;
use crate::cli::failure::Failure;
use crate::transport::{BodyFile, Pass};
use sigvet_core::request::Body;

impl Payload {
    /// The body in a file; `-` is standard input.
    ///
    /// # Errors
    /// The file cannot be read, or the body cannot be stored.
    pub fn of_file(name: &str, stdin: &mut dyn Read, wanted: impl Into<RequiredDigests>) -> Result<Self, Failure> {
        let wanted = wanted.into();
        if name == "-" {
            return Self::of_source(stdin, "standard input", wanted);
        }
        let path = Path::new(name);
        let Some(file) = BodyFile::look(path).map_err(|error| cannot_read(path, error))? else {
            let mut pipe = File::open(path).map_err(|error| cannot_read(path, error))?;
            return Self::of_source(&mut pipe, name, wanted);
        };
        let Digests { sha256, checksum } =
            if wanted.is_nothing() { Digests::default() } else { digest(&file, wanted)? };
        Ok(Self { body: Body::Elsewhere { sha256, length: file.length() }, file: Some(file), checksum })
    }

    /// The body from a pipe that is read while it is sent, with the given length. `None` if the name is that of a
    /// file, or if the pipe is read to its end before. For standard input there is no file yet: its owner adds it.
    ///
    /// # Errors
    /// The length of a pipe is missing, a file does not have the given length, or a file cannot be read.
    pub fn of_pipe(name: &str, length: PipeLength) -> Result<Option<Self>, Failure> {
        let path = Path::new(name);
        let file = if name == "-" { None } else { BodyFile::look(path).map_err(|error| cannot_read(path, error))? };
        let length = match (length, file) {
            (PipeLength::Counted, _) | (PipeLength::Missing, Some(_)) => return Ok(None),
            (PipeLength::Told(length), Some(file)) if file.length() == length => return Ok(None),
            (PipeLength::Told(length), Some(file)) => {
                let message = format!("{name} has {} bytes, but --length says {length}", file.length());
                return Err(Failure::usage(message).hint("omit --length: it is only for pipes"));
            }
            (PipeLength::Missing, None) if is_empty(name)? => return Ok(None),
            (PipeLength::Missing, None) => {
                let shown = if name == "-" { "standard input" } else { name };
                return Err(Failure::usage(format!(
                    "the length of {shown} is unknown, but streaming must declare it first"
                ))
                .hint("give --length SIZE, or upload a file"));
            }
            (PipeLength::Told(length), None) => length,
        };
        let file = match name {
            "-" => None,
            _ => {
                let pipe = File::open(path).map_err(|error| cannot_read(path, error))?;
                Some(BodyFile::pipe(name, Box::new(pipe), length))
            }
        };
        Ok(Some(Self { body: Body::Elsewhere { sha256: None, length }, file, checksum: None }))
    }

    fn of_source(source: &mut dyn Read, name: &str, wanted: RequiredDigests) -> Result<Self, Failure> {
        let mut spool = Spool::new(wanted);
        spool.write_all_of(source, name)?;
        Ok(spool.finish())
    }
}

fn digest(file: &BodyFile, wanted: RequiredDigests) -> Result<Digests, Failure> {
    let mut digester = Digester::new(wanted);
    each_piece(file, Pass::Hash, |piece| {
        digester.update(piece);
        Ok(())
    })?;
    Ok(digester.finish())
}

/// Whether a file is empty, which the length does not tell for files such as those in `/proc`.
fn is_empty(name: &str) -> Result<bool, Failure> {
    let path = Path::new(name);
    if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(false);
    }
    let read = File::open(path).and_then(|mut file| file.read(&mut [0]));
    Ok(read.map_err(|error| cannot_read(path, error))? == 0)
}
