//! One condition of a policy, and whether a field meets it (*POST policy*, condition matching).

use std::fmt;

use serde_json::{Value, json};

/// A condition on a field, or on the file. Names are stored without their `$`.
///
/// `Debug` hides session tokens; `Display` and JSON show the whole condition.
#[derive(Clone, PartialEq, Eq)]
pub enum Condition {
    /// `{"acl": "private"}`, or `["eq", "$acl", "private"]`.
    Equals {
        /// The name of the field.
        name: String,
        /// The value it must have.
        value: String,
    },
    /// `["starts-with", "$key", "user/"]`; an empty prefix allows any value.
    StartsWith {
        /// The name of the field.
        name: String,
        /// The prefix its value must have.
        prefix: String,
    },
    /// `["content-length-range", 1, 1048576]`; both limits are inclusive.
    ContentLengthRange {
        /// Minimum length of the file, in bytes.
        min: u64,
        /// Maximum length of the file, in bytes.
        max: u64,
    },
}

impl Condition {
    /// Makes a condition on the whole value of a field.
    pub fn equals(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Equals { name: name.into(), value: value.into() }
    }

    /// Makes a condition on the beginning of a field's value.
    pub fn starts_with(name: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self::StartsWith { name: name.into(), prefix: prefix.into() }
    }

    /// The field it applies to; `None` if it applies to the file.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Equals { name, .. } | Self::StartsWith { name, .. } => Some(name),
            Self::ContentLengthRange { .. } => None,
        }
    }

    /// Whether it applies to the field of that name, in any case.
    pub fn is_about(&self, name: &str) -> bool {
        self.field().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether it applies to a session token or to a customer's encryption key.
    pub(super) fn is_secret(&self) -> bool {
        self.field().is_some_and(is_secret_field)
    }

    /// Whether a field's value meets the condition; a condition on the file is met by any field.
    pub fn allows(&self, value: &str) -> bool {
        match self {
            Self::Equals { value: expected, .. } => value == expected,
            // In a list of content types, every item must have the prefix; commas in other fields have no meaning.
            Self::StartsWith { name, prefix } if name.eq_ignore_ascii_case("content-type") => {
                value.split(',').all(|item| item.starts_with(prefix.as_str()))
            }
            Self::StartsWith { prefix, .. } => value.starts_with(prefix.as_str()),
            Self::ContentLengthRange { .. } => true,
        }
    }

    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Equals { name, value } => json!({ name: value }),
            Self::StartsWith { name, prefix } => json!(["starts-with", format!("${name}"), prefix]),
            Self::ContentLengthRange { min, max } => json!(["content-length-range", min, max]),
        }
    }

    /// Reads a condition; the error is what was expected.
    pub(super) fn parse(value: &Value) -> Result<Self, &'static str> {
        match value {
            Value::Object(members) if members.len() != 1 => Err("an object of one member, {\"name\": \"value\"}"),
            Value::Object(members) => {
                let text = |(name, value): (&String, &Value)| Some(Self::equals(name, value.as_str()?));
                members.iter().next().and_then(text).ok_or("a string after the name")
            }
            Value::Array(items) => match items.as_slice() {
                [Value::String(operator), first, second] => Self::of_operator(operator, first, second),
                _ => Err("three items, such as [\"starts-with\", \"$key\", \"user/\"]"),
            },
            _ => Err("an object or an array"),
        }
    }

    /// Reads a condition written as a list. S3 accepts operators in any case, and lengths in quotes.
    fn of_operator(operator: &str, first: &Value, second: &Value) -> Result<Self, &'static str> {
        const FIELD: &str = "a field, \"$name\", and a text";
        let operator = operator.to_ascii_lowercase();
        if operator == "content-length-range" {
            let length = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
            let (min, max) = length(first).zip(length(second)).ok_or("two whole numbers, minimum and maximum")?;
            return Ok(Self::ContentLengthRange { min, max });
        }
        let name = first.as_str().and_then(|name| name.strip_prefix('$')).ok_or(FIELD)?;
        let text = second.as_str().ok_or(FIELD)?;
        match operator.as_str() {
            "eq" => Ok(Self::equals(name, text)),
            "starts-with" => Ok(Self::starts_with(name, text)),
            _ => Err("eq, starts-with or content-length-range"),
        }
    }
}

impl fmt::Display for Condition {
    /// Writes the condition as a list, as S3 quotes it when it refuses an upload.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals { name, value } => write!(f, "{}", json!(["eq", format!("${name}"), value])),
            other => write!(f, "{}", other.to_json()),
        }
    }
}

/// Endings of the names of fields whose values must not be shown: session tokens, and the keys of SSE-C.
pub(super) const SECRET_FIELDS: [&str; 2] = ["-security-token", "-customer-key"];

pub(super) fn is_secret_field(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_FIELDS.iter().any(|end| name.ends_with(end))
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field().filter(|_| self.is_secret()) {
            Some(name) => write!(f, "[\"eq\",\"${name}\",[redacted]]"),
            None => fmt::Display::fmt(self, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lists are the examples in S3's manual (*Matching Content-Types in a comma-separated list*).
    #[test]
    fn each_content_type_in_a_list_must_have_the_prefix() {
        let images = Condition::starts_with("Content-Type", "image/");
        assert!(images.allows("image/jpg,image/png,image/gif"));
        assert!(!images.allows("image/jpg,text/plain"));
        assert!(Condition::starts_with("acl", "a").allows("a,b"));
    }

    #[test]
    fn debug_shows_no_session_token() {
        let shown = format!("{:?}", Condition::equals("X-Amz-Security-Token", "whisper"));
        assert_eq!(shown, r#"["eq","$X-Amz-Security-Token",[redacted]]"#);
    }

    #[test]
    fn both_spellings_of_a_condition_are_read_and_others_are_not() {
        for (text, expected) in [
            (r#"{"acl": "private"}"#, Condition::equals("acl", "private")),
            (r#"["eq", "$acl", "private"]"#, Condition::equals("acl", "private")),
            (r#"["StArTs-WiTh", "$KeY", ""]"#, Condition::starts_with("KeY", "")),
            (r#"["content-length-range", "5", 10]"#, Condition::ContentLengthRange { min: 5, max: 10 }),
        ] {
            assert_eq!(Condition::parse(&serde_json::from_str(text).unwrap()), Ok(expected), "{text}");
        }
        for text in [
            "{}",
            r#"{"a": "b", "c": "d"}"#,
            r#"{"a": 1}"#,
            r#"["eq", "acl", "x"]"#,
            r#"["content-length-range", -1, 5]"#,
            r#"["content-length-range", 1]"#,
            r#"["like", "$a", "b"]"#,
            "7",
        ] {
            assert!(Condition::parse(&serde_json::from_str(text).unwrap()).is_err(), "{text}");
        }
    }
}
