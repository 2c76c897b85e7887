//! What registered policies put on record under which name: for the types of opening balances.

use std::collections::BTreeMap;

use merit_core::{Currency, Result, ValueType};
use merit_platform::client::{LIMIT, Link};
use merit_platform::status::from_status;
use merit_platform::wire;
use merit_proto::scoring::v1::ListPoliciesRequest;
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;

use super::cell::Wanted;

/// A figure's kind and unit.
#[derive(Debug, Clone)]
struct Figure {
    kind: ValueType,
    options: Vec<String>,
    currency: Option<Currency>,
}

/// Figures by policy and name.
#[derive(Debug, Clone, Default)]
pub struct Recorded(BTreeMap<String, BTreeMap<String, Figure>>);

impl Recorded {
    /// What a figure of a policy takes, if the policy has it.
    pub(super) fn wanted(&self, policy: &str, name: &str) -> Option<Wanted<'_>> {
        let figure = self.0.get(policy)?.get(name)?;
        Some(Wanted { kind: figure.kind, options: &figure.options, currency: figure.currency })
    }

    /// Adds a figure: for tests.
    #[cfg(test)]
    pub(super) fn with(mut self, policy: &str, name: &str, kind: ValueType) -> Self {
        let figure = Figure { kind, options: Vec::new(), currency: None };
        self.0.entry(policy.to_owned()).or_default().insert(name.to_owned(), figure);
        self
    }

    /// Those of all registered policies; of two versions, the later one's.
    ///
    /// # Errors
    /// What scoring answers.
    pub async fn fetch(link: Link) -> Result<Self> {
        let mut client = ScoringServiceClient::new(link).max_decoding_message_size(LIMIT);
        let mut found = Self::default();
        let mut page_token = String::new();
        loop {
            let request = ListPoliciesRequest { page_size: 100, page_token, with_recorded: true, ..Default::default() };
            let page = client.list_policies(request).await.map_err(|status| from_status(&status))?.into_inner();
            for policy in page.policies {
                let figures = found.0.entry(policy.policy_name).or_default();
                for figure in policy.recorded {
                    let currency =
                        if figure.currency_code.is_empty() { None } else { Some(figure.currency_code.parse()?) };
                    let kind = wire::parse_kind(figure.kind())?;
                    figures.insert(figure.name, Figure { kind, options: figure.options, currency });
                }
            }
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            page_token = page.next_page_token;
        }
    }
}
