//! How to fix a mistake in well-known clients, including this program, whose options the catalogue does not know.

use sigvet_diagnose::catalogue::Mistake;

/// How to fix it in this program: the mistake's ID, how many other clients are listed before it, and the fix.
const OWN: [(&str, usize, &str); 4] = [
    ("checksum-mismatch", 0, "--checksum crc32 computes the checksum from the body"),
    ("region-set-missing", 0, "--scheme v4a --region-set '*'"),
    ("time-skewed", 0, "sigvet send --fix-clock signs again with the server's time"),
    ("v2-resource", 2, "--bucket NAME, or endpoint_url in the profile"),
];

/// The clients for a mistake, each with its fix.
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

    /// If a mistake were renamed, its row would be lost; if an option were renamed, it would not be found.
    #[test]
    fn each_row_is_of_a_known_mistake_and_names_existing_options() {
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
