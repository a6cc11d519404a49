//! Finds the names of EKS clusters in a text: in an ARN, in an option of a command, in a kubeconfig.

/// The maximum number of names to try.
const MOST: usize = 8;
/// The longest name of a cluster, in bytes (EKS API reference, *CreateCluster*).
const LONGEST: usize = 100;
/// The number of characters after a mark in which its name is searched for.
const FARTHEST: usize = 512;
/// The text before a name: in the ARNs that `aws eks update-kubeconfig` writes, in commands, and in eksctl's files.
const MARKS: [&str; 4] = [":cluster/", "--cluster-name", "--cluster-id", "eksctl.io/cluster-name:"];

/// The command whose option `-i` names a cluster too.
const AUTHENTICATOR: (&str, &str) = ("aws-iam-authenticator", "-i");

/// The names, without repetitions.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let (command, short) = AUTHENTICATOR;
    let short = text.contains(command).then_some(short);
    for mark in MARKS.into_iter().chain(short) {
        for (at, _) in text.match_indices(mark) {
            let behind = text.get(at + mark.len()..).unwrap_or_default();
            let is_option = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | '[' | ',');
            let is_alone = text.get(..at).is_none_or(|before| before.is_empty() || before.ends_with(is_option));
            if Some(mark) == short && !(is_alone && behind.starts_with(is_option)) {
                continue;
            }
            // In a list of arguments in YAML or JSON, the name is the next item.
            let is_between = |c: &char| matches!(c, ' ' | '=' | '"' | '\'' | ',' | '\n' | '\r' | '-' | '\t');
            let is_of_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let characters = behind.chars().take(FARTHEST).skip_while(is_between);
            let name: String = characters.take_while(is_of_name).take(LONGEST + 1).collect();
            if (1..=LONGEST).contains(&name.len()) && !names.contains(&name) {
                names.push(name);
            }
            if names.len() == MOST {
                return names;
            }
        }
    }
    names
}
