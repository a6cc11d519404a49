//! Changes the profile file without touching anything else in it.
//!
//! The file is locked and read again, because another process may have changed it. The new text is written to
//! a separate file, private from its first byte, which then replaces the old one atomically: a concurrent
//! reader sees the old file or the new one, and a failure leaves the old one.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};
use zeroize::Zeroizing;

use super::Error;
use super::file::unreadable;
use super::near::near;
use super::parse::{Contents, FIELDS, parse};
use super::private_file::LockedFile;
use super::profile::{Profile, SecretSource};
use crate::files::{self, SETTINGS_LIMIT, follow_links};

/// What to do if the file already contains a profile of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse to change it.
    Keep,
    /// Overwrite it.
    Replace,
    /// Overwrite its key and the place that the key is for; keep its other settings.
    Update,
}

/// Whether the profile becomes the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultProfile {
    /// Only if it is the first profile of the file.
    IfFirst,
    /// Always.
    This,
}

/// The result of [`add`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// The profile replaced one of the same name.
    pub replaced: bool,
    /// The profile has become the default.
    pub made_default: bool,
}

/// Adds a profile to the file at `path`. A missing file is created for its owner only (mode 0600), and so are
/// missing directories (0700).
///
/// # Errors
/// The file is broken, or cannot be read or written; a profile of that name exists and is to be kept; the
/// name is invalid.
pub fn add(path: &Path, profile: &Profile, existing: Existing, default: DefaultProfile) -> Result<Added, Error> {
    check_name(&profile.name)?;
    let mut added = Added { replaced: false, made_default: false };
    rewrite(path, |text, before| {
        added.replaced = before.profiles.iter().any(|there| there.name == profile.name);
        if added.replaced && existing == Existing::Keep {
            return Err(Error::AlreadyThere { profile: profile.name.clone(), path: path.to_owned() });
        }
        added.made_default = becomes_default(before, profile, default);
        edit(text, profile, existing, added.made_default).ok_or_else(|| misshapen(path))
    })?;
    Ok(added)
}

/// Removes a profile from the file. Returns whether it was the default; if so, the file has no default any more.
///
/// # Errors
/// The file is broken, or cannot be read or written; there is no such profile.
pub fn remove(path: &Path, name: &str) -> Result<bool, Error> {
    let mut was_default = false;
    rewrite(path, |text, before| {
        check_is_there(path, before, name)?;
        was_default = before.default.as_deref() == Some(name);
        let mut document = parsed(text);
        let profiles = document.get_mut("profile").and_then(Item::as_table_like_mut).ok_or_else(|| misshapen(path))?;
        profiles.remove(name);
        let comments = if was_default { without_default(&mut document) } else { String::new() };
        Ok(written(&comments, &document, text))
    })?;
    Ok(was_default)
}

/// Makes a profile the default.
///
/// # Errors
/// The file is broken, or cannot be read or written; there is no such profile.
pub fn set_default(path: &Path, name: &str) -> Result<(), Error> {
    rewrite(path, |text, before| {
        check_is_there(path, before, name)?;
        let mut document = parsed(text);
        set(document.as_table_mut(), "default", Item::Value(name.into()));
        Ok(written("", &document, text))
    })
}

/// Replaces the whole text of the file, if it is still the one that was read before.
///
/// # Errors
/// The new text is not a profile file; the file was changed in the meantime, or cannot be read or written.
pub fn replace(path: &Path, before: &str, text: &str) -> Result<(), Error> {
    rewrite(path, |found, _| match found == before {
        true => Ok(text.to_owned().into()),
        false => Err(Error::ChangedMeanwhile { path: path.to_owned() }),
    })
}

/// Writes the text that `change` returns, under a lock, if it is a valid profile file.
fn rewrite(path: &Path, change: impl FnOnce(&str, &Contents) -> Result<Zeroizing<String>, Error>) -> Result<(), Error> {
    let target = follow_links(path).map_err(|error| unreadable(path, error))?;
    let unwritable = |source| Error::Unwritable { path: path.to_owned(), source };
    let file = LockedFile::new(&target).map_err(unwritable)?;
    let text = read_or_empty(&target).map_err(|error| unreadable(path, error))?;
    let edited = change(&text, &parse(&text, path)?)?;
    parse(&edited, path)?;
    if edited.len() as u64 > SETTINGS_LIMIT {
        return Err(unwritable(io::Error::new(io::ErrorKind::FileTooLarge, "it would be too large to be read again")));
    }
    file.write(edited.as_bytes()).map_err(unwritable)
}

