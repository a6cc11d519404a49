//! A session that signs with Version 2, for which only names, bucket and placement matter.

use super::{Session, explain_refusal};
use crate::cli::context::Context;
use crate::cli::credentials::found::FoundKeys;
use crate::cli::failure::Failure;
use crate::cli::options::request::Unsigned;
use crate::cli::options::typed::Typed;
use crate::cli::signing::scope_choice::Destination;
use crate::cli::signing::version_2::{self, Version2Choice};
use crate::cli::terminal::notes::{note, warn};
use sigvet_core::prepare::{self, Prepared};
use sigvet_core::request::RequestUrl;
use sigvet_core::v2;

impl Session {
    /// Like [`Session::settle`], but Version 2 has no region and no service.
    pub(super) fn settle_v2(
        typed: Typed<'_>,
        found: FoundKeys,
        (url, unsigned, to): (RequestUrl, Unsigned, Destination),
        context: &mut Context,
    ) -> Result<Self, Failure> {
        let choice = Version2Choice::of(typed.signing, &found.settings, to.host())?;
        if typed.signing.verbose > 0 {
            note(context, &format!("credentials: {}", found.source))?;
            note(context, &choice.to_note())?;
        }
        for warning in found.warnings.iter().chain(&unsigned.warnings).chain(&choice.warning) {
            warn(context, warning)?;
        }
        let settings = prepare::Settings::for_dialect(choice.names.dialect(), "", "s3");
        let date = typed.signing.date.unwrap_or(context.now);
        let (profile, signing) = (found.settings, typed.signing.clone());
        let (zone, v2, plan) = (None, Some(choice), None);
        Ok(Self { url, unsigned, signer: found.signer, settings, date, zone, v2, plan, profile, signing })
    }

    /// Prepares the request for a Version 2 signature.
    pub fn prepare_v2(&self, choice: &Version2Choice, context: &mut Context) -> Result<Prepared<v2::Terms>, Failure> {
        let (placement, bucket) = (self.settings.placement, choice.bucket.clone());
        let sub_resources = choice.sub_resources.clone();
        let settings = v2::Settings { names: choice.names, placement, bucket, sub_resources };
        let request = self.unsigned.request.clone();
        let identity = self.signer.identity();
        let prepared = v2::prepare(request, &identity, &settings, self.date).map_err(explain_refusal)?;
        for warning in version_2::warnings_of_life(&prepared.terms, &identity, context.now) {
            warn(context, &warning)?;
        }
        Ok(prepared)
    }
}
