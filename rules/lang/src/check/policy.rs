//! A policy from text to program.

use std::collections::BTreeSet;

use super::Checker;
use super::header::Lines;
use super::order::in_order;
use super::scope::Symbol;
use crate::Source;
use crate::diagnostics::{Diagnostic, Diagnostics, Span, codes};
use crate::program::{Define, DefineId, ExprKind, Header, OutcomeId, Program, Step, TableId, Type};
use crate::schema::Schema;
use crate::syntax::ast::{self, File, Item, Name};
use crate::syntax::parse_policy;

/// Reads and checks a policy against a schema.
///
/// # Errors
/// Everything that is wrong with it, each mistake once, in the order of the text.
pub fn load_policy(source: &Source, schema: &Schema) -> Result<Program, Diagnostics> {
    let mut said = Diagnostics::default();
    let Some(file) = parse_policy(source, &mut said) else { return Err(said.sorted(&source.text)) };
    check_policy(&file, source, schema, said)
}

/// Checks a policy that was read; what was said of it already counts.
///
/// # Errors
/// As for [`load_policy`].
pub(crate) fn check_policy(
    file: &File,
    source: &Source,
    schema: &Schema,
    said: Diagnostics,
) -> Result<Program, Diagnostics> {
    let mut checker = Checker::new(&source.text, Some(schema));
    checker.said = said;
    let program = checker.policy(file, source);
    match program {
        Some(program) if checker.said.is_empty() => Ok(program),
        _ if checker.said.is_empty() => {
            // Every `None` comes with a message; should one ever come without, the policy is refused all the same.
            let span = file.header.name.as_ref().map_or(Span::default(), |name| name.span);
            Err(Diagnostic::new(codes::SYNTAX, "this policy can't be read", span, "").into())
        }
        _ => Err(checker.said.sorted(&source.text)),
    }
}

impl<'s> Checker<'s> {
    fn policy(&mut self, file: &File, source: &Source) -> Option<Program> {
        self.damaged.extend(file.damaged.iter().map(|name| name.node.clone()));
        let lines = self.header(&file.header);
        self.own_choices(&file.items);
        self.bind_inputs(&file.items);
        self.credited_columns(&file.items);
        let declared = self.declare_all(&file.items);
        let mut order = Vec::new();
        for item in in_order(self, &file.items) {
            order.extend(self.compute(item, &declared));
        }
        let applies = self.applies(&file.header);
        let (mut credit, mut settle) = (None, None);
        let (mut recognitions, mut contests) = (Vec::new(), Vec::new());
        self.single(&file.items);
        for item in &file.items {
            match item {
                Item::Credit(written) => credit = self.credit(written),
                Item::Settle(written) => {
                    settle = self.settle(written, file.header.period.as_ref().map(|period| period.node));
                }
                Item::Contest(written) => contests.extend(self.contest(written)),
                Item::Recognize(written) => recognitions.extend(self.recognize(written)),
                _ => {}
            }
        }
        let (mut tests, mut checks) = (Vec::new(), Vec::new());
        for item in &file.items {
            match item {
                Item::Test(written) => tests.extend(self.test(written)),
                Item::Check(written) => checks.extend(self.check_line(written)),
                _ => {}
            }
        }
        self.finish_inputs();
        let Lines { name, version, about, effective, period, currency, month_ends, year_starts, measure } = lines?;
        let applies = applies?;
        let header =
            Header { name, version, about, effective, applies, period, currency, month_ends, year_starts, measure };
        Some(Program {
            text: source.text.clone(),
            header,
            facts: std::mem::take(&mut self.facts),
            lists: std::mem::take(&mut self.lists),
            tables: std::mem::take(&mut self.tables).into_iter().collect::<Option<_>>()?,
            defines: std::mem::take(&mut self.defines).into_iter().collect::<Option<_>>()?,
            outcomes: std::mem::take(&mut self.outcomes).into_iter().collect::<Option<_>>()?,
            order,
            credit,
            recognitions,
            contests,
            settle,
            tests,
            checks,
            inputs: std::mem::take(&mut self.asked),
        })
    }

    /// Choices of the policy's own. Records and measures belong to the schema.
    fn own_choices(&mut self, items: &[Item]) {
        for item in items {
            let (name, what) = match item {
                Item::Choice { name, options } => {
                    if self.declare(name, Symbol::Choice) {
                        self.choice(name, options);
                    }
                    continue;
                }
                Item::Record(record) => (record.name.span, "a record"),
                Item::Measure(measure) => (measure.name.span, "a measure"),
                _ => continue,
            };
            let title = format!("{what} belongs to the schema, not to a policy");
            self.said.push(Diagnostic::new(codes::WRONG_KIND, title, name, "").help("move it to the schema file"));
        }
    }

