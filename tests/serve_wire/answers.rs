//! Parsing of a server's answers.

/// The status of each answer in a stream.
pub fn statuses(answers: &str) -> Vec<u16> {
    let heads = answers.match_indices("HTTP/1.1 ");
    heads.filter_map(|(at, _)| answers[at + 9..].get(..3)?.parse().ok()).collect()
}
