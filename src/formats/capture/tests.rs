//! What people paste, and what is read out of it.
