//! Lists that are long, endless, or whose reader stops early.

use std::io::{BufRead, BufReader, Read, Write};
use std::time::{Duration, Instant};

use crate::presign;

/// Maximum time to wait.
const PATIENCE: Duration = Duration::from_secs(60);

fn list(keys: usize) -> Vec<u8> {
    (0..keys).flat_map(|number| format!("key {number}\n").into_bytes()).collect()
}

/// Catches lines that are lost, duplicated, or out of order between threads.
#[test]
fn many_threads_write_what_one_does() {
    let input = list(50_000);
    let one = presign(&["--base", "s3://photos", "-j", "1"]).input(&input).run().expect(0);
    assert_eq!(one.stdout.iter().filter(|byte| **byte == b'\n').count(), 50_000);
    for (number, line) in one.stdout.split(|byte| *byte == b'\n').take(50_000).enumerate() {
        assert!(line.starts_with(format!("https://photos.s3.eu-west-1.amazonaws.com/key%20{number}?").as_bytes()));
    }
    let many = presign(&["--base", "s3://photos", "-j", "5"]).input(&input).run().expect(0);
    assert!(one.stdout == many.stdout);
}

/// Records with alternating hosts, methods and expiries are each signed with their own.
#[test]
fn alternating_settings_do_not_mix() {
    let records: Vec<String> = (0..300)
        .map(|number| {
            let (bucket, method) = (number % 3, ["GET", "PUT"][number % 2]);
            format!(
                "{{\"bucket\":\"b{bucket}\",\"key\":\"k{number}\",\"method\":\"{method}\",\"expires\":{}}}",
                60 + number % 5
            )
        })
        .collect();
    let all = presign(&["--jsonl"]).input(records.join("\n").as_bytes()).run().expect(0);
    let text = all.text();
    for (line, record) in text.lines().zip(&records).step_by(37) {
        let alone = presign(&["--jsonl"]).input(record.as_bytes()).run().expect(0);
        assert_eq!(line, alone.text().trim_end());
    }
    assert_eq!(text.lines().count(), 300);
}

/// Catches a program that waits for more input before it answers: one line in gets one answer out.
#[test]
fn an_answer_comes_before_the_next_question() {
    let mut child = presign(&["--base", "s3://photos"]).into_command().spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for number in 0..5 {
        writeln!(stdin, "key{number}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.contains(&format!("/key{number}?")), "{line}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// Catches a program that complains, or never ends, when its reader is gone; its input is endless.
#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child = presign(&["--base", "s3://photos"]).into_command().spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let endless = std::thread::spawn(move || while stdin.write_all(&list(1_000)).is_ok() {});
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 100_000]).unwrap();
    drop(stdout);
    let began = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(10)),
        }
        assert!(began.elapsed() < PATIENCE);
    };
    assert!(status.success(), "{status}");
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
    endless.join().unwrap();
}

/// A record without an end uses no memory, and does not affect its neighbours.
#[test]
fn a_record_that_is_too_long_is_one_wrong_record() {
    let input = [&b"a\n"[..], &vec![b'x'; 10_000_000], b"\nb\n"].concat();
    let ran = presign(&["--base", "s3://photos", "--on-error", "report"]).input(&input).run().expect(1);
    let text = ran.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1], "{\"line\":2,\"error\":\"the record is longer than 1 MiB\"}");
    assert!(lines[2].contains("/b?"));
}

