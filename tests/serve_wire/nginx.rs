//! A real nginx in front of a static site, which asks `sigvet serve` whether a request may pass.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sigvet_testing::serving::{Serving, connect};

use crate::answers::statuses;
use crate::signed::{presigned, request};

struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it on that port, with a site of one file. None if there is no nginx.
fn start(folder: &Path, port: u16, asked: &str) -> Option<Nginx> {
    std::fs::create_dir_all(folder.join("site/b")).unwrap();
    std::fs::write(folder.join("site/b/k.txt"), "the file\n").unwrap();
    std::fs::write(folder.join("nginx.conf"), configuration(port, asked)).unwrap();
    let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
    let child = Command::new(program)
        .arg("-p")
        .arg(folder)
        .args(["-c", "nginx.conf", "-e", "error.log"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = child else {
        println!("nginx is not on this machine");
        assert!(std::env::var_os("CI").is_none(), "nginx is missing");
        return None;
    };
    let nginx = Nginx(child);
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(nginx);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nginx does not listen: {}", std::fs::read_to_string(folder.join("error.log")).unwrap_or_default());
}

/// The location for the question is the one in the documentation.
fn configuration(port: u16, asked: &str) -> String {
    let documented = include_str!("../../docs/serve.md");
    let (_, rest) = documented.split_once("```nginx\n").unwrap();
    let (locations, _) = rest.split_once("```").unwrap();
    let locations = locations.replace("http://127.0.0.1:8004", &format!("http://{asked}")).replace("/srv/www", "site");
    format!(
        "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\nclient_body_temp_path t1;\n\
         proxy_temp_path t2;\nfastcgi_temp_path t3;\nuwsgi_temp_path t4;\nscgi_temp_path t5;\n\
         server {{\nlisten 127.0.0.1:{port};\n{locations}\n}}\n}}\n"
    )
}

#[test]
fn a_static_site_is_only_for_those_who_sign() {
    let server = Serving::start(&["--auth", "nginx"]);
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(_nginx) = start(folder.path(), port, server.address()) else { return };
    let host = format!("127.0.0.1:{port}");
    let get = |bytes: &[u8]| ask(&host, bytes);
    let answer = get(&request("GET", &host, "/b/k.txt", b""));
    assert!(statuses(&answer) == [200] && answer.ends_with("the file\n"), "{answer}\n{}", server.log());
    let plain = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
    assert_eq!(statuses(&get(&plain(&presigned(&host, "/b/k.txt")))), [200]);
    assert_eq!(statuses(&get(&plain("/b/k.txt"))), [401]);
    let other = String::from_utf8(request("GET", &host, "/b/j.txt", b"")).unwrap().replace("/b/j.txt", "/b/k.txt");
    assert_eq!(statuses(&get(other.as_bytes())), [403]);
}

/// Asks nginx, which treats a client that closes its sending side as gone.
fn ask(host: &str, request: &[u8]) -> String {
    let text = String::from_utf8(request.to_vec()).unwrap().replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let mut stream = connect(host);
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