fn check_is_there(path: &Path, contents: &Contents, name: &str) -> Result<(), Error> {
    let names = || contents.profiles.iter().map(|profile| profile.name.as_str());
    match names().any(|there| there == name) {
        true => Ok(()),
        false => Err(Error::UnknownProfile {
            profile: name.to_owned(),
            place: path.display().to_string(),
            near: near(name, names()),
        }),
    }
}

/// Removes the default, and returns the comments above it, because they are about the file.
fn without_default(document: &mut DocumentMut) -> String {
    let removed = document.as_table_mut().remove_entry("default");
    let prefix = removed.and_then(|(key, _)| key.leaf_decor().prefix()?.as_str().map(str::to_owned));
    prefix.unwrap_or_default()
}

fn parsed(text: &str) -> DocumentMut {
    text.parse().expect("a text that was parsed before is a document")
}

/// Refuses names that `--profile` cannot take.
fn check_name(name: &str) -> Result<(), Error> {
    let reason = match name {
        "" => "it is empty",
        _ if name.chars().any(char::is_control) => "it holds a control character",
        _ if name.trim() != name => "it begins or ends with white space",
        _ if super::origin::is_reserved(name) => {
            "aws:, s3cmd:, rclone:, mc:, boto:, s3fs: and restic: are for keys that other tools keep"
        }
        _ => return Ok(()),
    };
    Err(Error::InvalidName { reason })
}

fn becomes_default(before: &Contents, profile: &Profile, default: DefaultProfile) -> bool {
    match (&before.default, default) {
        (None, DefaultProfile::This) => true,
        // Commands without --profile use no profile of a file that names no default, and that must not change unasked.
        (None, DefaultProfile::IfFirst) => before.profiles.is_empty(),
        (Some(name), DefaultProfile::This) => *name != profile.name,
        (Some(_), DefaultProfile::IfFirst) => false,
    }
}

/// The text of an edited document, with CRLF line endings if every line of the old text had them. It has secrets, so no
/// copy is left behind in a buffer that grows.
fn written(comments: &str, document: &DocumentMut, before: &str) -> Zeroizing<String> {
    const LONGEST_PROFILE: usize = 16 * 1024;
    let mut edited = Zeroizing::new(String::with_capacity(before.len() + LONGEST_PROFILE));
    write!(edited, "{comments}{document}").expect("a text can be written into memory");
    let is_crlf = before.contains('\n')
        && before.split_inclusive('\n').all(|line| !line.ends_with('\n') || line.ends_with("\r\n"));
    if !is_crlf {
        return edited;
    }
    let mut with_returns = Zeroizing::new(String::with_capacity(2 * edited.len()));
    for line in edited.split_inclusive('\n') {
        with_returns.push_str(line.trim_end_matches(['\r', '\n']));
        with_returns.push_str(if line.ends_with('\n') { "\r\n" } else { "" });
    }
    with_returns
}

/// The text with the profile added. `None` if `profile` is not a table that could contain one.
fn edit(text: &str, profile: &Profile, existing: Existing, made_default: bool) -> Option<Zeroizing<String>> {
    let mut document = parsed(text);
    let comments = comments_alone(&mut document);
    if made_default {
        let value = Item::Value(profile.name.as_str().into());
        set(document.as_table_mut(), "default", value);
    }
    let root = document.as_table_mut();
    if !root.contains_key("profile") {
        let mut profiles = Table::new();
        profiles.set_implicit(true);
        root.insert("profile", Item::Table(profiles));
    }
    let profiles = root.get_mut("profile")?;
    let inline = profiles.is_inline_table();
    let profiles = profiles.as_table_like_mut()?;
    if !profiles.contains_key(&profile.name) {
        let table =
            if inline { Item::Value(Value::InlineTable(Default::default())) } else { Item::Table(Table::new()) };
        profiles.insert(&profile.name, table);
    }
    let table = profiles.get_mut(&profile.name)?.as_table_like_mut()?;
    let mut gone = Vec::new();
    for field in FIELDS {
        match field_of(profile, field) {
            Some(value) => set(table, field, Item::Value(value)),
            None if existing == Existing::Update && field == "expires" => {}
            None => gone.push(field),
        }
    }
    remove_fields(table, &gone);
    Some(written(&comments, &document, text))
}

