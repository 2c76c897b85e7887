//! Every code that a message can have, in one table: the code never changes its meaning, and its words are the start of
//! the page that explains it, `rules/messages/<code>.md`. M00 the file, M01 its text, M02 names, M03 types and units,
//! M04 missing values, M05 tables, M06 outcomes and stages, M07 the header and the schema, M08 tests and checks.

/// A stable code and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Such as `M0301`.
    pub id: &'static str,
    /// What it stands for, in one sentence.
    pub about: &'static str,
    /// The page that explains it, in Markdown.
    pub page: &'static str,
}

macro_rules! codes {
    ($($id:literal $name:ident $about:literal)*) => {
        $(#[doc = $about] pub const $name: Code = Code {
            id: $id,
            about: $about,
            page: include_str!(concat!("../../../messages/", $id, ".md")),
        };)*
        /// All of them, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    "M0001" NOT_TEXT "The file is not UTF-8 text."
    "M0002" SPREADSHEET "The file is a spreadsheet or another kind of document, not text."
    "M0003" TOO_LARGE "The file is larger than 1 MiB."
    "M0004" NOT_A_POLICY "The file doesn't begin with a policy or a schema."
    "M0005" WRONG_KIND "A schema stands where a policy is expected, or a policy where a schema is."

    "M0101" SYNTAX "Something else was expected here."
    "M0102" UNKNOWN_DECLARATION "A line in the first column doesn't begin a declaration."
    "M0103" CURLY_QUOTES "A text is in curly quotes."
    "M0104" FOREIGN_OPERATOR "An operator or a function is spelt as in another language."
    "M0105" ODD_SPACE "A space or an invisible character is not a plain one."
    "M0106" DECIMAL_COMMA "A number has a comma where its decimal point belongs."
    "M0107" PERCENT_SIDE "A percentage is not a number with the per cent sign after it."
    "M0108" CUMULATIVE "`cumulative` is used in two opposite senses."
    "M0109" TOO_DEEP "Brackets or terms are nested too deep."
    "M0110" CURRENCY_SIGN "A currency sign other than `$` is used."
    "M0111" UNCLOSED "A text or a bracket is not closed."
    "M0112" BAD_DATE "A date doesn't exist."
    "M0113" BAD_NUMBER "A number can't be used as it is written."
    "M0114" NEEDS_PARENTHESES "Two operators need parentheses to say which comes first."
    "M0115" REPEATED "A part that may stand once stands twice."
    "M0116" TOO_MANY "The file has too many declarations or rows."

    "M0201" UNKNOWN_NAME "A name isn't known."
    "M0202" DEFINED_TWICE "A name is defined twice."
    "M0203" BUILT_IN_NAME "A built-in or schema name is defined again."
    "M0204" CIRCULAR "Definitions depend on each other in a circle."
    "M0205" NOT_IN_SCHEMA "The schema doesn't have what a policy asks for."
    "M0206" SCHEMA_DIFFERS "An input differs from what the schema says about it."
    "M0207" WRONG_KIND_OF_NAME "A name stands for another kind of thing than is needed here."
    "M0208" UNKNOWN_COLUMN "A record doesn't have that column."
    "M0209" NOT_LISTED "An input is used that `inputs` doesn't list."

    "M0301" OPERATOR "Two values can't be combined by this operator."
    "M0302" WRONG_TYPE "A value has another type than is needed here."
    "M0303" COMPARISON "Two values can't be compared."
    "M0304" WRONG_CURRENCY "An amount is in another currency than the policy."
    "M0305" TOO_PRECISE "An amount has more decimals than its currency."
    "M0306" OUT_OF_RANGE "A value lies outside its range."
    "M0307" NOT_A_CHOICE "A word is not one of the choices."
    "M0308" BRANCHES_DIFFER "The values of `if` differ in type."

    "M0401" MAY_BE_MISSING "A value that may be missing is used as if it never were."
    "M0402" MAY_DIVIDE_BY_ZERO "A divisor may be 0."

    "M0501" BAND_GAP "Values between two bands belong to none."
    "M0502" BAND_OVERLAP "Values belong to two bands."
    "M0503" BAND_RANGE "Bands don't cover the range of what they are read for."
    "M0504" EMPTY_CELL "A cell of a table is empty."
    "M0505" ROW_WIDTH "A row has another number of cells than the head of its table."
    "M0506" ROW_OVERLAP "Two rows of a unique table can both apply."
    "M0507" ROW_UNREACHABLE "A row can never apply."
    "M0508" TABLE_GAP "No row applies to some combination."
    "M0509" CURVE_POINTS "The points of a curve are not in rising order."
    "M0510" HEAD_ROW "The head of a table is not as its kind needs it."
    "M0511" LOOKUP "A lookup doesn't fit its table."
    "M0512" APPLY "A table is applied in a way that its kind doesn't allow."

    "M0601" STATEMENTS "An outcome lacks a statement or has one too often."
    "M0602" ROUNDING "A rounding step doesn't fit."
    "M0603" FLOOR_ABOVE_CAP "A floor lies above the cap."
    "M0604" PAY_OR_PROPOSE "`pay` belongs to a payout, `propose` to a recommendation."
    "M0605" SHARES "The shares of a credit don't add up to 100%."
    "M0606" CONTEST "A contest's places and prizes don't match."
    "M0607" RECOGNITION "A recognition lacks a part or shows what it must not."
    "M0608" SETTLE "A guarantee or a draw leaves open how it is paid or taken back."
    "M0609" ORDER_OF_STAGES "A stage reads what only a later stage knows."
    "M0610" RECOMPUTING "A payout that is computed again reads rows that are not on record."

    "M0701" HEADER_MISSING "The header lacks a line."
    "M0702" HEADER_PLACE "A header line stands after the first declaration."
    "M0703" EFFECTIVE "A policy ends before it starts."
    "M0704" UNKNOWN_CURRENCY "A currency's code isn't known."
    "M0705" MONTH_ENDS "A date plus months needs the header to say how month ends round."
    "M0707" SCHEMA_RECORD "A record or measure of a schema isn't complete."
    "M0708" VERSION_REUSED "A version number is published again with other content."
    "M0709" VERSIONS_OVERLAP "Two versions of a policy hold on the same day."

    "M0801" TEST_BINDING "A test gives something that isn't an input."
    "M0802" TEST_EXPECTATION "A test expects something that the policy doesn't give."
    "M0803" CHECK_SUBJECT "A check speaks of something that the policy doesn't have."
    "M0804" TEST_FAILS "A test of the policy doesn't come out as it expects."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
    }
}
