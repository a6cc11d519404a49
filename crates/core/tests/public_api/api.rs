//! Lists the public items of a crate, one line each, and those that name a type of a private dependency.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, Type};

use crate::tree::{ModulePath, Tree, attributes, collect, is_left_out, is_public, name_of};

/// Crates whose types may appear in the API; `http` is enabled only by the feature that exposes it.
const PUBLIC_CRATES: [&str; 9] = ["std", "core", "alloc", "crate", "self", "super", "http", "thiserror", "sigvet_core"];

pub struct Api {
    pub lines: Vec<String>,
    pub leaks: Vec<String>,
}

impl Api {
    pub fn of_crate(name: &str, tree: &Tree) -> Self {
        let mut listing = Listing { tree, lines: BTreeSet::new(), leaks: BTreeSet::new(), places: BTreeMap::new() };
        listing.module(&Vec::new(), name);
        listing.impls();
        let mut lines: Vec<String> = listing.lines.into_iter().collect();
        // Sort so that an item is followed by what belongs to it.
        lines.sort_by_key(|line| line.split_once(&format!("{name}::")).map(|(_, item)| item.to_owned()));
        Self { lines, leaks: listing.leaks.into_iter().collect() }
    }
}

struct Listing<'a> {
    tree: &'a Tree,
    lines: BTreeSet<String>,
    leaks: BTreeSet<String>,
    /// The public name of each item, by the place where it is defined.
    places: BTreeMap<(ModulePath, String), String>,
}

