//! Profiles as text and as JSON, their secrets redacted.

use serde_json::{Map, Value, json};

use crate::profiles::{Addressing, Profile, ProfileFile, SecretSource};

const REDACTED: &str = "[redacted]";

/// The names, aligned with region and endpoint, and the default marked.
pub(super) fn table(file: &ProfileFile) -> String {
    let rows: Vec<_> = file.profiles().iter().map(|profile| row(profile, file)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    let line = |[name, region, endpoint, mark]: &[&str; 4]| {
        let [first, second, third] = widths;
        let line = format!("{name:first$}  {region:second$}  {endpoint:third$}  {mark}");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

fn row<'a>(profile: &'a Profile, file: &ProfileFile) -> [&'a str; 4] {
    let settings = &profile.settings;
    let mark = if is_default(profile, file) { "(default)" } else { "" };
    let or_dash = |text: &'a Option<String>| text.as_deref().unwrap_or("-");
    [&profile.name, or_dash(&settings.region), or_dash(&settings.endpoint_url), mark]
}

/// The profile, a field a line.
pub(super) fn text(profile: &Profile, file: &ProfileFile) -> String {
    let mark = if is_default(profile, file) { " (default)" } else { "" };
    let mut text = format!("profile '{}' in {}{mark}\n", profile.name, file.path().display());
    let secret = profile.secret.as_ref();
    let mut fields = vec![("access_key_id", profile.access_key_id.clone())];
    fields.extend(secret.map(|source| (source.field(), Some(source.to_string()))));
    fields.push(("session_token", profile.session_token.as_ref().map(|_| REDACTED.to_owned())));
    fields.extend(settings(profile).map(|(field, value)| (field, value.map(str::to_owned))));
    for (field, value) in fields {
        if let Some(value) = value {
            text.push_str(&format!("{field:17}  {value}\n"));
        }
    }
    text
}

/// The profile as an object with the keys of the profile file.
pub(super) fn object(profile: &Profile, file: &ProfileFile) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(profile.name));
    object.insert("default".to_owned(), json!(is_default(profile, file)));
    object.insert("file".to_owned(), json!(file.path().display().to_string()));
    if let Some(key) = &profile.access_key_id {
        object.insert("access_key_id".to_owned(), json!(key));
    }
    if let Some(source) = &profile.secret {
        object.insert(source.field().to_owned(), redacted(source));
    }
    if profile.session_token.is_some() {
        object.insert("session_token".to_owned(), json!(REDACTED));
    }
    for (field, value) in settings(profile) {
        if let Some(value) = value {
            object.insert(field.to_owned(), json!(value));
        }
    }
    Value::Object(object)
}

fn redacted(source: &SecretSource) -> Value {
    match source {
        SecretSource::Inline(_) => json!(REDACTED),
        SecretSource::Variable(name) => json!(name),
        SecretSource::Command { program, arguments } => {
            let arguments = arguments.iter().map(|_| REDACTED);
            json!(std::iter::once(program.as_str()).chain(arguments).collect::<Vec<_>>())
        }
    }
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
