//! A parsed crate: its modules in the order of declaration, and what the code of each names.
//!
//! Code is read as tokens, so comments, literals and layout do not matter. Code that is compiled only for tests is left
//! out: a test may use everything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::paths::{Name, UsedPath, path_at, use_paths};

/// A crate.
pub struct Crate {
    pub name: String,
    pub modules: BTreeMap<Name, Module>,
}

/// What one module declares and names.
#[derive(Default)]
pub struct Module {
    /// The modules in it, in the order of declaration.
    pub declared: Vec<String>,
    /// The paths in its code, as written.
    pub paths: Vec<UsedPath>,
    /// All identifiers in its code; those of macros with their `!`.
    pub words: BTreeSet<String>,
}

impl Crate {
    /// Reads the sources in a folder of the repository.
    pub fn read(name: &str, folder: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files = Vec::new();
        collect(&root, &mut files);
        let read = |path: &PathBuf| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            (name, std::fs::read_to_string(path).unwrap())
        };
        let texts: Vec<(String, String)> = files.iter().map(read).collect();
        Self::parse(name, &texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
    }

    /// Parses files given with their paths below the root.
    pub fn parse(name: &str, files: &[(&str, &str)]) -> Self {
        let mut modules = BTreeMap::new();
        for (path, text) in files.iter().filter(|(path, _)| *path != "main.rs") {
            let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
            read_module(tokens, &module_of(path), &mut modules);
        }
        let mut read = Self { name: name.to_owned(), modules };
        read.drop_tests();
        read
    }

    /// A file that no module declares outside tests belongs to a test.
    fn drop_tests(&mut self) {
        let modules = &self.modules;
        let is_declared = |name: &Name| {
            (1..=name.len())
                .all(|end| modules.get(&name[..end - 1]).is_some_and(|parent| parent.declared.contains(&name[end - 1])))
        };
        let tests: Vec<Name> = modules.keys().filter(|name| !is_declared(name)).cloned().collect();
        for name in tests {
            self.modules.remove(&name);
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; `lib.rs` is the crate itself.
fn module_of(path: &str) -> Name {
    let path = path.strip_suffix(".rs").unwrap();
    path.split('/').filter(|part| !["mod", "lib"].contains(part)).map(str::to_owned).collect()
}

fn read_module(tokens: TokenStream, name: &Name, modules: &mut BTreeMap<Name, Module>) {
    modules.entry(name.clone()).or_default();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let Some(first) = rest.first() {
        let taken = match first {
            TokenTree::Punct(_) if is_for_tests(rest) => item_length(rest),
            TokenTree::Ident(word) if word == "mod" => read_declaration(rest, name, modules),
            TokenTree::Ident(word) if word == "use" => {
                let length = item_length(rest);
                own(name, modules).paths.extend(use_paths(&rest[1..length]));
                own(name, modules).words.extend(words(&rest[1..length]));
                length
            }
            TokenTree::Ident(_) => {
                let (path, length) = path_at(rest);
                own(name, modules).words.extend(words(&rest[..length]));
                own(name, modules).words.extend(macro_name(rest));
                own(name, modules).paths.extend(path);
                length
            }
            TokenTree::Group(group) => {
                read_module(group.stream(), name, modules);
                1
            }
            _ => 1,
        };
        rest = &rest[taken..];
    }
}

fn own<'m>(name: &Name, modules: &'m mut BTreeMap<Name, Module>) -> &'m mut Module {
    modules.get_mut(name).expect("a module is entered before it is read")
}

/// `mod name;` and `mod name { … }`; returns its number of tokens.
fn read_declaration(tokens: &[TokenTree], parent: &Name, modules: &mut BTreeMap<Name, Module>) -> usize {
    let Some(TokenTree::Ident(child)) = tokens.get(1) else { return 1 };
    own(parent, modules).declared.push(child.to_string());
    if let Some(TokenTree::Group(body)) = tokens.get(2) {
        let name = parent.iter().cloned().chain([child.to_string()]).collect();
        read_module(body.stream(), &name, modules);
    }
    3
}

/// Whether an attribute begins here that restricts the next item to tests.
fn is_for_tests(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] = tokens else { return false };
    let text = attribute.stream().to_string().replace(' ', "");
    hash.as_char() == '#'
        && (["cfg(test)", "cfg(any(test,", "cfg(all(test,"].iter().any(|start| text.starts_with(start)))
}

/// The number of tokens of an item: up to its semicolon or its body.
fn item_length(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    let is_use = tokens.iter().take(4).any(|token| matches!(token, TokenTree::Ident(word) if word == "use"));
    let ends = |token: &&TokenTree| match token {
        TokenTree::Group(_) if is_use => false,
        token => ends(token),
    };
    tokens.iter().position(|token| ends(&token)).map_or(tokens.len(), |at| at + 1)
}

fn macro_name(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [TokenTree::Ident(name), TokenTree::Punct(mark), ..] if mark.as_char() == '!' => Some(format!("{name}!")),
        _ => None,
    }
}

/// All identifiers, including those in groups.
fn words(tokens: &[TokenTree]) -> Vec<String> {
    let word = |token: &TokenTree| match token {
        TokenTree::Ident(word) => vec![word.to_string()],
        TokenTree::Group(group) => words(&group.stream().into_iter().collect::<Vec<_>>()),
        _ => Vec::new(),
    };
    tokens.iter().flat_map(word).collect()
}
