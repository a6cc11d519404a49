//! Names that look like a mistyped one, for "did you mean".

/// The candidates close to `typed`, closest first, three at most.
pub(super) fn near<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let limit = (typed.chars().count() / 3).max(1);
    let typed = typed.to_lowercase();
    let distances = candidates.into_iter().map(|candidate| (distance(&typed, &candidate.to_lowercase()), candidate));
    let mut close: Vec<_> = distances.filter(|(distance, _)| *distance <= limit).collect();
    close.sort_unstable();
    close.dedup();
    close.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// Writes the tail of a message: `; did you mean 'a' or 'b'?`, or nothing.
pub(super) fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let quoted: Vec<_> = near.iter().map(|name| format!("'{name}'")).collect();
    format!("; did you mean {}?", quoted.join(" or "))
}

/// The tail of a message about a name that is not one of the candidates.
pub fn near_names<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    did_you_mean(&near(typed, candidates))
}

/// Levenshtein's distance: insertions, deletions and replacements between the two.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshteins() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn only_close_names_are_offered_the_closest_first() {
        assert_eq!(near("hetzer", ["minio", "hetzner", "hetznr"]), ["hetzner", "hetznr"]);
        assert_eq!(near("PROD", ["prod", "dev"]), ["prod"]);
        assert!(near("x", ["minio"]).is_empty());
        assert_eq!(did_you_mean(&["a".into(), "b".into()]), "; did you mean 'a' or 'b'?");
    }
}
