//! What must not be shown: values that grant access by the names that they have, and known secrets in all their
//! spellings.

mod bearers;
mod spellings;
mod starts;

pub use bearers::{is_bearing_parameter, without_bearers};
pub use spellings::spellings_of;
pub use starts::Starts;

/// Stands for a value that is not shown. `sigvet explain` recognizes it.
pub const REDACTED: &str = "[redacted]";
