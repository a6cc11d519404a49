//! Profiles of AWS's own files as text and as JSON, without their secrets.

use serde_json::{Map, Value, json};

use super::Places;
use crate::cli::credentials::words::describe_provider;
use crate::profiles::{Addressing, AwsView, looks_like_secret, without_user};
use crate::redaction::REDACTED;

/// A row of the list: name, region, endpoint, and where it is from.
pub(super) fn row(view: &AwsView, name: String, places: Places) -> [String; 4] {
    let or_dash = |text: &Option<String>| without_user(text.as_deref().unwrap_or("-")).into_owned();
    let kind = view.provider.map_or("no keys", describe_provider);
    let mark = match places {
        Places::Hidden => format!("(aws: {kind})"),
        Places::Shown => format!("(aws: {kind}, {})", files(view)),
    };
    [name, or_dash(&view.settings.region), or_dash(&view.settings.endpoint_url), mark]
}

/// The files that a profile stands in.
fn files(view: &AwsView) -> String {
    view.files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ")
}

/// The profile, a field a line.
pub(super) fn text(view: &AwsView) -> String {
    let mut text = format!("aws profile '{}' in {}\n", view.name, files(view));
    for (field, value) in fields(view) {
        text.push_str(&format!("{field:17}  {value}\n"));
    }
    text
}

/// The profile as an object with the keys of our own profile file.
pub(super) fn object(view: &AwsView) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(view.name));
    object.insert("default".to_owned(), json!(false));
    object.insert("source".to_owned(), json!("aws"));
    object.insert("files".to_owned(), view.files.iter().map(|path| path.display().to_string()).collect());
    object.extend(fields(view).into_iter().map(|(field, value)| (field.to_owned(), json!(value))));
    Value::Object(object)
}

fn fields(view: &AwsView) -> Vec<(&'static str, String)> {
    let settings = &view.settings;
    let id = view.access_key_id.as_deref().map(|id| if looks_like_secret(id.trim()) { REDACTED } else { id });
    let fields = [
        ("credentials", view.provider.map(|provider| describe_provider(provider).to_owned())),
        ("access_key_id", id.map(str::to_owned)),
        ("region", settings.region.clone()),
        ("endpoint_url", settings.endpoint_url.as_deref().map(|url| without_user(url).into_owned())),
        ("addressing", settings.addressing.map(Addressing::as_str).map(str::to_owned)),
    ];
    fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
}
