//! What the manual says of bodies that are signed while they are sent.

use super::section::{Item, Section};

/// The section of `sigvet(1)`.
pub(super) fn section() -> Section {
    let items = vec![
        Item::text(
            "`--payload` says what is signed of the body: its hash (signed), nothing (unsigned), or each chunk of it (streaming). A \
             streamed body is read once, while it is sent, in the content coding aws-chunked, which the S3 family knows.",
        ),
        Item::term(
            "Chunks",
            "Each is signed over the signature before it, the first over that of the request; an empty one ends the body. \
             `--chunk-size` says how long they are, 64KiB by default. S3 refuses less than 8KiB, MinIO more than 16MiB. In Version 4A \
             signatures are filled up with * to 144 characters.",
        ),
        Item::term(
            "Trailer",
            "With `--checksum` the checksum is computed in the same pass, and follows the body in a trailer, which is signed too. \
             `--payload streaming-unsigned` signs no chunk, and needs a checksum; S3 takes it over https only. Swift takes trailers, \
             Ceph 16 does not.",
        ),
        Item::term(
            "Pipes",
            "The length of the body is declared before it. `--length` tells that of a pipe, which then is not kept: it has to be exactly so \
             long, and cannot be sent again, so that retries and redirects end with 26. `--length` works with `--payload unsigned` too.",
        ),
        Item::term(
            "Headers",
            "Content-Encoding: aws-chunked is added, before a coding of the body's own; so are x-amz-decoded-content-length, \
             x-amz-trailer and x-amz-sdk-checksum-algorithm.",
        ),
        Item::term(
            "Captured requests",
            "`verify` and `explain` check framing, lengths, each signature, the trailer and its checksum, and name the first chunk that \
             fails.",
        ),
    ];
    Section { title: "STREAMING", items }
}
