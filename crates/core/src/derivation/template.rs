//! The common text of many canonical requests, built once.

use super::{Terms, derive};
use crate::canonical::query::Parameters;
use crate::canonical::{self, Field};
use crate::request::Request;

/// A canonical request split where targets differ: at the path and, for a target with its own query, at the query.
#[derive(Clone)]
pub(crate) struct CanonicalTemplate {
    before_path: Vec<u8>,
    after_path: Vec<u8>,
    parameters: Parameters,
    /// The end of `after_path`: the text after the query.
    after_query: Vec<u8>,
}

impl CanonicalTemplate {
    pub(crate) fn new(request: &Request, terms: &Terms) -> Self {
        let canonical_request = derive(request, terms).canonical_request;
        Self {
            before_path: canonical_request.before(Field::Path).to_vec(),
            after_path: canonical_request.after(Field::Path).to_vec(),
            parameters: Parameters::new(request.query().unwrap_or_default(), |name| terms.omits_parameter(name)),
            after_query: canonical_request.after(Field::Query).to_vec(),
        }
    }

    pub(crate) fn length(&self) -> usize {
        self.before_path.len() + self.after_path.len()
    }

    pub(crate) fn write(&self, path: &[u8], terms: &Terms, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.before_path);
        canonical::path::write(path, terms.path_rule, out);
        out.extend_from_slice(&self.after_path);
    }

    pub(crate) fn write_with_query(&self, path: &[u8], own: &Parameters, terms: &Terms, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.before_path);
        canonical::path::write(path, terms.path_rule, out);
        out.push(b'\n');
        own.write_with(&self.parameters, out);
        out.extend_from_slice(&self.after_query);
    }
}
