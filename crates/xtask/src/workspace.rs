//! What `cargo metadata` reports about the workspace: its packages, their features, and what each is linked with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::program::{Failure, cargo};

/// The packages of the workspace and all their dependencies.
pub struct Workspace {
    packages: BTreeMap<String, Package>,
    members: BTreeSet<String>,
}

/// A package, with the ids of its dependencies, not counting those of tests.
pub struct Package {
    pub name: String,
    /// Major, minor, patch; missing numbers are zero.
    pub rust_version: Vec<u64>,
    pub is_published: bool,
    features: Vec<String>,
    default_features: Vec<String>,
    dependencies: Vec<String>,
}

impl Workspace {
    pub fn load() -> Result<Self, Failure> {
        let printed = cargo(&["metadata", "--format-version", "1", "--locked"]).output()?;
        let metadata = serde_json::from_slice(&printed)
            .map_err(|error| Failure::new(format!("cannot read what 'cargo metadata' prints: {error}")))?;
        Ok(Self::from_metadata(&metadata))
    }

    fn from_metadata(metadata: &Value) -> Self {
        let mut packages: BTreeMap<String, Package> = items(&metadata["packages"])
            .map(|package| (text(&package["id"]), Package::from_metadata(package)))
            .collect();
        for node in items(&metadata["resolve"]["nodes"]) {
            if let Some(package) = packages.get_mut(&text(&node["id"])) {
                package.dependencies = linked(node);
            }
        }
        Self { packages, members: items(&metadata["workspace_members"]).map(text).collect() }
    }

    /// The published packages, sorted by name.
    pub fn published(&self) -> Vec<&Package> {
        let mut published: Vec<&Package> =
            self.members.iter().map(|id| &self.packages[id]).filter(|package| package.is_published).collect();
        published.sort_by(|one, other| one.name.cmp(&other.name));
        published
    }

    /// Everything that a package is linked with or built by, except for tests.
    pub fn dependencies(&self, package: &Package) -> Vec<&Package> {
        let mut found = BTreeSet::new();
        let mut ahead: Vec<&String> = package.dependencies.iter().collect();
        while let Some(id) = ahead.pop() {
            if found.insert(id) {
                ahead.extend(&self.packages[id].dependencies);
            }
        }
        found.into_iter().map(|id| &self.packages[id]).collect()
    }
}

impl Package {
    fn from_metadata(package: &Value) -> Self {
        Self {
            name: text(&package["name"]),
            rust_version: version(package["rust_version"].as_str().unwrap_or("0")),
            is_published: !package["publish"].as_array().is_some_and(Vec::is_empty),
            features: package["features"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
            default_features: items(&package["features"]["default"]).map(text).collect(),
            dependencies: Vec::new(),
        }
    }

    /// The feature sets to check in addition to the default one: none, and each alone, as `--features` takes them.
    pub fn feature_sets(&self) -> Vec<String> {
        let is_default = |name: &String| self.default_features == [name.as_str()];
        let alone = self.features.iter().filter(|name| *name != "default" && !is_default(name)).cloned();
        std::iter::once(String::new()).chain(alone).collect()
    }
}

fn linked(node: &Value) -> Vec<String> {
    let is_dev = |kind: &Value| kind["kind"] == "dev";
    let in_use = |dependency: &&Value| !items(&dependency["dep_kinds"]).all(is_dev);
    items(&node["deps"]).filter(in_use).map(|dependency| text(&dependency["pkg"])).collect()
}

fn version(text: &str) -> Vec<u64> {
    let mut parts: Vec<u64> = text.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    parts.resize(3, 0);
    parts
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, publish: &Value, features: &Value) -> Value {
        json!({ "id": name, "name": name, "rust_version": "1.89", "publish": publish,
                "features": features })
    }

    fn workspace() -> Workspace {
        let dev = json!([{ "kind": "dev" }]);
        let normal = json!([{ "kind": null }, { "kind": "dev" }]);
        Workspace::from_metadata(&json!({
            "packages": [
                package("a", &Value::Null, &json!({ "default": ["v2", "v4a"], "v2": [], "v4a": [] })),
                package("b", &json!([]), &json!({})),
                package("c", &Value::Null, &json!({ "default": ["v2"], "v2": [] })),
            ],
            "workspace_members": ["a", "b"],
            "resolve": { "nodes": [
                { "id": "a", "deps": [{ "pkg": "b", "dep_kinds": dev }, { "pkg": "c", "dep_kinds": normal }] },
                { "id": "b", "deps": [] },
                { "id": "c", "deps": [{ "pkg": "b", "dep_kinds": normal }] },
            ] },
        }))
    }

    #[test]
    fn only_members_that_may_be_published_are() {
        assert_eq!(workspace().published().iter().map(|package| &*package.name).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn dependencies_are_followed_to_the_end_but_not_through_tests() {
        let workspace = workspace();
        let names = |id: &str| {
            let package = &workspace.packages[id];
            workspace.dependencies(package).iter().map(|package| &*package.name).collect::<Vec<_>>()
        };
        assert_eq!(names("a"), ["b", "c"]);
        assert_eq!(workspace.packages["a"].dependencies, ["c"]);
        assert_eq!(names("b"), [""; 0]);
    }

    #[test]
    fn each_non_default_feature_is_checked_alone() {
        assert_eq!(workspace().packages["a"].feature_sets(), ["", "v2", "v4a"]);
        assert_eq!(workspace().packages["c"].feature_sets(), [""]);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("1.89") < version("1.100.1"));
        assert_eq!(version("1.89"), version("1.89.0"));
    }
}