impl Listing<'_> {
    /// Lists the contents of a public module: what it defines, and what it re-exports.
    fn module(&mut self, path: &ModulePath, public: &str) {
        let tree = self.tree;
        for item in &tree.0[path].items {
            match item {
                Item::Mod(inner) if is_public(&inner.vis) => {
                    let name = inner.ident.to_string();
                    self.add(path, format!("pub mod {public}::{name}"), TokenStream::new());
                    self.module(&[path.clone(), vec![name.clone()]].concat(), &format!("{public}::{name}"));
                }
                Item::Use(item) if is_public(&item.vis) => {
                    let mut names = BTreeMap::new();
                    collect(&item.tree, Vec::new(), &mut names);
                    for (name, target) in names {
                        let Some((place, defined)) = tree.resolve(path, &target) else {
                            self.made_by_macro(path, &target, &format!("{public}::{name}"));
                            continue;
                        };
                        let items = &tree.0[&place].items;
                        let item = items.iter().find(|item| name_of(item).as_ref() == Some(&defined)).unwrap();
                        self.item(&place, item, &format!("{public}::{name}"));
                    }
                }
                item => {
                    let name = name_of(item).filter(|_| is_public_item(item));
                    if let Some(name) = name {
                        self.item(path, item, &format!("{public}::{name}"));
                    }
                }
            }
        }
    }

    /// Lists the input that a module gives to the macro that makes an item from it.
    fn made_by_macro(&mut self, path: &ModulePath, target: &[String], public: &str) {
        let place = self.tree.place(path, &target[..target.len() - 1]).unwrap_or_else(|| panic!("{target:?}"));
        let calls = self.tree.0[&place].items.iter().filter_map(|item| match item {
            Item::Macro(item) if item.ident.is_none() => Some(spelt(&item.mac.tokens)),
            _ => None,
        });
        let calls: Vec<String> = calls.collect();
        assert!(!calls.is_empty(), "{public} is defined nowhere");
        self.lines.insert(format!("pub macro-made {public}"));
        for row in calls.iter().flat_map(|call| call.split(", ")).filter(|row| !row.is_empty()) {
            self.lines.insert(format!("pub row {public}::{}", row.trim_end_matches(',')));
        }
    }

    fn item(&mut self, module: &ModulePath, item: &Item, public: &str) {
        let marks = marks(attributes(item));
        let name = name_of(item).expect("it was found by its name");
        self.places.insert((module.clone(), name), public.to_owned());
        match item {
            Item::Struct(item) => {
                let (generics, bounds) = (&item.generics, &item.generics.where_clause);
                self.add(module, format!("{marks}pub struct {public}"), quote!(#generics #bounds));
                self.fields(module, public, &item.fields, Shown::IfPublic);
            }
            Item::Enum(item) => {
                let generics = &item.generics;
                self.add(module, format!("{marks}pub enum {public}"), quote!(#generics));
                for variant in item.variants.iter().filter(|variant| !variant.attrs.iter().any(is_left_out)) {
                    let name = format!("{public}::{}", variant.ident);
                    self.add(module, format!("pub variant {name}"), TokenStream::new());
                    self.fields(module, &name, &variant.fields, Shown::Always);
                }
            }
            Item::Fn(item) => self.function(module, public, &item.sig, &marks),
            Item::Const(item) => {
                let ty = &item.ty;
                self.add(module, format!("pub const {public}"), quote!(: #ty));
            }
            Item::Trait(item) => {
                let (generics, bounds) = (&item.generics, &item.supertraits);
                self.add(module, format!("pub trait {public}"), quote!(#generics : #bounds));
                for inner in &item.items {
                    if let syn::TraitItem::Fn(inner) = inner {
                        self.function(module, &format!("{public}::{}", inner.sig.ident), &inner.sig, "");
                    }
                }
            }
            Item::Type(item) => {
                let ty = &item.ty;
                self.add(module, format!("pub type {public}"), quote!(= #ty));
            }
            _ => unreachable!("only items with names are listed"),
        }
    }

    fn fields(&mut self, module: &ModulePath, owner: &str, fields: &Fields, shown: Shown) {
        for (at, field) in fields.iter().enumerate() {
            if (shown == Shown::Always || is_public(&field.vis)) && !field.attrs.iter().any(is_left_out) {
                let name = field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string);
                let ty = &field.ty;
                self.add(module, format!("pub field {owner}::{name}"), quote!(: #ty));
            }
        }
    }

    fn function(&mut self, module: &ModulePath, public: &str, signature: &syn::Signature, marks: &str) {
        let syn::Signature { generics, inputs, output, .. } = signature;
        let (qualifier, bounds) = (signature.constness.map_or("", |_| "const "), &generics.where_clause);
        self.add(module, format!("{marks}pub {qualifier}fn {public}"), quote!(#generics (#inputs) #output #bounds));
    }

    /// Lists the methods and traits of the listed items.
    fn impls(&mut self) {
        let tree = self.tree;
        for (module, content) in &tree.0 {
            for item in &content.items {
                if let Item::Impl(item) = item {
                    self.implementation(module, item);
                }
            }
        }
    }

    fn implementation(&mut self, module: &ModulePath, item: &ItemImpl) {
        let own = path_of(&item.self_ty).and_then(|path| self.tree.resolve(module, &path));
        let public = own.as_ref().map(|own| self.places.get(own).cloned());
        match (&item.trait_, public) {
            // A private type of this crate.
            (_, Some(None)) => {}
            (Some((_, name, _)), Some(Some(public))) => {
                self.add(module, format!("impl {} for {public}", spelt(name)), quote!())
            }
            (Some((_, name, _)), None) => {
                let ty = &item.self_ty;
                self.add(module, format!("impl {} for {}", spelt(name), spelt(ty)), quote!());
            }
            (None, Some(Some(public))) => {
                for inner in &item.items {
                    self.member(module, &public, inner);
                }
            }
            (None, None) => panic!("an inherent impl is for a type of the crate: {}", spelt(&item.self_ty)),
        }
    }

    fn member(&mut self, module: &ModulePath, public: &str, item: &ImplItem) {
        match item {
            ImplItem::Fn(item) if is_public(&item.vis) && !item.attrs.iter().any(is_left_out) => {
                let marks = marks(&item.attrs);
                self.function(module, &format!("{public}::{}", item.sig.ident), &item.sig, &marks);
            }
            ImplItem::Const(item) if is_public(&item.vis) => {
                let ty = &item.ty;
                self.add(module, format!("pub const {public}::{}", item.ident), quote!(: #ty));
            }
            _ => {}
        }
    }

    fn add(&mut self, module: &ModulePath, head: String, tail: TokenStream) {
        let line = format!("{head}{}", spelt(&tail));
        if self.names_a_private_crate(module, tail) {
            self.leaks.insert(line.clone());
        }
        self.lines.insert(line);
    }

    /// Whether a path in the tokens begins with an import from a private crate, or with its name.
    fn names_a_private_crate(&self, module: &ModulePath, tokens: TokenStream) -> bool {
        let mut words = Vec::new();
        flatten(tokens, &mut words);
        let is_path = |at: usize| words.get(at).is_some_and(|word| word == "::");
        let is_start = |at: usize| at == 0 || !is_path(at - 1) || is_global(&words, at);
        words.iter().enumerate().filter(|(at, _)| is_start(*at)).any(|(at, word)| {
            match self.tree.0[module].imports.get(word) {
                Some(import) if !is_global(&words, at) => self.is_private_crate(module, &import[0]),
                _ => is_name(word) && is_path(at + 1) && self.is_private_crate(module, word),
            }
        })
    }

    fn is_private_crate(&self, module: &ModulePath, name: &str) -> bool {
        let is_module = self.tree.0.contains_key(&[module.clone(), vec![name.to_owned()]].concat());
        let is_type = name.starts_with(|c: char| c.is_uppercase());
        !is_module && !is_type && !PUBLIC_CRATES.contains(&name)
    }
}

/// Which fields are shown: those of a variant are always public.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Always,
    IfPublic,
}

fn is_public_item(item: &Item) -> bool {
    match item {
        Item::Const(item) => is_public(&item.vis),
        Item::Enum(item) => is_public(&item.vis),
        Item::Fn(item) => is_public(&item.vis),
        Item::Struct(item) => is_public(&item.vis),
        Item::Trait(item) => is_public(&item.vis),
        Item::Type(item) => is_public(&item.vis),
        _ => false,
    }
}

/// The attributes of an item that are part of the API: derives, and whether it may grow or be dropped.
fn marks(attributes: &[Attribute]) -> String {
    let shown = |attribute: &&Attribute| {
        ["derive", "non_exhaustive", "must_use"].iter().any(|name| attribute.path().is_ident(name))
    };
    attributes.iter().filter(shown).map(|attribute| spelt(&attribute.meta) + " ").collect()
}

/// The names of a path to a type, through references.
fn path_of(ty: &Type) -> Option<Vec<String>> {
    match ty {
        Type::Path(path) => Some(path.path.segments.iter().map(|segment| segment.ident.to_string()).collect()),
        Type::Reference(reference) => path_of(&reference.elem),
        _ => None,
    }
}

/// Whether the word follows a `::` that begins a path: `::http`.
fn is_global(words: &[String], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| words[at].as_str());
    before(1) == Some("::") && !before(2).is_some_and(|word| is_name(word) || word == ">")
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The words in the tokens; `::` is one word.
fn flatten(tokens: TokenStream, out: &mut Vec<String>) {
    let mut is_joint = false;
    for token in tokens {
        let is_second = std::mem::take(&mut is_joint);
        match token {
            TokenTree::Group(group) => flatten(group.stream(), out),
            TokenTree::Punct(punct) if punct.as_char() == ':' && is_second => {
                out.pop();
                out.push("::".to_owned());
            }
            TokenTree::Punct(punct) => {
                is_joint = punct.as_char() == ':' && punct.spacing() == Spacing::Joint;
                out.push(punct.to_string());
            }
            token => out.push(token.to_string()),
        }
    }
}

/// The tokens formatted as people write them.
fn spelt(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '\'');
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != ' ' || is_word(out.chars().last()) && is_word(rest.peek().copied()) {
            out.push(c);
        }
    }
    let out = out
        .replace("->", " -> ")
        .replace(',', ", ")
        .replace(":::", ":\0")
        .replace("::", "\0")
        .replace(':', ": ")
        .replace('\0', "::");
    out.replace('+', " + ").replace("=", " = ").replace("where", " where ").trim_end().to_owned()
}
