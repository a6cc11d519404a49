//! Mistakes with the secret, with the access key ID, and in the derivation of the signing key.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    SECRET_WHITESPACE = "secret-whitespace" {
        title: "the secret key has leading or trailing whitespace",
        place: "key",
        explanation: "A space, a tab or a newline was read as part of the secret key, from a file, a CI variable or \
            the clipboard. The client signs with it, but the server's secret does not contain it.",
        fix: "Trim the secret when you read it, and write it to files and variables without a trailing newline.",
        clients: &[
            ("GitHub Actions", "save the secret again, without a newline or spaces"),
            ("Kubernetes", "stringData, or the base64 of a file without a trailing newline"),
            ("Docker", "docker secret create NAME FILE, with a file without a trailing newline"),
        ],
        proofs: &[Search],
    }
    SECRET_QUOTED = "secret-quoted" {
        title: "the secret key has quotes or a prompt character around it",
        place: "key",
        explanation: "The quotes of a config file, or a shell prompt's '%' or '$', became part of the secret key. The \
            server's secret has none of them, so it derives a different signing key.",
        fix: "Remove the quotes where the file format does not strip them, for example in env files and in AWS's \
            own ini files.",
        clients: &[("Docker", "no quotes in files for docker run --env-file; it keeps them")],
        proofs: &[Search],
    }
    SECRET_URL_CODED = "secret-url-coded" {
        title: "the secret key was URL-encoded, or its '+' or '/' was damaged",
        place: "key",
        explanation: "The secret key passed through a URL, a form or a template that changed its '+' and '/' by \
            encoding, decoding or escaping. The server's secret has the original characters, so it derives a different \
            signing key.",
        fix: "Pass the secret exactly as it was issued, in a file or an environment variable rather than in a URL.",
        clients: &[],
        proofs: &[Search],
    }
    SECRET_BASE64 = "secret-base64" {
        title: "the secret key was decoded from base64 or hex before use",
        place: "key",
        explanation: "The secret key looks like base64 or hex, and the client decoded it into bytes. The server \
            uses its characters as they are, after the prefix AWS4.",
        fix: "Use the text of the secret itself as the key.",
        clients: &[],
        proofs: &[Search],
    }
    SECRET_MISTYPED = "secret-mistyped" {
        title: "the secret key has a typing or copying error",
        place: "key",
        explanation: "The client signed with a secret that is almost the known one: a character is lost, doubled, \
            swapped or in the wrong case, a part is cut off, the secret was pasted twice, or an invisible character \
            precedes it. The server derives its key from the exact secret.",
        fix: "Copy the secret again from where it was issued, and compare its length and its first and last \
            characters.",
        clients: &[],
        proofs: &[Search],
    }
    SECRET_IS_ACCESS_KEY = "secret-is-access-key" {
        title: "the access key ID and the secret key were swapped",
        place: "key",
        explanation: "The client used the access key ID as the secret, or sent the secret as the access key ID. The \
            server looks up the secret by the ID it received and finds nothing, or signs with a different secret.",
        fix: "Swap them: the access key ID is the shorter one, and at AWS it begins with AKIA or ASIA. A secret that \
            was sent as the ID may be in logs, so rotate it.",
        clients: &[],
        proofs: &[Search, Lint],
    }
    SECRET_OTHER_PROFILE = "secret-other-profile" {
        title: "the request was signed with the secret key of another profile",
        place: "key",
        explanation: "The access key ID and the secret come from two sources, such as a profile and an environment \
            variable. The server signs with the secret that belongs to the access key ID.",
        fix: "Take the access key ID, secret and session token from the same source, and unset the variables of the \
            other source.",
        clients: &[("AWS CLI and SDKs", "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN")],
        proofs: &[Search],
    }
    SECRET_WRONG = "secret-wrong" {
        title: "the secret key is not the one the server has for this access key ID",
        place: "key",
        explanation: "The canonical request and the string to sign are the same on both sides, so only the key can \
            differ. The secret is not the server's secret, or the signing key was derived from it in another way.",
        fix: "Compare the secret with the one that was issued, and create a new key if you cannot. If the client is \
            your own, check its key derivation.",
        clients: &[],
        proofs: &[Compare],
    }
    ACCESS_KEY_MALFORMED = "access-key-malformed" {
        title: "the access key ID is malformed or of the wrong kind",
        place: "credential",
        explanation: "The access key ID contains whitespace or quotes, or has the length or prefix of another \
            provider's key or another kind of key. The server looks it up as it is and finds nothing.",
        fix: "Copy the access key ID again, without quotes and spaces, and check that it is an S3 access key of \
            this provider and not an API token.",
        clients: &[("Cloudflare R2", "the access key ID of an R2 API token has 32 characters")],
        proofs: &[Lint, Error],
    }
    ACCESS_KEY_UNKNOWN = "access-key-unknown" {
        title: "the server does not know the access key ID",
        place: "credential",
        explanation: "The access key was deleted, belongs to another account, partition or provider, or is \
            temporary and was sent without its session token. The server has no secret for it and refuses the \
            request before it compares signatures.",
        fix: "Check that the access key belongs to this endpoint and is active. Send the session token with a \
            temporary key.",
        clients: &[("AWS CLI", "aws sts get-caller-identity --profile NAME shows whether AWS knows the key")],
        proofs: &[Error],
    }
    KEY_PREFIX = "key-prefix" {
        title: "the AWS4 prefix is missing from the secret key, or is there twice",
        place: "key",
        explanation: "The derivation of the signing key starts with AWS4 and the secret in one string, but the client \
            left the prefix out or added it to a secret that already had it. The server derives a different signing \
            key.",
        fix: "Start the key derivation with HMAC(\"AWS4\" + secret, date).",
        clients: &[],
        proofs: &[Search],
    }
    KEY_HEX_CHAIN = "key-hex-chain" {
        title: "the signing key was derived from hex text instead of raw bytes",
        place: "key",
        explanation: "Each step of the key derivation uses the raw 32 bytes of the previous step as its key, but the \
            client passed them as hex text. The server passes bytes and derives a different signing key.",
        fix: "Ask the HMAC function for raw bytes in every step but the last, and for hex only in the signature.",
        clients: &[
            ("Python", "hmac.new(…).digest(), not hexdigest()"),
            ("Node.js", "createHmac('sha256', key).update(data).digest(), without 'hex'"),
            ("PHP", "hash_hmac('sha256', $data, $key, true)"),
            ("Ruby", "OpenSSL::HMAC.digest('sha256', key, data), not hexdigest"),
            ("openssl", "openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY"),
        ],
        proofs: &[Search],
    }
    HMAC_SWAPPED = "hmac-swapped" {
        title: "the key and the message of an HMAC were swapped",
        place: "key",
        explanation: "HMAC takes a key and a message, but the client passed them in the wrong order. The result is a \
            different signing key or signature.",
        fix: "Check the argument order of the HMAC function: the key is the result of the previous step; the \
            message is the date, region, service, aws4_request, and finally the string to sign.",
        clients: &[
            ("CryptoJS", "HmacSHA256(message, key): the message comes first"),
            ("PHP", "hash_hmac('sha256', $data, $key, true): the data comes first"),
            ("Ruby", "OpenSSL::HMAC.digest('sha256', key, data): the key comes first"),
            ("Google Apps Script", "computeHmacSha256Signature(value, key): the value comes first"),
        ],
        proofs: &[Search],
    }
    KEY_ORDER = "key-order" {
        title: "the steps of the key derivation are in the wrong order",
        place: "key",
        explanation: "The signing key is derived from date, region, service and aws4_request, in this order, but the \
            client changed the order, left one out, or swapped key and message. The server derives a different signing \
            key.",
        fix: "Derive date, region, service, then aws4_request; the result of each step is the key of the next.",
        clients: &[
            ("CryptoJS", "HmacSHA256(message, key): the message comes first"),
            ("PHP", "hash_hmac('sha256', $data, $key, true): the data comes first"),
            ("Ruby", "OpenSSL::HMAC.digest('sha256', key, data): the key comes first"),
        ],
        proofs: &[Search],
    }
    KEY_OTHER_DAY = "key-other-day" {
        title: "the signing key was derived for another day",
        place: "key",
        explanation: "A signing key is valid for one day in UTC, but the client cached an older one or derived it \
            from a local date. The server derives the key for the day in the credential scope.",
        fix: "Cache signing keys by the date in the credential scope, together with region, service and secret.",
        clients: &[("requests-aws4auth", "0.8 or later derives a new key when the day changes")],
        proofs: &[Search],
    }
    KEY_OTHER_SCOPE = "key-other-scope" {
        title: "the signing key was derived for another region or service",
        place: "key",
        explanation: "The credential scope names one region and service, but the signing key was derived for \
            others, because of a cache or a default. The server derives the key from the scope that was sent.",
        fix: "Derive the key from the same date, region and service that you write into the credential scope.",
        clients: &[],
        proofs: &[Search],
    }
}