/// Removes the comments of a file that contains nothing else: they are about the file, and stay at its top.
fn comments_alone(document: &mut DocumentMut) -> String {
    if !document.as_table().is_empty() {
        return String::new();
    }
    let comments = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    match comments.trim() {
        "" => String::new(),
        _ if comments.ends_with('\n') => comments,
        _ => format!("{comments}\n"),
    }
}

/// Removes fields. A comment above a removed field moves to the next field.
fn remove_fields(table: &mut dyn TableLike, gone: &[&str]) {
    let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
    let mut comments = String::new();
    for name in &names {
        let prefix = table.key(name).and_then(|key| key.leaf_decor().prefix()?.as_str().map(str::to_owned));
        let prefix = prefix.unwrap_or_default();
        if gone.contains(&name.as_str()) {
            if prefix.contains('#') {
                comments.push_str(&prefix);
            }
            table.remove(name);
        } else if !comments.is_empty() {
            comments.push_str(&prefix);
            if let Some(mut key) = table.key_mut(name) {
                key.leaf_decor_mut().set_prefix(std::mem::take(&mut comments));
            }
        }
    }
}

/// Sets a field. If it exists already, the comment on its line is kept.
fn set(table: &mut dyn TableLike, field: &str, mut item: Item) {
    if let (Some(old), Some(new)) = (table.get(field).and_then(Item::as_value), item.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    match table.get_mut(field) {
        Some(there) => *there = item,
        None => drop(table.insert(field, item)),
    }
}

fn field_of(profile: &Profile, field: &str) -> Option<Value> {
    let settings = &profile.settings;
    let text = match field {
        "access_key_id" => profile.access_key_id.as_deref(),
        "session_token" => profile.session_token.as_ref().map(|token| token.expose_secret()),
        "region" => settings.region.as_deref(),
        "service" => settings.service.as_deref(),
        "endpoint_url" => settings.endpoint_url.as_deref(),
        "addressing" => settings.addressing.map(super::Addressing::as_str),
        "scheme" => settings.scheme.as_deref(),
        "expires" => settings.expires.as_deref(),
        _ => return profile.secret.as_ref().filter(|source| source.field() == field).map(secret_of),
    };
    text.map(Value::from)
}

fn secret_of(source: &SecretSource) -> Value {
    match source {
        SecretSource::Inline(secret) => secret.expose_secret().into(),
        SecretSource::Variable(name) => name.as_str().into(),
        SecretSource::Command { program, arguments } => {
            Value::Array(std::iter::once(program).chain(arguments).map(String::as_str).collect::<Array>())
        }
    }
}

fn misshapen(path: &Path) -> Error {
    let message = "the profiles are written in a form that cannot be added to; write them as [profile.NAME]";
    Error::Malformed { path: path.to_owned(), position: None, message: message.to_owned() }
}

/// The text of the file, or an empty text if there is none. Only a regular file can be replaced, so
/// `/dev/null` is refused here.
fn read_or_empty(path: &Path) -> io::Result<Zeroizing<String>> {
    match files::read(path, SETTINGS_LIMIT) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Zeroizing::default()),
        Err(error) => Err(error),
        Ok(read) if !read.metadata.is_file() => Err(files::not_regular()),
        Ok(read) => match std::str::from_utf8(&read.bytes) {
            Ok(text) => Ok(Zeroizing::new(text.to_owned())),
            Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::profiles::{FailureKind, Settings};
    use sigvet_core::credentials::Secret;

    fn profile(name: &str) -> Profile {
        Profile {
            name: name.into(),
            access_key_id: Some("AKID".into()),
            secret: Some(SecretSource::Inline(Secret::new("hu\"sh\\"))),
            settings: Settings { region: Some("fsn1".into()), ..Settings::default() },
            ..Profile::default()
        }
    }

    #[test]
    fn a_profile_is_removed_with_its_default_and_nothing_else_is_touched() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.toml");
        fs::write(&path, "# mine\ndefault = \"a\"\n[profile.a]\nregion = \"r\"\n[profile.b] # b\nregion = \"r\"\n")
            .unwrap();
        set_default(&path, "b").unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with("# mine\ndefault = \"b\"\n"));
        assert!(!remove(&path, "a").unwrap());
        assert!(remove(&path, "b").unwrap());
        let left = fs::read_to_string(&path).unwrap();
        assert!(left.contains("# mine") && !left.contains("default") && !left.contains("region"), "{left}");
        let error = remove(&path, "b").unwrap_err();
        assert!(matches!(error, Error::UnknownProfile { .. }), "{error}");
        assert!(matches!(set_default(&path, "b").unwrap_err(), Error::UnknownProfile { .. }));
    }

    #[test]
    fn a_text_replaces_only_the_one_that_was_read_and_only_if_it_is_valid() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.toml");
        fs::write(&path, "[profile.a]\n").unwrap();
        assert!(matches!(replace(&path, "[profile.b]\n", "").unwrap_err(), Error::ChangedMeanwhile { .. }));
        assert_eq!(replace(&path, "[profile.a]\n", "[profile.a\n").unwrap_err().kind(), FailureKind::Broken);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[profile.a]\n");
        replace(&path, "[profile.a]\n", "[profile.c]\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "[profile.c]\n");
    }

    fn add_to(text: &str, profile: &Profile, existing: Existing, default: DefaultProfile) -> (String, Added) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.toml");
        fs::write(&path, text).unwrap();
        let added = add(&path, profile, existing, default).unwrap();
        (fs::read_to_string(path).unwrap(), added)
    }

    #[test]
    fn the_first_profile_becomes_the_default() {
        let (text, added) = add_to("", &profile("a"), Existing::Keep, DefaultProfile::IfFirst);
        let expected = "default = \"a\"\n\n[profile.a]\naccess_key_id = \"AKID\"\nsecret_access_key = 'hu\"sh\\'\n\
                        region = \"fsn1\"\n";
        assert_eq!((text.as_str(), added), (expected, Added { replaced: false, made_default: true }));
    }

    #[test]
    fn a_file_without_a_default_gets_one_only_when_asked() {
        let before = "[profile.b]\nregion = 'r'\n";
        for existing in [Existing::Keep, Existing::Replace, Existing::Update] {
            let (text, added) = add_to(before, &profile("a"), existing, DefaultProfile::IfFirst);
            assert!(!added.made_default && !text.contains("default"), "{text}");
        }
        let (text, added) = add_to(before, &profile("b"), Existing::Update, DefaultProfile::IfFirst);
        assert!(added.replaced && !added.made_default && !text.contains("default"), "{text}");
        let (text, added) = add_to(before, &profile("a"), Existing::Keep, DefaultProfile::This);
        assert!(added.made_default && text.contains("default = \"a\""), "{text}");
    }

    #[test]
    fn comments_and_other_profiles_stay_as_they_are() {
        let before = "# mine\ndefault = \"b\" # the usual\n\n# work\n[profile.b]\nregion='r'  # odd\n";
        let (text, added) = add_to(before, &profile("a"), Existing::Keep, DefaultProfile::IfFirst);
        assert!(text.starts_with(before), "{text}");
        assert!(text.contains("\n[profile.a]\n"), "{text}");
        assert!(!added.made_default);
        let (text, added) = add_to(before, &profile("a"), Existing::Keep, DefaultProfile::This);
        assert!(text.starts_with("# mine\ndefault = \"a\" # the usual\n"), "{text}");
        assert!(added.made_default);
    }

    #[test]
    fn a_profile_is_replaced_only_when_asked_and_leaves_no_field_behind() {
        let before = "default = 'a'\n# work\n[profile.a]\nregion = 'old' # where\nsecret_env = 'A'\nexpires = '1h'\n";
        let (text, added) = add_to(before, &profile("a"), Existing::Replace, DefaultProfile::IfFirst);
        assert!(added.replaced && !added.made_default);
        assert!(text.contains("# work\n[profile.a]\nregion = \"fsn1\" # where\n"), "{text}");
        assert!(!text.contains("secret_env") && !text.contains("expires"), "{text}");

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.toml");
        fs::write(&path, before).unwrap();
        let error = add(&path, &profile("a"), Existing::Keep, DefaultProfile::This).unwrap_err();
        assert_eq!(error.kind(), FailureKind::Usage);
        assert_eq!(fs::read_to_string(path).unwrap(), before);
    }

    #[test]
    fn profiles_can_be_added_however_the_file_writes_them() {
        for before in ["profile = { b = { region = 'r' } }", "profile.b.region = 'r'", "[profile]\nb = {}", "[profile]"]
        {
            let (text, _) = add_to(before, &profile("a"), Existing::Keep, DefaultProfile::IfFirst);
            let contents = parse(&text, Path::new("p")).unwrap();
            assert!(contents.profiles.contains(&profile("a")), "{before}: {text}");
            let is_first = !before.contains('b');
            assert_eq!(contents.default.as_deref(), is_first.then_some("a"), "{before}: {text}");
        }
    }

    #[test]
    fn each_kind_of_secret_is_read_back_unchanged() {
        let command = SecretSource::Command { program: "pass".into(), arguments: vec!["show".into(), "a b".into()] };
        for source in [command, SecretSource::Variable("A".into()), SecretSource::Inline(Secret::new("é\n'\"\\"))] {
            let profile = Profile { secret: Some(source), ..profile("two words.dotted") };
            let (text, _) = add_to("", &profile, Existing::Keep, DefaultProfile::IfFirst);
            assert_eq!(parse(&text, Path::new("p")).unwrap().profiles, [profile]);
        }
    }

    #[test]
    fn a_broken_file_is_not_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.toml");
        fs::write(&path, "[profile.b]\nsecret_access_key = \"hush").unwrap();
        let error = add(&path, &profile("a"), Existing::Replace, DefaultProfile::This).unwrap_err();
        assert_eq!(error.kind(), FailureKind::Broken);
        assert!(!format!("{error} {error:?}").contains("hush"));
        assert_eq!(fs::read_to_string(path).unwrap(), "[profile.b]\nsecret_access_key = \"hush");
    }

    #[test]
    fn names_that_no_option_can_take_are_refused() {
        for name in ["", " a", "a\nb", "aws:dev", "mc:x"] {
            let error = add(Path::new("/nonexistent/p"), &profile(name), Existing::Keep, DefaultProfile::This);
            assert_eq!(error.unwrap_err().kind(), FailureKind::Usage, "{name:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn file_and_directory_are_private_and_a_link_stays_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new").join("sigvet").join("profiles.toml");
        add(&path, &profile("a"), Existing::Keep, DefaultProfile::IfFirst).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));

        let real = directory.path().join("real.toml");
        let link = directory.path().join("link.toml");
        symlink("real.toml", &link).unwrap();
        for name in ["a", "b"] {
            add(&link, &profile(name), Existing::Keep, DefaultProfile::IfFirst).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        }
        assert_eq!(parse(&fs::read_to_string(real).unwrap(), &link).unwrap().profiles.len(), 2);
        let names: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 4, "no temporary file is left: {names:?}");
        assert!(names.contains(&".real.toml.lock".into()), "{names:?}");
    }

    /// Catches a profile that is lost because two processes read the same file before either wrote it.
    #[test]
    fn profiles_added_at_the_same_time_are_all_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.toml");
        std::thread::scope(|scope| {
            for number in 0..20 {
                let path = &path;
                scope.spawn(move || {
                    add(path, &profile(&format!("p{number}")), Existing::Keep, DefaultProfile::IfFirst).unwrap()
                });
            }
        });
        let contents = parse(&fs::read_to_string(&path).unwrap(), &path).unwrap();
        assert_eq!(contents.profiles.len(), 20);
    }

    /// Catches a device that is replaced by a file, and a pipe that is waited for.
    #[cfg(unix)]
    #[test]
    fn a_device_or_pipe_is_not_replaced_by_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let (link, pipe) = (directory.path().join("link"), directory.path().join("pipe"));
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&link, &pipe] {
            let error = add(path, &profile("a"), Existing::Keep, DefaultProfile::IfFirst).unwrap_err();
            assert!(matches!(error, Error::Unreadable { source, .. } if source.to_string().contains("not a regular")));
        }
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_file_that_could_not_be_read_again_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.toml");
        let before = format!("#{}\n", "x".repeat(usize::try_from(SETTINGS_LIMIT).unwrap() - 10));
        fs::write(&path, &before).unwrap();
        let error = add(&path, &profile("a"), Existing::Keep, DefaultProfile::IfFirst).unwrap_err();
        assert_eq!(error.kind(), FailureKind::Unwritable);
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }

    #[test]
    fn an_error_says_that_the_file_cannot_be_written() {
        let directory = tempfile::tempdir().unwrap();
        let blocker = directory.path().join("file");
        fs::write(&blocker, "").unwrap();
        let error = add(&blocker.join("p.toml"), &profile("a"), Existing::Keep, DefaultProfile::IfFirst).unwrap_err();
        assert!(matches!(error, Error::Unwritable { .. } | Error::Unreadable { .. }), "{error:?}");
    }
}