    /// A choice's options, each once.
    pub fn choice(&mut self, name: &Name, options: &[Name]) {
        let mut words: Vec<String> = Vec::new();
        for option in options {
            if words.contains(&option.node) {
                let title = format!("`{}` stands here twice", option.node);
                self.said.push(Diagnostic::new(codes::DEFINED_TWICE, title, option.span, "again here"));
                continue;
            }
            words.push(option.node.clone());
        }
        self.choices.insert(name.node.clone(), words);
    }

    fn bind_inputs(&mut self, items: &[Item]) {
        let mut first: Option<Span> = None;
        for item in items {
            let Item::Inputs { fields, span } = item else { continue };
            let at = Span::new(span.start, span.start + "inputs".len());
            if let Some(first) = first {
                self.said.push(
                    Diagnostic::new(codes::REPEATED, "`inputs` stands here twice", at, "again here")
                        .also(first, "first here")
                        .help("list them all in one block"),
                );
            }
            first = first.or(Some(at));
            self.inputs(fields);
        }
        // The period's bounds are built in, listed or not.
        for (name, source) in [
            ("period_start", crate::program::FactSource::PeriodStart),
            ("period_end", crate::program::FactSource::PeriodEnd),
        ] {
            if self.names.get(name).is_none() {
                let range = crate::program::Range::default();
                let name = name.to_owned();
                self.add_fact(crate::program::Fact {
                    name,
                    ty: Type::Date,
                    source,
                    range,
                    optional: false,
                    default: None,
                    about: None,
                });
            }
        }
    }

    /// Gives every declaration's name its meaning before any is checked. Names of those that were taken: the others are
    /// reported and left out.
    fn declare_all(&mut self, items: &[Item]) -> BTreeSet<usize> {
        let mut declared = BTreeSet::new();
        for item in items {
            let fine = match item {
                Item::Const { name, value } => {
                    let Some((ty, quantity)) = self.literal(&value.kind, value.span, None) else {
                        self.damaged.insert(name.node.clone());
                        continue;
                    };
                    self.declare(name, Symbol::Const(ty, quantity));
                    continue;
                }
                Item::Define { name, ty, .. } => {
                    let fine = self.declare_definition(name, ty.as_ref());
                    fine.then_some(name)
                }
                Item::Weigh(weigh) => {
                    let fine = self.declare_definition(&weigh.name, Some(&weigh.ty));
                    fine.then_some(&weigh.name)
                }
                Item::Bands(ast::Bands { name, .. })
                | Item::Rates(ast::Rates { name, .. })
                | Item::Table(ast::Table { name, .. }) => {
                    let fine = self.declare(name, Symbol::Table(TableId(self.tables.len())));
                    if fine {
                        self.tables.push(None);
                    }
                    fine.then_some(name)
                }
                Item::Outcome(outcome) => {
                    let fine = self.declare(&outcome.name, Symbol::Outcome(OutcomeId(self.outcomes.len())));
                    if fine {
                        self.outcomes.push(None);
                        let ty = self.plain_type(&outcome.ty);
                        self.outcome_types.push(ty);
                    }
                    fine.then_some(&outcome.name)
                }
                Item::Contest(contest) => {
                    if self.declare(&contest.name, Symbol::Contest) {
                        self.contest_names.push(contest.name.node.clone());
                    }
                    continue;
                }
                Item::Recognize(recognize) => {
                    if self.recognition_names.contains(&recognize.name.node) {
                        let title = format!("there are two recognitions \"{}\"", recognize.name.node);
                        self.said.push(Diagnostic::new(codes::DEFINED_TWICE, title, recognize.name.span, "again here"));
                    }
                    self.recognition_names.push(recognize.name.node.clone());
                    continue;
                }
                _ => continue,
            };
            declared.extend(fine.map(|name| name.span.start));
        }
        declared
    }

    /// Gives a definition its name, and its type where that is written: what reads its earlier values may stand before it.
    fn declare_definition(&mut self, name: &Name, ty: Option<&ast::TypeRef>) -> bool {
        let id = DefineId(self.defines.len());
        if !self.declare(name, Symbol::Define(id)) {
            return false;
        }
        self.defines.push(None);
        let plain = ty.and_then(|ty| match &ty.kind {
            ast::TypeKind::Plain(merit_core::ValueType::Choice) | ast::TypeKind::List(_) => None,
            ast::TypeKind::Plain(kind) => Some(super::words::full_type(*kind, self.fallback(), None)),
            ast::TypeKind::Named(choice) => Some(Type::Choice(choice.clone())),
        });
        self.define_types.extend(plain.map(|ty| (id, ty)));
        true
    }

