//! A folder of the corpus: the contents of its `case.toml`, and the files that follow from it.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item};

use crate::replies;
use crate::signer::{Breaks, Chunking, Keys, Recipe, Wire, header_line};
use crate::written;

/// How the request is given to the command line; `None` if there is only a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Http,
    /// The request with its reply after it.
    Exchange,
    Url,
    Trace,
    Har,
    Command,
    /// A token as the password in the URL of a connection.
    Connection,
    /// A token with its scheme in a variable of a shell.
    Variable,
    /// A token for a cluster of EKS.
    Cluster,
    /// The same with the padding of base64.
    Padded,
    /// A token of a database with a line break behind it, in a Kubernetes Secret.
    Secret,
    /// A token of a database beside settings for the user app.
    Settings,
    /// The subject token of a federation.
    Federation,
    None,
}

/// The result of `sigvet verify` for the request, without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    Valid,
    Invalid,
    /// Its signature cannot be read; `expect` names the mistake.
    Unreadable,
}

pub struct Case {
    pub name: String,
    pub folder: PathBuf,
    pub now: String,
    pub arguments: Vec<String>,
    pub input: Input,
    pub judged: Judged,
    pub keys: Keys,
    pub no_credentials: bool,
    /// Absent if this signer could not have made the request: Version 2, or only a reply.
    pub recipe: Option<Recipe>,
    /// Who writes the reply; absent if it is kept as observed.
    reply: Option<String>,
    log: Option<String>,
    pub expected: Expected,
}

/// The expected answer for a case.
pub struct Expected {
    /// The set that the first explanation names, and others that are equally right.
    pub sets: Vec<Vec<String>>,
    /// Absent if the definition of the mistake leaves it open; the same applies to the proof.
    pub verdict: Option<String>,
    pub proof: Option<String>,
    /// What the answering server computes differently; absent if that is not tested.
    pub servers: Option<Vec<String>>,
}

/// All cases, by name.
pub fn all() -> Vec<Case> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.into_iter().map(Case::read).collect()
}

/// The folder of all cases.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/cases")
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let text = std::fs::read_to_string(folder.join("case.toml")).unwrap();
        let document: DocumentMut = text.parse().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let table = Table { item: document.as_item(), of: &folder };
        let keys = table.keys();
        let recipe = document.get("sign").map(|item| Table { item, of: &folder }.recipe(keys.clone()));
        let broken = recipe.as_ref().is_some_and(Recipe::is_broken);
        assert!(!table.text("what").is_empty());
        Self {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            now: table.text("now"),
            arguments: table.list("arguments"),
            input: table.input(),
            judged: table.judged(broken),
            no_credentials: table.flag("no_credentials"),
            reply: table.maybe("reply"),
            log: table.maybe("log"),
            expected: table.expected(),
            keys,
            recipe,
            folder,
        }
    }

    /// The family of the first expected mistake: `query`, or `nothing`.
    pub fn kind(&self) -> String {
        let first = self.expected.sets[0].first();
        first.map_or("nothing", |id| id.split('-').next().unwrap()).to_owned()
    }

    /// The kind of evidence: `http + reply`.
    pub fn form(&self) -> String {
        let input = (self.input != Input::None).then(|| format!("{:?}", self.input).to_lowercase());
        let has = |name: &str, word: &str| self.file(name).map(|_| word.to_owned());
        let parts = [input, has("reply.http", "reply"), has("client.log", "log")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" + ")
    }

    /// The file, if the case has it.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.join(name)).filter(|path| path.is_file())
    }

    /// The files of the folder that are neither made from the recipe nor evidence kept as observed.
    pub fn left_over(&self) -> Vec<PathBuf> {
        let made: Vec<&str> = self.files().iter().map(|(name, _)| *name).collect();
        let mut known = vec!["case.toml", "profiles.toml", "reply.http"];
        known.extend(made);
        if self.recipe.is_none() {
            known.extend(["request.http", "url.txt"]);
        }
        let paths = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| !known.iter().any(|name| path.ends_with(name))).collect()
    }

    /// The files that follow from the recipe, with their contents.
    pub fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let Some(recipe) = &self.recipe else { return Vec::new() };
        let signed = recipe.sign();
        let expected = recipe.expected(&signed);
        let mut files = Vec::new();
        let reply = self.reply.as_ref().map(|who| replies::reply(who, recipe, &signed, &expected));
        let kept = || std::fs::read(self.folder.join("reply.http")).unwrap_or_default();
        let answer = reply.clone().unwrap_or_else(kept);
        files.extend(match self.input {
            Input::Http => Some(("request.http", signed.wire.to_bytes())),
            Input::Exchange => Some(("exchange.http", [signed.wire.to_bytes(), answer].concat())),
            Input::Url => Some(("url.txt", written::url(&signed.wire))),
            Input::Trace => Some(("trace.txt", written::trace(&signed.wire, &answer))),
            Input::Har => Some(("entry.har", written::har(&signed.wire, &answer))),
            Input::Command => Some(("command.sh", written::command(&signed.wire))),
            Input::Connection => Some(("connection.txt", written::connection(&signed.wire))),
            Input::Variable => Some(("variable.txt", written::variable(&signed.wire))),
            Input::Cluster => Some(("token.txt", written::cluster_token(&signed.wire))),
            Input::Padded => Some(("token.txt", written::padded_token(&signed.wire))),
            Input::Secret => Some(("secret.yaml", written::secret(&signed.wire))),
            Input::Settings => Some(("settings.env", written::settings(&signed.wire))),
            Input::Federation => Some(("subject.json", written::federation(&signed.wire))),
            Input::None => None,
        });
        files.extend(reply.map(|reply| ("reply.http", reply)));
        files.extend(self.log.as_ref().map(|who| ("client.log", replies::log(who, &signed))));
        files
    }
}

