//! Finds, lists and reads the official test suite inside the package of the `aws-sigv4` crate.

use sigvet_testing::official_suite;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use sigvet_core::canonical::{PathEncoding, PathNormalization, PathPlus, PathRule};
use sigvet_core::credentials::Credentials;
use sigvet_core::crypto::PublicKey;
use sigvet_core::derivation::TokenTravel;
use sigvet_core::prepare::{ContentSha256, Settings};
use sigvet_core::scheme::Scheme;
use sigvet_core::time::Timestamp;

/// The two ways in which the suite signs each request, named like its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Header,
    Query,
}

impl Form {
    pub const ALL: [Self; 2] = [Self::Header, Self::Query];

    fn file_prefix(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
        }
    }
}

/// A folder of the suite with its context.
pub struct Case {
    pub name: String,
    pub scheme: Scheme,
    pub credentials: Credentials,
    pub timestamp: Timestamp,
    context: Value,
    folder: PathBuf,
}

impl Case {
    /// How to sign the request, according to the context.
    pub fn settings(&self, form: Form) -> Settings {
        let text = |key: &str| self.context[key].as_str().unwrap().to_owned();
        let flag = |key: &str| self.context[key].as_bool() == Some(true);
        let mut settings = Settings::new(text("region"), text("service"));
        settings.scheme = self.scheme;
        let normalized = flag("normalize");
        settings.path_rule = PathRule {
            plus: PathPlus::Plus,
            encoding: PathEncoding::Twice,
            normalization: if normalized { PathNormalization::Normalized } else { PathNormalization::Verbatim },
        };
        settings.content_sha256 = if flag("sign_body") { ContentSha256::Always } else { ContentSha256::AsNeeded };
        settings.token = if flag("omit_session_token") { TokenTravel::Unsigned } else { TokenTravel::Signed };
        match form {
            Form::Header => settings,
            Form::Query => {
                let expires = self.context["expiration_in_seconds"].as_u64().unwrap();
                settings.presigned(Duration::from_secs(expires))
            }
        }
    }

    /// The public key with which the case's Version 4A signatures verify.
    pub fn public_key(&self) -> PublicKey {
        let point: Value = serde_json::from_slice(&self.read("public-key.json")).unwrap();
        let coordinate = |name: &str| hex::decode(point[name].as_str().unwrap()).unwrap().try_into().unwrap();
        PublicKey::from_coordinates(&coordinate("X"), &coordinate("Y")).unwrap()
    }

    /// The request to sign.
    pub fn request(&self) -> Vec<u8> {
        self.read("request.txt")
    }

    /// A file of one stage: `canonical-request`, `string-to-sign`, `signature`, `signed-request`.
    pub fn stage(&self, form: Form, stage: &str) -> Vec<u8> {
        self.read(&format!("{}-{stage}.txt", form.file_prefix()))
    }

    fn read(&self, file: &str) -> Vec<u8> {
        let path = self.folder.join(file);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// The cases of a scheme, and the names of folders that are not cases because they have no context, both in order.
pub fn cases(scheme: Scheme) -> (Vec<Case>, Vec<String>) {
    let folder = if scheme == Scheme::V4a { "v4a" } else { "v4" };
    let suite = official_suite::package_root().join("aws-signing-test-suite").join(folder);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(suite).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let (with, without): (Vec<_>, Vec<_>) = folders.into_iter().partition(|f| f.join("context.json").is_file());
    (
        with.into_iter().map(|folder| case(folder, scheme)).collect(),
        without.iter().map(|folder| name_of(folder)).collect(),
    )
}

fn case(folder: PathBuf, scheme: Scheme) -> Case {
    let context: Value = serde_json::from_slice(&std::fs::read(folder.join("context.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let keys = &context["credentials"];
    let mut credentials = Credentials::new(text(&keys["access_key_id"]), text(&keys["secret_access_key"]));
    if let Some(token) = keys["token"].as_str() {
        credentials = credentials.with_session_token(token);
    }
    let timestamp = Timestamp::parse(&text(&context["timestamp"])).unwrap();
    Case { name: name_of(&folder), scheme, credentials, timestamp, context, folder }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap().to_str().unwrap().to_owned()
}
