//! What only tiers have: a column for each of a choice's words, and bounds that measure what a column has paid.

use super::Checker;
use super::scope::Symbol;
use super::words::{a_type, type_words};
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::program::{ResultColumn, Type};
use crate::syntax::ast::{self, BandsKind, Name};

impl Checker<'_> {
    /// `tiers … for segment`: each column is named by one of the choice's words, and each word has one.
    pub fn for_each_word(&mut self, name: &Name, tiers: &ast::Bands, columns: &[ResultColumn]) -> Option<()> {
        let Some(Symbol::Fact(id)) = self.names.get(&name.node).cloned() else {
            match self.names.get(&name.node) {
                Some(other) => {
                    let title = format!("`for` needs an input, and `{}` is {}", name.node, other.words());
                    self.said.push(Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, name.span, ""));
                }
                None => self.unknown(&name.node, name.span),
            }
            return None;
        };
        let fact = self.facts.get(id.0)?;
        let Type::Choice(choice) = fact.ty.clone() else {
            let title = format!("`for` needs a choice, and `{}` is {}", name.node, a_type(&fact.ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, name.span, ""));
            return None;
        };
        if fact.optional && fact.default.is_none() {
            self.may_be_missing(&name.node, name.span, "it is `optional`, and then no column would be read");
            return None;
        }
        let before = self.said.0.len();
        let words = self.choices.get(&choice).cloned().unwrap_or_default();
        for column in tiers.head.iter().skip(1).filter(|column| !words.contains(&column.name.node)) {
            let help = match nearest(&column.name.node, words.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("its columns are called {}", words.join(", ")),
            };
            let title = format!("`{}` is not one of the choice `{choice}`", column.name.node);
            self.said.push(Diagnostic::new(codes::NOT_A_CHOICE, title, column.name.span, "").help(help));
        }
        let lacking: Vec<&str> = words
            .iter()
            .filter(|word| !columns.iter().any(|column| column.name == **word))
            .map(String::as_str)
            .collect();
        if self.said.0.len() == before && !lacking.is_empty() {
            let title = format!("these tiers have no column for {}", lacking.join(", "));
            self.said.push(
                Diagnostic::new(codes::HEAD_ROW, title, tiers.name.span, "")
                    .help(format!("every one of `{choice}` has its column")),
            );
        }
        if let (Some(first), Some(other)) =
            (columns.first(), columns.iter().find(|column| Some(&column.ty) != columns.first().map(|first| &first.ty)))
        {
            let title = format!("`{}` and `{}` differ in type", first.name, other.name);
            self.said.push(Diagnostic::new(codes::BRANCHES_DIFFER, title, tiers.name.span, ""));
        }
        (self.said.0.len() == before).then_some(())?;
        self.tiers_for.insert(tiers.name.node.clone(), name.clone());
        Some(())
    }

    /// `filled by house`: which result column's pay the bounds measure. `None` where it was reported.
    #[expect(clippy::option_option, reason = "the outer one says that a message was given")]
    pub fn filled_by(&mut self, tiers: &ast::Bands, columns: &[ResultColumn], by: &Type) -> Option<Option<usize>> {
        let Some(name) = &tiers.filled_by else { return Some(None) };
        let Some(at) = columns.iter().position(|column| column.name == name.node) else {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let title = format!("`{}` gives no `{}`", tiers.name.node, name.node);
            self.said.push(
                Diagnostic::new(codes::HEAD_ROW, title, name.span, "").help(format!("it gives {}", names.join(", "))),
            );
            return None;
        };
        let rate = columns.get(at).map_or(Type::Percent, |column| column.ty.clone());
        if tiers.kind != BandsKind::Marginal || !matches!(by, Type::Money(_)) || rate != Type::Percent {
            let title = format!(
                "bounds that a column fills are amounts of money, its rates percentages, and each band pays at its own rate; these are keyed by {}",
                type_words(by)
            );
            self.said.push(
                Diagnostic::new(codes::HEAD_ROW, title, name.span, "")
                    .help("as in `tiers split by money marginal filled by house { | paid to the house | agent -> percent | house -> percent | … }`"),
            );
            return None;
        }
        Some(Some(at))
    }
}
