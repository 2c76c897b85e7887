//! Inputs bound to the schema: which values and lists a policy reads, where they come from, and what is built in.

use super::Checker;
use super::scope::Symbol;
use super::words::{full_type, less, to_quantity, type_words, value_words};
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{Fact, FactId, FactSource, Input, InputSource, ListId, Range, Type};
use crate::schema;
use crate::syntax::ast::{self, Field, Name, TypeKind, TypeRef};

/// What the schema says about a name that may be an input.
struct Known {
    ty: Type,
    range: Range,
    optional: bool,
    default: Option<crate::program::Quantity>,
    about: Option<String>,
    source: InputSource,
}

impl Checker<'_> {
    /// Binds the inputs that a policy lists.
    pub fn inputs(&mut self, fields: &[Field]) {
        let mut seen: Vec<&Name> = Vec::new();
        for field in fields {
            let name = &field.name;
            if let Some(before) = seen.iter().find(|before| before.node == name.node) {
                let title = format!("`{}` is listed twice", name.node);
                self.said.push(
                    Diagnostic::new(codes::DEFINED_TWICE, title, name.span, "again here")
                        .also(before.span, "first here"),
                );
                continue;
            }
            seen.push(name);
            if let Some(formula) = &field.formula {
                self.said.push(
                    Diagnostic::new(codes::SCHEMA_DIFFERS, "an input has no formula", formula.span, "")
                        .help(format!("define it: `define {} = …`", name.node)),
                );
                self.damaged.insert(name.node.clone());
                continue;
            }
            if let TypeKind::List(record) = &field.ty.kind {
                self.list_input(field, record);
            } else if self.value_input(field).is_none() {
                self.damaged.insert(name.node.clone());
            }
        }
    }

    /// Notes what the policy asks for.
    pub fn add_input(&mut self, input: Input) {
        self.asked.insert(input.name.clone(), input);
    }

    /// A single value that the policy lists.
    fn value_input(&mut self, field: &Field) -> Option<FactId> {
        let name = &field.name.node;
        let Some(known) = self.known(name, field)? else {
            self.not_in_schema(&field.name);
            return None;
        };
        if !self.same_type(&field.ty, &known.ty, name) {
            return None;
        }
        let listed = self.range(field.options.range.as_ref(), &known.ty)?;
        if let Some(range) = &field.options.range {
            self.not_wider(&listed, &known, name, range.span);
        }
        let default = match &field.options.default {
            Some(literal) => Some(self.literal_of(literal, &known.ty, "the default")?),
            None => known.default.clone(),
        };
        if let (Some(literal), Some(default)) = (&field.options.default, &default) {
            self.in_range(default, &listed, &known.ty, literal.span);
        }
        if let (Some(literal), true) = (&field.options.default, field.options.optional.is_some()) {
            let title = format!("`{name}` has a default, so it is never missing");
            self.said
                .push(Diagnostic::new(codes::REPEATED, title, literal.span, "").help("keep `optional` or the default"));
        }
        if known.optional && default.is_none() && field.options.optional.is_none() {
            let title = format!("the schema says that `{name}` may be missing");
            self.said.push(
                Diagnostic::new(codes::SCHEMA_DIFFERS, title, field.name.span, "").help("add `optional`, or a default"),
            );
        }
        let range = Range { min: listed.min.or(known.range.min), max: listed.max.or(known.range.max) };
        let optional = field.options.optional.is_some();
        let about = field.about.as_ref().map(|about| about.node.clone()).or(known.about);
        let (ty, source) = (known.ty, known.source);
        self.stretches(field, &source);
        self.add_input(Input {
            optional: optional || default.is_some(),
            to_date: field.options.to_date.as_ref().map(|unit| unit.node),
            averaged: field.options.averaged.is_some(),
            spread: field.options.spread.is_some(),
            ..Input::plain(name, Some(ty.value_type()), source, about.clone())
        });
        // What the header has bound keeps its place; the policy's own range and words come on top.
        if let Some(Symbol::Fact(id)) = self.names.get(name).cloned() {
            let fact = self.facts.get_mut(id.0)?;
            (fact.range, fact.optional, fact.default, fact.about) = (range, optional, default, about);
            return Some(id);
        }
        let source = self.fact_source(name)?;
        let fact = Fact { name: name.clone(), ty, source, range, optional, default, about };
        Some(self.add_fact(fact))
    }

    /// Adds a value from outside and gives it its name.
    pub fn add_fact(&mut self, fact: Fact) -> FactId {
        let id = FactId(self.facts.len());
        self.names.insert(&fact.name, Symbol::Fact(id), None);
        self.facts.push(fact);
        id
    }

    /// How a value is got: the period's bounds are built in, measures may have formulas, the rest is given.
    fn fact_source(&mut self, name: &str) -> Option<FactSource> {
        match name {
            "period_start" => return Some(FactSource::PeriodStart),
            "period_end" => return Some(FactSource::PeriodEnd),
            _ => {}
        }
        let schema = self.schema?;
        let Some(measure) = schema.measures().get(name) else { return Some(FactSource::Given) };
        let Some(formula) = &measure.formula else { return Some(FactSource::Given) };
        let ty = self.measure_type(measure);
        // The formula's lists are read whether or not the policy lists them.
        let lists: Vec<(String, ListId)> = measure
            .lists
            .iter()
            .filter_map(|list| Some((list.clone(), self.use_list(schema.record_of_list(list)?))))
            .collect();
        let hidden: Vec<String> =
            lists.iter().filter(|(name, _)| self.names.get(name).is_none()).map(|(name, _)| name.clone()).collect();
        for (name, id) in &lists {
            self.names.insert(name, Symbol::List(*id), None);
        }
        let before = std::mem::replace(&mut self.placeless, true);
        let checked = self.expr(formula, Some(&ty));
        self.placeless = before;
        for name in hidden {
            self.names.remove(&name);
        }
        checked.map(|checked| FactSource::Formula(Box::new(checked)))
    }

    fn measure_type(&self, measure: &schema::Measure) -> Type {
        let currency = measure.currency.unwrap_or_else(|| self.fallback());
        let kind = measure.ty.value_type().unwrap_or(merit_core::ValueType::Number);
        full_type(kind, currency, measure.choice.as_deref())
    }

    /// What is known about a name: `Some(None)` if nothing, `None` if it was reported.
    #[expect(clippy::option_option, reason = "the outer one says that a message was given")]
    fn known(&mut self, name: &str, field: &Field) -> Option<Option<Known>> {
        let Some(schema) = self.schema else { return Some(None) };
        let plain =
            |ty, source| Known { ty, range: Range::default(), optional: false, default: None, about: None, source };
        match name {
            "period_start" | "period_end" => return Some(Some(plain(Type::Date, InputSource::Builtin))),
            "quota" | "attainment" => {
                let Some(Symbol::Fact(id)) = self.names.get(name).cloned() else {
                    if !self.header_damaged && !self.is_damaged(name) {
                        let title = format!("`{name}` needs to know of which measure");
                        self.said.push(
                            Diagnostic::new(codes::HEADER_MISSING, title, field.name.span, "")
                                .help("add a header line such as `attainment of bookings`"),
                        );
                    }
                    return None;
                };
                let ty = self.facts.get(id.0)?.ty.clone();
                let source = if name == "quota" { InputSource::Quota } else { InputSource::Attainment };
                return Some(Some(plain(ty, source)));
            }
            _ => {}
        }
        if let Some(field) = schema.attributes().get(name) {
            return Some(Some(Known {
                ty: field_type(field, self.fallback()),
                range: quantities(field.range.as_ref()),
                optional: field.optional,
                default: field.default.as_ref().map(to_quantity),
                about: field.about.clone(),
                source: InputSource::Attribute,
            }));
        }
        Some(schema.measures().get(name).map(|measure| Known {
            ty: self.measure_type(measure),
            range: quantities(measure.range.as_ref()),
            optional: measure.optional,
            default: measure.default.as_ref().map(to_quantity),
            about: measure.about.clone(),
            source: InputSource::Measure,
        }))
    }

    fn not_in_schema(&mut self, name: &Name) {
        let Some(schema) = self.schema else { return };
        let known = schema.attributes().keys().chain(schema.measures().keys());
        let lists = schema.records().values().map(|record| &record.list_name);
        let meant = nearest(&name.node, known.chain(lists).map(String::as_str));
        // What was meant is not listed now, and that is no second mistake.
        self.damaged.extend(meant.map(str::to_owned));
        let help = meant.map(|meant| format!("did you mean `{meant}`?"));
        let otherwise =
            help.is_none().then(|| "it has to be an attribute, a measure or a list of the schema file".to_owned());
        let title = format!("the schema has no `{}`", name.node);
        self.said.push(Diagnostic::new(codes::NOT_IN_SCHEMA, title, name.span, "").maybe_help(help.or(otherwise)));
    }

    /// Whether an input's type is the schema's; says so otherwise.
    fn same_type(&mut self, written: &TypeRef, known: &Type, name: &str) -> bool {
        let same = match (&written.kind, known) {
            (TypeKind::Plain(kind), known) => *kind == known.value_type() && !matches!(known, Type::Choice(_)),
            (TypeKind::Named(choice), Type::Choice(known)) => choice == known,
            _ => false,
        };
        if same {
            return true;
        }
        let right = match known {
            Type::Choice(choice) => choice.clone(),
            other => type_words(other),
        };
        let title = format!("the schema says that `{name}` is {}", type_words(known));
        self.said.push(
            Diagnostic::new(codes::SCHEMA_DIFFERS, title, written.span, "").help(format!("write `{name} : {right}`")),
        );
        false
    }

    /// A policy may narrow the schema's range, never widen it.
    fn not_wider(&mut self, listed: &Range, known: &Known, name: &str, span: Span) {
        let below = match (&listed.min, &known.range.min) {
            (Some(listed), Some(known)) => less(listed, known),
            _ => false,
        };
        let above = match (&listed.max, &known.range.max) {
            (Some(listed), Some(known)) => less(known, listed),
            (None, Some(_)) => true,
            _ => false,
        };
        if !below && !above {
            return;
        }
        let words = |quantity: &crate::program::Quantity| value_words(&known.ty, quantity);
        let range = match (&known.range.min, &known.range.max) {
            (Some(min), Some(max)) => format!("from {} to {}", words(min), words(max)),
            (Some(min), None) => format!("from {} and above", words(min)),
            _ => return,
        };
        let title = format!("this range is wider than the schema's, which is {range}");
        self.said.push(
            Diagnostic::new(codes::SCHEMA_DIFFERS, title, span, "")
                .help(format!("a policy may narrow the range of `{name}`; only the schema may widen it")),
        );
    }

    /// Binds the header's measure: its own name, `quota` and `attainment`.
    pub fn bind_attainment(&mut self, measure_name: &Name) {
        let Some(schema) = self.schema else { return };
        let name = &measure_name.node;
        let Some(measure) = schema.measures().get(name) else {
            let help = nearest(name, schema.measures().keys().map(String::as_str))
                .map(|meant| format!("did you mean `{meant}`?"));
            let title = format!("the schema has no measure `{name}`");
            self.said.push(Diagnostic::new(codes::NOT_IN_SCHEMA, title, measure_name.span, "").maybe_help(help));
            self.damaged.extend([measure_name.node.clone(), "quota".to_owned(), "attainment".to_owned(), name.clone()]);
            return;
        };
        let ty = self.measure_type(measure);
        if !matches!(ty, Type::Money(_) | Type::Number | Type::Count | Type::Percent | Type::Points) {
            let title = format!("`{name}` is {}, so it has no attainment", type_words(&ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, measure_name.span, ""));
            self.damaged.extend(["quota".to_owned(), "attainment".to_owned()]);
            return;
        }
        let Some(source) = self.fact_source(name) else { return };
        let range = quantities(measure.range.as_ref());
        let (optional, default) = (measure.optional, measure.default.as_ref().map(to_quantity));
        let (higher_is_better, about) = (measure.higher_is_better, measure.about.clone());
        let fact = Fact { name: name.clone(), ty: ty.clone(), source, range, optional, default, about };
        let measure = self.add_fact(fact);
        let plain = |name: &str, ty, source| Fact {
            name: name.to_owned(),
            ty,
            source,
            range: Range::default(),
            optional: false,
            default: None,
            about: None,
        };
        let quota = self.add_fact(plain("quota", ty, FactSource::Given));
        let source = FactSource::Attainment { measure, quota, higher_is_better };
        self.add_fact(plain("attainment", Type::Percent, source));
    }

    /// What the built-in names need to be told to those who provide inputs.
    pub fn finish_inputs(&mut self) {
        for fact in &self.facts {
            let source = match (&fact.source, fact.name.as_str()) {
                (FactSource::PeriodStart | FactSource::PeriodEnd, _) => InputSource::Builtin,
                (_, "quota") => InputSource::Quota,
                (FactSource::Attainment { .. }, _) => InputSource::Attainment,
                _ => InputSource::Measure,
            };
            self.asked.entry(fact.name.clone()).or_insert_with(|| Input {
                optional: fact.optional || fact.default.is_some(),
                ..Input::plain(&fact.name, Some(fact.ty.value_type()), source, fact.about.clone())
            });
        }
    }
}

/// A schema field's type, in the policy's currency where it names none.
pub fn field_type(field: &schema::Field, fallback: merit_core::Currency) -> Type {
    let kind = field.ty.value_type().unwrap_or(merit_core::ValueType::Text);
    full_type(kind, field.currency.unwrap_or(fallback), field.choice.as_deref())
}

fn quantities(range: Option<&schema::Range>) -> Range {
    range.map_or_else(Range::default, |range| Range {
        min: range.min.as_ref().map(to_quantity),
        max: range.max.as_ref().map(to_quantity),
    })
}

/// Whether an expression could be a name alone.
pub fn named(name: &Name) -> ast::Expr {
    ast::Expr { kind: ast::ExprKind::Name(name.node.clone()), span: name.span }
}
