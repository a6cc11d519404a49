//! Mistakes in the first line of the canonical request.

use super::Mistake;
use super::Proof::{Compare, Search};

mistakes! {
    METHOD_CASE = "method-case" {
        title: "the method was signed in lower or mixed case",
        place: "method",
        explanation: "The canonical request begins with the method as it is sent, which is all but always in \
            capitals, and the client signed get or Get. The server writes GET there and hashes another first line.",
        fix: "Turn the method into capitals before it is signed and sent.",
        clients: &[("fetch", "method: 'PATCH', in capitals; fetch itself raises only the six common methods")],
        proofs: &[Search],
    }
    METHOD_SWAPPED = "method-swapped" {
        title: "the request was signed for one method and sent with another",
        place: "method",
        explanation: "The method is part of what is signed, and the one that arrived is not the one that the signer \
            had. The server puts the method that it received into the canonical request.",
        fix: "Sign for the very method that will be sent; a presigned URL is good for one method, so make another \
            URL for HEAD or PUT. Behind a proxy or cache, see that it passes the method on.",
        clients: &[
            ("boto3", "generate_presigned_url('head_object', …) for HEAD, 'put_object' for PUT"),
            ("aws-sdk-js v3", "getSignedUrl(client, new HeadObjectCommand({ … })) for HEAD"),
            ("aws-sdk-go-v2", "PresignHeadObject for HEAD, PresignPutObject for PUT"),
            ("nginx", "proxy_cache_convert_head off; a cache turns HEAD into GET by default"),
        ],
        proofs: &[Search, Compare],
    }
}
