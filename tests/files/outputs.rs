//! `-o`: the file it replaces, and targets that are not files.

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{Sigvet, binary};
use crate::recorder::{Recorder, send};

fn server() -> Recorder {
    Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
}

/// Runs an sh script in which `$SEND` is `sigvet send` and `$URL` the URL to fetch.
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

#[test]
fn a_file_that_may_not_be_written_is_not_replaced() {
    let (server, directory) = (server(), tempfile::tempdir().unwrap());
    let path = directory.path().join("file");
    fs::write(&path, "kept").unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
    let output = as_nobody(directory.path(), &server.url("/"));
    assert_eq!(output.status.code(), Some(23));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("permission denied"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
}

/// Sends to `file` in the directory as a user other than root, because no mode stops root.
fn as_nobody(directory: &Path, url: &str) -> std::process::Output {
    // Our own program may be in a directory that only root can enter.
    let of_program = tempfile::tempdir().unwrap();
    fs::set_permissions(of_program.path(), Permissions::from_mode(0o755)).unwrap();
    let program = of_program.path().join("sigvet");
    fs::copy(binary(), &program).unwrap();
    let sigvet = send(&["-o", directory.join("file").to_str().unwrap(), url]).into_command();
    let mut command = Command::new(program);
    command.args(sigvet.get_args()).env_clear();
    command.envs(sigvet.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if fs::metadata(directory).unwrap().uid() == 0 {
        command.uid(65534).gid(65534);
    }
    loop {
        match command.output() {
            // Another test was started while the copy was written, and still has it open.
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            output => return output.unwrap(),
        }
    }
}

/// Catches a file that cannot be saved because no other file can be created next to it, as in `/etc`.
#[test]
fn a_file_in_a_directory_that_allows_no_new_files_is_written_in_place() {
    let (server, directory) = (server(), tempfile::tempdir().unwrap());
    let path = directory.path().join("file");
    fs::write(&path, "from before, and longer").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o555)).unwrap();
    let before = fs::metadata(&path).unwrap();
    let nowhere = as_nobody(directory.path(), "http://127.0.0.1:1/");
    assert_eq!(nowhere.status.code(), Some(7));
    assert_eq!(fs::read(&path).unwrap(), b"from before, and longer", "nothing came");
    let output = as_nobody(directory.path(), &server.url("/"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read(&path).unwrap(), b"body");
    assert_eq!(fs::metadata(&path).unwrap().ino(), before.ino());
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
}

/// Catches a second name of the file that still leads to the old content.
#[test]
fn a_file_with_two_names_keeps_both() {
    let (server, directory) = (server(), tempfile::tempdir().unwrap());
    let [path, other] = ["file", "other"].map(|name| directory.path().join(name));
    fs::write(&path, "from before, and longer").unwrap();
    fs::hard_link(&path, &other).unwrap();
    send(&["-o", path.to_str().unwrap(), &server.url("/")]).run().expect(0);
    assert_eq!([fs::read(&path).unwrap(), fs::read(&other).unwrap()], [b"body", b"body"]);
    assert_eq!(fs::metadata(&path).unwrap().nlink(), 2);
}

/// Catches another user's file that becomes ours. Only root can create one.
#[test]
fn a_file_of_another_user_keeps_its_owner() {
    let (server, directory) = (server(), tempfile::tempdir().unwrap());
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "from before").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    let owner = fs::metadata(&path).unwrap().uid();
    assert_eq!(as_nobody(directory.path(), &server.url("/")).status.code(), Some(0));
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.uid(), after.mode() & 0o777), (owner, 0o666));
    assert_eq!(fs::read(&path).unwrap(), b"body");
    if chown(&path, Some(65534), Some(65534)).is_ok() {
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        send(&["-o", path.to_str().unwrap(), &server.url("/")]).run().expect(0);
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.uid(), after.gid(), after.mode() & 0o777), (65534, 65534, 0o640));
    }
}

/// Catches a log that is replaced, or overwritten from its beginning: its content, or what is written next, is lost.
#[test]
fn descriptors_are_written_at_their_current_position() {
    let server = server();
    let names = ["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2", "/dev/fd/3", "link"];
    let more = ["/proc/self/fd/1", "/proc/self/fd/2", "/proc/self/fd/3", "/proc/thread-self/fd/3"];
    for name in names.into_iter().chain(more) {
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
    let output = sh("$SEND -o /dev/fd/97 $URL", directory.path(), &server);
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

/// Every output uses the same code.
#[test]
fn keys_and_pages_also_go_to_descriptors() {
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
    let url = "https://b.s3.us-east-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260301T000000Z\
               &X-Amz-Credential=AKID%2F20260301%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
               &X-Amz-Signature=0";
    let words = ["explain", "--no-credentials", "--html", "/dev/stderr", url];
    let mut child = Sigvet::anonymous(&words).into_command().stdin(Stdio::null()).spawn().unwrap();
    let mut page = String::new();
    child.stderr.take().unwrap().read_to_string(&mut page).unwrap();
    child.wait().unwrap();
    assert!(page.to_lowercase().starts_with("<!doctype html>"), "{page}");
}
