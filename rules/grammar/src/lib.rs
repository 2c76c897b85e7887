//! The policy language's grammar, `merit.pest`, as a parser. It is a crate of its own because it takes the longest to compile
//! and changes the least, and because tests that read thousands of policies want it optimised when nothing else is.
#![expect(missing_docs, reason = "generated: the rules are described in the grammar")]

use std::num::NonZeroUsize;
use std::sync::Once;

use pest::Parser as _;
use pest::iterators::Pairs;

#[derive(pest_derive::Parser)]
#[grammar = "src/merit.pest"]
struct Merit;

/// Why a text is none of the grammar's.
pub type Failure = pest::error::Error<Rule>;

/// The largest text that is read: 1 MiB.
pub const LARGEST: usize = 1 << 20;
/// Steps that the grammar may take for one part. An honest text takes some forty for a byte.
const STEPS: usize = 64 * LARGEST;

/// Parses a part of a file by one of the grammar's entry points.
///
/// # Errors
/// Where the text is none of that part, or takes too many steps.
pub fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Failure>> {
    // The limit is one for the whole process, so that it can't follow each text's size without two threads meddling.
    static LIMIT: Once = Once::new();
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(STEPS)));
    Merit::parse(rule, text).map_err(Box::new)
}
