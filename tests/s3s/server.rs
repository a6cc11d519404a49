//! Two S3 servers on loopback, started once: one with a file system behind it, one that stores any key in memory.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::host::MultiDomain;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;

use crate::common::{KEY, SECRET, Sigvet};
use crate::shelf::Shelf;

/// The domain in which the in-memory server's buckets have their own hosts.
pub const DOMAIN: &str = "store.test";

pub struct Servers {
    /// The server that stores files: `http://127.0.0.1:1`.
    pub files: String,
    /// Where the files are.
    pub root: PathBuf,
    /// The server that stores any key.
    pub shelf_url: String,
    /// Its contents.
    pub shelf: Shelf,
}

/// The servers, which run as long as the process.
pub fn servers() -> &'static Servers {
    static SERVERS: OnceLock<Servers> = OnceLock::new();
    SERVERS.get_or_init(start)
}

fn start() -> Servers {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("s3s");
    if root.exists() {
        std::fs::remove_dir_all(&root).unwrap();
    }
    std::fs::create_dir_all(&root).unwrap();
    let shelf = Shelf::default();
    let (files_at, shelf_at) = (listen(), listen());
    let (files, shelf_host) = (files_at.local_addr().unwrap(), shelf_at.local_addr().unwrap());

    let mut of_files = S3ServiceBuilder::new(FileSystem::new(&root).unwrap());
    of_files.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let mut of_shelf = S3ServiceBuilder::new(shelf.clone());
    of_shelf.set_auth(SimpleAuth::from_single(KEY, SECRET));
    of_shelf.set_host(MultiDomain::new([DOMAIN.to_owned(), shelf_host.to_string()]).unwrap());
    let services = [(files_at, of_files.build()), (shelf_at, of_shelf.build())];
    std::thread::spawn(|| serve(services));
    Servers { files: format!("http://{files}"), root, shelf_url: format!("http://{shelf_host}"), shelf }
}

fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

fn serve(services: [(TcpListener, S3Service); 2]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for (listener, service) in services {
            tokio::spawn(accept(listener, service));
        }
        std::future::pending::<()>().await;
    });
}

async fn accept(listener: TcpListener, service: S3Service) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
        // A client may disconnect at any time.
        tokio::spawn(async { drop(connection.await) });
    }
}

/// `sigvet send` to an unknown server: region and service have to be given.
pub fn send(words: &[&str]) -> Sigvet {
    Sigvet::new(&[&["send", "--region", "us-east-1", "--service", "s3"], words].concat())
}

/// `sigvet presign`, likewise.
pub fn presign(words: &[&str]) -> Sigvet {
    Sigvet::new(&[&["presign", "--region", "us-east-1", "--service", "s3"], words].concat())
}

/// Makes a bucket on the file server, for one test only.
pub fn bucket(name: &str) -> String {
    let url = format!("{}/{name}", servers().files);
    let made = send(&["-f", "-X", "PUT", &url]).run().expect(0);
    assert_eq!(made.text(), "", "creating a bucket says nothing");
    assert!(servers().root.join(name).is_dir(), "the bucket is a directory");
    url
}

/// A file with these bytes, in a directory that is removed with the value.
pub fn file(bytes: &[u8]) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::write(&path, bytes).unwrap();
    (directory, path.to_str().unwrap().to_owned())
}
