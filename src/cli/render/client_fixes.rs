//! What to change in well-known clients for a mistake, this program among them: its options are not known to the catalogue.

use sigvet_diagnose::catalogue::Mistake;

/// What to change in this program: the mistake's id, how many other clients are named before it, and the change.
const OWN: [(&str, usize, &str); 4] = [
    ("checksum-mismatch", 0, "--checksum crc32 computes the checksum from the body"),
    ("region-set-missing", 0, "--scheme v4a --region-set '*'"),
    ("time-skewed", 0, "sigvet send --fix-clock signs again with the server's time"),
    ("v2-resource", 2, "--bucket NAME, or endpoint_url in the profile"),
];

/// The clients of a mistake, each with what to change there.
pub fn clients(mistake: &Mistake) -> Vec<(&'static str, &'static str)> {
    let mut clients = mistake.clients.to_vec();
    if let Some((_, at, change)) = OWN.iter().find(|(id, ..)| *id == mistake.id) {
        clients.insert(*at, ("sigvet", change));
    }
    clients
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use sigvet_diagnose::catalogue;

    /// A mistake that was renamed would lose its row, and an option that was renamed would not be found.
    #[test]
    fn each_row_is_of_a_mistake_and_names_options_that_there_are() {
        let mut command = crate::cli::args::Cli::command();
        command.build();
        let options: Vec<&str> = command
            .get_subcommands()
            .flat_map(|command| command.get_arguments().filter_map(|option| option.get_long()))
            .collect();
        for (id, at, change) in OWN {
            let mistake = catalogue::find(id).unwrap();
            assert_eq!(clients(mistake)[at], ("sigvet", change));
            assert!(mistake.clients.iter().all(|(name, _)| *name != "sigvet"), "{id}");
            let named: Vec<&str> = change.split_whitespace().filter_map(|word| word.strip_prefix("--")).collect();
            assert!(!named.is_empty() && named.iter().all(|name| options.contains(name)), "{change}");
        }
    }
}
