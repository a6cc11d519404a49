//! Makes the string to sign step by step, with the wrong options of each step.

use super::lines::{self, Lines};
use super::{amz_headers, heads, resource};
use crate::diagnosis::allowance::affordable;
use crate::diagnosis::field::{Choice, Making, Step};
use sigvet_core::internal::split_query;
use sigvet_core::request::Request;
use sigvet_core::v2::{StringToSign, Terms};

/// The steps of making a string to sign.
pub(super) struct StringMaking {
    method: Step<Vec<u8>>,
    content_md5: Step<Vec<u8>>,
    content_type: Step<Vec<u8>>,
    date: Step<Vec<u8>>,
    amz_headers: Step<Vec<u8>>,
    bucket: Step<Option<String>>,
    path: Step<Vec<u8>>,
    parameters: Step<Vec<u8>>,
    lines: Step<Lines>,
    /// Whether every single header and parameter was tried.
    pub(super) is_whole: bool,
}

impl StringMaking {
    pub(super) fn new(request: &Request, terms: &Terms) -> Self {
        let right = terms.derive(request);
        Self {
            method: heads::method(&right),
            content_md5: heads::content_md5(&right),
            content_type: heads::content_type(&right),
            date: heads::date(request, terms, &right),
            amz_headers: amz_headers::step(request, terms, &right),
            is_whole: is_affordable(request, &right),
            bucket: resource::bucket(request, terms),
            path: resource::path(request),
            parameters: resource::parameters(request, terms),
            lines: lines::step(),
        }
    }
}

fn is_affordable(request: &Request, right: &StringToSign) -> bool {
    let lines = right.amz_headers.iter().filter(|byte| **byte == b'\n').count();
    let query = request.query().unwrap_or_default();
    let parameters = split_query(query).count();
    affordable(lines, right.amz_headers.len()) == lines && affordable(parameters, query.len()) == parameters
}

impl Making for StringMaking {
    fn steps(&self) -> Vec<&dyn Choice> {
        vec![
            &self.method,
            &self.content_md5,
            &self.content_type,
            &self.date,
            &self.amz_headers,
            &self.bucket,
            &self.path,
            &self.parameters,
            &self.lines,
        ]
    }

    fn text(&self, options: &[usize]) -> Option<Vec<u8>> {
        let [method, md5, kind, date, headers, bucket, path, parameters, lines] = options else { return None };
        let heads = [
            self.method.option(*method),
            self.content_md5.option(*md5),
            self.content_type.option(*kind),
            self.date.option(*date),
        ];
        let mut resource = Vec::new();
        if let Some(bucket) = self.bucket.option(*bucket) {
            resource.push(b'/');
            resource.extend_from_slice(bucket.as_bytes());
        }
        resource.extend_from_slice(self.path.option(*path));
        resource.extend_from_slice(self.parameters.option(*parameters));
        self.lines.option(*lines).join(heads, self.amz_headers.option(*headers), &resource)
    }
}
