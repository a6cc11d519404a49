//! A situation: files, variables and words, and what comes of it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The stand-ins' address as the cases have it.
const PLACE: &str = "127.0.0.1:18081";

/// A situation.
pub struct Case {
    pub name: String,
    files: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    profile: Option<String>,
    words: Vec<String>,
}

/// What is found: nothing, where a tool refuses.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct View {
    key: Option<String>,
    token: Option<String>,
    region: Option<String>,
    url: Option<String>,
}

/// What sigvet finds and says.
pub struct Found {
    pub view: View,
    pub stderr: String,
}

impl Case {
    pub fn read_all(text: &str) -> Vec<Self> {
        let cases: Vec<Value> = serde_json::from_str(text).unwrap();
        cases.iter().map(Self::of_json).collect()
    }

    fn of_json(json: &Value) -> Self {
        let strings = |name: &str| -> BTreeMap<String, String> {
            json.get(name).map(|map| serde_json::from_value(map.clone()).unwrap()).unwrap_or_default()
        };
        let mut files = strings("files");
        for name in ["config", "credentials"] {
            files.extend(json.get(name).map(|text| (format!(".aws/{name}"), text.as_str().unwrap().to_owned())));
        }
        Self {
            name: json["name"].as_str().unwrap().to_owned(),
            files,
            variables: strings("env"),
            profile: json.get("profile").map(|name| name.as_str().unwrap().to_owned()),
            words: json.get("args").map(|words| serde_json::from_value(words.clone()).unwrap()).unwrap_or_default(),
        }
    }

    /// Presigns with sigvet in a home of its own; `services` is the address of the stand-ins.
    pub fn run(&self, services: &str) -> Found {
        let home = tempfile::tempdir().unwrap();
        let output = self.run_in(&home, services);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let url = String::from_utf8(output.stdout).unwrap().trim().replace(services, PLACE);
        let stderr = format!("{stderr}{:?}", output.status);
        Found { view: if output.status.success() { View::of_url(&url) } else { View::default() }, stderr }
    }

    fn run_in(&self, home: &TempDir, services: &str) -> Output {
        let home = home.path();
        for (name, text) in &self.files {
            let path = home.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, placed(text, services)).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut command = sigvet(home);
        for (name, value) in &self.variables {
            command.env(name, placed(value, services).replace("$HOME", home.to_str().unwrap()));
        }
        command.args(["presign", "-v"]).args(self.profile.iter().flat_map(|name| ["--profile", name]));
        command.args(&self.words).arg("s3://bkt/k").output().unwrap()
    }
}

/// The built binary in a home of its own, with nothing of this process's environment.
pub fn sigvet(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigvet"));
    let fixed = [("AWS_EC2_METADATA_DISABLED", "true"), ("PATH", "/usr/bin:/bin")];
    command.current_dir(home).env_clear().env("HOME", home).envs(fixed);
    command
}

fn placed(text: &str, services: &str) -> String {
    let port = services.rsplit_once(':').unwrap().1;
    text.replace(PLACE, services).replace("localhost:18081", &format!("localhost:{port}"))
}

impl View {
    /// Of a peer's view; an error is nothing.
    pub fn of_json(json: &Value) -> Self {
        let text = |name: &str| json.get(name).map(|text| text.as_str().unwrap().to_owned());
        if json.get("error").is_some() || json.get("client_error").is_some() {
            return Self::default();
        }
        Self { key: text("key"), token: text("token"), region: text("region"), url: text("url") }
    }

    fn of_url(url: &str) -> Self {
        let parsed = url::Url::parse(url).unwrap();
        let parameter =
            |wanted: &str| parsed.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        let credential = parameter("X-Amz-Credential").unwrap();
        let parts: Vec<&str> = credential.rsplitn(5, '/').collect();
        Self {
            key: Some(parts[4].to_owned()),
            token: parameter("X-Amz-Security-Token"),
            region: Some(parts[2].to_owned()),
            url: url.split_once('?').map(|(url, _)| url.to_owned()),
        }
    }
}
