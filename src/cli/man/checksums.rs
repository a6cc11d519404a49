//! What the manual says of checksums.

use super::section::{Item, Section};
use sigvet_core::checksum::ChecksumAlgorithm;

/// The section of `sigvet(1)`.
pub(super) fn section() -> Section {
    let names = ChecksumAlgorithm::ALL.map(ChecksumAlgorithm::name).join(", ");
    let items = vec![
        Item::text(format!(
            "`--checksum` guards an object of the S3 family on its way, by one of {names}. S3 keeps the checksum beside the object.",
        )),
        Item::term(
            "With a body",
            "The header x-amz-checksum-ALGORITHM is sent and signed. It is made in the pass that hashes the body, so that a file is \
             not read once more. The name of the algorithm goes along in x-amz-sdk-checksum-algorithm, by which Ceph finds the \
             checksum; -H 'x-amz-sdk-checksum-algorithm:' takes it away. A header of the same name typed with -H has to agree; \
             without `--checksum` it is sent as it is typed.",
        ),
        Item::term(
            "With GET or HEAD",
            "The header x-amz-checksum-mode: ENABLED asks for the checksum of the object, whichever it is.",
        ),
        Item::term(
            "What arrives",
            "`send` checks the body of a GET whose response has a checksum, asked for or not. Where it is another, `send` \
             ends with 56, and a file of -o stays as it was. Not checked, with a warning where `--checksum` asked for it: ranges, \
             responses without a checksum, and objects of several parts whose checksum is made of those of the parts.",
        ),
        Item::term(
            "In a presigned URL",
            "The checksum is bound to the URL: whoever uses it must send both headers. A body has to be given, or the header by -H.",
        ),
    ];
    Section { title: "CHECKSUMS", items }
}
