//! People's ids by their names, for files that name people the way people do.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::Result;
use merit_core::text::shown;
use merit_platform::client::{LIMIT, Link};
use merit_platform::status::from_status;
use merit_proto::directory::v1::ListPeopleRequest;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_rules::nearest;

/// Most names among which a slip of the keys is looked for.
const SUGGESTED_FROM: usize = 2000;

/// Ids by display name, of which several people may have one, and by the key that a source gave each.
#[derive(Debug, Clone, Default)]
pub struct PeopleIndex {
    names: BTreeMap<String, BTreeSet<String>>,
    keys: BTreeMap<(String, String), String>,
}

impl PeopleIndex {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a person's id under their name.
    pub fn add(&mut self, display_name: &str, person_id: &str) {
        self.names.entry(one_spaced(display_name)).or_default().insert(person_id.to_owned());
    }

    /// Adds a person's id under the key that a source gave them.
    pub fn add_key(&mut self, source: &str, external_id: &str, person_id: &str) {
        self.keys.insert((source.to_owned(), external_id.to_owned()), person_id.to_owned());
    }

    /// The id of the person to whom a source gave a key.
    ///
    /// # Errors
    /// Words for people when the source gave nobody that key.
    pub fn keyed(&self, source: &str, external_id: &str) -> Result<&str, String> {
        self.keys.get(&(source.to_owned(), external_id.to_owned())).map(String::as_str).ok_or_else(|| {
            format!("nobody has the key `{}` of the source `{source}`; import its people first", shown(external_id))
        })
    }

    /// The id of the person with that name.
    ///
    /// # Errors
    /// Words for people when there is nobody, or more than one, of that name.
    pub fn find(&self, name: &str) -> Result<&str, String> {
        let ids = self.names.get(&one_spaced(name)).into_iter().flatten();
        let ids: Vec<&str> = ids.map(String::as_str).collect();
        match ids.as_slice() {
            [id] => Ok(id),
            [] => Err(match self.nearest(name) {
                Some(other) => format!("nobody is called `{}`; did you mean `{other}`?", shown(name)),
                None => format!("nobody is called `{}`; correct the name, or import people first", shown(name)),
            }),
            several => {
                Err(format!("`{}` is the name of {}; use ids in this column", shown(name), several.join(" and ")))
            }
        }
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        // A file whose every row names a stranger should not take minutes to say so.
        if self.names.len() > SUGGESTED_FROM { None } else { nearest(name, self.names.keys().map(String::as_str)) }
    }

    /// Everyone on record.
    ///
    /// # Errors
    /// What the directory answers.
    pub async fn fetch(link: Link) -> Result<Self> {
        let mut client = DirectoryServiceClient::new(link).max_decoding_message_size(LIMIT);
        let mut index = Self::new();
        let mut page_token = String::new();
        loop {
            let request = ListPeopleRequest { page_size: 1000, page_token, ..ListPeopleRequest::default() };
            let page = client.list_people(request).await.map_err(|status| from_status(&status))?.into_inner();
            for person in page.people {
                let id = person.name.trim_start_matches("people/");
                index.add(&person.display_name, id);
                index.add_key(&person.source, &person.external_id, id);
            }
            if page.next_page_token.is_empty() {
                return Ok(index);
            }
            page_token = page.next_page_token;
        }
    }
}

fn one_spaced(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_one_person_or_say_why_not() {
        let mut index = PeopleIndex::new();
        for (name, id) in
            [("Ana Silva", "ana-silva"), ("Bo Li", "bo-li"), ("Bo Li", "bo-li-2"), ("Ana  Silva", "ana-silva")]
        {
            index.add(name, id);
        }
        for (name, expected) in [
            ("Ana Silva", "ana-silva"),
            (" Ana   Silva ", "ana-silva"),
            ("Ana Sliva", "nobody is called `Ana Sliva`; did you mean `Ana Silva`?"),
            ("Zoë", "nobody is called `Zoë`; correct the name, or import people first"),
            ("Bo Li", "`Bo Li` is the name of bo-li and bo-li-2; use ids in this column"),
        ] {
            assert_eq!(index.find(name).map_or_else(|message| message, str::to_owned), expected);
        }
    }
}
