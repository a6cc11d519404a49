//! Names of headers, parameters and fields that one request has several times.

/// The names that are there more than once, each once, sorted. They are compared byte by byte: lower them to compare them
/// without regard to case.
pub(crate) fn repeated_names(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    let runs = names.chunk_by(|one, other| one == other).filter(|run| run.len() > 1);
    runs.filter_map(|run| run.first().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_there_several_times_is_told_once() {
        let repeated = |names: &[&str]| repeated_names(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(repeated(&["c", "a", "b", "a", "c", "a"]), ["a", "c"]);
        assert!(repeated(&["a", "A", ""]).is_empty() && repeated(&[]).is_empty());
    }
}
