//! Mistakes in the first line of the canonical request.

use super::Mistake;
use super::Proof::{Compare, Search};

mistakes! {
    METHOD_CASE = "method-case" {
        title: "the method was signed in lowercase or mixed case",
        place: "method",
        explanation: "The canonical request begins with the method as it is sent, which is almost always uppercase, \
            but the client signed get or Get. The server's canonical request begins with GET.",
        fix: "Convert the method to uppercase before you sign and send it.",
        clients: &[("fetch", "method: 'PATCH', in uppercase; fetch only converts the six common methods")],
        proofs: &[Search],
    }
    METHOD_SWAPPED = "method-swapped" {
        title: "the request was signed for one HTTP method and sent with another",
        place: "method",
        explanation: "The method is part of the signature, but the method that arrived is not the one that was \
            signed. The server puts the method it received into the canonical request.",
        fix: "Sign for the method that you send; a presigned URL works for one method only, so create a separate URL for \
            HEAD or PUT. If a proxy or cache is involved, check that it forwards the method unchanged.",
        clients: &[
            ("boto3", "generate_presigned_url('head_object', …) for HEAD, 'put_object' for PUT"),
            ("aws-sdk-js v3", "getSignedUrl(client, new HeadObjectCommand({ … })) for HEAD"),
            ("aws-sdk-go-v2", "PresignHeadObject for HEAD, PresignPutObject for PUT"),
            ("nginx", "proxy_cache_convert_head off; a cache turns HEAD into GET by default"),
        ],
        proofs: &[Search, Compare],
    }
}
