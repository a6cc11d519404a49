//! Runs the built `sigvet` on a case: keys only from the environment, a home without files.

use serde_json::Value;

use crate::case::{Case, Input};
use crate::common::{Outcome, Sigvet};
use crate::signer::{Keys, Wire, encode};

/// The parts of the `explain --json` output that matter here.
#[derive(Debug)]
pub struct Said {
    pub verdict: String,
    pub explanations: Vec<Explanation>,
    /// What the server does differently, each with how that is known: `reply server-query-last-value`.
    pub servers: Vec<String>,
}

/// Mistakes that together are what was wrong, sorted.
#[derive(Debug)]
pub struct Explanation {
    pub proof: String,
    pub ids: Vec<String>,
}

/// The answer of `explain --json` to a case, or why it cannot be parsed.
pub fn read_answer(case: &Case, outcome: &Outcome) -> Result<Said, String> {
    match told(case, outcome) {
        None => read(outcome),
        Some(what) => Err(format!("{what} is in the output")),
    }
}

/// Runs `explain --json` with everything in a case.
pub fn explain_json(case: &Case) -> Outcome {
    let mut words: Vec<String> = ["explain", "--json", "--now", &case.now].map(str::to_owned).to_vec();
    let reply_is_inside = [Input::Exchange, Input::Trace, Input::Har].contains(&case.input);
    let mut beside = vec![("--client-log", "client.log")];
    beside.extend((!reply_is_inside).then_some(("--response", "reply.http")));
    for (option, file) in beside {
        words.extend(case.file(file).into_iter().flat_map(|path| [option.to_owned(), path.display().to_string()]));
    }
    words.extend(case.no_credentials.then(|| "--no-credentials".to_owned()));
    words.extend(case.arguments.iter().cloned());
    words.extend(input(case));
    with_keys(Sigvet::anonymous(&words), case).run()
}

/// Runs `verify --json` on the request of a case; none if there is no request.
pub fn verify_json(case: &Case) -> Option<Outcome> {
    let mut words: Vec<String> = ["verify", "--json", "--now", &case.now].map(str::to_owned).to_vec();
    words.extend(case.no_credentials.then(|| "--no-credentials".to_owned()));
    words.push(input(case)?);
    Some(with_keys(Sigvet::anonymous(&words), case).run())
}

/// A secret that is visible in the output. A secret that was sent as the access key ID is no longer one.
fn told(case: &Case, outcome: &Outcome) -> Option<&'static str> {
    let output = outcome.text() + &outcome.stderr;
    let sent = case.recipe.as_ref().is_some_and(|r| r.breaks.of("access-key") == Some(&case.keys.secret));
    let tokens = case.keys.token.iter().flat_map(|token| [token.clone(), encode(token.as_bytes(), "")]);
    if output.contains(&case.keys.secret) && !sent {
        return Some("the secret");
    }
    tokens.into_iter().any(|token| output.contains(&token)).then_some("the session token")
}

/// The result of `verify` for a request: its exit code and output.
pub fn verify(case: &Case, request: &Wire, now: &str) -> (Option<i32>, String) {
    let outcome = with_keys(Sigvet::anonymous(&["verify", "--now", now, "-"]), case).input(&request.to_bytes()).run();
    (outcome.code, outcome.text() + &outcome.stderr)
}

fn with_keys(sigvet: Sigvet, case: &Case) -> Sigvet {
    let Keys { access_key, secret, token } = &case.keys;
    let profiles = case.file("profiles.toml").unwrap_or_else(|| case.folder.join("no-profiles.toml"));
    let sigvet = sigvet.env("SIGVET_PROFILES", profiles.to_str().unwrap());
    let sigvet = sigvet.env("AWS_ACCESS_KEY_ID", access_key).env("AWS_SECRET_ACCESS_KEY", secret);
    match token {
        Some(token) => sigvet.env("AWS_SESSION_TOKEN", token),
        None => sigvet,
    }
}

fn input(case: &Case) -> Option<String> {
    let path = |name: &str| Some(case.folder.join(name).display().to_string());
    match case.input {
        Input::Http => path("request.http"),
        Input::Exchange => path("exchange.http"),
        Input::Trace => path("trace.txt"),
        Input::Har => path("entry.har"),
        Input::Command => path("command.sh"),
        Input::Connection => path("connection.txt"),
        Input::Variable => path("variable.txt"),
        Input::Cluster | Input::Padded => path("token.txt"),
        Input::Secret => path("secret.yaml"),
        Input::Settings => path("settings.env"),
        Input::Federation => path("subject.json"),
        Input::Url => Some(std::fs::read_to_string(case.folder.join("url.txt")).unwrap().trim_end().to_owned()),
        Input::None => None,
    }
}

fn read(outcome: &Outcome) -> Result<Said, String> {
    let value: Value = serde_json::from_slice(&outcome.stdout)
        .map_err(|_| format!("exit {:?}, {}", outcome.code, outcome.stderr.lines().next().unwrap_or_default()))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut explanations = Vec::new();
    for explanation in value["explanations"].as_array().ok_or("there is no list of explanations")? {
        let mistakes = explanation["mistakes"].as_array().ok_or("an explanation has no list of mistakes")?;
        let mut ids: Vec<String> = mistakes.iter().map(|mistake| text(&mistake["id"])).collect();
        ids.sort();
        explanations.push(Explanation { proof: text(&explanation["proof"]), ids });
    }
    let told = value["server_differences"].as_array().into_iter().flatten();
    let servers = told.map(|told| format!("{} {}", text(&told["known_by"]), text(&told["id"]))).collect();
    Ok(Said { verdict: text(&value["verdict"]), explanations, servers })
}
