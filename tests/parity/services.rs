//! Stand-ins for STS, IAM Identity Center, a container's endpoint and the instance metadata service, in the shapes that AWS
//! documents. They remember what they were asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What arrived.
#[derive(Debug, Clone, Default)]
pub struct Arrived {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// The stand-ins, on a port of this machine.
pub struct Services {
    address: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Services {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&arrived);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(&stream.unwrap(), &kept));
            }
        });
        Self { address, arrived }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// What arrived so far, taken away.
    pub fn take_arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.arrived.lock().unwrap())
    }
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the form in the body.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs.find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
    }
}

fn serve(stream: &TcpStream, kept: &Mutex<Vec<Arrived>>) {
    let mut reader = BufReader::new(stream);
    while let Some(arrived) = read(&mut reader) {
        let (status, body) = answer(&arrived);
        kept.lock().unwrap().push(arrived);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
        let mut writer = stream;
        if writer.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Arrived> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let mut arrived = Arrived { method: words.next()?, target: words.next()?, ..Arrived::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        arrived.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = arrived.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    arrived.body = String::from_utf8(body).ok()?;
    Some(arrived)
}

fn answer(arrived: &Arrived) -> (u16, String) {
    let path = arrived.target.split('?').next().unwrap();
    match (arrived.method.as_str(), path) {
        ("POST", "/token") => (200, TOKEN.to_owned()),
        ("POST", _) => sts(arrived),
        (_, "/federation/credentials") => (200, format!("{{\"roleCredentials\":{PORTAL}}}")),
        ("PUT", "/latest/api/token") => (200, "IMDSTOK".to_owned()),
        ("GET", path) if path.starts_with("/latest/") => metadata(arrived, path),
        ("GET", path) if path.starts_with("/creds") => container(arrived, path),
        _ => (404, "nothing here".to_owned()),
    }
}

const TOKEN: &str =
    r#"{"accessToken":"refreshed-token","expiresIn":28800,"refreshToken":"new-refresh","tokenType":"Bearer"}"#;
const PORTAL: &str =
    r#"{"accessKeyId":"ASIASSO","secretAccessKey":"ssosecret","sessionToken":"TOKEN-SSO","expiration":4102444800000}"#;

fn sts(arrived: &Arrived) -> (u16, String) {
    let role = arrived.parameter("RoleArn").unwrap_or_default();
    let (id, token) = match arrived.parameter("Action").as_deref() {
        Some("AssumeRole") if role.contains("denied") => return (403, DENIED.to_owned()),
        Some("AssumeRole") if role.contains("role2") => ("ASIAROLE0002", "TOKEN-ROLE2"),
        Some("AssumeRole") => ("ASIAROLE0001", "TOKEN-ROLE1"),
        Some("AssumeRoleWithWebIdentity") => ("ASIAWEB", "TOKEN-WEB"),
        _ => return (400, String::new()),
    };
    let inside = format!(
        "<AccessKeyId>{id}</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>{token}</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration>"
    );
    let body = format!("<R><Result><Credentials>{inside}</Credentials></Result></R>");
    (200, body)
}

const DENIED: &str = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
    <Code>AccessDenied</Code><Message>User: x is not authorized to perform: sts:AssumeRole on resource: denied</Message>\
    </Error><RequestId>1</RequestId></ErrorResponse>";

fn container(arrived: &Arrived, path: &str) -> (u16, String) {
    if path.contains("auth") && arrived.header("authorization") != Some("ContTok") {
        return (401, r#"{"code":"NoToken","message":"no token"}"#.to_owned());
    }
    (200, keys("ASIACONT", "TOKEN-CONT"))
}

fn metadata(arrived: &Arrived, path: &str) -> (u16, String) {
    match path.trim_end_matches('/') {
        _ if arrived.header("x-aws-ec2-metadata-token") != Some("IMDSTOK") => (401, String::new()),
        path if path.ends_with("/security-credentials") => (200, "myrole".to_owned()),
        path if path.ends_with("/security-credentials/myrole") => (200, keys("ASIAIMDS", "TOKEN-IMDS")),
        path if path.ends_with("/placement/region") => (200, "eu-north-1".to_owned()),
        _ => (404, String::new()),
    }
}

fn keys(id: &str, token: &str) -> String {
    format!(
        r#"{{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{id}","SecretAccessKey":"hush","Token":"{token}","Expiration":"2099-01-01T00:00:00Z"}}"#
    )
}
