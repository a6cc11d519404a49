//! Parses the text of a profile file into profiles.
//!
//! The document is walked by hand rather than through serde: serde's messages quote the value they reject
//! (`invalid type: string "…"`), and here the value may be a secret. The messages made here never see a
//! value, so they cannot show one.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike};

use super::Error;
use super::certificate_fields::{self, CertificateFields};
use super::near::{did_you_mean, near};
use super::passphrase::PassphraseSource;
use super::profile::{Profile, SecretSource, Settings};
use sigvet_core::credentials::Secret;

/// The fields of a profile, in the order in which they are written.
pub(super) const FIELDS: [&str; 11] = [
    "access_key_id",
    "secret_access_key",
    "secret_command",
    "secret_env",
    "session_token",
    "region",
    "service",
    "endpoint_url",
    "addressing",
    "scheme",
    "expires",
];

/// The contents of a profile file.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) default: Option<String>,
    pub(super) profiles: Vec<Profile>,
}

/// Parses the text of the profile file at `path`.
pub(super) fn parse(text: &str, path: &Path) -> Result<Contents, Error> {
    let reader = Reader { text, path };
    // The error's `Display` quotes the line at which it stopped. Its message alone consists of fixed phrases.
    let document = Document::parse(text).map_err(|e| reader.error(e.span(), e.message().to_lowercase()))?;
    let mut contents = Contents::default();
    for (name, item) in document.as_table().iter() {
        match name {
            "default" => contents.default = reader.string(name, item)?,
            "profile" => contents.profiles = reader.profiles(item)?,
            _ => return Err(reader.unknown(document.as_table(), name, item, &["default", "profile"])),
        }
    }
    Ok(contents)
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Reader<'_> {
    fn profiles(&self, item: &Item) -> Result<Vec<Profile>, Error> {
        let tables = item.as_table_like().ok_or_else(|| self.mistyped("profile", item, "tables, as [profile.NAME]"))?;
        tables.iter().map(|(name, item)| self.profile(name, item)).collect()
    }

    fn profile(&self, name: &str, item: &Item) -> Result<Profile, Error> {
        let table = item.as_table_like().ok_or_else(|| {
            let message = format!("a profile must be a table, as [profile.NAME], not {}", kind_of(item));
            self.error(item.span(), message)
        })?;
        let text = |field| table.get(field).map_or(Ok(None), |item| self.string(field, item));
        for (field, item) in table.iter() {
            if !FIELDS.contains(&field) && !certificate_fields::FIELDS.contains(&field) {
                return Err(self.unknown(table, field, item, &[&FIELDS[..], &certificate_fields::FIELDS].concat()));
            }
        }
        Ok(Profile {
            name: name.to_owned(),
            access_key_id: text("access_key_id")?,
            secret: self.secret(table)?,
            session_token: text("session_token")?.map(Secret::new),
            certificate: self.certificate(table)?,
            settings: Settings {
                region: text("region")?,
                service: text("service")?,
                endpoint_url: text("endpoint_url")?,
                addressing: self.addressing(table)?,
                scheme: text("scheme")?,
                expires: text("expires")?,
                ..Settings::default()
            },
        })
    }

    fn certificate(&self, table: &dyn TableLike) -> Result<CertificateFields, Error> {
        let text = |field| table.get(field).map_or(Ok(None), |item| self.string(field, item));
        let fields = CertificateFields {
            certificate: text("certificate")?,
            private_key: text("private_key")?,
            intermediates: text("intermediates")?,
            trust_anchor_arn: text("trust_anchor_arn")?,
            profile_arn: text("profile_arn")?,
            role_arn: text("role_arn")?,
            duration_seconds: table
                .get("duration_seconds")
                .map(|item| self.seconds("duration_seconds", item))
                .transpose()?,
            role_session_name: text("role_session_name")?,
            passphrase: self.passphrase(table)?,
            endpoint_url: text("rolesanywhere_endpoint_url")?,
        };
        let keys = ["access_key_id", "secret_access_key", "secret_command", "secret_env", "session_token"];
        let key = keys.into_iter().find_map(|field| Some((field, table.get(field)?)));
        match key.filter(|_| !fields.is_empty()) {
            Some((field, item)) => {
                let message = format!("{} and {field} are both given; expected one of them", fields.first_given());
                Err(self.error(span_of(table, field, item), message))
            }
            None => Ok(fields),
        }
    }

    fn passphrase(&self, table: &dyn TableLike) -> Result<Option<PassphraseSource>, Error> {
        let variable = table.get("passphrase_env").map_or(Ok(None), |item| self.string("passphrase_env", item))?;
        let Some(item) = table.get("passphrase_command") else { return Ok(variable.map(PassphraseSource::Variable)) };
        if variable.is_some() {
            let message = "passphrase_env and passphrase_command are both given; expected one of them";
            return Err(self.error(span_of(table, "passphrase_command", item), message));
        }
        Ok(match self.command("passphrase_command", item)? {
            SecretSource::Command { program, arguments } => Some(PassphraseSource::Command { program, arguments }),
            _ => None,
        })
    }

    fn seconds(&self, field: &str, item: &Item) -> Result<u64, Error> {
        let seconds = item.as_integer().and_then(|seconds| u64::try_from(seconds).ok());
        seconds.ok_or_else(|| self.error(item.span(), format!("{field} must be a number of seconds, without quotes")))
    }

    fn secret(&self, table: &dyn TableLike) -> Result<Option<SecretSource>, Error> {
        let mut found: Option<SecretSource> = None;
        for field in ["secret_access_key", "secret_command", "secret_env"] {
            let Some(item) = table.get(field) else { continue };
            let Some(source) = self.secret_source(field, item)? else { continue };
            if let Some(first) = found {
                let message = format!("{} and {field} are both given; expected one of them", first.field());
                return Err(self.error(span_of(table, field, item), message));
            }
            found = Some(source);
        }
        Ok(found)
    }

    fn secret_source(&self, field: &str, item: &Item) -> Result<Option<SecretSource>, Error> {
        Ok(match field {
            "secret_access_key" => self.string(field, item)?.map(|text| SecretSource::Inline(Secret::new(text))),
            "secret_env" => self.string(field, item)?.map(SecretSource::Variable),
            _ => Some(self.command(field, item)?),
        })
    }

    fn command(&self, field: &str, item: &Item) -> Result<SecretSource, Error> {
        let wanted = "an array of strings, as [\"pass\", \"show\", \"NAME\"]";
        let array = item.as_array().ok_or_else(|| self.mistyped(field, item, wanted))?;
        let words = array.iter().map(|word| word.as_str().map(str::to_owned));
        let words: Option<Vec<_>> = words.collect();
        let mut words = words.ok_or_else(|| self.error(item.span(), format!("{field} must be {wanted}")))?.into_iter();
        match words.next().filter(|program| !program.is_empty()) {
            Some(program) => Ok(SecretSource::Command { program, arguments: words.collect() }),
            None => Err(self.error(item.span(), format!("{field} names no program"))),
        }
    }

    fn addressing(&self, table: &dyn TableLike) -> Result<Option<super::Addressing>, Error> {
        let Some(item) = table.get("addressing") else { return Ok(None) };
        let Some(text) = self.string("addressing", item)? else { return Ok(None) };
        let parsed = text.parse().map_err(|expected| self.error(item.span(), format!("addressing: {expected}")))?;
        Ok(Some(parsed))
    }

    /// A string. An empty one counts as absent, like an empty variable.
    fn string(&self, field: &str, item: &Item) -> Result<Option<String>, Error> {
        let text = item.as_str().ok_or_else(|| self.mistyped(field, item, "a string, in quotes"))?;
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    fn mistyped(&self, field: &str, item: &Item, wanted: &str) -> Error {
        self.error(item.span(), format!("{field} must be {wanted}, not {}", kind_of(item)))
    }

    fn unknown(&self, table: &dyn TableLike, field: &str, item: &Item, known: &[&str]) -> Error {
        let what = if item.is_table() { "table" } else { "field" };
        let name = if is_quotable(field) { format!(" '{field}'") } else { String::new() };
        let similar = near(field, known.iter().copied());
        let expected = match similar.is_empty() {
            true => format!(", expected {}", known.join(", ")),
            false => did_you_mean(&similar),
        };
        self.error(span_of(table, field, item), format!("unknown {what}{name}{expected}"))
    }

    fn error(&self, span: Option<Range<usize>>, message: impl Into<String>) -> Error {
        let position = span.map(|span| position(self.text, span.start));
        Error::Malformed { path: self.path.to_owned(), position, message: message.into() }
    }
}

/// Whether a key may be quoted in a message. A secret without its key is in the place of a key, so anything
/// that does not look like a field's name is not shown.
fn is_quotable(key: &str) -> bool {
    key.len() <= 24 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn span_of(table: &dyn TableLike, field: &str, item: &Item) -> Option<Range<usize>> {
    table.key(field).and_then(toml_edit::Key::span).or_else(|| item.span())
}

fn kind_of(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "a string",
        "integer" | "float" => "a number",
        "boolean" => "true or false",
        "datetime" => "a date",
        "array" | "array of tables" => "an array",
        _ => "a table",
    }
}

fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Contents {
        parse(text, Path::new("p.toml")).unwrap()
    }

    fn refused(text: &str) -> String {
        parse(text, Path::new("p.toml")).unwrap_err().to_string()
    }

    #[test]
    fn every_field_is_read() {
        let contents = parsed(
            r#"default = "hetzner"
            [profile.hetzner]
            access_key_id = "AKID"
            secret_access_key = "hush"
            session_token = "token"
            region = "fsn1"
            service = "s3"
            endpoint_url = "https://fsn1.example"
            addressing = "virtual"
            scheme = "v4"
            expires = "1h""#,
        );
        let profile = &contents.profiles[0];
        assert_eq!(contents.default.as_deref(), Some("hetzner"));
        assert_eq!(profile.access_key_id.as_deref(), Some("AKID"));
        assert_eq!(profile.secret, Some(SecretSource::Inline(Secret::new("hush"))));
        assert_eq!(profile.session_token, Some(Secret::new("token")));
        let settings = Settings {
            region: Some("fsn1".into()),
            service: Some("s3".into()),
            endpoint_url: Some("https://fsn1.example".into()),
            addressing: Some(crate::profiles::Addressing::Virtual),
            scheme: Some("v4".into()),
            expires: Some("1h".into()),
            ..Settings::default()
        };
        assert_eq!(profile.settings, settings);
    }

    #[test]
    fn inline_tables_and_dotted_keys_are_profiles_too() {
        let contents = parsed("profile.a.region = 'r'\nprofile.b = { secret_env = 'B' }");
        assert_eq!(contents.profiles[0].settings.region.as_deref(), Some("r"));
        assert_eq!(contents.profiles[1].secret, Some(SecretSource::Variable("B".into())));
        let contents = parsed("profile = { a = { secret_command = ['pass', 'show'] } }");
        let command = SecretSource::Command { program: "pass".into(), arguments: vec!["show".into()] };
        assert_eq!(contents.profiles[0].secret, Some(command));
    }

    #[test]
    fn an_empty_string_counts_as_absent() {
        let contents = parsed("[profile.a]\nsession_token = ''\nsecret_access_key = ''\nsecret_env = 'A'");
        assert_eq!(contents.profiles[0].session_token, None);
        assert_eq!(contents.profiles[0].secret, Some(SecretSource::Variable("A".into())));
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_position_and_a_similar_name() {
        assert_eq!(
            refused("[profile.a]\nregion = 'r'\n  acess_key_id = 'x'"),
            "p.toml:3:3: unknown field 'acess_key_id'; did you mean 'access_key_id'?"
        );
        assert_eq!(refused("[profiles.a]\n"), "p.toml:1:2: unknown table 'profiles'; did you mean 'profile'?");
        assert_eq!(refused("[minio]\n"), "p.toml:1:2: unknown table 'minio', expected default, profile");
        assert!(refused("[profile.a]\nbucket = 'b'").contains("unknown field 'bucket', expected access_key_id, "));
    }

    #[test]
    fn a_wrong_type_is_reported_with_its_position() {
        let cases = [
            ("[profile.a]\nregion = 5", "p.toml:2:10: region must be a string, in quotes, not a number"),
            ("[profile]\na = 5", "p.toml:2:5: a profile must be a table, as [profile.NAME], not a number"),
            ("[[profile]]\na = 5", "p.toml:1:1: profile must be tables, as [profile.NAME], not an array"),
            ("[profile.a]\naddressing = 'dns'", "p.toml:2:14: addressing: expected 'virtual' or 'path'"),
            ("[profile.a]\nsecret_command = []", "p.toml:2:18: secret_command names no program"),
        ];
        for (text, message) in cases {
            assert_eq!(refused(text), message);
        }
        assert!(refused("[profile.a]\nsecret_command = 'pass show'").contains("must be an array of strings"));
    }

    #[test]
    fn two_kinds_of_secret_at_once_are_refused() {
        assert_eq!(
            refused("[profile.a]\nsecret_access_key = 'hush'\nsecret_env = 'A'"),
            "p.toml:3:1: secret_access_key and secret_env are both given; expected one of them"
        );
    }

    /// Every form of a broken line with a secret in it: neither `Display` nor `Debug` may show any part of the secret.
    #[test]
    fn no_error_shows_the_secret() {
        let shapes = [
            "secret_access_key = \"SECRET",
            "secret_access_key = 'SECRET",
            "secret_access_key = \"\"\"SECRET",
            "secret_access_key = SECRET",
            "secret_access_key = SECRET\"",
            "secret_access_key SECRET",
            "secret_access_key: SECRET",
            "secret_access_key = \"SECRET\" trailing",
            "secret_access_key = \"SECRET\" \"SECRET\"",
            "secret_access_key = \"\\SECRET\"",
            "secret_access_key = \"\\uSECRET\"",
            "secret_access_key = \"SECRET\u{1}\"",
            "secret_access_key = [\"SECRET\"]",
            "secret_access_key = { SECRET = 1 }",
            "secret_access_key = { value = \"SECRET\" }",
            "secret_access_key = \"SECRET\"\nsecret_access_key = \"SECRET\"",
            "secret_access_key = \"a\"\nsecret_env = \"SECRET\"",
            "secret_acces_key = \"SECRET\"",
            "secret_command = \"SECRET\"",
            "secret_command = [\"echo\", 5, \"SECRET\"]",
            "secret_env = [\"SECRET\"]",
            "session_token = [\"SECRET\"]",
            "addressing = \"SECRET\"",
            "SECRET",
            "SECRET = 1",
            "\"SECRET\" = 1",
            "SECRET = \"SECRET\"\nSECRET = 2",
            "[profile.a.SECRET]\nSECRET = 1",
            "[SECRET]",
            "[[SECRET]]",
            "[profile.SECRET",
            "secret_access_key = 0xSECRET",
            "secret_access_key = 1SECRET",
            "secret_access_key = 2020-01-SECRET",
        ];
        for secret in [BASE64, "Hush9Hush", "123456789"] {
            for shape in shapes {
                let text = format!("[profile.a]\n{}\n", shape.replace("SECRET", secret));
                let outcome = parse(&text, Path::new("p.toml")).map(|_| ());
                assert!(outcome.is_err() || secret != BASE64, "{shape} parses");
                if let Err(error) = outcome {
                    assert_no_trace(&format!("{error} {error:?}"), secret, shape);
                }
            }
        }
    }

    const BASE64: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn assert_no_trace(shown: &str, secret: &str, shape: &str) {
        let pieces = (0..=secret.len() - 6).map(|start| &secret[start..start + 6]);
        for piece in pieces {
            assert!(!shown.contains(piece), "{shape}: {shown}");
        }
    }

    #[test]
    fn a_syntax_error_says_where() {
        assert_eq!(refused("[profile.a]\nregion = \"r"), "p.toml:2:12: invalid basic string, expected `\"`");
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("é = 5\nà b", 11), (2, 4));
    }
}
