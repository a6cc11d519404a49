//! Shows each step of a new signature.

use std::io::Write;

use crate::cli::commands::sign::sign;
use crate::cli::connection::express::{self, SessionLookup};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::show::Show;
use crate::cli::options::typed::Typed;
use crate::cli::render::redact::Redactor;
use crate::cli::render::signed::write_json;
use crate::cli::render::steps;
use crate::cli::render::verdict;
use crate::cli::signing::derived::Derived;
use crate::cli::signing::session::Session;
use sigvet_core::derivation::Placement;

use super::{ExplainArgs, Format};

/// Who wrote the request to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOwner {
    /// The user typed it.
    User,
    /// It was pasted. A complete signature would be valid for whatever the request's author wants, so it is
    /// shortened.
    SomebodyElse,
}

/// Shows how a request would be signed.
pub fn run(typed: Typed<'_>, owner: RequestOwner, args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    if args.judge.no_credentials {
        return Err(Failure::usage("the request is not signed, and --no-credentials leaves nothing to sign it with")
            .hint("remove --no-credentials, or give a signed request"));
    }
    refuse_refusal_output(args)?;
    let mut session = Session::settle(typed, context)?;
    express::enter(&mut session, SessionLookup::Kept, context)?;
    if let Some(expires) = args.presign {
        typed.signing.checksum.check_body(&session.unsigned)?;
        session.settings.placement = Placement::Query { expires };
    }
    let parts = sign(&session, &Show::default(), context)?;
    let own = session.signer.credentials().map(|credentials| &credentials.secret_access_key);
    let redactor = match args.judge.show_secrets {
        true => Redactor::of_secrets(&[&parts.signed.request], own),
        false => Redactor::of_all(&[&parts.signed.request], &parts.derived.dialect(), own),
    };
    let is_whole = owner == RequestOwner::User || args.judge.show_secrets;
    let signature = parts.signed.signature.as_str();
    let redactor = redactor.with_signatures((!is_whole).then_some(signature));
    if args.wants_json() {
        let object = verdict::to_sign(&parts.derived, signature, &redactor);
        write_json(&redactor.apply_to_json(object), &mut context.stdout)?;
        return Ok(Exit::Done);
    }
    redactor.veil(&mut context.stdout);
    let out = &mut context.stdout;
    match &parts.derived {
        Derived::Canonical { terms, derivation } => steps::write_all(terms, derivation, &redactor, out)?,
        Derived::V2 { terms, string_to_sign } => {
            steps::write_parts("Signature Version 2", &string_to_sign.parts(terms.placement), &redactor, out)?;
            steps::write_whole_string(&string_to_sign.to_bytes(), &redactor, out)?;
        }
    }
    writeln!(out, "\nSignature")?;
    steps::write_rows("signature", signature, out)?;
    match session.settings.placement {
        Placement::Header => {
            let authorization = parts.signed.request.headers.first_text("authorization").unwrap_or_default();
            steps::write_rows("authorization", authorization, out)?;
        }
        Placement::Query { .. } => {
            let url = session.url.for_request(&parts.signed.request).to_string();
            steps::write_rows("URL", &redactor.apply(&url), out)?;
        }
    }
    context.stdout.flush()?;
    Ok(Exit::Done)
}

/// Refuses the options that print a diagnosis: there is no refusal to diagnose, and a script must not wait for such
/// output.
fn refuse_refusal_output(args: &ExplainArgs) -> Result<(), Failure> {
    let asked = [
        ("--html", args.html.is_some()),
        ("--quiet", args.quiet),
        ("--as github", args.format == Some(Format::Github)),
    ];
    let Some((option, _)) = asked.into_iter().find(|(_, is_asked)| *is_asked) else { return Ok(()) };
    Err(Failure::usage(format!("{option} reports on a refused request, but this one is not signed"))
        .hint(format!("give the signed request, or omit {option} to see each step of its signature")))
}
