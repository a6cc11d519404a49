//! The syntax of a crate's modules, and the lookup of the item that a name stands for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, UseTree, Visibility};

/// The names of the modules from the root of the crate: `["request", "url"]`.
pub type ModulePath = Vec<String>;

/// One module.
pub struct Module {
    pub items: Vec<Item>,
    /// What its `use` declarations import, by local name.
    pub imports: BTreeMap<String, Vec<String>>,
}

/// All modules of a crate, except tests and what is hidden from the documentation.
pub struct Tree(pub BTreeMap<ModulePath, Module>);

impl Tree {
    pub fn read(library: &Path) -> Self {
        let mut tree = Self(BTreeMap::new());
        tree.add(Vec::new(), parse(library), library.parent().unwrap());
        tree
    }

    pub fn of_text(source: &str) -> Self {
        let mut tree = Self(BTreeMap::new());
        tree.add(Vec::new(), syn::parse_file(source).unwrap().items, Path::new(""));
        tree
    }

    fn add(&mut self, path: ModulePath, items: Vec<Item>, folder: &Path) {
        let items: Vec<Item> = items.into_iter().filter(|item| !attributes(item).iter().any(is_left_out)).collect();
        for item in &items {
            let Item::Mod(module) = item else { continue };
            let name = module.ident.to_string();
            let inner = [path.clone(), vec![name.clone()]].concat();
            match &module.content {
                Some((_, items)) => self.add(inner, items.clone(), &folder.join(&name)),
                None => self.add(inner, parse(&file_of(folder, &name)), &folder.join(&name)),
            }
        }
        let mut imports = BTreeMap::new();
        for item in &items {
            if let Item::Use(item) = item {
                collect(&item.tree, Vec::new(), &mut imports);
            }
        }
        self.0.insert(path, Module { items, imports });
    }

    /// The place where the item that a path stands for is defined; `None` if it is not in this crate.
    pub fn resolve(&self, module: &ModulePath, path: &[String]) -> Option<(ModulePath, String)> {
        let (name, before) = path.split_last()?;
        let place = self.place(module, before)?;
        let found = self.0.get(&place)?;
        if found.items.iter().any(|item| name_of(item).as_ref() == Some(name)) {
            return Some((place, name.clone()));
        }
        let import = found.imports.get(name).filter(|import| import.as_slice() != path)?;
        self.resolve(&place, import)
    }

    /// The module that a path in a module names.
    pub fn place(&self, module: &ModulePath, before: &[String]) -> Option<ModulePath> {
        let mut place = module.clone();
        for (at, part) in before.iter().enumerate() {
            match part.as_str() {
                "crate" => place.clear(),
                "self" => {}
                "super" => drop(place.pop()),
                name => place.push(name.to_owned()),
            }
            if !self.0.contains_key(&place) {
                let import = (at == 0).then(|| self.0.get(module)?.imports.get(part))??;
                place = self.place(module, import)?;
            }
        }
        Some(place)
    }
}

pub fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether the attribute leaves its item out of the API: `#[doc(hidden)]`, `#[cfg(test)]`.
pub fn is_left_out(attribute: &Attribute) -> bool {
    let text = quote::quote!(#attribute).to_string();
    text.contains("doc (hidden)") || text.contains("cfg (test)")
}

pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

pub fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Collects the names that a `use` declaration introduces, each with the path it stands for.
pub fn collect(tree: &UseTree, before: Vec<String>, out: &mut BTreeMap<String, Vec<String>>) {
    let with = |name: &syn::Ident| [before.clone(), vec![name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => collect(&path.tree, with(&path.ident), out),
        UseTree::Name(name) if name.ident == "self" => {
            out.insert(before.last().cloned().unwrap_or_default(), before);
        }
        UseTree::Name(name) => drop(out.insert(name.ident.to_string(), with(&name.ident))),
        UseTree::Rename(rename) => drop(out.insert(rename.rename.to_string(), with(&rename.ident))),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before.clone(), out)),
        UseTree::Glob(_) => panic!("the API has no glob imports"),
    }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    let flat = folder.join(format!("{name}.rs"));
    if flat.exists() { flat } else { folder.join(name).join("mod.rs") }
}

fn parse(path: &Path) -> Vec<Item> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).items
}
