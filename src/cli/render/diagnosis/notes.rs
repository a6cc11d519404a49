//! The wording of notes and next steps, shared by text, JSON and the page. The diagnosis contains them as data,
//! because only the command line knows its options.

use super::Shown;
use super::words::owner;
use sigvet_diagnose::{Answer, NextStep, Note, Party, Quirk, Tried};

impl Shown<'_> {
    /// All notes: those of the diagnosis, then those of the command.
    pub(super) fn notes(&self) -> Vec<String> {
        let answers = self.diagnosis.tried.iter().map(answer);
        let notes = self.diagnosis.notes.iter().filter(|note| !self.is_told(note)).map(note);
        let reason = self.reason();
        let told = answers.chain(notes.filter(|note| *note != reason));
        told.chain(self.possible_differences()).chain(self.further_notes.iter().cloned()).collect()
    }

    /// Why a correct request was refused.
    pub(super) fn refused_anyway(&self) -> Option<String> {
        let is_refused = self.diagnosis.notes.contains(&Note::RightAndRefused);
        self.server_answer().or_else(|| is_refused.then(|| note(&Note::RightAndRefused)))
    }

    /// Whether a note repeats what is shown elsewhere: in the mistake, in the next steps, or in the first lines.
    fn is_told(&self, note: &Note) -> bool {
        let asks_for = |step| self.diagnosis.next.contains(&step);
        match note {
            Note::Unreadable(_) => self.is_named(),
            Note::NoTextsKnown => asks_for(NextStep::Reply) || asks_for(NextStep::ClientLog),
            Note::RightAndRefused => true,
            _ => false,
        }
    }

    /// What to do or to provide to find out more, on a command line.
    pub(super) fn next_steps(&self) -> Vec<&'static str> {
        self.diagnosis.next.iter().map(next_step).collect()
    }

    /// What to do or to provide to find out more, for the reader of a page.
    pub(super) fn page_steps(&self) -> Vec<&'static str> {
        self.diagnosis.next.iter().map(page_step).collect()
    }
}

/// The result of `--try-host` and `--try-secret`.
fn answer(tried: &Tried) -> String {
    let with = match (&tried.host, tried.has_secret) {
        (Some(host), false) => format!("with the host {host}"),
        (Some(host), true) => format!("with the host {host} and the secret from --try-secret"),
        (None, _) => "with the secret from --try-secret".to_owned(),
    };
    match &tried.answer {
        Answer::Right => format!("{with}, the signature would be right"),
        Answer::RightBut(made) => {
            let ids: Vec<&str> = made.iter().map(|made| made.mistake.id).collect();
            let these = if ids.len() == 1 { "this mistake" } else { "these mistakes" };
            format!("{with}, the signature is the one of a client with {these}: {}", ids.join(", "))
        }
        Answer::Wrong => format!("{with}, the signature would be wrong"),
        Answer::Open => format!("{with}, the signature cannot be checked, because a signed part is unknown"),
        Answer::NoSecret => format!("{with}, the signature cannot be checked, because no secret is known"),
    }
}

fn note(note: &Note) -> String {
    match note {
        Note::Finding(finding) => finding.to_string(),
        Note::Unreadable(error) => error.to_string(),
        Note::TextAltered(whose) => format!(
            "{} canonical request does not have the hash that its string to sign contains: the text was altered when it was copied",
            owner(*whose)
        ),
        Note::NotReproduced => "the signature does not match, and no known mistake reproduces it".to_owned(),
        Note::Excessive { bytes, fields } => format!(
            "the URL and headers have {bytes} bytes, {fields} headers and parameters: no server accepts more than 1 MiB or 10,000, so no mistakes were tried"
        ),
        Note::ClientTextsRight => {
            "the client's canonical request and string to sign are correct, so only its signing key can be wrong".to_owned()
        }
        Note::ServerTextsRight => "the server's canonical request and string to sign match this request, but what the client signed is unknown".to_owned(),
        Note::NoTextsKnown => "no server reply and no client log show the signed text, so what the client actually signed is unknown".to_owned(),
        Note::SignedFor { method, headers } => {
            let headers: Vec<String> = headers.iter().map(|line| line.replacen(':', ": ", 1)).collect();
            let what = method.iter().cloned().chain(headers).collect::<Vec<_>>().join(" with ");
            format!("a URL does not contain its method and headers; the signature is correct for {what}")
        }
        Note::OfAnotherRequest { whose: Party::Server, what } => {
            format!("the reply belongs to another request ({what} differs) and was ignored")
        }
        Note::OfAnotherRequest { whose: Party::Client, what } => {
            format!("the client's log belongs to another request ({what} differs) and was ignored")
        }
        Note::RightAndRefused => "the server refused it: either it has another secret for this access key ID, or it received a different request".to_owned(),
        Note::Quirk(quirk) => describe_quirk(*quirk).to_owned(),
    }
}

