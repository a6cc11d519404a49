//! Puts the parameters of a presigned URL in botocore's order, which AWS's own tokens have.
//!
//! The order does not change the signature, because the canonical query is sorted; but some consumers compare tokens
//! byte for byte.

/// Moves a session token that precedes the signed headers to just before the signature.
pub(super) fn with_token_last(url: &str) -> String {
    const TOKEN: &str = "X-Amz-Security-Token=";
    let Some((address, query)) = url.split_once('?') else { return url.to_owned() };
    let mut parameters: Vec<&str> = query.split('&').collect();
    let position =
        |parameters: &[&str], name: &str| parameters.iter().position(|parameter| parameter.starts_with(name));
    if let Some(at) = position(&parameters, TOKEN)
        && position(&parameters, "X-Amz-SignedHeaders=").is_some_and(|headers| at < headers)
    {
        let token = parameters.remove(at);
        let signature = position(&parameters, "X-Amz-Signature=").unwrap_or(parameters.len());
        parameters.insert(signature, token);
    }
    format!("{address}?{}", parameters.join("&"))
}
