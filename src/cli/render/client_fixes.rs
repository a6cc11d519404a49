//! How to fix a mistake in well-known clients, including this program, whose options the catalogue does not know.

use sigvet_diagnose::catalogue::Mistake;
use sigvet_diagnose::formats::{TokenKind, TokenServer};

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

/// Mistakes that a new token mends.
const MENDED_BY_A_NEW_TOKEN: [&str; 4] = ["expired", "url-cut", "url-damaged", "query-changed-after"];

/// How to get a new token of a kind, if that mends the mistake.
pub fn renewal(mistake: &Mistake, kind: &TokenKind, service: &str) -> Vec<(&'static str, &'static str)> {
    if !MENDED_BY_A_NEW_TOKEN.contains(&mistake.id) {
        return Vec::new();
    }
    let own = match (kind.server, service) {
        (TokenServer::Rds, _) => "sigvet token rds --host HOST --port PORT --user USER",
        (TokenServer::Dsql, _) => "sigvet token dsql --host HOST --user USER",
        (TokenServer::ElastiCache, "memorydb") => "sigvet token memorydb --host ENDPOINT --user USER",
        (TokenServer::ElastiCache, _) => "sigvet token elasticache --host ENDPOINT --user USER",
        (TokenServer::Msk, _) => "sigvet token msk --region REGION",
        (TokenServer::Bedrock, _) => "sigvet token bedrock --region REGION",
        (TokenServer::Eks, _) => "sigvet token eks --cluster-name NAME --region REGION",
    };
    [("sigvet", own)].into_iter().chain(kind.aws_cli.map(|command| ("AWS CLI", command))).collect()
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
    /// Catches a kind that is left out, and a command that does not exist.
    #[test]
    fn each_kind_of_token_has_a_command_that_makes_a_new_one() {
        use clap::Parser;
        let expired = catalogue::find("expired").unwrap();
        for kind in TokenKind::ALL {
            for service in kind.services.iter().filter(|service| **service != "redshift") {
                let renewed = renewal(expired, kind, service);
                let (_, command) = renewed.first().unwrap_or_else(|| panic!("{}", kind.name));
                let words = command.replace("PORT", "5432").replace("REGION", "eu-west-1");
                assert!(crate::cli::args::Cli::try_parse_from(words.split(' ')).is_ok(), "{command}");
            }
        }
        assert!(renewal(catalogue::find("path-empty").unwrap(), &TokenKind::RDS, "rds-db").is_empty());
        for id in MENDED_BY_A_NEW_TOKEN {
            assert!(catalogue::find(id).is_some(), "{id}");
        }
    }
}