    /// Checks a definition, a table or an outcome, all that it reads being checked already.
    fn compute(&mut self, item: &Item, declared: &BTreeSet<usize>) -> Option<Step> {
        let id = |checker: &Self, name: &Name| {
            declared.contains(&name.span.start).then(|| checker.names.get(&name.node).cloned()).flatten()
        };
        match item {
            Item::Define { name, ty, value, about } => {
                let Some(Symbol::Define(at)) = id(self, name) else { return None };
                let define = self.define(name, ty.as_ref(), value, about.as_ref());
                if define.as_ref().is_some_and(|define| self.is_positive(&define.value)) {
                    self.positive_defines.insert(at);
                }
                *self.defines.get_mut(at.0)? = define;
                Some(Step::Define(at))
            }
            Item::Weigh(weigh) => {
                let Some(Symbol::Define(at)) = id(self, &weigh.name) else { return None };
                let define = self.weigh(weigh);
                *self.defines.get_mut(at.0)? = define;
                Some(Step::Define(at))
            }
            Item::Column { list, column, ty, value, .. } => {
                let step = self.column_definition(list, column, ty.as_ref(), value);
                if step.is_none() {
                    self.damaged_column(list, column);
                }
                step
            }
            Item::Rates(rates) => {
                let Some(Symbol::Table(at)) = id(self, &rates.name) else { return None };
                let table = self.rates(rates);
                *self.tables.get_mut(at.0)? = table;
                None
            }
            Item::Bands(bands) => {
                let Some(Symbol::Table(at)) = id(self, &bands.name) else { return None };
                let table = self.bands(bands);
                *self.tables.get_mut(at.0)? = table;
                None
            }
            Item::Table(table) => {
                let Some(Symbol::Table(at)) = id(self, &table.name) else { return None };
                let table = self.grid(table);
                *self.tables.get_mut(at.0)? = table;
                None
            }
            Item::Outcome(outcome) => {
                let Some(Symbol::Outcome(at)) = id(self, &outcome.name) else { return None };
                let ty = self.outcome_types.get(at.0)?.clone()?;
                let outcome = self.outcome(outcome, &ty);
                *self.outcomes.get_mut(at.0)? = outcome;
                Some(Step::Outcome(at))
            }
            _ => None,
        }
    }

    fn define(
        &mut self,
        name: &Name,
        ty: Option<&ast::TypeRef>,
        value: &ast::Expr,
        about: Option<&Name>,
    ) -> Option<Define> {
        let ty = match ty {
            Some(ty) => Some(self.plain_type(ty)?),
            None => None,
        };
        let mut value = match &ty {
            Some(ty) => self.expr_of(value, ty, &format!("`{}`", name.node))?,
            None => self.expr(value, None)?,
        };
        let ty = ty.unwrap_or_else(|| value.ty.clone());
        // A count widens, and a ratio of numbers becomes a percentage.
        value.ty = ty.clone();
        let about = about.map(|about| about.node.clone());
        Some(Define { name: name.node.clone(), ty, value, about, place: super::bands::place(name.span) })
    }

    /// The condition of `applies to`: it reads inputs, before anything is computed. `None` where it was reported.
    #[expect(clippy::option_option, reason = "the outer one says that a message was given")]
    fn applies(&mut self, header: &ast::Header) -> Option<Option<crate::program::Expr>> {
        let Some(condition) = header.applies.as_ref().and_then(|applies| applies.node.as_ref()) else {
            return Some(None);
        };
        let checked = self.condition(condition, "`applies to participants where`")?;
        if let Some((name, span)) = outcome_in(&checked, self) {
            self.said.push(
                Diagnostic::new(
                    codes::ORDER_OF_STAGES,
                    format!("`{name}` isn't known before it is known whom the policy applies to"),
                    span,
                    "",
                )
                .help("name inputs and definitions in `applies to`, not outcomes"),
            );
            return None;
        }
        Some(Some(checked))
    }

    /// Blocks that stand at most once.
    fn single(&mut self, items: &[Item]) {
        let credits =
            items.iter().filter_map(|item| if let Item::Credit(credit) = item { Some(credit.span) } else { None });
        let settles =
            items.iter().filter_map(|item| if let Item::Settle(settle) = item { Some(settle.span) } else { None });
        let groups: [(&str, Vec<Span>); 2] = [("credit", credits.collect()), ("settle", settles.collect())];
        for (word, spans) in groups {
            if let [first, second, ..] = spans.as_slice() {
                let title = format!("a policy has one `{word}` block");
                self.said
                    .push(Diagnostic::new(codes::REPEATED, title, *second, "again here").also(*first, "first here"));
            }
        }
    }
}

/// An outcome that an expression names directly.
fn outcome_in(expr: &crate::program::Expr, checker: &Checker<'_>) -> Option<(String, Span)> {
    let named = match &expr.kind {
        ExprKind::Outcome(id)
        | ExprKind::ToDate(crate::program::Recorded::Outcome(id), ..)
        | ExprKind::Previous(crate::program::Recorded::Outcome(id)) => {
            checker.names.of(|symbol| *symbol == Symbol::Outcome(*id)).next()
        }
        _ => return expr.parts().into_iter().find_map(|part| outcome_in(part, checker)),
    };
    Some((named.unwrap_or_default().to_owned(), Span::new(expr.place.start, expr.place.end)))
}
