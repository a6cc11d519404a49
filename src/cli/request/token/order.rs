//! The order of the parameters of a presigned URL that becomes a token: that of botocore, which AWS's own tokens have.
//!
//! The signature does not depend on it, for the canonical query is sorted. Some who read a token compare it byte for byte.

/// The URL with the session token between the signed headers and the signature, if it has one in front of them.
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
