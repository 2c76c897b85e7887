//! The grammar's rules in the reader's words. No rule's name ever shows: a test goes through all of them.

use super::grammar::Rule;

/// What statements of an outcome begin with.
pub const STATEMENTS: &[Rule] = &[
    Rule::pay_stmt,
    Rule::let_stmt,
    Rule::amount_is,
    Rule::multiply,
    Rule::gate,
    Rule::cap,
    Rule::floor_stmt,
    Rule::round_stmt,
    Rule::hold_back,
    Rule::true_up,
    Rule::payable,
    Rule::take_back,
    Rule::kw_let,
    Rule::kw_pay,
    Rule::kw_propose,
    Rule::kw_multiply_by,
    Rule::kw_gate,
    Rule::kw_cap,
    Rule::kw_floor,
    Rule::kw_round,
    Rule::kw_hold_back,
    Rule::kw_true_up,
    Rule::kw_payable_as,
    Rule::kw_take_back,
];

/// What lines of a recognition begin with.
pub const LINES: &[Rule] = &[
    Rule::when_stmt,
    Rule::badge,
    Rule::award,
    Rule::kudos,
    Rule::announce,
    Rule::once,
    Rule::kw_when,
    Rule::kw_badge,
    Rule::kw_award,
    Rule::kw_kudos,
    Rule::kw_announce,
    Rule::kw_once,
];

/// Options of an input that few need: not worth a word beside the others.
pub const STRETCHES: &[Rule] = &[
    Rule::kw_year_to_date,
    Rule::kw_half_to_date,
    Rule::kw_quarter_to_date,
    Rule::kw_averaged_by_days,
    Rule::kw_spread_evenly,
];

/// What values begin with.
pub const VALUES: &[Rule] = &[
    Rule::name,
    Rule::list_col,
    Rule::list_field,
    Rule::kw_if,
    Rule::kw_apply,
    Rule::kw_lookup,
    Rule::kw_not,
    Rule::kw_sum,
    Rule::kw_count,
    Rule::kw_highest,
    Rule::kw_lowest,
    Rule::kw_average,
    Rule::kw_any,
    Rule::kw_days_from,
    Rule::kw_total,
    Rule::kw_periods_in_a_row_where,
    Rule::kw_previous,
    Rule::sym_left,
    Rule::money,
    Rule::percent,
    Rule::points,
    Rule::duration,
    Rule::date,
    Rule::yesno,
    Rule::number,
    Rule::text,
    Rule::digits,
];

/// Whether a rule is an operator or begins one.
pub const fn is_operator(rule: Rule) -> bool {
    use Rule as R;
    matches!(
        rule,
        R::infix
            | R::and
            | R::or
            | R::otherwise
            | R::at_least_op
            | R::at_most_op
            | R::le
            | R::ge
            | R::ne
            | R::lt
            | R::gt
            | R::eq
            | R::add
            | R::sub
            | R::mul
            | R::div
            | R::postfix
            | R::is_missing
            | R::is_in
            | R::rounded
            | R::converted
            | R::kw_converted_to
            | R::kw_and
            | R::kw_or
            | R::kw_in
            | R::kw_otherwise
            | R::kw_is_at_least
            | R::kw_is_at_most
            | R::kw_is_missing
            | R::kw_rounded
    )
}

/// The keywords that a rule can start with.
pub fn keywords(rule: Rule) -> Vec<String> {
    let name = format!("{rule:?}");
    if let Some(words) = name.strip_prefix("kw_") {
        return vec![spelling(words)];
    }
    words(rule).map(|words| words.split('`').skip(1).step_by(2).map(str::to_owned).collect()).unwrap_or_default()
}

fn spelling(words: &str) -> String {
    match words {
        "yesno" => "yes/no".to_owned(),
        "non_recoverable" => "non-recoverable".to_owned(),
        "zero" => "zero".to_owned(),
        "count_as_zero" => "count as 0".to_owned(),
        other => other.replace('_', " "),
    }
}