/// Credentials that expire during a list are requested again, and none sign after their expiry.
#[cfg(unix)]
#[test]
fn credentials_are_renewed_before_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
    let script = format!(
        "n=$(cat {0} 2>/dev/null || echo 0); n=$((n+1)); echo $n > {0}; [ $n -lt 4 ] || exit 1\n\
         end=$(date -u -d '+3 seconds' +%Y-%m-%dT%H:%M:%SZ)\n\
         echo '{{\"Version\":1,\"AccessKeyId\":\"ASIAEXAMPLE'$n'\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":\"'$end'\"}}'\n",
        path("count")
    );
    std::fs::write(path("process"), script).unwrap();
    std::fs::write(path("config"), format!("[profile p]\ncredential_process = sh {}\n", path("process"))).unwrap();
    let words = [
        "presign",
        "--batch",
        "-j",
        "1",
        "--base",
        "s3://b",
        "--region",
        "eu-west-1",
        "--profile",
        "p",
        "--on-error",
        "report",
    ];
    let sigvet = sigvet_testing::Sigvet::anonymous(&words).env("AWS_CONFIG_FILE", &path("config"));
    let mut child = sigvet.into_command().spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut lines = Vec::new();
    for number in 0..16 {
        let mut line = String::new();
        if writeln!(stdin, "key{number}").is_err() || stdout.read_line(&mut line).unwrap() == 0 {
            break;
        }
        lines.push(line);
        std::thread::sleep(Duration::from_secs(1));
    }
    drop(stdin);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    // Without credentials no record can be signed, so the run ends, even with --on-error report.
    assert_eq!(child.wait().unwrap().code(), Some(3), "{said}");
    assert!(lines[0].contains("ASIAEXAMPLE1"), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.contains("ASIAEXAMPLE2"))
            && lines.iter().any(|line| line.contains("ASIAEXAMPLE3"))
    );
    assert!(said.contains("error: the credentials expired at") && !said.contains("--on-error"), "{said}");
    assert_eq!(said.matches("could not be renewed").count(), 1, "{said}");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_full_disk_is_reported() {
        let mut command = presign(&["--base", "s3://photos"]).into_command();
        let mut child = command.stdout(File::options().write(true).open("/dev/full").unwrap()).spawn().unwrap();
        // It may end before all of this is read.
        drop(child.stdin.take().unwrap().write_all(&list(10_000)));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.starts_with("error: cannot write the output"), "{said}");
        assert_eq!(child.wait().unwrap().code(), Some(23));
    }

    /// Catches half a line at the end of a file on a full disk, or of the greatest size (`ulimit -f`). A
    /// row of CSV may contain newlines, and is not cut there.
    #[test]
    fn lines_are_whole_when_the_disk_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("urls");
        for (words, is_row, input) in [
            (&["--base", "s3://photos"][..], false, list(2_000)),
            (&["--base", "s3://photos", "--csv", "key"], true, {
                let rows = (0..2_000).flat_map(|number| format!("{number},\"a\nb\"\n").into_bytes());
                b"key,note\n".iter().copied().chain(rows).collect()
            }),
        ] {
            for redirect in [">", ">>"] {
                std::fs::write(&path, "before\n").unwrap();
                let command = presign(words).into_command();
                let mut shell = Command::new("sh");
                let script = format!("ulimit -f 100; exec \"$@\" {redirect} \"$OUT\"");
                shell.args(["-c", &script, "sh"]).arg(command.get_program()).args(command.get_args());
                shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
                shell.env("PATH", "/usr/bin:/bin").env("OUT", &path).stdin(Stdio::piped()).stderr(Stdio::piped());
                let mut child = shell.spawn().unwrap();
                drop(child.stdin.take().unwrap().write_all(&input));
                let ended = child.wait_with_output().unwrap();
                let said = String::from_utf8_lossy(&ended.stderr);
                assert!(said.contains("cannot write the output"), "{said}");
                assert_eq!(ended.status.code(), Some(23), "{said}");
                let text = std::fs::read_to_string(&path).unwrap();
                assert_eq!(text.starts_with("before\n"), redirect == ">>");
                let end = if is_row { "Z\n" } else { "\n" };
                assert!(text.len() > 10_000 && text.ends_with(end), "{redirect}: {:?}", &text[text.len() - 80..]);
            }
        }
    }

    /// Catches a line that is cut off where the process was stopped.
    #[test]
    fn lines_are_whole_when_it_is_stopped() {
        for round in 0..5 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("urls");
            let mut command = presign(&["--base", "s3://photos"]).into_command();
            let mut child = command.stdout(File::create(&path).unwrap()).stderr(Stdio::null()).spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let endless = std::thread::spawn(move || while stdin.write_all(&list(1_000)).is_ok() {});
            let began = Instant::now();
            while std::fs::metadata(&path).unwrap().len() < 200_000 * (round + 1) {
                assert!(began.elapsed() < PATIENCE);
                std::thread::sleep(Duration::from_millis(1));
            }
            let words = format!("kill -TERM {}", child.id());
            assert!(Command::new("sh").args(["-c", &words]).status().unwrap().success());
            assert_eq!(child.wait().unwrap().signal(), Some(15));
            endless.join().unwrap();
            let text = std::fs::read(&path).unwrap();
            assert_eq!(text.last(), Some(&b'\n'), "{:?}", String::from_utf8_lossy(&text[text.len() - 80..]));
        }
    }

    /// coreutils' `timeout` sends SIGTERM to its child and then to the group: the second must not cut a line that the first
    /// left whole. Catches also a list that goes on for long after it is asked to stop.
    #[test]
    fn lines_are_whole_when_the_signal_comes_twice() {
        for _ in 0..5 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("urls");
            let mut command = presign(&["--base", "s3://photos"]).into_command();
            let mut child = command.stdout(File::create(&path).unwrap()).stderr(Stdio::null()).spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let endless = std::thread::spawn(move || while stdin.write_all(&list(10_000)).is_ok() {});
            let began = Instant::now();
            while std::fs::metadata(&path).unwrap().len() < 1_000_000 {
                assert!(began.elapsed() < PATIENCE);
                std::thread::sleep(Duration::from_millis(1));
            }
            let words = format!("for i in 1 2 3 4 5 6 7 8; do kill -TERM {} || exit 0; done", child.id());
            Command::new("sh").args(["-c", &words]).stderr(Stdio::null()).status().unwrap();
            assert_eq!(child.wait().unwrap().signal(), Some(15));
            endless.join().unwrap();
            let text = std::fs::read(&path).unwrap();
            assert_eq!(text.last(), Some(&b'\n'), "{:?}", String::from_utf8_lossy(&text[text.len() - 80..]));
        }
    }

    /// A reader that does not read, as a pager does, does not keep the process from ending.
    #[test]
    fn one_signal_ends_it_although_nobody_reads() {
        let mut child = presign(&["--base", "s3://photos"]).into_command().stderr(Stdio::null()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let endless = std::thread::spawn(move || while stdin.write_all(&list(1_000)).is_ok() {});
        std::thread::sleep(Duration::from_millis(500));
        let words = format!("kill -TERM {}", child.id());
        assert!(Command::new("sh").args(["-c", &words]).status().unwrap().success());
        let began = Instant::now();
        assert_eq!(child.wait().unwrap().signal(), Some(15));
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        drop(stdout);
        endless.join().unwrap();
    }

    /// Catches a line that is cut because its reader is slow, or does not read at all: with short lines, with long ones, with
    /// one signal and with two.
    #[test]
    fn lines_in_a_pipe_are_whole_when_it_is_stopped() {
        let long: Vec<u8> =
            (0..1_000).flat_map(|number| format!("{}{number}\n", "é".repeat(400)).into_bytes()).collect();
        for (input, pause, times) in
            [(list(1_000), 20, 1), (list(1_000), 20, 2), (long, 20, 1), (list(1_000), 2_500, 1)]
        {
            let mut child = presign(&["--base", "s3://photos"]).into_command().stderr(Stdio::null()).spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let endless = std::thread::spawn(move || while stdin.write_all(&input).is_ok() {});
            let mut stdout = child.stdout.take().unwrap();
            let mut text = vec![0; 1_000];
            stdout.read_exact(&mut text).unwrap();
            std::thread::sleep(Duration::from_millis(300));
            let words = format!("for i in $(seq {times}); do kill -TERM {}; done", child.id());
            assert!(Command::new("sh").args(["-c", &words]).status().unwrap().success());
            let (began, mut part) = (Instant::now(), [0; 1_024]);
            loop {
                std::thread::sleep(Duration::from_millis(pause));
                match stdout.read(&mut part).unwrap() {
                    0 => break,
                    length => text.extend_from_slice(&part[..length]),
                }
                if pause > 100 {
                    stdout.read_to_end(&mut text).unwrap();
                }
                assert!(began.elapsed() < PATIENCE);
            }
            assert_eq!(child.wait().unwrap().signal(), Some(15));
            endless.join().unwrap();
            assert_eq!(text.last(), Some(&b'\n'), "{:?}", String::from_utf8_lossy(&text[text.len() - 80..]));
        }
    }

    /// Catches memory that grows with the list: no long list would fit into two gigabytes of address space.
    #[test]
    fn memory_does_not_grow_with_the_list() {
        let mut child = presign(&["--base", "s3://photos"]).into_command().stdout(Stdio::null()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let block = list(10_000);
        let peak = |id: u32| {
            let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
            let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap().to_owned();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
        };
        (0..5).for_each(|_| stdin.write_all(&block).unwrap());
        let early = peak(child.id());
        (0..60).for_each(|_| stdin.write_all(&block).unwrap());
        let late = peak(child.id());
        assert!(late < early + 16 * 1024, "{early} KiB, later {late} KiB");
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }
}
