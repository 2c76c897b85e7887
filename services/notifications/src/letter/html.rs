//! The HTML of a scorecard. Every value is escaped by the template engine; the templates never say otherwise.

use askama::Template;
use merit_core::{Error, Result};

use super::person::PersonView;
use super::team::TeamView;

#[derive(Template)]
#[template(path = "person.html", whitespace = "minimize")]
struct PersonPage<'a> {
    view: &'a PersonView,
    title: String,
    preview: String,
}

#[derive(Template)]
#[template(path = "team.html", whitespace = "minimize")]
struct TeamPage<'a> {
    view: &'a TeamView,
    title: String,
    preview: String,
}

pub fn person(view: &PersonView) -> Result<String> {
    PersonPage { view, title: view.subject(), preview: view.preview() }.render().map_err(Error::internal)
}

pub fn team(view: &TeamView) -> Result<String> {
    TeamPage { view, title: view.subject(), preview: view.preview() }.render().map_err(Error::internal)
}
