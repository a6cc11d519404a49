//! A form as a JSON object: `url` and `fields` as in the AWS SDKs, and additional information.

use serde_json::{Map, Value, json};

use super::FormView;
use crate::cli::failure::Failure;
use crate::cli::render::signed::write_json;
use crate::cli::screen::Screen;

impl FormView<'_> {
    /// Writes the object.
    pub fn write_json(&self, out: &mut Screen) -> Result<(), Failure> {
        let form = self.form;
        let fields: Map<String, Value> =
            form.fields.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        let to_fill = form.to_fill.iter().map(|field| json!({ "name": field.name, "starts_with": field.prefix }));
        // The signed text is parsed again, so that exactly the signed policy is shown.
        let policy: Value = serde_json::from_str(&form.policy_json).expect("a policy is written as JSON");
        let object = json!({
            "url": self.url.to_string(),
            "fields": fields,
            "fields_to_fill": to_fill.collect::<Vec<_>>(),
            "policy": policy,
            "expires_at": form.policy.expiration.to_rfc3339(),
        });
        write_json(&object, out)
    }
}
