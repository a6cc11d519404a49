//! Methods that a client may have signed instead of the one that arrived.

use crate::diagnosis::catalogue::{METHOD_CASE, METHOD_SWAPPED};
use crate::diagnosis::field::{Choice, Making, Step};
use sigvet_core::internal::METHODS;

pub(super) struct Method {
    name: Step<String>,
    case: Step<Case>,
}

enum Case {
    AsIs,
    Lower,
    Upper,
    Capitalized,
}

impl Method {
    pub(super) fn new(method: &str) -> Self {
        let mut name = Step::new(method.to_owned());
        for other in METHODS.iter().filter(|other| !other.eq_ignore_ascii_case(method)) {
            name.add(&METHOD_SWAPPED, format!("signed for {other}, arrived as {method}"), (*other).to_owned());
        }
        let case = Step::new(Case::AsIs)
            .or(&METHOD_CASE, Case::Lower)
            .or(&METHOD_CASE, Case::Upper)
            .or(&METHOD_CASE, Case::Capitalized);
        Self { name, case }
    }
}

impl Making for Method {
    fn steps(&self) -> Vec<&dyn Choice> {
        vec![&self.name, &self.case]
    }

    fn text(&self, options: &[usize]) -> Option<Vec<u8>> {
        let name = self.name.option(options[0]);
        let text = match self.case.option(options[1]) {
            Case::AsIs => name.clone(),
            Case::Lower => name.to_ascii_lowercase(),
            Case::Upper => name.to_ascii_uppercase(),
            Case::Capitalized => name.get(..1)?.to_ascii_uppercase() + &name.get(1..)?.to_ascii_lowercase(),
        };
        Some(text.into_bytes())
    }
}
