//! Files on disk, whatever is in them: read within a limit, replaced in one step, locked while they are.
//!
//! What a file means is not known here, nor who asked for it.

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
