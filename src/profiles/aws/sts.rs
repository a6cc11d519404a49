//! AWS Security Token Service: gets the credentials of a role, for a key (`AssumeRole`) or for a token of
//! another identity provider (`AssumeRoleWithWebIdentity`).

use super::wire::Question;
use crate::profiles::aws_cause::AwsCause;
use crate::profiles::outside::Outside;
use sigvet_core::credentials::Credentials;
use sigvet_core::endpoint::domain_in;
use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::Body;
use sigvet_diagnose::formats::parse_session;

/// The endpoint of STS and the region to sign for.
pub(super) struct Sts<'a> {
    /// An endpoint that the user configured.
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<&'a str>,
}

/// The action and the parameters of a call, in order.
pub(super) struct Call<'a> {
    pub(super) action: &'static str,
    pub(super) parameters: Vec<(&'static str, &'a str)>,
}

impl Sts<'_> {
    /// Makes a call signed with this key.
    pub(super) fn ask_signed(
        &self,
        call: &Call<'_>,
        key: &Credentials,
        outside: &dyn Outside,
    ) -> Result<Credentials, AwsCause> {
        let region = self.region.ok_or_else(|| AwsCause::new(NO_REGION))?;
        let mut question = self.question(call)?;
        let prepared = prepare(question.request, &Identity::from(key), &Settings::new(region, "sts"), outside.now());
        let prepared = prepared.map_err(|error| AwsCause::new(error.to_string()))?;
        question.request = prepared.sign_once(&key.secret_access_key).request;
        answered(question, outside)
    }

    /// Makes an unsigned call, which contains its own proof of identity.
    pub(super) fn ask_unsigned(&self, call: &Call<'_>, outside: &dyn Outside) -> Result<Credentials, AwsCause> {
        answered(self.question(call)?, outside)
    }

    fn question(&self, call: &Call<'_>) -> Result<Question, AwsCause> {
        let url = match (&self.endpoint, self.region) {
            (Some(url), _) => url.clone(),
            (None, Some(region)) => format!("https://sts.{region}.{}/", domain_in(region)),
            (None, None) => return Err(AwsCause::new(NO_REGION)),
        };
        let question = Question::new(format!("{} of STS", call.action), "POST", &url)?;
        let mut question = question.with_header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")?;
        question.request.body = Body::Bytes(form(call));
        Ok(question)
    }
}

const NO_REGION: &str = "no region known for STS: set region in the profile, or AWS_REGION";

fn answered(question: Question, outside: &dyn Outside) -> Result<Credentials, AwsCause> {
    let what = question.what.clone();
    let body = question.ask(outside)?;
    parse_session(&body).map_err(|error| AwsCause::new(format!("the answer to {what} is not as expected: {error}")))
}

fn form(call: &Call<'_>) -> Vec<u8> {
    let fixed = [("Action", call.action), ("Version", "2011-06-15")];
    let mut text = Vec::new();
    for (name, value) in fixed.iter().chain(&call.parameters) {
        text.extend_from_slice(if text.is_empty() { "" } else { "&" }.as_bytes());
        text.extend_from_slice(format!("{name}=").as_bytes());
        encode(value.as_bytes(), Slash::Encode, &mut text);
    }
    text
}
