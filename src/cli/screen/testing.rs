//! A screen whose output can be inspected.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::{Palette, Screen};

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The output of `write`.
pub(crate) fn written(palette: Palette, write: impl FnOnce(&mut Screen) -> io::Result<()>) -> String {
    let paper = Paper::default();
    let mut screen = Screen::new(Box::new(paper.clone()), palette);
    write(&mut screen).unwrap();
    screen.flush().unwrap();
    let bytes = std::mem::take(&mut *paper.0.lock().unwrap());
    String::from_utf8(bytes).unwrap()
}
