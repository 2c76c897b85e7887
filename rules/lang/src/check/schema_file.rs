//! A schema from text to what policies and imports are held to.

use std::collections::BTreeMap;

use merit_core::{Currency, ValueType};

use super::Checker;
use super::scope::Symbol;
use super::words::{full_type, to_value};
use crate::Source;
use crate::diagnostics::{Diagnostic, Diagnostics, codes, nearest};
use crate::program::{Formula, Range as Bounds, Type as Unit};
use crate::schema::{Field, Measure, Perspective, Range, RecordType, Schema, SchemaParts, Type};
use crate::syntax::ast::{self, FieldOptions, File, Item, Name, TypeKind, TypeRef};
use crate::syntax::parse_schema;

/// Reads and checks a schema.
///
/// # Errors
/// Everything that is wrong with it, each mistake once, in the order of the text.
pub fn load_schema(source: &Source) -> Result<Schema, Diagnostics> {
    let mut checker = Checker::new(&source.text, None);
    let Some(file) = parse_schema(source, &mut checker.said) else { return Err(checker.said.sorted(&source.text)) };
    let parts = checker.schema(&file);
    let Some(mut schema) = parts.filter(|_| checker.said.is_empty()).map(Schema::new) else {
        return Err(checker.said.sorted(&source.text));
    };
    let said = formulas(&file, &mut schema, &source.text);
    if said.is_empty() { Ok(schema) } else { Err(said.sorted(&source.text)) }
}

/// Checks formulas of columns and measures, now that all names are known.
fn formulas(file: &File, schema: &mut Schema, text: &str) -> Diagnostics {
    let mut said = Diagnostics::default();
    for item in &file.items {
        if let Item::Record(record) = item {
            for field in &record.fields {
                column_formula(record, field, schema, text, &mut said);
            }
        }
    }
    for item in &file.items {
        if let Item::Measure(measure) = item {
            measure_formula(measure, schema, text, &mut said);
        }
    }
    said
}

fn column_formula(record: &ast::Record, field: &ast::Field, schema: &mut Schema, text: &str, said: &mut Diagnostics) {
    let Some(formula) = &field.formula else { return };
    let found = {
        let Some(kind) = schema.records().get(&record.name.node) else { return };
        let Some(known) = kind.fields.get(&field.name.node) else { return };
        // Only the columns above: so no column can depend on itself.
        let above: Vec<String> = kind.order.iter().take_while(|name| **name != field.name.node).cloned().collect();
        let part = RecordType { order: above, ..kind.clone() };
        let mut checker = Checker::new(text, Some(schema));
        let list = checker.use_list(&part);
        let checked = checker.in_row(list, |checker| checker.expr(formula, None));
        said.0.append(&mut checker.said.0);
        let Some(checked) = checked else { return };
        let kind = known.ty.value_type();
        let ratio = checker.fits(&checked, &full_type(kind.unwrap_or(ValueType::Text), Currency::USD, None));
        if Some(checked.ty.value_type()) != kind && !ratio {
            let title = format!("the formula of `{}` gives {}", field.name.node, super::words::a_type(&checked.ty));
            let due = kind.map_or("a list", ValueType::word);
            said.push(Diagnostic::new(
                codes::WRONG_TYPE,
                title,
                formula.span,
                format!("`{}` is {due}", field.name.node),
            ));
            return;
        }
        currency(&checked.ty)
    };
    if let Some(known) = schema.field_mut(&record.name.node, &field.name.node)
        && known.currency.is_none()
    {
        known.currency = found;
    }
}

fn measure_formula(measure: &ast::Measure, schema: &mut Schema, text: &str, said: &mut Diagnostics) {
    let Some(formula) = &measure.formula else { return };
    let checked = {
        let mut checker = Checker::new(text, Some(schema));
        for record in schema.records().values() {
            let id = checker.use_list(record);
            checker.names.insert(&record.list_name, Symbol::List(id), None);
        }
        checker.said.0.clear();
        let value = checker.expr(formula, None);
        said.0.append(&mut checker.said.0);
        let Some(value) = value else { return };
        let kind = match &measure.ty.kind {
            TypeKind::Plain(kind) => *kind,
            _ => return,
        };
        if value.ty.value_type() != kind && !checker.fits(&value, &full_type(kind, Currency::USD, None)) {
            let title = format!("the formula of `{}` gives {}", measure.name.node, super::words::a_type(&value.ty));
            said.push(Diagnostic::new(
                codes::WRONG_TYPE,
                title,
                formula.span,
                format!("`{}` is {}", measure.name.node, kind.word()),
            ));
            return;
        }
        Formula { value, lists: std::mem::take(&mut checker.lists) }
    };
    let mut lists = Vec::new();
    lists_of(formula, &mut lists);
    if let Some(known) = schema.measure_mut(&measure.name.node) {
        known.currency = known.currency.or(currency(&checked.value.ty));
        known.lists = lists;
        known.checked = Some(checked);
    }
}