fn describe_quirk(quirk: Quirk) -> &'static str {
    match quirk {
        Quirk::EncodedSlash => "the path contains %2F: MinIO, Ceph and Swift read it as '/', but other servers keep it",
        Quirk::AcceptEncodingSigned => {
            "accept-encoding is signed, but Google's front ends append ',gzip(gfe)' to it and other proxies rewrite it"
        }
        Quirk::PlusInPath => "the path contains a '+': S3 reads it as a space, other stores as a plus",
        Quirk::HostSigned => {
            "a proxy in front of the server may have replaced the Host header: check which host the server sees"
        }
    }
}

fn next_step(step: &NextStep) -> &'static str {
    match step {
        NextStep::OtherSigner => {
            "most likely the secret is not the one that belongs to this access key ID. To test it, sign the same request with sigvet: if the server accepts that, your key is right and the client's signer is wrong"
        }
        NextStep::Stages => "compare each stage of the signature with what your client computed: --steps prints them",
        NextStep::Request => "give the refused request with all its headers, for example the output of curl -v",
        NextStep::Body => "give the body with --body FILE or -d DATA: the capture does not show it",
        NextStep::Header => "give each unknown header with -H 'Name: value'",
        NextStep::ClusterName => "name the token's EKS cluster with --cluster-name NAME",
        NextStep::OtherCluster => {
            "check the name of the cluster: a token of EKS is signed for one cluster and does not contain its name, and the signature is not the one for this name"
        }
        NextStep::Secret => {
            "give the secret with --profile or AWS_SECRET_ACCESS_KEY, so that sigvet can reproduce the wrong signature"
        }
        NextStep::Reply => "give the server's reply with --response FILE: many servers print the text they signed",
        NextStep::ClientLog => "give the client's debug log with --client-log FILE: it shows what was signed",
        NextStep::MoreTime => "search longer with --time-limit 60s",
    }
}

/// A next step for the reader of a page, who may never have seen the command line.
fn page_step(step: &NextStep) -> &'static str {
    match step {
        NextStep::OtherSigner => {
            "The secret. Most likely it is not the one that belongs to this access key ID. To test it, sign the same request with another tool: if the server accepts that, the key is right and the client's signer is wrong."
        }
        NextStep::Stages => {
            "What the client computed. Compare its canonical request and string to sign with the ones on this page, line by line."
        }
        NextStep::Request => "The request that was refused, with all its headers.",
        NextStep::Body => "The body of the request, byte for byte.",
        NextStep::Header => "The signed headers that are unknown, with their values.",
        NextStep::ClusterName => "The name of the EKS cluster that the token is for.",
        NextStep::OtherCluster => "The name of the EKS cluster that the token was signed for: it is not the one given.",
        NextStep::Secret => "The secret access key: with it, the wrong signature itself can be reproduced.",
        NextStep::Reply => "The server's whole reply: many servers print the text they signed.",
        NextStep::ClientLog => "The client's debug log: it shows what was signed.",
        NextStep::MoreTime => "A longer search: it was stopped before it was done.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// Catches an option that was renamed, or that `explain` does not have.
    #[test]
    fn each_option_in_a_note_is_one_of_explain() {
        let mut command = crate::cli::args::Cli::command();
        command.build();
        let explain = command.find_subcommand("explain").unwrap();
        let steps = [
            NextStep::OtherSigner,
            NextStep::Stages,
            NextStep::Request,
            NextStep::Body,
            NextStep::Header,
            NextStep::ClusterName,
            NextStep::OtherCluster,
            NextStep::Secret,
            NextStep::Reply,
            NextStep::ClientLog,
            NextStep::MoreTime,
        ];
        let words = steps.iter().flat_map(|step| next_step(step).split(|c: char| c.is_whitespace() || c == ':'));
        let named: Vec<&str> = words.filter_map(|word| word.strip_prefix("--")).collect();
        assert_eq!(named.len(), 7);
        for name in named {
            assert!(explain.get_arguments().any(|option| option.get_long() == Some(name)), "--{name}");
        }
    }
}
