//! What is asked of STS for a role, and what is kept of the answer.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use super::case::sigvet;
use super::services::Services;

/// A home whose profile `r` takes a role for the key of `default`.
struct Home {
    directory: TempDir,
    services: Services,
}

impl Home {
    fn new(of_role: &str) -> Self {
        let home = Self { directory: tempfile::tempdir().unwrap(), services: Services::start() };
        let keys = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hush\nregion = eu-west-1\n";
        let role = "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\nregion = eu-west-1\n";
        home.write(".aws/config", &format!("{keys}[profile r]\n{role}{of_role}"));
        home
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn presign(&self, words: &[&str]) -> Output {
        let mut command = sigvet(self.directory.path());
        command.env("AWS_ENDPOINT_URL_STS", format!("http://{}", self.services.address()));
        command.args(["presign", "--profile", "r"]).args(words).arg("s3://bkt/k").output().unwrap()
    }

    fn cache(&self) -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(self.directory.path().join(".aws/cli/cache")).into_iter().flatten();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension() == Some("json".as_ref())).collect()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_role_is_asked_for_with_all_that_the_profile_says_of_it() {
    let home = Home::new("external_id = x y\nrole_session_name = me\nduration_seconds = 900\n");
    assert!(home.presign(&[]).status.success());
    let [asked] = <[_; 1]>::try_from(home.services.take_arrived()).unwrap();
    for (name, value) in [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", "arn:aws:iam::123456789012:role/r"),
        ("RoleSessionName", "me"),
        ("ExternalId", "x y"),
        ("DurationSeconds", "900"),
    ] {
        assert_eq!(asked.parameter(name).as_deref(), Some(value), "{name}");
    }
    let authorization = asked.header("authorization").unwrap();
    assert!(authorization.contains("Credential=AKIDEXAMPLE/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/sts/aws4_request"), "{authorization}");
}

#[test]
fn credentials_of_a_role_are_kept_for_the_aws_cli_and_taken_from_it() {
    let home = Home::new("");
    let first = home.presign(&[]);
    assert_eq!(home.services.take_arrived().len(), 1);
    let again = home.presign(&[]);
    assert!(first.status.success() && again.status.success() && home.services.take_arrived().is_empty());
    let [kept] = <[_; 1]>::try_from(home.cache()).unwrap();
    assert_eq!(mode(&kept), 0o600);
    let theirs = r#"{"Credentials": {"AccessKeyId": "ASIATHEIRS", "SecretAccessKey": "hush", "SessionToken": "t",
        "Expiration": "2098-01-01T00:00:00UTC"}}"#;
    fs::write(kept, theirs).unwrap();
    let output = String::from_utf8(home.presign(&[]).stdout).unwrap();
    assert!(output.contains("ASIATHEIRS"), "{output}");
}

#[test]
fn a_role_that_wants_a_code_is_not_asked_for_without_one() {
    let home = Home::new("mfa_serial = arn:aws:iam::123456789012:mfa/me\n");
    let refused = home.presign(&[]);
    assert_eq!(refused.status.code(), Some(3));
    let words = stderr(&refused);
    assert!(words.contains("needs the code of the MFA device arn:aws:iam::123456789012:mfa/me"), "{words}");
    assert!(words.contains("--mfa-code") && home.services.take_arrived().is_empty(), "{words}");
    assert!(home.presign(&["--mfa-code", "123456"]).status.success());
    let [asked] = <[_; 1]>::try_from(home.services.take_arrived()).unwrap();
    assert_eq!(asked.parameter("SerialNumber").as_deref(), Some("arn:aws:iam::123456789012:mfa/me"));
    assert_eq!(asked.parameter("TokenCode").as_deref(), Some("123456"));
    assert!(home.presign(&[]).status.success(), "the code is asked for once");
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_service() {
    let home = Home::new("");
    home.write(
        ".aws/config",
        "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hush\n\
         [profile r]\nregion = eu-west-1\nsource_profile = default\nrole_arn = arn:aws:iam::1:role/denied\n",
    );
    let words = stderr(&home.presign(&[]));
    let expected = format!(
        "error: aws profile 'r' (assume role) provides no credentials: caused by AssumeRole of STS at http://{} was refused: \
         AccessDenied: User: x is not authorized to perform: sts:AssumeRole on resource: denied (status 403)",
        home.services.address()
    );
    assert!(words.starts_with(&expected), "{words}");
}

/// The stand-ins take a request to a proxy as any other: they look at its path alone.
#[test]
fn a_proxy_of_the_environment_is_on_the_way_to_sts() {
    let home = Home::new("");
    let mut command = sigvet(home.directory.path());
    command
        .env("AWS_ENDPOINT_URL_STS", "http://sts.test")
        .env("http_proxy", format!("http://{}", home.services.address()));
    let output = command.args(["presign", "--profile", "r", "s3://bkt/k"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let [asked] = <[_; 1]>::try_from(home.services.take_arrived()).unwrap();
    assert_eq!(asked.target, "http://sts.test/");
}

#[test]
fn certificates_of_the_environment_and_of_the_profile_hold_for_sts() {
    let home = Home::new("ca_bundle = ~/config.pem\n");
    let presign = |variable: Option<&str>| {
        let mut command = sigvet(home.directory.path());
        command
            .env("AWS_ENDPOINT_URL_STS", format!("https://{}", home.services.address()))
            .envs(variable.map(|name| (name, "/variable.pem")));
        stderr(&command.args(["presign", "--profile", "r", "s3://bkt/k"]).output().unwrap())
    };
    for name in ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"] {
        assert!(presign(Some(name)).contains("/variable.pem"), "{name}: {}", presign(Some(name)));
    }
    assert!(presign(None).contains("/config.pem"), "{}", presign(None));
}
