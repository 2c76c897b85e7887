//! What notifications asks of the directory: names and addresses, at the moment they are needed.

use std::collections::BTreeSet;

use async_trait::async_trait;
use merit_core::Result;
use merit_core::ids::PersonId;
use merit_platform::client::{LIMIT, Link};
use merit_platform::status::from_status;
use merit_proto::directory::v1::ListPeopleRequest;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;

use crate::model::{Contact, Contacts};

/// Most people asked for in one call.
const BATCH: usize = 500;

/// Whoever knows people.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The people among these that are known.
    async fn contacts(&self, wanted: &BTreeSet<PersonId>) -> Result<Contacts>;
}

/// The directory service through its generated client.
#[derive(Debug, Clone)]
pub struct DirectoryClient(DirectoryServiceClient<Link>);

impl DirectoryClient {
    /// Around a client.
    #[must_use]
    pub fn new(client: DirectoryServiceClient<Link>) -> Self {
        Self(client.max_decoding_message_size(LIMIT))
    }
}

#[async_trait]
impl Directory for DirectoryClient {
    async fn contacts(&self, wanted: &BTreeSet<PersonId>) -> Result<Contacts> {
        let names: Vec<String> = wanted.iter().map(PersonId::name).collect();
        let mut contacts = Contacts::new();
        for batch in names.chunks(BATCH) {
            let request = ListPeopleRequest { page_size: 1000, names: batch.to_vec(), ..Default::default() };
            let answer = self.0.clone().list_people(request).await.map_err(|status| from_status(&status))?;
            for person in answer.into_inner().people {
                let address = Some(person.email).filter(|address| !address.is_empty());
                contacts
                    .insert(PersonId::from_name(&person.name)?, Contact { display_name: person.display_name, address });
            }
        }
        Ok(contacts)
    }
}
