//! What a run leaves behind if it is stopped halfway.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::Sigvet;
use crate::recorder::send;

/// Sends half an answer, and nothing more: the run is in the middle of a download until it is stopped.
fn stalling() -> (String, std::sync::mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for client in listener.incoming() {
            let mut client = client.unwrap();
            drop(client.read(&mut [0; 65536]));
            client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").unwrap();
            open.push(client);
            sender.send(()).unwrap();
        }
    });
    (url, receiver)
}

/// The same command in a process that a signal stops, even if whoever runs the tests ignores that signal. Only GNU's
/// env can do that.
fn unignoring(command: &Command) -> Command {
    let mut env = Command::new("env");
    env.arg("--default-signal").arg(command.get_program()).args(command.get_args()).env_clear();
    env.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    env
}

#[test]
fn a_stopped_download_leaves_the_old_file_and_no_other() {
    let (url, begun) = stalling();
    for (name, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3), ("KILL", 9)] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "from before").unwrap();
        let mut child = unignoring(&send(&["-o", path.to_str().unwrap(), &url]).into_command()).spawn().unwrap();
        begun.recv_timeout(Duration::from_secs(60)).unwrap();
        std::thread::sleep(Duration::from_millis(150));
        let kill = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().signal(), Some(number), "{name}");
        let names: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["file"], "{name}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "from before");
    }
}

/// Kills `profile add` at every moment of its run: the file is complete each time, and the secret is nowhere else.
///
/// No system call puts an unnamed file in the place of another: it gets a temporary name, then is renamed. A kill
/// between these two calls leaves a file that only its owner can read, and the next writer removes it.
#[test]
fn a_killed_writer_leaves_no_copy_of_the_secret() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("profiles.toml");
    let add = |name: &str| {
        let words = ["profile", "--profile-file", path.to_str().unwrap(), "add", name, "--force"];
        let mut child = Sigvet::anonymous(&words).into_command().spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"AKIDEXAMPLE\nhush-hush\n").unwrap();
        child
    };
    let holders = || {
        let files = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|file| fs::read_to_string(file).unwrap().contains("hush")).collect::<Vec<_>>()
    };
    let begun = Instant::now();
    assert!(add("first").wait().unwrap().success());
    let whole = begun.elapsed();
    for step in 0..40 {
        let mut child = add(&format!("p{step}"));
        std::thread::sleep(whole * step / 40);
        child.kill().unwrap();
        child.wait().unwrap();
        for file in holders() {
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
        let list = ["profile", "--profile-file", path.to_str().unwrap(), "list"];
        assert!(Sigvet::anonymous(&list).run().expect(0).text().contains("first"));
    }
    assert!(add("last").wait().unwrap().success());
    assert_eq!(holders(), [path.as_path()]);
}
