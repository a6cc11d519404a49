//! A screen that is looked at afterwards.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use super::{Palette, Screen};

#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What stands on a screen when it is written to like this.
pub(crate) fn written(palette: Palette, write: impl FnOnce(&mut Screen) -> io::Result<()>) -> String {
    let paper = Paper::default();
    let mut screen = Screen::new(Box::new(paper.clone()), palette);
    write(&mut screen).unwrap();
    screen.flush().unwrap();
    String::from_utf8(paper.0.take()).unwrap()
}
