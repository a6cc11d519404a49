//! The EKS clusters that a text names: in an ARN, as the option of a command, in a kubeconfig.

/// The most names worth trying.
const MOST: usize = 8;
/// What stands in front of a name: in the ARN that `aws eks update-kubeconfig` writes, and in commands and eksctl's files.
const MARKS: [&str; 4] = [":cluster/", "--cluster-name", "--cluster-id", "eksctl.io/cluster-name:"];

/// The names, each once.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for mark in MARKS {
        for (at, _) in text.match_indices(mark) {
            let behind = text.get(at + mark.len()..).unwrap_or_default();
            // A list of arguments in YAML or JSON has the name in the next item.
            let behind = behind.trim_start_matches([' ', '=', '"', '\'', ',', '\n', '\r', '-', '\t']);
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let name = behind.split(|c| !is_of_name(c)).next().unwrap_or_default();
            if !name.is_empty() && names.len() < MOST && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}
