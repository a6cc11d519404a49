//! Profiles of other tools' files as text and as JSON, without their secrets.

use serde_json::{Map, Value, json};

use super::show;
use crate::profiles::{Profile, Settings, ToolKeys, ToolPlace, ToolProfile, without_user};

/// A row of the list: name, region, endpoint, and where it stands.
pub(super) fn row(found: &ToolProfile) -> [String; 4] {
    let or_dash = |text: &Option<String>| without_user(text.as_deref().unwrap_or("-")).into_owned();
    let settings = &found.profile.settings;
    let place = format!("({}: {})", found.entry.tool, found.entry.place);
    [found.entry.profile_name(), or_dash(&found.effective_region()), or_dash(&settings.endpoint_url), place]
}

/// The profile, a field a line.
pub(super) fn text(found: &ToolProfile) -> String {
    let mut text = format!("{}\n", found.entry);
    text.extend(credentials(found).map(|words| show::line("credentials", &words)));
    text.push_str(&show::lines(&effective(found)));
    text.extend(found.overridden_region().map(|region| {
        show::line("", &format!("(the host's region; {} has region {region}, which is not used)", found.entry.tool))
    }));
    text.extend(more(&found.profile.settings).map(|(field, value)| show::line(field, &value)));
    text
}

/// The profile as an object with the keys of our own profile file.
pub(super) fn object(found: &ToolProfile) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(found.entry.profile_name()));
    object.insert("default".to_owned(), json!(false));
    object.insert("source".to_owned(), json!(found.entry.tool.as_str()));
    match &found.entry.place {
        ToolPlace::File(path) => object.insert("file".to_owned(), json!(path.display().to_string())),
        ToolPlace::Variable(name) => object.insert("variable".to_owned(), json!(name)),
        ToolPlace::Typed => None,
    };
    object.extend(credentials(found).map(|words| ("credentials".to_owned(), json!(words))));
    show::insert_fields(&mut object, &effective(found));
    object.extend(found.overridden_region().map(|region| ("unused_region".to_owned(), json!(region))));
    object.extend(more(&found.profile.settings).map(|(field, value)| (field.to_owned(), json!(value))));
    Value::Object(object)
}

/// The profile with the region that is signed for.
fn effective(found: &ToolProfile) -> Profile {
    let settings = Settings { region: found.effective_region(), ..found.profile.settings.clone() };
    Profile { settings, ..found.profile.clone() }
}

/// Where the keys are from, if the entry does not state them.
fn credentials(found: &ToolProfile) -> Option<String> {
    match &found.keys {
        ToolKeys::Stated => None,
        ToolKeys::OfAws { profile: Some(name), .. } => Some(format!("AWS's chain, profile '{name}'")),
        ToolKeys::OfAws { profile: None, .. } => Some("AWS's chain".to_owned()),
    }
}

/// The settings that our own file does not have, by the names of AWS's.
pub(super) fn more(settings: &Settings) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let switch = |is_on: Option<bool>| is_on.map(|is_on| is_on.to_string());
    let fields = [
        ("bucket_endpoint_url", settings.bucket_endpoint_url.clone()),
        ("ca_bundle", settings.ca_bundle.clone()),
        ("use_accelerate_endpoint", switch(settings.use_accelerate_endpoint)),
        ("use_dualstack_endpoint", switch(settings.use_dualstack_endpoint)),
        ("use_fips_endpoint", switch(settings.use_fips_endpoint)),
        ("sigv4a_signing_region_set", settings.region_set.clone()),
    ];
    fields.into_iter().filter_map(|(field, value)| Some((field, value?)))
}
