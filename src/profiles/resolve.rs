//! Chooses the credentials among all sources.
//!
//! There is one documented order: options, `--profile`, the environment, `AWS_PROFILE` or the file's default, AWS's
//! own files and chain. The first source that says anything about keys is used, and the parts of a key are never taken
//! from two sources. As long as the keys are static, nothing here is asynchronous, and AWS's chain is not touched.

use super::certified::CertificateSession;
use super::choice::{CredentialChoice, KeyParts};
use super::found::{Described, Resolved};
use super::origin::Origin;
use super::profile::Settings;
use super::rank::Rank;
use super::{Environment, Error, KeyPart, Outside, Source, Warning, aws, soundness, tools, typed};
use sigvet_core::credentials::Secret;

/// Finds the credentials.
///
/// # Errors
/// There are none, or the first source that has any contains only half of a key; or the profile file is
/// broken.
pub fn resolve(choice: &CredentialChoice, environment: &Environment, outside: &dyn Outside) -> Result<Resolved, Error> {
    let mut resolved = match Origin::find(choice, environment)? {
        Origin::Typed => typed::resolve(choice, beside(choice, environment)?)?,
        Origin::Environment => of_environment(environment)?,
        Origin::Own(own) => own.resolve(environment, outside)?,
        Origin::Aws { name, rank } => aws::profile(&name, rank, environment, outside)?,
        Origin::Tool(tool) => tool.resolve(environment, outside)?,
        Origin::Chain(location) => match aws::chain(environment, outside)? {
            aws::Chain::Found(resolved) => *resolved,
            aws::Chain::Nothing(chain, source) => {
                let profile_file = location.map(|location| location.path().to_owned());
                let of_tools = tools::names_with_keys(environment);
                return Err(Error::NothingFound { profile_file, chain, of_tools, source });
            }
        },
    };
    soundness::check(&resolved.credentials, &resolved.source)?;
    warn_of_white_space(&mut resolved);
    Ok(resolved)
}

/// The IAM Roles Anywhere session that a profile in sigvet's own file asks for. `None` if the profile has no
/// certificate.
///
/// # Errors
/// The profile is unknown, or the profile file is broken.
pub fn certificate_session(
    choice: &CredentialChoice,
    environment: &Environment,
) -> Result<Option<CertificateSession>, Error> {
    match Origin::find(choice, environment)? {
        Origin::Own(own) => own.certificate_session(environment),
        _ => Ok(None),
    }
}

/// Finds what the same source says without its secret, for `--no-sign-request` and `--signing-key`. No
/// command is run, and no service is called.
///
/// # Errors
/// The profile is unknown, or the profile file is broken.
pub fn describe(choice: &CredentialChoice, environment: &Environment) -> Result<Described, Error> {
    match Origin::find(choice, environment)? {
        Origin::Typed => Ok(typed::describe(choice, beside(choice, environment)?)),
        Origin::Environment => Ok(Described {
            access_key_id: environment.access_key_id().map(str::to_owned),
            settings: of_the_environment(environment),
            source: Some(Source::Environment),
            warnings: Vec::new(),
        }),
        Origin::Own(own) => Ok(own.describe(environment)),
        Origin::Aws { name, rank } => aws::describe(Some(&name), rank, environment),
        Origin::Tool(tool) => Ok(tool.describe(environment)),
        Origin::Chain(_) => aws::describe(None, Rank::Implied, environment),
    }
}

/// The settings to use with a typed key: those of `--profile` if it is given too, otherwise the environment's.
fn beside(choice: &CredentialChoice, environment: &Environment) -> Result<Described, Error> {
    match choice.profile {
        Some(_) => {
            describe(&CredentialChoice { user: None, parts: KeyParts::default(), ..choice.clone() }, environment)
        }
        None => Ok(Described { settings: of_the_environment(environment), ..Described::default() }),
    }
}

fn of_environment(environment: &Environment) -> Result<Resolved, Error> {
    let (credentials, warning) = environment.credentials()?;
    let warnings = warning.into_iter().collect();
    let settings = of_the_environment(environment);
    Ok(Resolved { credentials, settings, source: Source::Environment, warnings })
}

