//! Mistakes in requests that are signed with the key of an X.509 certificate, for IAM Roles Anywhere.

use super::Mistake;
use super::Proof::{Error, Lint, Search, Time};

mistakes! {
    CERTIFICATE_MISSING = "certificate-missing" {
        title: "the request has no x-amz-x509 header",
        place: "certificate",
        explanation: "The server verifies the signature with the public key of the certificate in this header. \
            Without it, the server has no key.",
        fix: "Send the certificate as base64 of its DER bytes in x-amz-x509, and sign that header.",
        clients: &[],
        proofs: &[Lint],
    }
    CERTIFICATE_FORM = "certificate-form" {
        title: "the certificate header is not base64 of DER",
        place: "certificate",
        explanation: "The header holds PEM text, base64 with spaces or line breaks in it, or base64 that was changed for a \
            URL. The server decodes the value as base64 and reads the bytes as DER.",
        fix: "Take the base64 between the BEGIN and END lines of the PEM file and join its lines without spaces; separate \
            the certificates of x-amz-x509-chain with a bare comma.",
        clients: &[
            ("openssl", "openssl x509 -in cert.pem -outform DER | openssl base64 -A"),
            ("cryptography (Python)", "certificate.public_bytes(Encoding.DER), then base64.b64encode"),
        ],
        proofs: &[Lint],
    }
    CERTIFICATE_EXPIRED = "certificate-expired" {
        title: "the certificate has expired",
        place: "certificate",
        explanation: "The end of the certificate's validity has passed. IAM Roles Anywhere refuses it whatever the \
            signature is.",
        fix: "Have the certificate renewed by its CA, and check that the clock is right.",
        clients: &[],
        proofs: &[Time],
    }
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid" {
        title: "the certificate is not valid yet",
        place: "certificate",
        explanation: "The validity of the certificate begins in the future. Either it was issued for later, or a clock is \
            wrong: the CA's or this one.",
        fix: "Wait until it is valid, or correct the clock that is wrong.",
        clients: &[],
        proofs: &[Time],
    }
    CERTIFICATE_UNSUITABLE = "certificate-unsuitable" {
        title: "the certificate is of a kind that IAM Roles Anywhere does not accept",
        place: "certificate",
        explanation: "Requests are signed with an end-entity certificate: version 3, a subject, CA:FALSE, digital signatures \
            among its key usages, signed by a CA with SHA-256 or stronger, and with an RSA or EC key. The server refuses \
            other certificates.",
        fix: "Have the CA issue an end-entity certificate for the workload, and sign with its key.",
        clients: &[],
        proofs: &[Lint],
    }
    CERTIFICATE_UNTRUSTED = "certificate-untrusted" {
        title: "the trust anchor does not vouch for the certificate",
        place: "certificate",
        explanation: "The server found no way from the certificate to the CA of the trust anchor that the request names. \
            Either another CA issued it, or a certificate between the two is missing from x-amz-x509-chain.",
        fix: "Name the trust anchor whose CA issued the certificate, and send all intermediate certificates in the chain.",
        clients: &[("openssl", "openssl verify -CAfile anchor.pem -untrusted intermediates.pem cert.pem must say OK")],
        proofs: &[Error, Lint],
    }
    CHAIN_ORDER = "chain-order" {
        title: "the certificate chain is not in order",
        place: "certificate",
        explanation: "x-amz-x509-chain holds the certificates between the signing certificate and the trust anchor. It \
            begins with the issuer of the signing certificate, and each one is followed by its own issuer.",
        fix: "Put only the intermediate certificates into the chain, the issuer of the certificate first.",
        clients: &[("aws_signing_helper", "give the intermediates alone in the file of --intermediates")],
        proofs: &[Error],
    }
    CHAIN_BROKEN = "chain-broken" {
        title: "a certificate of the chain cannot vouch for the one below it",
        place: "certificate",
        explanation: "Each certificate of the chain has to be a valid CA certificate whose key signed the one below it. A \
            server that follows the chain stops at the first that is not.",
        fix: "Send the CA certificates that issued the ones below them and are still valid, as the CA publishes them.",
        clients: &[("openssl", "openssl verify -CAfile anchor.pem -untrusted intermediates.pem cert.pem says where it stops")],
        proofs: &[Error],
    }
    CHAIN_TOO_LONG = "chain-too-long" {
        title: "the certificate chain has more than five certificates",
        place: "certificate",
        explanation: "IAM Roles Anywhere takes five certificates in x-amz-x509-chain. It refuses a longer chain whatever is \
            in it.",
        fix: "Send only the certificates between the signing certificate and the trust anchor, or make a CA that is nearer \
            to the workload the trust anchor.",
        clients: &[],
        proofs: &[Lint],
    }
    ALGORITHM_NOT_OF_KEY = "algorithm-not-of-key" {
        title: "the algorithm does not fit the key of the certificate",
        place: "authorization",
        explanation: "AWS4-X509-RSA-SHA256 is for certificates with an RSA key, AWS4-X509-ECDSA-SHA256 for those with \
            an EC key; AWS4-HMAC-SHA256 is for secret access keys. The server verifies by the algorithm that the request names.",
        fix: "Choose the algorithm by the type of the certificate's own key, not by the key of its issuer.",
        clients: &[],
        proofs: &[Lint],
    }
    CREDENTIAL_NOT_SERIAL = "credential-not-serial" {
        title: "the credential does not begin with the serial number in decimal",
        place: "credential",
        explanation: "The serial number stands where the access key ID does, as a decimal number without leading zeros. \
            Certificate viewers show it in hex.",
        fix: "Write the serial number of the signing certificate in base 10.",
        clients: &[
            ("openssl", "openssl x509 -serial prints hex; convert it to decimal"),
            ("cryptography (Python)", "str(certificate.serial_number)"),
        ],
        proofs: &[Lint],
    }
    KEY_NOT_OF_CERTIFICATE = "key-not-of-certificate" {
        title: "the request is signed with a key that is not the certificate's",
        place: "key",
        explanation: "The signature was made with the private key of another certificate than the one in x-amz-x509. The \
            server verifies it with the key of that certificate.",
        fix: "Sign with the private key of the certificate that is sent, and send the certificate of the key; after a \
            renewal with a new key, replace both files.",
        clients: &[("openssl", "openssl x509 -noout -pubkey and openssl pkey -pubout must print the same key")],
        proofs: &[Search],
    }
    SIGNATURE_NOT_OF_KEY = "signature-not-of-key" {
        title: "no signature of the certificate's key looks like this one",
        place: "signature",
        explanation: "With the certificate's key, an RSA signature gives back the padded hash of what was signed, and this \
            one gives back nothing of the kind. Either another private key made it, or it was changed after signing.",
        fix: "Compare the signature with the one that the client computed. If they are the same, sign with the private key \
            of the certificate that is sent.",
        clients: &[("openssl", "openssl x509 -noout -pubkey and openssl pkey -pubout must print the same key")],
        proofs: &[Lint],
    }
    SIGNATURE_PADDING = "signature-padding" {
        title: "the RSA signature is padded with PSS instead of PKCS#1 v1.5",
        place: "signature",
        explanation: "RSA has two ways to pad what it signs, and IAM Roles Anywhere takes RSASSA-PKCS1-v1_5 alone. The \
            signature is right for the request, but made with RSASSA-PSS.",
        fix: "Sign with RSASSA-PKCS1-v1_5 and SHA-256.",
        clients: &[
            ("cryptography (Python)", "padding.PKCS1v15() instead of padding.PSS()"),
            ("WebCrypto", "import the key as RSASSA-PKCS1-v1_5 instead of RSA-PSS"),
            ("Java", "Signature.getInstance(\"SHA256withRSA\") instead of RSASSA-PSS"),
            ("AWS KMS", "RSASSA_PKCS1_V1_5_SHA_256 instead of RSASSA_PSS_SHA_256"),
        ],
        proofs: &[Lint],
    }
    STRING_TO_SIGN_HASHED = "string-to-sign-hashed" {
        title: "a hash of the string to sign was signed instead of the string itself",
        place: "string-to-sign",
        explanation: "RSA and ECDSA with SHA-256 hash what they sign. The client hashed the string to sign first and \
            had the hash signed, so it was hashed twice.",
        fix: "Pass the string to sign itself to a function that hashes, or its hash to one that does not.",
        clients: &[
            ("openssl", "openssl dgst -sha256 -sign takes the string; openssl pkeyutl -sign takes the hash"),
            ("AWS KMS", "MessageType RAW for the string, DIGEST for its hash"),
        ],
        proofs: &[Search],
    }
    SIGNATURE_HASH = "signature-hash" {
        title: "the signature was made with another hash than SHA-256",
        place: "signature",
        explanation: "The algorithm is always SHA-256, whatever the length of the key, whatever the curve, and whatever \
            hash the certificate itself is signed with. An RSA signature names its hash; an ECDSA signature matches the \
            certificate's key only with the hash that was used.",
        fix: "Sign with SHA-256, also with a key on P-384 or P-521.",
        clients: &[
            ("openssl", "openssl dgst -sha256 -sign key.pem"),
            ("cryptography (Python)", "ec.ECDSA(hashes.SHA256())"),
            ("Java", "SHA256withECDSA"),
        ],
        proofs: &[Lint, Search],
    }
    CANONICAL_REQUEST_SIGNED = "canonical-request-signed" {
        title: "the canonical request was signed instead of the string to sign",
        place: "string-to-sign",
        explanation: "The signature covers the string to sign, which has the hash of the canonical request in its last \
            line. The client signed the canonical request itself.",
        fix: "Sign the string to sign: the algorithm, the date, the credential scope, and the SHA-256 of the canonical \
            request in hex.",
        clients: &[],
        proofs: &[Search],
    }
}

/// The `signature-form` mistake for signatures with the key of a certificate, which are not HMACs.
pub(in crate::diagnosis) static CERTIFIED_FORM: Mistake = Mistake {
    id: "signature-form",
    title: "the signature is not written as a certificate's key makes it",
    place: "signature",
    explanation: "The signature was sent in base64, in uppercase, as r and s one after the other, or cut off. The server \
        expects the lowercase hex of an RSA signature, which is as long as the key, or of an ECDSA signature in DER.",
    fix: "Write all bytes of the signature in lowercase hex; with an EC key, the bytes of the DER form.",
    clients: &[
        ("openssl", "openssl dgst -sha256 -sign key.pem prints DER and PKCS#1 v1.5; then xxd -p"),
        ("cryptography (Python)", "key.sign(...).hex()"),
        ("WebCrypto", "ECDSA gives r and s; convert them to DER"),
    ],
    proofs: &[Lint, Search],
};

/// Variants of rows in other sections, for requests signed with the key of a certificate.
#[cfg(test)]
pub(super) static VARIANTS: [&Mistake; 1] = [&CERTIFIED_FORM];
