//! Stores objects in memory by path: PUT, GET, HEAD and DELETE, enough to try out requests.

use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;
use sigvet_core::crypto::Md5Hasher;
use sigvet_core::request::Request;
use sigvet_core::verify::Verdict;

use crate::gateway::payload::{BodyFile, Payload};
use crate::gateway::refusal::xml::Xml;
use crate::gateway::{Answer, Later, Reply};
use crate::locking::locked;

/// Maximum total size of all objects in bytes.
const ROOM: usize = 16 * 1024 * 1024;

/// Objects in memory.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<HashMap<Vec<u8>, Bytes>>);

impl Answer for Shelf {
    fn answer<'a>(&'a self, request: &'a Request, file: Option<BodyFile>, verdict: &'a Verdict) -> Later<'a, Reply> {
        Box::pin(std::future::ready(self.serve(request, file, verdict)))
    }
}

impl Shelf {
    fn serve(&self, request: &Request, file: Option<BodyFile>, verdict: &Verdict) -> Reply {
        let path = request.path();
        match request.method() {
            "PUT" => match Payload::as_meant(request, file, verdict).payload {
                Payload::Bytes(bytes) => self.put(path, bytes),
                Payload::File { .. } => error(400, "EntityTooLarge", "The object does not fit into memory."),
            },
            "GET" | "HEAD" => self.get(path),
            "DELETE" => {
                self.lock().remove(path);
                Reply::new(204, "", "")
            }
            _ => error(501, "NotImplemented", "This store only supports PUT, GET, HEAD and DELETE."),
        }
    }

    fn put(&self, path: &[u8], bytes: Bytes) -> Reply {
        let mut objects = self.lock();
        let used: usize = objects.values().map(Bytes::len).sum();
        if used + bytes.len() > ROOM {
            return error(507, "InsufficientStorage", "The store is full.");
        }
        let mut hash = Md5Hasher::new();
        hash.update(&bytes);
        let etag = format!("\"{}\"", hex::encode(hash.finish()));
        objects.insert(path.to_vec(), bytes);
        Reply::new(200, "", "").with("etag", &etag)
    }

    fn get(&self, path: &[u8]) -> Reply {
        match self.lock().get(path) {
            Some(bytes) => Reply::new(200, "application/octet-stream", bytes.clone()),
            None => error(404, "NoSuchKey", "The specified key does not exist."),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, Bytes>> {
        locked(&self.0)
    }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let mut xml = Xml::new();
    xml.within("Error", |xml| {
        xml.element("Code", code);
        xml.element("Message", message);
    });
    Reply::new(status, "application/xml", xml.into_text())
}