/// The settings from the environment, with missing ones taken from AWS's files, as in AWS's own tools. Keys
/// in the environment need no file, so a file that is broken or lacks the profile is ignored.
fn of_the_environment(environment: &Environment) -> Settings {
    let beside = aws::describe(aws_profile(environment), Rank::Implied, environment);
    beside.map_or_else(|_| environment.settings(), |beside| beside.settings)
}

/// The profile in AWS's files that `AWS_PROFILE` names.
fn aws_profile(environment: &Environment) -> Option<&str> {
    environment.profile().map(|name| name.strip_prefix("aws:").unwrap_or(name))
}

/// Warns about white space around a part of the key. A newline that slipped into a secret makes the signature
/// wrong, and nothing else reveals it.
fn warn_of_white_space(resolved: &mut Resolved) {
    let credentials = &resolved.credentials;
    let parts = [
        (KeyPart::AccessKeyId, Some(credentials.access_key_id.as_str())),
        (KeyPart::SecretAccessKey, Some(credentials.secret_access_key.expose_secret())),
        (KeyPart::SessionToken, credentials.session_token.as_ref().map(Secret::expose_secret)),
    ];
    for (part, text) in parts {
        if text.is_some_and(|text| text.trim() != text) {
            resolved.warnings.push(Warning::WhiteSpace { part, source: resolved.source.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::profiles::outside::testing::Nowhere;
    use crate::profiles::{Addressing, FailureKind};
    use sigvet_core::credentials::Credentials;

    /// A directory with a profile file, and possibly AWS's own files; nothing outside the directory is read.
    struct World(tempfile::TempDir);

    const PROFILES: &str = r#"
        default = "a"
        [profile.a]
        access_key_id = "AKID-A"
        secret_access_key = "hush-a"
        region = "region-a"
        endpoint_url = "https://a"
        addressing = "path"
        [profile.b]
        access_key_id = "AKID-B"
        secret_env = "B_SECRET"
        session_token = "token-b"
        [profile.empty]
        region = "region-empty"
        [profile.keyless]
        secret_access_key = "hush"
        [profile.secretless]
        access_key_id = "AKID"
        session_token = "token"
    "#;

    impl World {
        fn new(profiles: &str) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let world = Self(directory);
            fs::create_dir(world.path("sigvet")).unwrap();
            fs::create_dir(world.path(".aws")).unwrap();
            if !profiles.is_empty() {
                world.write("sigvet/profiles.toml", profiles);
            }
            world
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.path(name), text).unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
            }
        }

        fn environment(&self, variables: &[(&str, &str)]) -> Environment {
            let home = self.0.path().to_string_lossy().into_owned();
            let fixed = [("HOME".to_owned(), home), ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned())];
            let given = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Environment::new(fixed.into_iter().chain(given), Some(self.0.path().to_owned()))
        }

        fn resolve(&self, choice: &CredentialChoice, variables: &[(&str, &str)]) -> Result<Resolved, Error> {
            resolve(choice, &self.environment(variables), &Nowhere)
        }
    }

    fn user(text: &str) -> CredentialChoice {
        CredentialChoice { user: Some(Secret::new(text)), ..CredentialChoice::default() }
    }

    fn named(name: &str) -> CredentialChoice {
        CredentialChoice { profile: Some(name.to_owned()), ..CredentialChoice::default() }
    }

    const KEYS: [(&str, &str); 3] =
        [("AWS_ACCESS_KEY_ID", "AKID-E"), ("AWS_SECRET_ACCESS_KEY", "hush-e"), ("AWS_SESSION_TOKEN", "token-e")];

    #[test]
    fn the_order_is_options_profile_environment_default() {
        let world = World::new(PROFILES);
        let both = CredentialChoice { user: Some(Secret::new("AKID-U:hush-u")), ..named("a") };
        let profile = |name: &str| Source::Profile { name: name.to_owned(), path: world.path("sigvet/profiles.toml") };
        let cases = [
            (both, &KEYS[..], "AKID-U", Source::User),
            (named("a"), &KEYS, "AKID-A", profile("a")),
            (CredentialChoice::default(), &KEYS, "AKID-E", Source::Environment),
            (CredentialChoice::default(), &[("AWS_PROFILE", "b"), ("B_SECRET", "s")], "AKID-B", profile("b")),
            (CredentialChoice::default(), &[("AWS_PROFILE", "")], "AKID-A", profile("a")),
            (CredentialChoice::default(), &[("AWS_PROFILE", "default")], "AKID-A", profile("a")),
            (CredentialChoice::default(), &[], "AKID-A", profile("a")),
        ];
        for (choice, variables, key, source) in cases {
            let resolved = world.resolve(&choice, variables).unwrap();
            assert_eq!(resolved.credentials.access_key_id, key);
            assert_eq!(resolved.source, source);
        }
    }

    #[test]
    fn the_parts_of_a_key_never_come_from_two_sources() {
        let world = World::new(PROFILES);
        assert_eq!(world.resolve(&user("K:s"), &KEYS).unwrap().credentials, Credentials::new("K", "s"));
        assert_eq!(world.resolve(&named("a"), &KEYS).unwrap().credentials, Credentials::new("AKID-A", "hush-a"));
        let error = world.resolve(&CredentialChoice::default(), &KEYS[..1]).unwrap_err();
        assert!(matches!(error, Error::HalfEnvironment { .. }), "the default profile does not fill the gap: {error}");
        let token_alone = world.resolve(&CredentialChoice::default(), &KEYS[2..]).unwrap();
        assert_eq!(token_alone.credentials.session_token, None);
    }

    #[test]
    fn settings_come_from_the_same_source_as_the_keys() {
        let world = World::new(PROFILES);
        let variables = [KEYS[0], KEYS[1], ("AWS_REGION", "region-e"), ("AWS_ENDPOINT_URL", "http://e")];
        let settings = world.resolve(&CredentialChoice::default(), &variables).unwrap().settings;
        assert_eq!(settings.region.as_deref(), Some("region-e"));
        assert_eq!(settings.endpoint_url.as_deref(), Some("http://e"));
        assert_eq!(settings.addressing, None, "not of the default profile");
        let settings = world.resolve(&named("a"), &variables).unwrap().settings;
        assert_eq!(settings.region.as_deref(), Some("region-a"), "--profile goes before the environment");
        assert_eq!(settings.endpoint_url.as_deref(), Some("https://a"));
        let settings = world.resolve(&CredentialChoice::default(), &variables[2..]).unwrap().settings;
        assert_eq!(settings.region.as_deref(), Some("region-e"), "the environment goes before the default");
        assert_eq!(settings.endpoint_url.as_deref(), Some("https://a"), "its endpoint is for its own keys");
        assert_eq!(settings.addressing, Some(Addressing::Path));
        let both = CredentialChoice { user: Some(Secret::new("K:s")), ..named("a") };
        assert_eq!(world.resolve(&both, &[]).unwrap().settings.endpoint_url.as_deref(), Some("https://a"));
        assert_eq!(world.resolve(&user("K:s"), &[]).unwrap().settings, Settings::default());
    }

    #[test]
    fn user_is_split_at_the_first_colon() {
        let world = World::new("");
        let credentials = world.resolve(&user("K:s:t"), &[]).unwrap().credentials;
        assert_eq!(credentials, Credentials::new("K", "s:t"));
        for text in ["K", "K:", ":s", ""] {
            let error = world.resolve(&user(text), &KEYS).unwrap_err();
            assert!(matches!(error, Error::UserIncomplete), "{error}");
        }
    }

    #[test]
    fn each_kind_of_unusable_profile_has_its_own_message() {
        let world = World::new(PROFILES);
        let path = world.path("sigvet/profiles.toml");
        let path = path.display();
        let cases = [
            ("empty", format!("profile 'empty' in {path} has no keys")),
            ("keyless", format!("profile 'keyless' in {path} has secret_access_key but no access_key_id")),
            (
                "secretless",
                format!(
                    "profile 'secretless' in {path} has access_key_id but no secret_access_key, secret_command or secret_env"
                ),
            ),
            ("b", "the environment variable B_SECRET, secret_env of profile 'b', is not set".to_owned()),
            ("keylss", format!("no profile 'keylss' in {path} or in AWS's own files; did you mean 'keyless'?")),
            ("s3cmd:default", format!("no configuration of s3cmd; looked for {}", world.path(".s3cfg").display())),
        ];
        for (name, message) in cases {
            let error = world.resolve(&named(name), &KEYS).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!(error.kind(), FailureKind::NoCredentials, "{name}");
        }
    }

    #[test]
    fn a_broken_file_is_never_skipped() {
        let world = World::new("[profile.a]\nsecret_access_key = \"hush");
        for (choice, variables) in [(CredentialChoice::default(), [("AWS_PROFILE", "x")]), (named("a"), [KEYS[0]])] {
            let error = world.resolve(&choice, &variables).unwrap_err();
            assert_eq!(error.kind(), FailureKind::Broken);
            assert!(!format!("{error} {error:?}").contains("hush"));
        }
        assert!(world.resolve(&CredentialChoice::default(), &KEYS).is_ok(), "keys of the environment do not need it");
        let gone = CredentialChoice { profile_file: Some(world.path("gone.toml")), ..CredentialChoice::default() };
        assert_eq!(world.resolve(&gone, &[]).unwrap_err().kind(), FailureKind::Broken);
    }

    #[test]
    fn an_error_lists_the_sources_if_none_has_credentials() {
        let world = World::new("");
        let error = world.resolve(&CredentialChoice::default(), &[]).unwrap_err();
        assert_eq!(error.kind(), FailureKind::NoCredentials);
        let shown = error.to_string();
        assert!(shown.starts_with("no credentials found in the environment, in "), "{shown}");
        assert!(shown.contains("profiles.toml, or in AWS's own files and chain ("), "{shown}");
    }

    #[test]
    fn a_description_needs_no_secret() {
        let world = World::new(PROFILES);
        let described =
            |choice: &CredentialChoice, variables: &[(&str, &str)]| describe(choice, &world.environment(variables));
        let b = described(&named("b"), &[]).unwrap();
        assert_eq!((b.access_key_id.as_deref(), b.settings.region), (Some("AKID-B"), None));
        let empty = described(&named("empty"), &[("AWS_REGION", "e")]).unwrap();
        assert_eq!(empty.settings.region.as_deref(), Some("region-empty"));
        let half = described(&CredentialChoice::default(), &KEYS[..1]).unwrap();
        assert_eq!(half.source, Some(Source::Environment));
        let a = described(&CredentialChoice::default(), &[]).unwrap();
        assert_eq!(a.settings.endpoint_url.as_deref(), Some("https://a"));
        let user = described(&user("K"), &[("AWS_REGION", "e")]).unwrap();
        assert_eq!((user.source, user.settings.region.as_deref()), (Some(Source::User), Some("e")));
        let nothing = describe(&CredentialChoice::default(), &World::new("").environment(&[])).unwrap();
        assert_eq!(nothing, Described::default());
        assert!(described(&named("gone"), &[]).is_err());
    }

    #[test]
    fn a_secret_with_white_space_around_it_causes_a_warning_and_is_used_unchanged() {
        let world = World::new("");
        let resolved = world.resolve(&user("K:hush\r"), &[]).unwrap();
        let expected = Warning::WhiteSpace { part: KeyPart::SecretAccessKey, source: Source::User };
        assert_eq!(resolved.warnings, [expected]);
        assert_eq!(resolved.credentials.secret_access_key.expose_secret(), "hush\r");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_causes_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let world = World::new(PROFILES);
        let path = world.path("sigvet/profiles.toml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let warnings = world.resolve(&named("a"), &[]).unwrap().warnings;
        assert_eq!(warnings, [Warning::FileTooOpen { path, mode: 0o644 }]);
    }

    #[test]
    fn neither_choice_nor_result_shows_a_secret() {
        let world = World::new(PROFILES);
        let choice = user("K:hush");
        let shown = format!("{choice:?} {:?}", world.resolve(&choice, &KEYS).unwrap());
        assert!(!shown.contains("hush"), "{shown}");
    }

    mod aws_files {
        use super::*;
        use crate::profiles::AwsProvider;

        const CONFIG: &str = "[default]\nregion = aws-region\n\n[profile dev]\nregion = dev-region\n\
            endpoint_url = http://plain\nservices = local\ns3 =\n  addressing_style = path\n\n\
            [services local]\ns3 =\n  endpoint_url = http://s3\n\n[profile bare]\nregion = bare-region\n\n\
            [profile process]\ncredential_process = sh -c 'echo hush; echo oops >&2; exit 3'\n\n\
            [profile printed]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKID-P\",\
            \"SecretAccessKey\":\"hush-p\",\"Expiration\":\"2030-01-01T00:00:00Z\"}'\n";
        const CREDENTIALS: &str = "[default]\naws_access_key_id = AKID-D\naws_secret_access_key = hush-d\n\n\
            [dev]\naws_access_key_id = AKID-V\naws_secret_access_key = hush-v\naws_session_token = token-v\n\n\
            [half]\naws_access_key_id = AKID-H\n";

        fn aws(name: &str, provider: AwsProvider) -> Source {
            Source::AwsProfile { name: name.to_owned(), provider }
        }

        fn world() -> World {
            let world = World::new("");
            world.write(".aws/config", CONFIG);
            world.write(".aws/credentials", CREDENTIALS);
            world
        }

        #[test]
        fn a_static_profile_comes_with_region_endpoint_and_addressing() {
            let resolved = world().resolve(&named("aws:dev"), &[("AWS_REGION", "e")]).unwrap();
            let expected = Credentials::new("AKID-V", "hush-v").with_session_token("token-v");
            assert_eq!(resolved.credentials, expected);
            assert_eq!(resolved.settings.region.as_deref(), Some("dev-region"));
            assert_eq!(resolved.settings.endpoint_url.as_deref(), Some("http://s3"));
            assert_eq!(resolved.settings.addressing, Some(Addressing::Path));
            assert_eq!(resolved.source, aws("dev", AwsProvider::Static));
        }

        #[test]
        fn a_name_is_looked_up_in_our_own_file_and_then_in_aws_files() {
            let world = world();
            world.write(
                "sigvet/profiles.toml",
                "[profile.own]\naccess_key_id = 'AKID-O'\nsecret_access_key = 'hush-o'\n",
            );
            assert_eq!(world.resolve(&named("dev"), &[]).unwrap().source, aws("dev", AwsProvider::Static));
            assert_eq!(world.resolve(&named("own"), &[]).unwrap().credentials.access_key_id, "AKID-O");
            world.write(
                "sigvet/profiles.toml",
                "[profile.dev]\naccess_key_id = 'AKID-O'\nsecret_access_key = 'hush-o'\n",
            );
            assert_eq!(world.resolve(&named("dev"), &[]).unwrap().credentials.access_key_id, "AKID-O");
            assert_eq!(world.resolve(&named("aws:dev"), &[]).unwrap().credentials.access_key_id, "AKID-V");
        }

        #[test]
        fn keys_from_the_environment_use_region_and_endpoint_from_aws_files() {
            let settings = |variables: &[(&str, &str)]| {
                let variables = [&KEYS[..], variables].concat();
                world().resolve(&CredentialChoice::default(), &variables).unwrap().settings
            };
            assert_eq!(settings(&[]).region.as_deref(), Some("aws-region"));
            let dev = settings(&[("AWS_PROFILE", "dev")]);
            assert_eq!((dev.region.as_deref(), dev.endpoint_url.as_deref()), (Some("dev-region"), Some("http://s3")));
            assert_eq!(settings(&[("AWS_PROFILE", "gone")]).region, None);
            let typed = world().resolve(&user("K:s"), &[]).unwrap().settings;
            assert_eq!(typed.region.as_deref(), Some("aws-region"));
        }

        #[test]
        fn the_environment_takes_precedence_over_an_implied_profile_as_in_aws_tools() {
            let variables = [("AWS_PROFILE", "dev"), ("AWS_REGION", "e"), ("AWS_ENDPOINT_URL", "http://e")];
            let settings = world().resolve(&CredentialChoice::default(), &variables).unwrap().settings;
            assert_eq!(settings.region.as_deref(), Some("e"));
            assert_eq!(settings.endpoint_url.as_deref(), Some("http://e"));
        }

        #[test]
        fn the_default_profile_is_the_last_resort() {
            let resolved = world().resolve(&CredentialChoice::default(), &[]).unwrap();
            assert_eq!(resolved.credentials.access_key_id, "AKID-D");
            assert_eq!(resolved.settings.region.as_deref(), Some("aws-region"));
        }

        #[test]
        fn the_files_may_be_in_another_place() {
            let world = world();
            fs::rename(world.path(".aws/credentials"), world.path("elsewhere")).unwrap();
            let variables = [("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere")];
            let resolved = world.resolve(&named("aws:dev"), &variables).unwrap();
            assert_eq!(resolved.credentials.access_key_id, "AKID-V");
        }

        #[test]
        fn a_process_provides_credentials_and_their_expiry() {
            let resolved = world().resolve(&named("aws:printed"), &[]).unwrap();
            assert_eq!(resolved.credentials.access_key_id, "AKID-P");
            assert_eq!(resolved.credentials.expires_at.unwrap().as_str(), "20300101T000000Z");
            assert_eq!(resolved.source, aws("printed", AwsProvider::Process));
        }

        #[test]
        fn failures_say_why_on_one_line_without_a_secret() {
            let world = world();
            let cases = [
                ("aws:process", Some(aws("process", AwsProvider::Process)), ""),
                ("aws:half", Some(aws("half", AwsProvider::Static)), ""),
                ("aws:bare", None, "aws profile 'bare': it has no credentials"),
                ("aws:dv", None, "no profile 'dv' in AWS's own files; did you mean 'aws:dev'?"),
                ("dv", None, "no profile 'dv' in "),
            ];
            for (name, expected, start) in cases {
                let error = world.resolve(&named(name), &[]).unwrap_err();
                let shown = chain(&error);
                assert!(shown.starts_with(start) && !shown.is_empty(), "{shown}");
                let source = match &error {
                    Error::Aws { asked, .. } => Some(asked.clone()),
                    _ => None,
                };
                assert_eq!(source, expected);
                assert!(!shown.contains('\n') && !format!("{shown} {error:?}").contains("hush"), "{shown}");
            }
            let error = world.resolve(&named("dv"), &[]).unwrap_err();
            assert!(error.to_string().ends_with("; did you mean 'dev'?"), "{error}");
        }

        /// The program writes "oops" to standard error, which says why it failed. `last_words` removes secrets from it.
        #[test]
        fn a_process_that_fails_says_why() {
            let error = world().resolve(&named("aws:process"), &[]).unwrap_err();
            assert!(chain(&error).ends_with("exit status: 3: oops"), "{}", chain(&error));
        }

        fn chain(error: &Error) -> String {
            let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
            chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
        }

        #[test]
        fn a_variable_that_names_no_profile_anywhere_is_an_error() {
            let error = world().resolve(&CredentialChoice::default(), &[("AWS_PROFILE", "devv")]).unwrap_err();
            assert!(error.to_string().starts_with("no profile 'devv' in "), "{error}");
        }

        #[test]
        fn settings_need_no_keys() {
            let described = describe(&named("aws:bare"), &world().environment(&[])).unwrap();
            assert_eq!(described.settings.region.as_deref(), Some("bare-region"));
            assert_eq!(described.source, None);
        }

        #[test]
        fn an_error_about_a_broken_file_only_gives_the_position() {
            let world = World::new("");
            world.write(".aws/credentials", "[default]\naws_secret_access_key hush\n");
            let error = world.resolve(&CredentialChoice::default(), &[]).unwrap_err();
            assert!(chain(&error).contains("line 2") && !format!("{error:?}").contains("hush"), "{error:?}");
        }
    }
}
