//! Mistakes with the secret, with the access key id, and in the derivation of the signing key.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    SECRET_WHITESPACE = "secret-whitespace" {
        title: "the secret has white space at one end",
        place: "key",
        explanation: "A space, a tab or a line end came with the secret, from a file, a CI variable or the \
            clipboard. It is part of the key for the client and not for the server.",
        fix: "Trim the secret where it is read, and write it to files and variables without a line end.",
        clients: &[
            ("GitHub Actions", "save the secret again, without a line end or spaces"),
            ("Kubernetes", "stringData, or the base64 of a file without a line end"),
            ("Docker", "docker secret create NAME FILE, with a file without a line end"),
        ],
        proofs: &[Search],
    }
    SECRET_QUOTED = "secret-quoted" {
        title: "the secret still has quotes or a prompt character around it",
        place: "key",
        explanation: "The quotes of a config file, or a shell prompt's '%' or '$', became part of the secret. The \
            server's secret has none of them, and its key is another one.",
        fix: "Take the quotes off where the file's format does not know them, as in env files and AWS's own ini \
            files.",
        clients: &[("Docker", "no quotes in files for docker run --env-file; it keeps them")],
        proofs: &[Search],
    }
    SECRET_URL_CODED = "secret-url-coded" {
        title: "the secret was percent-coded, or its '+' or '/' was damaged",
        place: "key",
        explanation: "The secret went through a URL, a form or a template that changed its '+' and '/', by encoding, \
            by decoding or by an escape. The server's secret has the original characters, and its key is another \
            one.",
        fix: "Pass the secret as it was issued, in a file or a variable rather than in a URL.",
        clients: &[],
        proofs: &[Search],
    }
    SECRET_BASE64 = "secret-base64" {
        title: "the secret was decoded from base64 or hex before use",
        place: "key",
        explanation: "The secret looks like base64 or hex, and the client decoded it into bytes. The server takes \
            its characters as they are, after AWS4.",
        fix: "Use the text of the secret itself as the key.",
        clients: &[],
        proofs: &[Search],
    }
    SECRET_MISTYPED = "secret-mistyped" {
        title: "the secret is a typing or copying error away from the known one",
        place: "key",
        explanation: "The client signed with a secret that differs from the known one by a slip: a character \
            lost, doubled, exchanged or in another case, a part cut off, the whole pasted twice, or an invisible \
            character in front. The server derives its key from the exact secret.",
        fix: "Copy the secret again from where it was issued, and compare its length and its first and \
            last characters.",
        clients: &[],
        proofs: &[Search],
    }
    SECRET_IS_ACCESS_KEY = "secret-is-access-key" {
        title: "access key id and secret were exchanged",
        place: "key",
        explanation: "The client used the access key id as the secret, or sent the secret as the id. The server \
            looks up the id and signs with the secret that belongs to it.",
        fix: "Put each in its place: the id is the short one, at AWS it begins with AKIA or ASIA. A secret that was \
            sent as the id may stand in logs, so replace it.",
        clients: &[],
        proofs: &[Search, Lint],
    }
    SECRET_OTHER_PROFILE = "secret-other-profile" {
        title: "the request was signed with the secret of another profile",
        place: "key",
        explanation: "Id and secret come from two sources, such as a profile and a variable of the environment. The \
            server signs with the secret that belongs to the id.",
        fix: "Take id, secret and token from one source, and unset the variables of the other.",
        clients: &[("AWS CLI and SDKs", "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN")],
        proofs: &[Search],
    }
    SECRET_WRONG = "secret-wrong" {
        title: "client and server agree on the text, so the secret differs",
        place: "key",
        explanation: "The canonical request and the string to sign are the same at both ends, so that only the key \
            can differ. The secret is another one than the server's, or the key was derived from it in another way.",
        fix: "Compare the secret with the one that was issued, and make a new key if it is lost; look at the \
            derivation if the client is your own.",
        clients: &[],
        proofs: &[Compare],
    }
    ACCESS_KEY_MALFORMED = "access-key-malformed" {
        title: "the access key id is malformed or of the wrong kind",
        place: "credential",
        explanation: "The id has white space or quotes in it, or the length or prefix of another provider's or \
            another kind of key. The server looks it up as it stands, and finds nothing.",
        fix: "Copy the id again, without quotes and spaces, and see that it is an S3 key of this provider and not an \
            API token.",
        clients: &[("Cloudflare R2", "the access key id of an R2 API token has 32 characters")],
        proofs: &[Lint, Error],
    }
    ACCESS_KEY_UNKNOWN = "access-key-unknown" {
        title: "the server does not know the access key id",
        place: "credential",
        explanation: "The id was deleted, belongs to another account, partition or provider, or is temporary and \
            came without its token. The server has no secret to sign with, and refuses before it compares.",
        fix: "See that endpoint and key belong together, and that the key is active; give the session token with a \
            temporary key.",
        clients: &[("AWS CLI", "aws sts get-caller-identity --profile NAME tells whether AWS knows the key")],
        proofs: &[Error],
    }
    KEY_PREFIX = "key-prefix" {
        title: "the prefix AWS4 is missing before the secret, or stands there twice",
        place: "key",
        explanation: "The derivation of the signing key starts with AWS4 and the secret in one string, and the \
            client left the prefix out or had it in the secret already. The server derives another key.",
        fix: "Start the chain with HMAC(\"AWS4\" + secret, date).",
        clients: &[],
        proofs: &[Search],
    }
    KEY_HEX_CHAIN = "key-hex-chain" {
        title: "the key derivation was fed with hex text instead of bytes",
        place: "key",
        explanation: "Each step of the derivation takes the raw 32 bytes of the step before as its key, and the \
            client passed them as hex text. The server passes bytes, and derives another key.",
        fix: "Ask the HMAC function for raw bytes in all steps but the last, and for hex only in the signature.",
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
        title: "key and message were exchanged in an HMAC",
        place: "key",
        explanation: "HMAC takes a key and a message, and the client passed them in the other order. The result \
            is another key or another signature.",
        fix: "Look up the order of the arguments: the key is the result of the step before, the message \
            is the date, region, service, aws4_request, and at last the string to sign.",
        clients: &[
            ("CryptoJS", "HmacSHA256(message, key): the message comes first"),
            ("PHP", "hash_hmac('sha256', $data, $key, true): the data comes first"),
            ("Ruby", "OpenSSL::HMAC.digest('sha256', key, data): the key comes first"),
            ("Google Apps Script", "computeHmacSha256Signature(value, key): the value comes first"),
        ],
        proofs: &[Search],
    }
    KEY_ORDER = "key-order" {
        title: "the steps of the key derivation are in another order",
        place: "key",
        explanation: "The signing key is made from date, region, service and aws4_request, in this order, and the \
            client changed the order, left one out, or exchanged key and message. The server derives another key.",
        fix: "Derive date, region, service, then aws4_request; each step's result is the key of the next.",
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
        explanation: "A signing key is good for one day in UTC, and the client kept one in a cache or derived it \
            from a local date. The server derives the key of the day in the scope.",
        fix: "Cache signing keys by the date of the scope, together with region, service and secret.",
        clients: &[("requests-aws4auth", "0.8 or later renews the key when the day changes")],
        proofs: &[Search],
    }
    KEY_OTHER_SCOPE = "key-other-scope" {
        title: "the signing key was derived for another region or service",
        place: "key",
        explanation: "The credential scope names one region and service, and the signing key was made from others, \
            by a cache or a default. The server derives the key from the scope that was sent.",
        fix: "Derive the key from the same date, region and service that are written into the credential scope.",
        clients: &[],
        proofs: &[Search],
    }
}
