//! The rules, and a crate's violations of them.

use super::paths::{Name, UsedPath};
use super::source::{Crate, Module};

/// Macros that print.
const PRINTERS: [&str; 5] = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];

/// Names that involve a secret.
const SECRETS: [&str; 4] = ["Secret", "Credentials", "SigningKey", "expose_secret"];

/// The modules of the core that know no secret: their output can be shown to anybody.
const PURE: [&str; 2] = ["canonical", "derivation"];

/// How many `pub use` re-exports a name may pass through.
const MOST_HOPS: usize = 8;

/// A crate's violations of the rules, one sentence each.
pub fn violations(krate: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for (name, module) in &krate.modules {
        let spelling = module.paths.iter().filter_map(misspelt);
        let turned = module.paths.iter().filter_map(|path| krate.turned_arrow(name, path));
        let words = forbidden_words(&krate.name, name, module);
        let all = spelling.chain(turned).chain(words);
        found.extend(all.map(|what| format!("{} ({}): {what}", krate.name, shown(name))));
    }
    found.dedup();
    found
}

/// A path that breaks when its file moves, or hides where it leads.
fn misspelt(path: &UsedPath) -> Option<String> {
    match path.segments.as_slice() {
        [first, second, ..] if first == "super" && second == "super" => {
            Some(format!("{} begins with super::super; write it from crate:: on", path.segments.join("::")))
        }
        [only] if ["crate", "super", "self"].contains(&only.as_str()) => {
            let alias = path.imported_as.as_ref().filter(|alias| *alias != only)?;
            Some(format!("gives {only} another name, {alias}"))
        }
        _ => None,
    }
}

fn forbidden_words(krate: &str, name: &Name, module: &Module) -> Vec<String> {
    let top = name.first().map(String::as_str).unwrap_or_default();
    let named = |words: &[&'static str]| -> Vec<&'static str> {
        words.iter().copied().filter(|word| module.words.contains(*word)).collect()
    };
    let mut found = Vec::new();
    if (krate, top) != ("sigvet", "cli") {
        found.extend(named(&PRINTERS).into_iter().map(|word| format!("prints by {word}, which only cli may")));
        found.extend(named(&["clap"]).into_iter().map(|word| format!("names {word}, which only cli may")));
    }
    if krate == "sigvet_core" && PURE.contains(&top) {
        found.extend(named(&SECRETS).into_iter().map(|word| format!("names {word}, though it knows no secret")));
    }
    found
}

impl Crate {
    /// A path to a module declared below the one that uses it. If two modules use each other, one of the paths always
    /// is.
    fn turned_arrow(&self, user: &Name, path: &UsedPath) -> Option<String> {
        let used = self.module_of(self.absolute(user, &path.segments)?, MOST_HOPS)?;
        let common = user.iter().zip(&used).take_while(|(a, b)| a == b).count();
        let (from, to) = (user.get(common)?, used.get(common)?);
        let declared = &self.modules.get(&user[..common])?.declared;
        let place = |name: &String| declared.iter().position(|other| other == name);
        let whole = |last: &String| shown(&user[..common].iter().chain([last]).cloned().collect());
        (place(from)? < place(to)?).then(|| format!("{} uses {}, which is declared below it", whole(from), whole(to)))
    }

    /// The path from the root of the crate, if it leads into the crate.
    fn absolute(&self, user: &Name, segments: &[String]) -> Option<Name> {
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([user.as_slice(), rest].concat()),
            "super" => {
                let ups = segments.iter().take_while(|segment| *segment == "super").count();
                Some([&user[..user.len().checked_sub(ups)?], &segments[ups..]].concat())
            }
            _ if self.modules.contains_key(&[user.as_slice(), &segments[..1]].concat()) => {
                Some([user.as_slice(), segments].concat())
            }
            _ => {
                let imported = self.import(user, first).filter(|import| import.segments.first() != Some(first))?;
                self.absolute(user, &[imported.segments.as_slice(), rest].concat())
            }
        }
    }

    /// The module that a path leads to, through all re-exports.
    fn module_of(&self, path: Name, hops: usize) -> Option<Name> {
        let end = (0..=path.len()).rev().find(|&end| self.modules.contains_key(&path[..end]))?;
        let (module, rest) = (path[..end].to_vec(), &path[end..]);
        let passed_on = rest.first().and_then(|name| self.import(&module, name)).filter(|_| hops > 0);
        let target = passed_on.and_then(|import| self.absolute(&module, &import.segments));
        match target {
            Some(target) if target != path[..=end] => self.module_of([&target, &rest[1..]].concat(), hops - 1),
            _ => Some(module),
        }
    }

    fn import(&self, module: &Name, name: &str) -> Option<&UsedPath> {
        let paths = &self.modules.get(module)?.paths;
        paths.iter().find(|path| path.imported_as.as_deref() == Some(name))
    }
}

fn shown(name: &Name) -> String {
    if name.is_empty() { "crate".to_owned() } else { name.join("::") }
}
