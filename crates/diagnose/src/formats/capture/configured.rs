//! A request as an HTTP client for JavaScript is configured for it, which axios prints in its errors.
//!
//! The request that was sent differs from it: the method is in uppercase, the URL may be in two parts, and the query in
//! a separate object.

use std::borrow::Cow;

use super::literal::Literal;
use crate::formats::is_url;
use sigvet_core::internal::METHODS;

/// Properties that only axios's configuration has.
const OF_AXIOS: [&str; 9] = [
    "baseURL",
    "adapter",
    "transitional",
    "transformRequest",
    "validateStatus",
    "xsrfCookieName",
    "maxBodyLength",
    "paramsSerializer",
    "allowAbsoluteUrls",
];

/// The method that is sent. Clients for JavaScript take the usual ones in lowercase and send them in uppercase, except
/// `patch`, which `fetch` sends as it is written (Fetch Standard, "normalize a method").
pub(super) fn method<'l>(object: &Literal, written: &'l str, location: &str) -> Cow<'l, str> {
    let usual = written.to_ascii_uppercase();
    let is_usual = METHODS.contains(&usual.as_str());
    let is_client = is_axios(object) || is_url(location) && usual != "PATCH";
    if is_usual && is_client { usual.into() } else { written.into() }
}

/// The URL that is requested, made from its parts as axios does.
pub(super) fn location(object: &Literal, written: &str) -> String {
    let base = object.get(&["baseURL"]).and_then(Literal::text).filter(|_| !is_absolute(written));
    let mut url = match base.map(|base| base.trim_end_matches('/')) {
        Some(base) if written.is_empty() => base.to_owned(),
        Some(base) => format!("{base}/{}", written.trim_start_matches('/')),
        None => written.to_owned(),
    };
    if let Some(Literal::Object(parameters)) = object.get(&["params"]) {
        let url_end = url.find('#').unwrap_or(url.len());
        url.truncate(url_end);
        for (name, value) in parameters.iter().flat_map(|(name, value)| each(name, value)) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{}={}", encoded(&name), encoded(value)));
        }
    }
    url
}

fn is_axios(object: &Literal) -> bool {
    OF_AXIOS.iter().any(|name| object.get(&[name]).is_some())
}

/// Whether axios takes no base for it: a scheme or two slashes (its `isAbsoluteURL`).
fn is_absolute(url: &str) -> bool {
    let scheme = url.split_once("//").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.is_empty() || scheme.strip_suffix(':').is_some_and(is_scheme))
}

fn is_scheme(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_part)
}

/// A parameter with its value; a list gives one for each item, with brackets behind the name.
fn each<'l>(name: &str, value: &'l Literal) -> Vec<(String, &'l str)> {
    match value {
        Literal::List(_) => value.texts().into_iter().map(|text| (format!("{name}[]"), text)).collect(),
        value => value.text().map(|text| (name.to_owned(), text)).into_iter().collect(),
    }
}

/// The text as axios's `buildURL` encodes it: `encodeURIComponent`, without `:`, `$` and `,`, and with `+` for a blank.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.!~*'():$,".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::capture::literal;

    /// The URLs are those of axios 1.21: `axios.getUri(config)` in Node.js.
    #[test]
    fn the_parts_of_a_url_are_joined_as_axios_does() {
        for (config, expected) in [
            ("{ baseURL: 'https://h.example/prod/', url: '/items' }", "https://h.example/prod/items"),
            ("{ baseURL: 'https://h.example/prod', url: '' }", "https://h.example/prod"),
            ("{ baseURL: 'https://h.example/prod', url: 'http://o.example/x' }", "http://o.example/x"),
            (
                "{ url: 'https://h.example/x?z=0#f', params: { a: 1, b: 'x y/:$,é', c: null, d: [ 1, 'ü&' ], e: true } }",
                "https://h.example/x?z=0&a=1&b=x+y%2F:$,%C3%A9&d%5B%5D=1&d%5B%5D=%C3%BC%26&e=true",
            ),
        ] {
            let object = literal::read(config).unwrap();
            let written = object.get(&["url"]).and_then(Literal::text).unwrap();
            assert_eq!(location(&object, written), expected, "{config}");
        }
    }

    #[test]
    fn a_configured_method_is_sent_in_uppercase() {
        for (object, location, expected) in [
            ("{ method: 'get', adapter: [ 'xhr' ] }", "/x", "GET"),
            ("{ method: 'patch', baseURL: 'https://h' }", "/x", "PATCH"),
            ("{ method: 'post' }", "https://h/x", "POST"),
            ("{ method: 'patch' }", "https://h/x", "patch"),
            ("{ method: 'get' }", "/x", "get"),
            ("{ method: 'purge' }", "https://h/x", "purge"),
        ] {
            let object = literal::read(object).unwrap();
            let written = object.get(&["method"]).and_then(Literal::text).unwrap();
            assert_eq!(method(&object, written, location), expected, "{object:?}");
        }
    }
}
