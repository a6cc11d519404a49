//! Only `src/platform` may ask which system it is compiled for: there the code for other systems is compiled and tested
//! on every system. Catches a `cfg(windows)` or `cfg(not(unix))` elsewhere, which would not even be type-checked here.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

const QUESTIONS: [&str; 5] = ["unix", "windows", "target_os", "target_family", "target_env"];

#[test]
fn only_the_platform_module_asks_for_the_system() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources: Vec<PathBuf> = ["src", "crates/core/src", "crates/diagnose/src"]
        .into_iter()
        .flat_map(|folder| files(&root.join(folder)))
        .filter(|path| !path.starts_with(root.join("src/platform")) && !path.ends_with("tests.rs"))
        .collect();
    assert!(sources.len() > 100, "the sources were not found");
    let asking = sources.iter().flat_map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        questions(&text).into_iter().map(move |line| format!("{}: {line}", path.display())).collect::<Vec<_>>()
    });
    let asking: Vec<String> = asking.collect();
    assert!(asking.is_empty(), "belongs into src/platform:\n{}", asking.join("\n"));
}

#[test]
fn a_broken_rule_is_found() {
    for line in [
        "#[cfg(unix)]",
        "    #[cfg(not(unix))]",
        "#[cfg_attr(windows, path = \"x.rs\")]",
        "if cfg!(target_os = \"linux\") {",
    ] {
        assert_eq!(questions(line), [line.trim()]);
    }
    for line in
        ["#[cfg(feature = \"unix-socket\")]", "// as on unix", "#[cfg(all(test, unix))]\nmod tests {\n#[cfg(unix)]"]
    {
        assert_eq!(questions(line), [""; 0]);
    }
}

/// The lines before the tests that ask for the system.
fn questions(text: &str) -> Vec<&str> {
    let code = text.lines().map(str::trim).take_while(|line| !line.starts_with("mod tests"));
    code.filter(|line| !line.starts_with("//") && line.contains("cfg") && asks(line)).collect()
}

fn asks(line: &str) -> bool {
    let is_part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"');
    let mut words = line.split(|c: char| !is_part_of_word(c));
    words.clone().all(|word| word != "test") && words.any(|word| QUESTIONS.contains(&word))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => {
                found.extend(Some(path).filter(|path| path.extension().is_some_and(|extension| extension == "rs")))
            }
        }
    }
    found
}
