//! `sigvet explain` on deliberately broken requests, sent unchanged, and on the replies of real servers.
//!
//! The signer shares no code with sigvet. Swift prints what it computed, radosgw does not, so the conclusions without
//! the secret differ.

mod between;
mod live;
mod replies;

mod rows;

use live::{Exchange, Has, Said};
use rows::{PAIRS, RIGHT, Row, SINGLE};

use crate::server::{Bucket, Server};
use crate::signer::{Breaks, Recipe};

pub use replies::{changes_on_the_way_are_named, other_refusals_are_named};

/// The mistakes are reproduced, whatever the server says.
pub fn mistakes_are_reproduced(server: &'static Server) {
    each_mistake(&server.new_bucket("explain-secret"), Has::Secret, |row, said| {
        said.verdict == "invalid" && said.names("reproduced", row.expect)
    });
}

/// The server's texts, compared with the client's log, show each mistake.
pub fn swift_and_the_log_show_the_mistakes(server: &'static Server) {
    each_mistake(&server.new_bucket("explain-log"), Has::Log, |row, said| {
        said.verdict == "invalid" && said.names("server", row.by_texts.unwrap_or(row.expect))
    });
}

/// A refusal proves no more than that there is a mistake.
pub fn without_secret_and_log_nothing_is_claimed(server: &'static Server) {
    each_mistake(&server.new_bucket("explain-nothing"), Has::Nothing, |_, said| {
        let asks = |what: &str| said.next.iter().any(|next| next.contains(what));
        said.verdict == "invalid" && said.explanations.is_empty() && asks("secret") && asks("--client-log")
    });
}

/// radosgw confirms nothing in the log: the mistake is only observed, and `explain` asks for what would prove it.
pub fn radosgw_and_the_log_prove_nothing(server: &'static Server) {
    each_mistake(&server.new_bucket("explain-rgw-log"), Has::Log, |_, said| {
        let is_claimed = said.explanations.iter().any(|(proof, _)| proof != "observed");
        said.verdict == "invalid" && !is_claimed && said.next.iter().any(|next| next.contains("secret"))
    });
}

/// A wrongly encoded signature says nothing about the secret, although all texts agree.
pub fn form_of_a_signature_is_told_from_a_wrong_secret(server: &'static Server) {
    let bucket = server.new_bucket("explain-form");
    for form in ["signature upper", "signature base64", "signature truncated"] {
        let recipe = Row { breaks: &[], ..rows::LIST }.recipe(&bucket);
        let recipe = Recipe { breaks: Breaks::parse(&[form.to_owned()]), ..recipe };
        let exchange = Exchange::with(&bucket, recipe.sign());
        let told = [Has::Secret, Has::Log, Has::Nothing].map(|has| exchange.explain(has));
        let is_right = |said: &Said| said.mentions("signature-form") && !said.mentions("secret-wrong");
        assert!(exchange.status() == 403 && told.iter().all(is_right), "{form}\n{exchange}{told:#?}");
    }
}

pub fn right_requests_are_accepted_and_called_valid(server: &'static Server) {
    let bucket = server.new_bucket("explain-right");
    let mut faults = Vec::new();
    for row in RIGHT {
        let exchange = Exchange::with(&bucket, row.recipe(&bucket).sign());
        let said = exchange.explain(Has::Secret);
        if exchange.status() != 200 || said.verdict != "valid" || !said.explanations.is_empty() {
            faults.push(format!("{exchange}{said:#?}"));
        }
        let said = exchange.explain(Has::Nothing);
        if said.verdict != "unknown" || !said.explanations.is_empty() {
            faults.push(format!("without the secret\n{exchange}{said:#?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Sends each broken request, and then lists all with a wrong answer.
fn each_mistake(bucket: &Bucket<'static>, has: Has, is_right: impl Fn(&Row, &Said) -> bool) {
    let mut faults = Vec::new();
    for row in SINGLE.iter().chain(PAIRS) {
        let exchange = Exchange::with(bucket, row.recipe(bucket).sign());
        let said = exchange.explain(has);
        if exchange.answer() != "403 SignatureDoesNotMatch" || !is_right(row, &said) {
            faults.push(format!("{:?}, expected {:?}\n{exchange}{said:#?}", row.breaks, row.expect));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
