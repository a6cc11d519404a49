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
        explanation: "The header holds PEM text, or base64 that was changed for a URL. The server decodes the value as \
            base64 and reads the bytes as DER.",
        fix: "Take the base64 between the BEGIN and END lines of the PEM file and join its lines; separate the \
            certificates of x-amz-x509-chain with commas.",
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
        explanation: "Requests are signed with an end-entity certificate: version 3, CA:FALSE, digital signatures among \
            its key usages, and an RSA or EC key. The server refuses other certificates.",
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
        proofs: &[Error],
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
    ALGORITHM_NOT_OF_KEY = "algorithm-not-of-key" {
        title: "the algorithm does not fit the key of the certificate",
        place: "authorization",
        explanation: "AWS4-X509-RSA-SHA256 is for certificates with an RSA key, AWS4-X509-ECDSA-SHA256 for those with \
            an EC key. The server verifies by the algorithm that the request names.",
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
        explanation: "The signature was made with another private key than the one that belongs to the certificate in \
            x-amz-x509. The server verifies it with the key of that certificate.",
        fix: "Sign with the private key of the certificate that is sent, and send the certificate of the key; after a \
            renewal with a new key, replace both files.",
        clients: &[("openssl", "openssl x509 -noout -pubkey and openssl pkey -pubout must print the same key")],
        proofs: &[Search, Lint],
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
        explanation: "The algorithm is always SHA-256, whatever the length of the key and whatever hash the certificate \
            itself is signed with. The signature names another hash.",
        fix: "Sign with SHA-256.",
        clients: &[],
        proofs: &[Lint],
    }
}
