//! Paths as code writes them: `crate::a::B`, `super::b`, `use self::{c, d::E as F};`.

use proc_macro2::{Spacing, TokenTree};

/// The name of a module, starting at the root of its crate.
pub type Name = Vec<String>;

/// A path in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedPath {
    pub segments: Vec<String>,
    /// The name by which a `use` imports it.
    pub imported_as: Option<String>,
}

/// The path that begins here, if it has more than one segment, and its number of tokens.
pub fn path_at(tokens: &[TokenTree]) -> (Option<UsedPath>, usize) {
    let mut segments = Vec::new();
    let mut length = 0;
    while let Some(TokenTree::Ident(segment)) = tokens.get(length) {
        segments.push(segment.to_string());
        length += 1;
        match tokens.get(length + 2) {
            Some(TokenTree::Ident(_)) if is_separator(&tokens[length..]) => length += 2,
            _ => break,
        }
    }
    let path = (segments.len() > 1).then_some(UsedPath { segments, imported_as: None });
    (path, length)
}

/// The paths that a `use` imports; `tokens` follow the keyword.
pub fn use_paths(tokens: &[TokenTree]) -> Vec<UsedPath> {
    let mut paths = Vec::new();
    read_tree(tokens, &[], &mut paths);
    paths
}

/// One branch of a `use`: segments, then an alias or a group of branches.
fn read_tree(tokens: &[TokenTree], before: &[String], paths: &mut Vec<UsedPath>) {
    let mut segments = before.to_vec();
    let mut alias = None;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "as" => {
                alias = tokens.get(at + 1).map(ToString::to_string);
                break;
            }
            TokenTree::Ident(segment) => segments.push(segment.to_string()),
            TokenTree::Group(group) => {
                let branches: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in branches.split(|token| is_punct(Some(token), ',')) {
                    read_tree(branch, &segments, paths);
                }
                return;
            }
            _ => {}
        }
    }
    // `a::{self}` is `a`.
    if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
        segments.pop();
    }
    let imported_as = alias.or_else(|| segments.last().cloned());
    if segments.len() > before.len() || imported_as.is_some() && !tokens.is_empty() {
        paths.push(UsedPath { segments, imported_as });
    }
}

fn is_separator(tokens: &[TokenTree]) -> bool {
    is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':') && is_joint(&tokens[0])
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn is_joint(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint)
}
