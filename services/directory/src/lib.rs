//! People, teams and reporting lines, all dated.
