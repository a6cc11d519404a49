//! Presigned POST: a form with which a browser uploads a file to an S3 bucket, within the limits of a signed policy.
//!
//! The policy is a JSON document of conditions; its base64 text is the whole string to sign, so there is no canonical
//! request. [`Upload`] describes the upload to allow, [`prepare`] turns it into policy and fields, and [`Prepared`]
//! signs them. [`FormClaim`] reads an upload back, [`Outliner`] reads one without keeping the file, and [`judge`]
//! checks its fields and its file against its policy. Follows *Browser-based uploads using POST* of the S3 API
//! reference, for Signature Version 4 and for Version 2. The caller says which bucket a URL means, and no file is
//! opened here.

mod conditions;
mod fields;
pub mod multipart;
mod unique;
mod policy;
mod claim;
mod outline;
mod tokens;
mod upload;
mod judge;
mod preparation;
mod signing;

pub(crate) use claim::is_file;
pub use claim::{FileFacts, FormClaim, FormClaimError, FormScheme};
pub use conditions::Condition;
pub use fields::Fields;
pub use judge::{Violation, judge};
pub use outline::{OutlineTooLong, Outliner};
pub use policy::{InvalidBase64, InvalidJson, Policy, PolicyError};
pub use preparation::{FORM_LIMIT, FieldToFill, FormError, FormWarning, Prepared, prepare};
pub use signing::SignedForm;
pub use upload::{FILENAME, Signing, Upload};
