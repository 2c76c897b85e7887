//! Who reads which scorecards. Before publication only those who read runs; after it, each person their own and those whose
//! scope they are in. Each read of somebody else's is kept on record.

use merit_core::ids::{PersonId, RunId};
use merit_core::reads::ReadsPart;
use merit_core::{Error, Kind, Result, Scope};

use super::Reviews;
use crate::model::{CardKind, Read, Review, StoredCard};

/// Who wants to read.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The principal's subject.
    pub subject: String,
    /// The words of their roles.
    pub roles: Vec<String>,
    /// The person behind it, if it is one.
    pub person: Option<PersonId>,
    /// Whose scorecards they may read.
    pub scope: Scope,
    /// Whether they may read runs, and so scorecards before their publication.
    pub reads_runs: bool,
    /// The call that they make.
    pub method: &'static str,
}

/// Where a page of scorecards goes on, and how many it takes.
#[derive(Debug, Clone)]
pub struct CardPage {
    /// Only this person's.
    pub person: Option<PersonId>,
    /// The last key of the page before: a person's id, a slash, the kind's word.
    pub after: Option<String>,
    /// At most this many.
    pub limit: usize,
    /// Of these, how many are answered at most: what is read beyond only tells that there are more.
    pub answered: usize,
}

/// Whose scorecards somebody is given besides their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Others {
    /// Nobody's.
    #[default]
    Nobody,
    /// One person's.
    One(PersonId),
    /// Several people's.
    Several,
}

/// A run whose scorecards somebody may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    /// Which.
    pub run: RunId,
    /// The number of its review, if that was published: then its scorecards stay as they are.
    pub published: Option<i64>,
}

impl Reviews {
    /// A review with its decisions.
    ///
    /// # Errors
    /// `NO_REVIEW` or `UNKNOWN_RUN`.
    pub async fn review(&self, cycle: &str, run: &str) -> Result<Review> {
        self.find(cycle, run).await
    }

    /// Reviews of a cycle, newest first, of those that began before `before`.
    ///
    /// # Errors
    /// Whatever the store or a neighbour refuses.
    pub async fn reviews(&self, cycle: &str, before: Option<i64>, limit: usize) -> Result<Vec<Review>> {
        let cycle = self.cycle_id(cycle).await?;
        let mut reviews = self.store.of_cycle(&cycle).await?;
        reviews.reverse();
        Ok(reviews.into_iter().filter(|review| before.is_none_or(|seq| review.seq < seq)).take(limit).collect())
    }

    /// Scorecards of a run that the reader may read, by person and kind, as they are kept: what of them the reader may not see
    /// is still on them. The read of somebody else's is put on record before the first of them leaves; `on_record` says whose
    /// are on it already, and then whose are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn scorecards(
        &self,
        reader: &Reader,
        run: &RunId,
        page: &CardPage,
        on_record: &mut Others,
    ) -> Result<Vec<StoredCard>> {
        let cards = self.store.card_page(run, page, &reader.scope).await?;
        let given = cards.iter().take(page.answered).map(|card| Others::on(card, reader));
        let others = given.fold(on_record.clone(), Others::and);
        if others != *on_record {
            self.record_read(reader, run, others.person()).await?;
            *on_record = others;
        }
        Ok(cards)
    }

    /// Puts on record that somebody reads somebody else's scorecards, or what tells as much; of several people where nobody
    /// is named. Nothing is answered before it is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn record_read(&self, reader: &Reader, run: &RunId, person: Option<&PersonId>) -> Result<()> {
        let read = Read {
            reader: reader.subject.clone(),
            roles: reader.roles.clone(),
            run: run.clone(),
            person: person.cloned(),
            method: reader.method.to_owned(),
            at: self.clock.now(),
        };
        self.store.record_read(&read).await
    }

    /// Reads on record with their numbers, the latest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reads(&self, part: &ReadsPart) -> Result<Vec<(i64, Read)>> {
        self.store.reads(part).await
    }

    /// Whether a cycle shows a team's pay to its manager.
    ///
    /// # Errors
    /// Those of the neighbours.
    pub async fn shows_pay(&self, cycle: &str) -> Result<bool> {
        Ok(self.neighbours.cycle(cycle).await?.shows_pay)
    }

    /// The run whose scorecards somebody may read: for those who don't read runs, the one that was published last.
    ///
    /// # Errors
    /// `NO_REVIEW` or `UNKNOWN_RUN` for those who read runs; for others `NOT_PUBLISHED`, and [`Error::hidden`] for a run that
    /// is not published.
    pub async fn readable(&self, reader: &Reader, cycle: &str, run: &str) -> Result<Readable> {
        if reader.reads_runs {
            return self.find(cycle, run).await.map(Readable::of);
        }
        if !run.is_empty() {
            let found = match self.find(cycle, run).await {
                Err(error) if error.kind == Kind::NotFound => None,
                found => Some(Readable::of(found?)).filter(|run| run.published.is_some()),
            };
            return found.ok_or_else(|| Error::hidden(run));
        }
        let cycle = self.cycle_id(cycle).await?;
        let (seq, run) = self.store.published(&cycle).await?.ok_or_else(|| {
            Error::precondition("NOT_PUBLISHED", format!("the scorecards of cycle {cycle} are not published yet"))
        })?;
        Ok(Readable { run, published: Some(seq) })
    }
}

impl Readable {
    fn of(review: Review) -> Self {
        Self { run: review.run, published: review.published_at.map(|_| review.seq) }
    }
}

impl Others {
    /// Of whom but the reader a scorecard tells. A team's tells of the people in it, and so one's own team's of others.
    fn on(card: &StoredCard, reader: &Reader) -> Self {
        match card.kind {
            _ if Some(&card.person) != reader.person.as_ref() => Self::One(card.person.clone()),
            CardKind::Person => Self::Nobody,
            CardKind::Team => Self::Several,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nobody, one) | (one, Self::Nobody) => one,
            (one, other) if one == other => one,
            _ => Self::Several,
        }
    }

    /// The one person.
    const fn person(&self) -> Option<&PersonId> {
        if let Self::One(person) = self { Some(person) } else { None }
    }
}
