//! Mistakes in the signed host.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    HOST_DEFAULT_PORT = "host-default-port" {
        title: "the host was signed with a default port that is not sent",
        place: "host",
        explanation: "The client signed host:443 or host:80, but its HTTP library leaves the default port out of \
            the Host header. The server computes its signature over the Host it received.",
        fix: "Sign the host without the port if it is the default port of the scheme.",
        clients: &[
            ("awscurl", "leave :443 out of the URL"),
            ("aws-requests-auth", "aws_host without :443"),
        ],
        proofs: &[Search, Compare],
    }
    HOST_PORT_MISSING = "host-port-missing" {
        title: "the host was signed without the port that is sent",
        place: "host",
        explanation: "The server listens on a non-default port, which the HTTP library includes in the Host header, \
            but the client signed the bare host name. The server computes its signature over host and port.",
        fix: "Sign the host as host:port if the port is not the default port of the scheme.",
        clients: &[
            ("requests-aws4auth", "headers={'Host': 'HOST:PORT'}; by default it signs the bare name"),
            ("aws-requests-auth", "aws_host='HOST:PORT'"),
            ("aws4", "headers: { Host: 'HOST:PORT' }"),
            ("nginx", "proxy_set_header Host $http_host; $host has no port"),
        ],
        proofs: &[Search, Compare],
    }
    HOST_WITH_PATH = "host-with-path" {
        title: "the host was signed with a scheme, a user or a path",
        place: "host",
        explanation: "The client put an endpoint URL where only its host belongs, such as 'https://host', \
            'user@host' or 'host/path'. The server signs the Host header, which has none of these.",
        fix: "Pass the signer the bare host name, with the port if it is not the default.",
        clients: &[
            ("aws-requests-auth", "aws_host is a bare host name"),
            ("aws4", "host is a bare host name; the rest belongs in path"),
        ],
        proofs: &[Lint, Search, Compare],
    }
    HOST_OTHER_ENDPOINT = "host-other-endpoint" {
        title: "the request was signed for one host name and sent to another",
        place: "host",
        explanation: "The host that was signed is another name of the service: the name of another region, \
            path-style instead of virtual-hosted, an internal address or a CDN. The server computes its signature \
            over the host name it was called by.",
        fix: "Sign for the host name that the request is sent to, and never edit the host of a signed URL.",
        clients: &[
            ("boto3", "region_name, and config=Config(s3={'addressing_style': 'virtual'}), from 1.33.8 on"),
            ("AWS CLI", "aws s3 presign --region REGION --endpoint-url https://s3.REGION.amazonaws.com"),
            ("MinIO", "give the client that presigns the public endpoint, not the internal one"),
            ("Laravel", "use the public address as endpoint; temporary_url changes the host after signing"),
        ],
        proofs: &[Search, Compare],
    }
    HOST_REWRITTEN = "host-rewritten" {
        title: "a proxy or CDN replaced the Host header after signing",
        place: "host",
        explanation: "The client signed the proxy's host name, but the proxy put the upstream's name or address \
            into the Host header. The server computes its signature over the Host that reached it.",
        fix: "Make the proxy forward the Host header unchanged, including the port. If it cannot, let the proxy \
            sign for the upstream's own name.",
        clients: &[
            ("nginx", "proxy_set_header Host $http_host"),
            ("Apache httpd", "ProxyPreserveHost On"),
            ("HAProxy", "no http-request set-header Host; it passes Host on by itself"),
            ("Envoy", "no host_rewrite_literal or auto_host_rewrite on the route"),
            ("Traefik", "passHostHeader: true, which is the default"),
            ("Pomerium", "preserve_host_header: true"),
            ("ingress-nginx", "no annotation upstream-vhost, which replaces Host"),
            ("AWS ALB", "routing.http.preserve_host_header.enabled = true; otherwise it may append the port"),
            ("CloudFront", "sends the origin's host; for S3, let origin access control sign"),
        ],
        proofs: &[Compare],
    }
    REQUEST_LINE_MALFORMED = "request-line-malformed" {
        title: "the request line is not 'METHOD target HTTP/1.1'",
        place: "path",
        explanation: "The words of the line are separated by more than one space each, the target has a space or a \
            user name in it, or the version is not one of HTTP. Some servers refuse such a line and others guess what \
            it means, so a proxy and the server behind it may see two different requests.",
        fix: "Write one space before and one after the target, and percent-encode spaces in it.",
        clients: &[],
        proofs: &[Lint],
    }
    HOST_CONTRADICTED = "host-contradicted" {
        title: "the request line names another host than the Host header",
        place: "host",
        explanation: "The request target is a whole URL, or :authority was sent, and its host is not the one in the \
            Host header. HTTP tells servers to use the URL, so a proxy and the server behind it may see two \
            different hosts.",
        fix: "Send and sign the same host in both, or use a request target that begins with a slash.",
        clients: &[],
        proofs: &[Lint],
    }
    HOST_NOT_SIGNED = "host-not-signed" {
        title: "the Host header is not signed",
        place: "signed-headers",
        explanation: "Signature Version 4 requires host to be signed in every request, but it is not listed in \
            SignedHeaders. The server refuses the request whatever the signature is.",
        fix: "Add host to the canonical headers and to SignedHeaders.",
        clients: &[],
        proofs: &[Lint, Error],
    }
}
