//! Follows symbolic links.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The number of links that operating systems follow.
const MOST_LINKS: usize = 40;

/// The file that a path refers to. Symbolic links are followed, even dangling ones, so that a link stays a link.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().map(|parent| parent.join(&next)).unwrap_or(next),
            // It is not a link, or does not exist. Any other problem is reported when the file is opened.
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}
