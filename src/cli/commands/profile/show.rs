//! Profiles as text and as JSON, their secrets redacted.

use serde_json::{Map, Value, json};

use super::Places;
use crate::profiles::{Addressing, Profile, ProfileFile, SecretSource, looks_like_secret, without_user};
use crate::redaction::REDACTED;

/// The names, aligned with region and endpoint, and the default marked.
pub(super) fn table(rows: &[[String; 4]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    let line = |[name, region, endpoint, mark]: &[String; 4]| {
        let [first, second, third] = widths;
        let line = format!("{name:first$}  {region:second$}  {endpoint:third$}  {mark}");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

/// A row of the list: name, region, endpoint, and the mark of the default.
pub(super) fn row(profile: &Profile, file: &ProfileFile, places: Places) -> [String; 4] {
    let settings = &profile.settings;
    let mark = match (is_default(profile, file), places) {
        (true, Places::Hidden) => "(default)".to_owned(),
        (false, Places::Hidden) => String::new(),
        (true, Places::Shown) => format!("(sigvet: {}, default)", file.path().display()),
        (false, Places::Shown) => format!("(sigvet: {})", file.path().display()),
    };
    let or_dash = |text: Option<&str>| without_user(text.unwrap_or("-")).into_owned();
    let (region, endpoint) = (settings.region.as_deref(), settings.endpoint_url.as_deref());
    [profile.name.clone(), or_dash(region), or_dash(endpoint), mark]
}

/// The profile, a field a line.
pub(super) fn text(profile: &Profile, file: &ProfileFile) -> String {
    let mark = if is_default(profile, file) { " (default)" } else { "" };
    format!("profile '{}' in {}{mark}\n{}", profile.name, file.path().display(), lines(profile))
}

/// What a profile says, a field a line.
pub(super) fn lines(profile: &Profile) -> String {
    let secret = profile.secret.as_ref();
    let mut fields = vec![("access_key_id", shown_id(profile).map(str::to_owned))];
    fields.extend(secret.map(|source| (source.field(), Some(source.to_string()))));
    fields.push(("session_token", profile.session_token.as_ref().map(|_| REDACTED.to_owned())));
    fields.extend(profile.certificate.shown().into_iter().map(|(field, value)| (field, Some(value))));
    fields.extend(settings(profile).map(|(field, value)| (field, value.map(|text| without_user(text).into_owned()))));
    fields.into_iter().filter_map(|(field, value)| Some(line(field, &value?))).collect()
}

/// A field and its value.
pub(super) fn line(field: &str, value: &str) -> String {
    format!("{field:17}  {value}\n")
}

/// The profile as an object with the keys of the profile file.
pub(super) fn object(profile: &Profile, file: &ProfileFile) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(profile.name));
    object.insert("default".to_owned(), json!(is_default(profile, file)));
    object.insert("source".to_owned(), json!("sigvet"));
    object.insert("file".to_owned(), json!(file.path().display().to_string()));
    insert_fields(&mut object, profile);
    Value::Object(object)
}

/// Inserts what a profile says.
pub(super) fn insert_fields(object: &mut Map<String, Value>, profile: &Profile) {
    if let Some(key) = shown_id(profile) {
        object.insert("access_key_id".to_owned(), json!(key));
    }
    if let Some(source) = &profile.secret {
        object.insert(source.field().to_owned(), redacted(source));
    }
    if profile.session_token.is_some() {
        object.insert("session_token".to_owned(), json!(REDACTED));
    }
    for (field, value) in profile.certificate.shown() {
        object.insert(field.to_owned(), json!(value));
    }
    for (field, value) in settings(profile) {
        if let Some(value) = value {
            object.insert(field.to_owned(), json!(without_user(value)));
        }
    }
}

fn redacted(source: &SecretSource) -> Value {
    match source {
        SecretSource::Inline(_) => json!(REDACTED),
        SecretSource::Variable(_) => json!(source.shown_name().unwrap_or(REDACTED)),
        SecretSource::Command { arguments, .. } => {
            let arguments = arguments.iter().map(|_| REDACTED);
            json!(std::iter::once(source.shown_name().unwrap_or(REDACTED)).chain(arguments).collect::<Vec<_>>())
        }
    }
}

/// The access key ID; not one that looks like the secret.
fn shown_id(profile: &Profile) -> Option<&str> {
    let is_secret = |id: &str| looks_like_secret(id.rsplit(':').next().unwrap_or_default().trim());
    profile.access_key_id.as_deref().map(|id| if is_secret(id) { REDACTED } else { id })
}

fn settings(profile: &Profile) -> [(&'static str, Option<&str>); 6] {
    let settings = &profile.settings;
    [
        ("region", settings.region.as_deref()),
        ("service", settings.service.as_deref()),
        ("endpoint_url", settings.endpoint_url.as_deref()),
        ("addressing", settings.addressing.map(Addressing::as_str)),
        ("scheme", settings.scheme.as_deref()),
        ("expires", settings.expires.as_deref()),
    ]
}

fn is_default(profile: &Profile, file: &ProfileFile) -> bool {
    file.default_name() == Some(profile.name.as_str())
}
