//! Which rows of a list are wanted.

use merit_core::Scope;

/// A part of a list: everything that is in the scope, narrowed by what is named.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Whose rows the reader may see.
    pub scope: &'a Scope,
    /// Of scores, whose payouts, proposed raises and other amounts that a policy works out the reader may see too.
    pub pay: &'a Scope,
    /// Only this participant's, by id.
    pub participant: Option<&'a str>,
    /// Only this policy's, by name.
    pub policy: Option<&'a str>,
    /// Only of this output: a line's payout, a score's output, a recognition's title, a credit's list.
    pub output: Option<&'a str>,
    /// Only of this period, by its label; an adjustment's is its number.
    pub period: Option<&'a str>,
    /// Only keys after this one.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: usize,
}

impl<'a> Part<'a> {
    /// All that is in the scope, pay included.
    #[must_use]
    pub const fn of(scope: &'a Scope) -> Self {
        Self {
            scope,
            pay: scope,
            participant: None,
            policy: None,
            output: None,
            period: None,
            after: None,
            limit: usize::MAX,
        }
    }
}
