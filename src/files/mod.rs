//! Files on disk, whatever their content: reads them with a size limit, replaces them atomically, and locks them
//! meanwhile.
//!
//! This module knows neither the meaning of a file nor who asked for it.

mod bounded;
mod in_place;
mod links;
mod lock;
mod replacement;

pub use bounded::{Bounded, SETTINGS_LIMIT, check, not_regular, read, read_stream};
pub use in_place::InPlace;
pub use links::follow_links;
pub use lock::Lock;
pub use replacement::{Replacement, parent};