/// Words for people. `None` for what nobody needs to be told: operators, blanks, the end.
pub fn words(rule: Rule) -> Option<String> {
    use Rule as R;
    if is_operator(rule) {
        return None;
    }
    let name = format!("{rule:?}");
    if let Some(words) = name.strip_prefix("kw_") {
        return Some(format!("`{}`", spelling(words)));
    }
    let text = match rule {
        R::EOI => "the end of the declaration",
        R::WHITESPACE | R::COMMENT | R::gap | R::id_char | R::reserved | R::half_date | R::too_deep | R::frac => {
            return None;
        }
        R::neg | R::not | R::unary => return None,
        R::sym_open => "`{`",
        R::sym_close => "`}`",
        R::sym_bar => "`|`",
        R::sym_colon => "`:`",
        R::sym_left => "`(`",
        R::sym_right => "`)`",
        R::sym_arrow => "`->`",
        R::sym_list => "`[`",
        R::sym_list_end => "`]`",
        R::sym_equals => "`=`",
        R::sep => "a comma and a space",
        R::name | R::lone_name => "a name",
        R::list_col | R::list_field => "a list's column",
        R::text | R::text_body | R::template | R::chunk => "a text in quotes",
        R::hole | R::participant_name => "a name in `{` `}`",
        R::expr
        | R::operand
        | R::primary
        | R::parens
        | R::literal
        | R::if_expr
        | R::apply
        | R::lookup
        | R::aggregate
        | R::call
        | R::call_one
        | R::call_many
        | R::fn_one
        | R::fn_many
        | R::to_date
        | R::in_a_row
        | R::previous
        | R::days_count => "a value",
        R::money => "an amount such as $1,200",
        R::percent => "a percentage such as 5%",
        R::points => "points such as 250 points",
        R::duration | R::dur_unit => "a length of time such as 12 months",
        R::date => "a date such as 2026-07-01",
        R::yesno => "`yes` or `no`",
        R::number | R::whole | R::digits | R::neg_sign => "a number",
        R::currency => "a currency code such as USD",
        R::type_ref | R::list_of => "a type such as money, percent, count or a choice's name",
        R::item | R::schema_item => "a declaration",
        R::header_line | R::doc => "`about`",
        R::uses_schema => "`uses schema`",
        R::attainment_of => "`attainment of`",
        R::effective => "`effective`",
        R::applies => "`applies to`",
        R::period_decl => "`period`",
        R::currency_decl => "`currency`",
        R::year_decl => "`year starts in`",
        R::month => "a month such as February",
        R::months_decl => "`month ends round down`",
        R::period_unit => "`week`, `month`, `quarter`, `half` or `year`",
        R::const_def => "`const`",
        R::choice => "`choice`",
        R::record => "`record`",
        R::plural => "`as` and the list's name",
        R::belongs_to => "`belongs to`",
        R::dated_by => "`dated by`",
        R::attributes => "`participant`",
        R::event => "`event`",
        R::measure => "`measure`",
        R::direction => "`higher is better` or `lower is better`",
        R::perspective => "`financial`, `operational`, `innovation` or `development`",
        R::inputs => "`inputs`",
        R::field => "a line such as `csat : number`",
        R::field_opt | R::range_opt => "a range such as `from 0 to 5`",
        R::default_opt => "`default`",
        R::define => "`define`",
        R::tiers => "`tiers`",
        R::tier_mode => "`marginal` or `retroactive`",
        R::bands => "`bands`",
        R::curve => "`curve`",
        R::outside | R::side_word => "`clamped outside`, `extended outside`, `zero outside` or each side apart",
        R::rates => "`rates`",
        R::rates_head => "a head row such as `| from | EUR |`",
        R::rates_row => "a row such as `| 2026-01-01 | 1.0832 |`",
        R::for_choice => "`for`",
        R::table => "`table`",
        R::hit => "`unique` or `first`",
        R::head_row => "a head row such as `| region | rate -> percent |`",
        R::column => "a column's name",
        R::band_row => "a row such as `| 50% to below 80% | 4% |`",
        R::point_row => "a row such as `| 100% | 50% |`",
        R::row => "a row",
        R::otherwise_row => "an `otherwise` row",
        R::cell | R::any_cell => "a value or `-`",
        R::member => "`in`",
        R::band | R::below | R::from_bound => "a band such as `below 50%`, `50% to below 80%` or `80% and above`",
        R::credit => "`credit`",
        R::credit_of => "`of`",
        R::credit_to => "`to`",
        R::share => "a share such as `owner 100%`",
        R::roll_up => "`roll up`",
        R::payout => "`payout`",
        R::recommend => "`recommend`",
        R::outcome => "an outcome's name",
        R::pay_stmt => "a statement such as `pay`, `cap at` or `round`",
        R::let_stmt => "`let`",
        R::amount_is => "`pay` or `propose`",
        R::multiply => "`multiply by`",
        R::gate => "`gate`",
        R::cap => "`cap at`",
        R::floor_stmt => "`floor at`",
        R::round_stmt => "`round`",
        R::hold_back => "`hold back`",
        R::true_up => "`true up`",
        R::payable => "`payable`",
        R::take_back => "`take back`",
        R::reason => "`because`",
        R::contest => "`contest`",
        R::rank => "`rank participants by`",
        R::award_places => "`award first`",
        R::award_top => "`award top`",
        R::distribute => "`distribute`",
        R::only_in => "`only in groups of`",
        R::ties => "`ties share`",
        R::settle => "`settle`",
        R::settle_stmt | R::cap_total => "`cap total at`",
        R::guarantee => "`guarantee at least`",
        R::for_periods => "`for` and a number of periods",
        R::draw => "`as recoverable draw`",
        R::recover_from => "`recover from period`",
        R::never_below => "`never below the guarantee`",
        R::recognize => "`recognize`",
        R::rec_stmt => "a line such as `when`, `badge` or `award`",
        R::when_stmt => "`when`",
        R::badge => "`badge`",
        R::award => "`award`",
        R::kudos => "`kudos from`",
        R::announce => "`announce to`",
        R::once => "`once per`",
        R::test => "`test`",
        R::test_period => "`period`",
        R::given | R::given_group | R::given_member => "`given`",
        R::members => "a participant's name",
        R::binding => "a line such as `quota = $1,000`",
        R::data_list => "`[`",
        R::data_row => "`{`",
        R::expectation => "`expect`",
        R::recognized => "`recognized`",
        R::expect_eq
        | R::expect_total
        | R::expect_col
        | R::expect_credit
        | R::expect_share
        | R::expect_guideline
        | R::expect_pay => "an expectation such as `commission = $1,000`",
        R::check => "`check`",
        R::always => "`always`",
        R::budget => "`total of`",
        R::bound => "an outcome's name",
        R::at_most => "`at most`",
        R::never_falls => "`never falls`",
        R::never_jumps => "`never jumps`",
        R::row_change | R::field_rises | R::row_added | R::input_rises | R::owner => {
            "what rises: `quota rises`, `a deal's amount rises`"
        }
        R::weigh => "`weigh`",
        R::weigh_row => "a row such as `| quota_part | 60% |`",
        R::filled_by => "`filled by`",
        R::starting_at => "`starting at`",
        R::one_policy_line | R::one_schema_line => "`policy` or `schema`, and a name in quotes",
        R::one_header_line => "a header line",
        R::one_item | R::one_schema_item => "a declaration",
        _ => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_words_that_are_not_its_name() {
        let silent = [
            "EOI",
            "WHITESPACE",
            "COMMENT",
            "gap",
            "id_char",
            "reserved",
            "half_date",
            "too_deep",
            "frac",
            "neg",
            "not",
            "unary",
        ];
        for rule in Rule::all_rules() {
            let name = format!("{rule:?}");
            let Some(words) = words(*rule) else {
                assert!(is_operator(*rule) || silent.contains(&name.as_str()), "{name} has no words");
                continue;
            };
            assert!(!words.contains('_') || words.contains("quota_part"), "{name}: {words}");
        }
    }
}
