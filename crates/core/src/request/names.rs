//! Finds the names of headers, parameters and fields that a request has more than once.

/// The names that occur more than once, without repeats, sorted. They are compared byte by byte: convert them to lower
/// case first to ignore case.
pub(crate) fn repeated_names(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    let runs = names.chunk_by(|one, other| one == other).filter(|run| run.len() > 1);
    runs.filter_map(|run| run.first().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_is_listed_once() {
        let repeated = |names: &[&str]| repeated_names(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(repeated(&["c", "a", "b", "a", "c", "a"]), ["a", "c"]);
        assert!(repeated(&["a", "A", ""]).is_empty() && repeated(&[]).is_empty());
    }
}
