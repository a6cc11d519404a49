//! Where a path leads to.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// How many links the systems follow.
const MOST_LINKS: usize = 40;

/// The file that a path means: a link, even a dangling one, is followed, so that it stays a link.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().map(|parent| parent.join(&next)).unwrap_or(next),
            // It is no link, or not there. Whatever else is wrong with it, whoever opens it is told.
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}
