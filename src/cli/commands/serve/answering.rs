//! Who answers valid requests: what was understood, the request's own body, or objects in a folder.

use std::path::Path;
use std::sync::Arc;

use super::ServeArgs;
use crate::cli::failure::Failure;
use crate::gateway::{Answer, Echo};

/// The answerer that was asked for; without one, what was understood is the answer.
///
/// # Errors
/// A folder that cannot be used.
pub fn answer(args: &ServeArgs) -> Result<Option<Arc<dyn Answer>>, Failure> {
    match &args.store {
        Some(folder) => store(folder).map(Some),
        None if args.echo => Ok(Some(Arc::new(Echo))),
        None => Ok(None),
    }
}

#[cfg(feature = "store")]
fn store(folder: &Path) -> Result<Arc<dyn Answer>, Failure> {
    use crate::cli::failure::Exit;
    use crate::gateway::{Store, StoreError};

    let store = Store::open(folder).map_err(|error| {
        let (exit, hint) = match &error {
            StoreError::Unwritable { .. } => (Exit::CannotWrite, "choose a directory that you can write to"),
            _ => (Exit::Usage, "create the directory first, or choose another"),
        };
        Failure::new(exit, error.to_string()).hint(hint)
    })?;
    Ok(Arc::new(store))
}

#[cfg(not(feature = "store"))]
fn store(_: &Path) -> Result<Arc<dyn Answer>, Failure> {
    Err(Failure::usage("this sigvet was built without --store")
        .hint("build it with 'cargo install --path . --features store', or use --echo"))
}
