//! The keys of the server under test, and the server.

use std::path::Path;

use sigvet_core::credentials::Credentials;
use sigvet_testing::serving::Serving;

/// The server's clock, which does not advance.
pub const NOW: &str = "20260301T100000Z";
pub const REGION: &str = "us-east-1";

pub const KEY_ID: &str = "AKIAREPLIES000000001";
pub const SECRET: &str = "canary/secret+of+a+long+term+key+00000001";
pub const SESSION_KEY_ID: &str = "ASIAREPLIES000000002";
pub const SESSION_SECRET: &str = "canary/secret+of+a+session+0000000000002";
pub const TOKEN: &str = "IQoJb3JpZ2luX2Canary//Token+of+a+session==";

pub fn long_term() -> Credentials {
    Credentials::new(KEY_ID, SECRET)
}

pub fn session() -> Credentials {
    Credentials::new(SESSION_KEY_ID, SESSION_SECRET).with_session_token(TOKEN)
}

/// A server that knows both keys, in one region, with a fixed clock.
pub fn server(name: &str, options: &[&str]) -> Serving {
    server_with_token(name, &format!("session_token = '{TOKEN}'\n"), options)
}

/// The same, with another line about the session's token.
pub fn server_with_token(name: &str, token: &str, options: &[&str]) -> Serving {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve_replies");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.toml"));
    let profiles = format!(
        "[profile.long]\naccess_key_id = '{KEY_ID}'\nsecret_access_key = '{SECRET}'\n\
         [profile.session]\naccess_key_id = '{SESSION_KEY_ID}'\nsecret_access_key = '{SESSION_SECRET}'\n{token}"
    );
    std::fs::write(&file, profiles).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let keys = ["--profile", "long", "--profile", "session", "--profile-file", file.to_str().unwrap()];
    Serving::start_without_key(&[&keys, &["--region", REGION, "--now", NOW][..], options].concat())
}