/// A table of `case.toml`, whose errors name the folder.
struct Table<'a> {
    item: &'a Item,
    of: &'a Path,
}

impl Table<'_> {
    fn maybe(&self, key: &str) -> Option<String> {
        let item = self.item.get(key)?;
        Some(item.as_str().unwrap_or_else(|| panic!("{}: {key} is no text", self.of.display())).to_owned())
    }

    fn text(&self, key: &str) -> String {
        self.maybe(key).unwrap_or_else(|| panic!("{}: {key} is missing", self.of.display()))
    }

    fn flag(&self, key: &str) -> bool {
        self.item.get(key).is_some_and(|item| item.as_bool().unwrap())
    }

    fn list(&self, key: &str) -> Vec<String> {
        let Some(item) = self.item.get(key) else { return Vec::new() };
        item.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    }

    fn keys(&self) -> Keys {
        let table = Table { item: self.item.get("credentials").unwrap_or(&Item::None), of: self.of };
        Keys {
            access_key: table.text("access_key_id"),
            secret: table.text("secret_access_key"),
            token: table.maybe("session_token"),
        }
    }

    fn input(&self) -> Input {
        match self.maybe("input").as_deref() {
            None => Input::Http,
            Some("exchange") => Input::Exchange,
            Some("url") => Input::Url,
            Some("trace") => Input::Trace,
            Some("har") => Input::Har,
            Some("command") => Input::Command,
            Some("connection") => Input::Connection,
            Some("variable") => Input::Variable,
            Some("cluster") => Input::Cluster,
            Some("padded") => Input::Padded,
            Some("secret") => Input::Secret,
            Some("settings") => Input::Settings,
            Some("federation") => Input::Federation,
            Some("none") => Input::None,
            Some(other) => panic!("{}: input {other}", self.of.display()),
        }
    }

    fn judged(&self, broken: bool) -> Judged {
        match self.maybe("judged").as_deref() {
            Some("valid") => Judged::Valid,
            Some("invalid") => Judged::Invalid,
            Some("unreadable") => Judged::Unreadable,
            Some(other) => panic!("{}: judged {other}", self.of.display()),
            None if broken => Judged::Invalid,
            None => Judged::Valid,
        }
    }

    fn expected(&self) -> Expected {
        let others = self.item.get("or").and_then(Item::as_array).into_iter().flatten();
        let of = |set: &toml_edit::Array| set.iter().map(|id| id.as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let mut sets = vec![self.list("expect")];
        sets.extend(others.map(|set| of(set.as_array().unwrap())));
        sets.iter_mut().for_each(|set| set.sort());
        let servers = self.item.get("servers").map(|_| self.list("servers"));
        Expected { sets, verdict: self.maybe("verdict"), proof: self.maybe("proof"), servers }
    }

    fn chunking(&self) -> Option<Chunking> {
        let size = self.item.get("chunk_size")?.as_integer().unwrap();
        Some(Chunking { size: usize::try_from(size).unwrap(), trailer: self.list("trailer") })
    }

    fn recipe(&self, keys: Keys) -> Recipe {
        let service = self.text("service");
        let by_service = if service.starts_with("s3") { "hash" } else { "none" };
        Recipe {
            wire: Wire {
                method: self.text("method"),
                target: self.text("target"),
                headers: self.list("headers").iter().map(|line| header_line(line)).collect(),
                body: self.maybe("body").unwrap_or_default().into_bytes(),
            },
            keys: Keys { access_key: self.maybe("access_key_id").unwrap_or(keys.access_key), ..keys },
            date: self.text("date"),
            region: self.maybe("region").unwrap_or_default(),
            region_set: self.maybe("region_set"),
            content_sha256: self.maybe("content_sha256").unwrap_or_else(|| by_service.to_owned()),
            service,
            expires: self.maybe("expires"),
            also_signed: self.list("also_signed"),
            never_signed: self.list("never_signed"),
            token_after: self.flag("token_after"),
            chunking: self.chunking(),
            breaks: Breaks::parse(&self.list("breaks")),
            arrived: Breaks::parse(&self.list("arrived")),
        }
    }
}
