//! `-o`: the file it replaces, and what is no file.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{Sigvet, binary};
use crate::recorder::{Recorder, send};

fn server() -> Recorder {
    Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
}

/// Runs a script of sh in which `$SEND` is `sigvet send` and `$URL` what it is to fetch.
fn sh(script: &str, directory: &Path, server: &Recorder) -> std::process::Output {
    let sigvet = send(&[]).into_command();
    let mut sh = Command::new("sh");
    sh.env_clear().envs(sigvet.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let words = sigvet.get_args().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ");
    sh.env("SEND", format!("{} {words}", binary().display())).env("URL", server.url("/"));
    sh.args(["-c", script]).current_dir(directory).output().unwrap()
}

#[test]
fn a_file_keeps_its_mode_and_a_link_stays_one() {
    let (server, directory) = (server(), tempfile::tempdir().unwrap());
    let path = |name: &str| directory.path().join(name);
    let to = |name: &str| send(&["-o", path(name).to_str().unwrap(), &server.url("/")]).run().expect(0);
    for mode in [0o600, 0o640, 0o755] {
        fs::write(path("file"), "from before, and longer").unwrap();
        fs::set_permissions(path("file"), Permissions::from_mode(mode)).unwrap();
        to("file");
        assert_eq!(fs::read(path("file")).unwrap(), b"body");
        assert_eq!(fs::metadata(path("file")).unwrap().mode() & 0o777, mode);
    }
    symlink("file", path("link")).unwrap();
    symlink("new", path("dangling")).unwrap();
    for (link, target) in [("link", "file"), ("dangling", "new")] {
        to(link);
        assert!(fs::symlink_metadata(path(link)).unwrap().is_symlink(), "{link}");
        assert!(fs::symlink_metadata(path(target)).unwrap().is_file(), "{target}");
        assert_eq!(fs::read(path(link)).unwrap(), b"body");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4, "no temporary file is left");
}

/// As a user who is not root, whom no mode stops.
#[test]
fn a_file_that_may_not_be_written_is_not_replaced() {
    let (server, directory) = (server(), tempfile::tempdir().unwrap());
    // It may stand in a directory that only root gets into.
    let program = directory.path().join("sigvet");
    fs::copy(binary(), &program).unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "kept").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
    let sigvet = send(&["-o", path.to_str().unwrap(), &server.url("/")]).into_command();
    let mut command = Command::new(program);
    command.args(sigvet.get_args()).env_clear();
    command.envs(sigvet.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if fs::metadata(&path).unwrap().uid() == 0 {
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(23));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("permission denied"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
}

/// Catches a log that is renamed over, or written from its beginning: what stood in it, or is written next, is lost.
#[test]
fn descriptors_are_written_where_they_are() {
    let server = server();
    let mut names = vec!["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2", "/dev/fd/3", "link"];
    if cfg!(target_os = "linux") {
        names.extend(["/proc/self/fd/1", "/proc/self/fd/2", "/proc/self/fd/3", "/proc/thread-self/fd/3"]);
    }
    for name in names {
        for (open, lead) in [("> log", ""), (">> log", "from before\n")] {
            let directory = tempfile::tempdir().unwrap();
            symlink("/dev/fd/3", directory.path().join("link")).unwrap();
            fs::write(directory.path().join("log"), "from before\n").unwrap();
            let script = format!("exec 3{open}; {{ echo head; $SEND -s -o {name} $URL; echo tail; }} 1>&3 2>&3");
            let output = sh(&script, directory.path(), &server);
            assert!(output.status.success(), "{name}: {output:?}");
            let log = fs::read_to_string(directory.path().join("log")).unwrap();
            assert_eq!(log, format!("{lead}head\nbodytail\n"), "{name} {open}");
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let output = sh("$SEND -o /dev/fd/9 $URL", directory.path(), &server);
    assert_eq!(output.status.code(), Some(23), "a descriptor that is not open");
}

#[test]
fn pipes_and_devices_are_written_to() {
    let (server, directory) = (server(), tempfile::tempdir().unwrap());
    let output = sh("mkfifo pipe; $SEND -o pipe $URL & cat pipe; wait $!; [ -p pipe ]", directory.path(), &server);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"body");
    let output = sh("$SEND -o /dev/null $URL && [ -c /dev/null ]", directory.path(), &server);
    assert!(output.status.success(), "{output:?}");
}

/// The same place serves every output.
#[test]
fn keys_and_pages_go_to_descriptors_too() {
    let key = ["key", "--region", "us-east-1", "--service", "s3", "--date", "20260301T000000Z"];
    let printed = Sigvet::new(&key).run().expect(0).text();
    assert_eq!(Sigvet::new(&[&key[..], &["-o", "/dev/stdout"]].concat()).run().expect(0).text(), printed);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    Sigvet::new(&[&key[..], &["-o", path.to_str().unwrap()]].concat()).run().expect(0);
    assert_eq!(fs::read_to_string(&path).unwrap(), printed);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600, "a key is private, whatever stood there");
    let mut file = File::create(directory.path().join("request")).unwrap();
    file.write_all(b"GET / HTTP/1.1\r\nHost: b.s3.us-east-1.amazonaws.com\r\n\r\n").unwrap();
    let request = directory.path().join("request");
    let words = ["explain", "--no-credentials", "--html", "/dev/stderr", request.to_str().unwrap()];
    let mut child = Sigvet::anonymous(&words).into_command().stdin(Stdio::null()).spawn().unwrap();
    let mut page = String::new();
    child.stderr.take().unwrap().read_to_string(&mut page).unwrap();
    child.wait().unwrap();
    assert!(page.contains("<!DOCTYPE html>") || page.contains("<!doctype html>"), "{page}");
}
