//! What the page of `serve` says beyond its options.

use super::section::{Item, Section};

/// The sections of `sigvet-serve(1)`.
pub(super) fn sections() -> Vec<Section> {
    vec![page()]
}

fn page() -> Section {
    let items = vec![
        Item::text(
            "While it runs, the server shows its requests in a browser at `/_sigvet/` of the same port; the second line on \
             standard error is the URL. The list grows as requests come in and can be filtered. A request's page has what \
             `sigvet explain --html` shows, the texts that the server expected, a curl command, and a file for `sigvet \
             explain`. The list holds the last 500 requests, or fewer if they take more than 32 MiB.",
        ),
        Item::text(
            "The page is answered only if the Host header is 127.0.0.1, [::1], localhost or the address of `--listen`, with \
             the port of the server (status 421 otherwise), and only to the page itself or a URL that was typed (status 403 \
             otherwise). It takes GET and HEAD, loads nothing from elsewhere, and shows no secret key and no session token. \
             Copies keep the signature of the request. With `--allow-remote`, whoever reaches the server can read the page: \
             `--no-page` turns it off. Requests for the page are neither judged, logged nor counted.",
        ),
    ];
    Section { title: "PAGE IN THE BROWSER", items }
}