const fn currency(ty: &Unit) -> Option<Currency> {
    match ty {
        Unit::Money(currency) => Some(*currency),
        _ => None,
    }
}

/// Names of the lists that a formula reads.
fn lists_of(expr: &ast::Expr, lists: &mut Vec<String>) {
    use ast::ExprKind as Kind;
    match &expr.kind {
        Kind::Aggregate { list, .. } if !lists.contains(&list.node) => lists.push(list.node.clone()),
        Kind::Negative(a) | Kind::Not(a) | Kind::IsMissing(a) => lists_of(a, lists),
        Kind::In { value, .. } | Kind::Rounded { value, .. } => lists_of(value, lists),
        Kind::Binary { left, right, .. } => {
            lists_of(left, lists);
            lists_of(right, lists);
        }
        Kind::If { condition, then, otherwise } => {
            lists_of(condition, lists);
            lists_of(then, lists);
            lists_of(otherwise, lists);
        }
        Kind::Call { arguments, .. } | Kind::Lookup { arguments, .. } => {
            arguments.iter().for_each(|a| lists_of(a, lists))
        }
        _ => {}
    }
}

impl Checker<'_> {
    fn schema(&mut self, file: &File) -> Option<SchemaParts> {
        self.damaged.extend(file.damaged.iter().map(|name| name.node.clone()));
        let header = &file.header;
        for (span, word) in [
            (header.uses_schema.as_ref().map(|line| line.span), "uses schema"),
            (header.effective.as_ref().map(|line| line.span), "effective"),
            (header.applies.as_ref().map(|line| line.span), "applies to"),
            (header.period.as_ref().map(|line| line.span), "period"),
            (header.currency.as_ref().map(|line| line.span), "currency"),
            (header.attainment_of.as_ref().map(|line| line.span), "attainment of"),
            (header.year_starts.as_ref().map(|line| line.span), "year starts in"),
        ] {
            if let Some(span) = span {
                let title = format!("`{word}` belongs to a policy, not to a schema");
                self.said.push(Diagnostic::new(codes::WRONG_KIND, title, span, ""));
            }
        }
        for item in &file.items {
            if let Item::Choice { name, options } = item {
                self.once(name);
                self.choice(name, options);
            }
        }
        let mut parts = SchemaParts {
            name: header.name.as_ref()?.node.clone(),
            version: header.version.as_ref().map_or(1, |version| version.node),
            ..SchemaParts::default()
        };
        for item in &file.items {
            match item {
                Item::Event { name, about } => {
                    self.once(name);
                    parts
                        .events
                        .insert(name.node.clone(), about.as_ref().map(|about| about.node.clone()).unwrap_or_default());
                }
                Item::Attributes(fields) => {
                    for field in fields {
                        self.once(&field.name);
                        if let Some(formula) = &field.formula {
                            let title = "what is known of a person is imported, so it has no formula";
                            self.said.push(
                                Diagnostic::new(codes::SCHEMA_RECORD, title, formula.span, "")
                                    .help("compute it in the policies that need it, with `define`"),
                            );
                        }
                        parts.attributes.extend(self.field(field).map(|field| (field.name.clone(), field)));
                    }
                }
                Item::Record(record) => {
                    self.once(&record.name);
                    parts.records.extend(self.record(record).map(|record| (record.name.clone(), record)));
                }
                Item::Measure(measure) => {
                    self.once(&measure.name);
                    parts.measures.extend(self.measure(measure).map(|measure| (measure.name.clone(), measure)));
                }
                _ => {}
            }
        }
        parts.choices = self.choices.clone();
        Some(parts)
    }

    /// Names of a schema are unique over all its kinds.
    fn once(&mut self, name: &Name) {
        // Choices, records and measures share one name space with what policies define.
        self.declare(name, Symbol::Choice);
    }

    fn field(&mut self, field: &ast::Field) -> Option<Field> {
        self.only_in_policies(&field.options);
        let (ty, choice) = self.field_type(&field.ty)?;
        let kind = ty.value_type()?;
        let unit = self.unit(kind, choice.as_deref(), &field.options);
        let (range, default) = self.field_options(&field.options, &unit)?;
        if let (Some(_), Some(optional)) = (&default, field.options.optional) {
            let title = format!("`{}` has a default, so it is never missing", field.name.node);
            self.said
                .push(Diagnostic::new(codes::REPEATED, title, optional, "").help("keep `optional` or the default"));
        }
        let value =
            |quantity: Option<crate::program::Quantity>| quantity.and_then(|quantity| to_value(&unit, &quantity));
        let named = written_currency(&field.options);
        Some(Field {
            name: field.name.node.clone(),
            ty,
            options: choice.as_ref().and_then(|choice| self.choices.get(choice)).cloned().unwrap_or_default(),
            choice,
            currency: if named { currency(&unit) } else { None },
            range: field.options.range.is_some().then(|| Range { min: value(range.min), max: value(range.max) }),
            optional: field.options.optional.is_some(),
            default: value(default),
            computed: field.formula.is_some(),
            about: field.about.as_ref().map(|about| about.node.clone()),
            formula: field.formula.clone(),
        })
    }

    fn field_options(
        &mut self,
        options: &FieldOptions,
        unit: &Unit,
    ) -> Option<(Bounds, Option<crate::program::Quantity>)> {
        let range = self.range(options.range.as_ref(), unit)?;
        let default = match &options.default {
            Some(literal) => {
                let default = self.literal_of(literal, unit, "the default")?;
                self.in_range(&default, &range, unit, literal.span);
                Some(default)
            }
            None => None,
        };
        Some((range, default))
    }

    /// A field's type with the currency that its own range or default names.
    fn unit(&mut self, kind: ValueType, choice: Option<&str>, options: &FieldOptions) -> Unit {
        let written = options.range.as_ref().map(|range| &range.min).or(options.default.as_ref());
        let currency = match written.map(|literal| &literal.kind) {
            Some(ast::LiteralKind::Money { currency, .. }) if currency != "$" => {
                currency.parse().unwrap_or(Currency::USD)
            }
            _ => Currency::USD,
        };
        full_type(kind, currency, choice)
    }

    fn field_type(&mut self, written: &TypeRef) -> Option<(Type, Option<String>)> {
        match &written.kind {
            TypeKind::Plain(kind) => Some((Type::Value(*kind), None)),
            TypeKind::Named(name) if self.choices.contains_key(name) => {
                Some((Type::Value(ValueType::Choice), Some(name.clone())))
            }
            TypeKind::Named(_) => {
                self.plain_type(written);
                None
            }
            TypeKind::List(_) => {
                self.said.push(Diagnostic::new(
                    codes::WRONG_TYPE,
                    "a schema's values are single, not lists",
                    written.span,
                    "",
                ));
                None
            }
        }
    }

    fn record(&mut self, record: &ast::Record) -> Option<RecordType> {
        let before = self.said.0.len();
        let mut fields: BTreeMap<String, Field> = BTreeMap::new();
        let mut order = Vec::new();
        let mut complete = true;
        for field in &record.fields {
            let name = &field.name;
            if fields.contains_key(&name.node) || matches!(name.node.as_str(), "credited" | "credited_as") {
                let what = if fields.contains_key(&name.node) { "stands here twice" } else { "is built in" };
                self.said.push(Diagnostic::new(codes::DEFINED_TWICE, format!("`{}` {what}", name.node), name.span, ""));
                continue;
            }
            let built = self.field(field);
            complete &= built.is_some();
            order.extend(built.is_some().then(|| name.node.clone()));
            fields.extend(built.map(|field| (name.node.clone(), field)));
        }
        let dated_by =
            self.record_line(record, record.dated_by.as_ref(), "dated by", ValueType::Date, &fields, complete);
        let belongs_to = self.record_line(
            record,
            record.belongs_to.as_ref(),
            "belongs to",
            ValueType::Participant,
            &fields,
            complete,
        );
        let plural = match &record.plural {
            Some(plural) => {
                self.once(plural);
                Some(plural.node.clone())
            }
            None => {
                let title = format!("`{}` doesn't say what a list of it is called", record.name.node);
                self.said.push(Diagnostic::new(codes::SCHEMA_RECORD, title, record.name.span, "").help(format!(
                    "write `record {} as {}s …`",
                    record.name.node,
                    record.name.node.to_lowercase()
                )));
                None
            }
        };
        if self.said.0.len() > before {
            return None;
        }
        Some(RecordType {
            name: record.name.node.clone(),
            list_name: plural?,
            dated_by: dated_by?,
            belongs_to: belongs_to?,
            fields,
            order,
        })
    }

    fn record_line(
        &mut self,
        record: &ast::Record,
        line: Option<&Name>,
        word: &str,
        kind: ValueType,
        fields: &BTreeMap<String, Field>,
        complete: bool,
    ) -> Option<String> {
        // A result without a date belongs to no period yet: an idea before it is adopted.
        let may_be_missing = kind == ValueType::Date;
        let fits = |field: &&Field| {
            field.ty.value_type() == Some(kind) && (may_be_missing || !field.optional) && !field.computed
        };
        let Some(line) = line else {
            let example = fields.values().find(fits).map_or("…", |field| field.name.as_str());
            let title = format!("`{}` doesn't say what it is `{word}`", record.name.node);
            self.said.push(
                Diagnostic::new(codes::SCHEMA_RECORD, title, record.name.span, "")
                    .help(format!("add `{word} {example}` before the `{{`")),
            );
            return None;
        };
        match fields.get(&line.node) {
            Some(field) if fits(&field) => Some(line.node.clone()),
            Some(field) if field.optional => {
                let title = format!("`{}` may be missing, so nothing can be `{word}` it", line.node);
                self.said.push(Diagnostic::new(codes::SCHEMA_RECORD, title, line.span, ""));
                None
            }
            Some(_) => {
                let title = format!("`{word}` needs a column of type {} that is given", kind.word());
                self.said.push(Diagnostic::new(codes::SCHEMA_RECORD, title, line.span, ""));
                None
            }
            None if !complete => None,
            None => {
                let help = nearest(&line.node, fields.values().filter(fits).map(|field| field.name.as_str()))
                    .map(|meant| format!("did you mean `{meant}`?"));
                let title = format!("`{}` has no column `{}`", record.name.node, line.node);
                self.said.push(Diagnostic::new(codes::UNKNOWN_COLUMN, title, line.span, "").maybe_help(help));
                None
            }
        }
    }

    fn measure(&mut self, measure: &ast::Measure) -> Option<Measure> {
        let (ty, choice) = self.field_type(&measure.ty)?;
        let unit = self.unit(ty.value_type()?, choice.as_deref(), &measure.options);
        let (range, default) = self.field_options(&measure.options, &unit)?;
        if let (Some(formula), Some(optional)) = (&measure.formula, measure.options.optional) {
            let title = format!("`{}` has a formula, so it is never missing", measure.name.node);
            self.said.push(Diagnostic::new(codes::REPEATED, title, optional, "").also(formula.span, "its formula"));
        }
        let value =
            |quantity: Option<crate::program::Quantity>| quantity.and_then(|quantity| to_value(&unit, &quantity));
        Some(Measure {
            name: measure.name.node.clone(),
            ty,
            has_formula: measure.formula.is_some(),
            lists: Vec::new(),
            higher_is_better: measure.higher_is_better,
            perspective: match measure.perspective.as_str() {
                "financial" => Perspective::Financial,
                "operational" => Perspective::Operational,
                "innovation" => Perspective::Innovation,
                _ => Perspective::Development,
            },
            optional: measure.options.optional.is_some(),
            default: value(default),
            range: measure.options.range.is_some().then(|| Range { min: value(range.min), max: value(range.max) }),
            about: measure.about.as_ref().map(|about| about.node.clone()),
            currency: if written_currency(&measure.options) { currency(&unit) } else { None },
            choice,
            formula: measure.formula.clone(),
            checked: None,
        })
    }
}

/// Whether a range or a default names a currency.
fn written_currency(options: &FieldOptions) -> bool {
    let literals = options.range.iter().map(|range| &range.min).chain(&options.default);
    literals.into_iter().any(|literal| matches!(literal.kind, ast::LiteralKind::Money { .. }))
}
