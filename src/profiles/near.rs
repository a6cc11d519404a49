//! Finds names that are similar to a mistyped one, for "did you mean".

/// The candidates that are similar to `typed`, the most similar first, at most three.
pub(super) fn near<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let limit = (typed.chars().count() / 3).max(1);
    let typed = typed.to_lowercase();
    let distances = candidates.into_iter().map(|candidate| (distance(&typed, &candidate.to_lowercase()), candidate));
    let mut close: Vec<_> = distances.filter(|(distance, _)| *distance <= limit).collect();
    close.sort_unstable();
    close.dedup();
    close.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// The end of a message: `; did you mean 'a' or 'b'?`, or nothing.
pub(super) fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let quoted: Vec<_> = near.iter().map(|name| format!("'{name}'")).collect();
    format!("; did you mean {}?", quoted.join(" or "))
}

/// The end of a message about a name that is not one of the candidates.
pub fn near_names<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    did_you_mean(&near(typed, candidates))
}

/// The optimal string alignment distance: the number of insertions, deletions, replacements and swaps of
/// adjacent characters.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut least = replaced.min(row[j] + 1).min(last[j + 1] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_counts_edits_and_swapped_neighbours() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("minoi", "minio"), 1);
        assert_eq!(distance("ca", "abc"), 3, "a swap is not edited again");
    }

    #[test]
    fn only_close_names_are_offered_the_closest_first() {
        assert_eq!(near("hetzer", ["minio", "hetzner", "hetznr"]), ["hetzner", "hetznr"]);
        assert_eq!(near("PROD", ["prod", "dev"]), ["prod"]);
        assert!(near("x", ["minio"]).is_empty());
        assert_eq!(did_you_mean(&["a".into(), "b".into()]), "; did you mean 'a' or 'b'?");
    }
}
