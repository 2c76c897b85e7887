//! Who reads which scorecards. Before publication only those who run reviews; after it, each person their own as well. Each
//! read of somebody else's is kept on record.

use merit_core::ids::PersonId;
use merit_core::{Error, Result, Scope};

use super::Reviews;
use crate::model::{Review, StoredCard};

/// Who wants to read.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The principal's subject.
    pub subject: String,
    /// The person behind it, if it is one.
    pub person: Option<PersonId>,
    /// Whether they may read everyone's.
    pub reads_all: bool,
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

    /// Scorecards of a review, by person and kind.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` for somebody else's, `NOT_PUBLISHED` for one's own before publication.
    pub async fn scorecards(
        &self,
        reader: &Reader,
        cycle: &str,
        run: &str,
        mut page: CardPage,
    ) -> Result<Vec<StoredCard>> {
        if !reader.reads_all {
            let own = reader.person.clone().ok_or_else(|| Error::denied("your role may not read scorecards"))?;
            if page.person.as_ref().is_some_and(|person| *person != own) {
                return Err(Error::denied("your role may not read another person's scorecard"));
            }
            page.person = Some(own);
        }
        let review = self.readable(reader, cycle, run).await?;
        let cards = self.store.card_page(&review.run, &page, &Scope::Everyone).await?;
        let own = page.person.is_some() && page.person == reader.person;
        if !own {
            self.store.record_read(&reader.subject, &review.run, page.person.as_ref(), self.clock.now()).await?;
        }
        Ok(cards)
    }

    /// The review whose scorecards somebody may read: for those who don't read all, the latest that was published.
    async fn readable(&self, reader: &Reader, cycle: &str, run: &str) -> Result<Review> {
        if reader.reads_all {
            return self.find(cycle, run).await;
        }
        let unpublished = |cycle: &str| {
            Error::precondition("NOT_PUBLISHED", format!("the scorecards of cycle {cycle} are not published yet"))
        };
        if !run.is_empty() {
            let review = self.find(cycle, run).await?;
            return if review.published_at.is_some() { Ok(review) } else { Err(unpublished(review.cycle.as_str())) };
        }
        let cycle = self.cycle_id(cycle).await?;
        let published = self.store.of_cycle(&cycle).await?.into_iter().filter(|review| review.published_at.is_some());
        published.max_by_key(|review| review.published_at).ok_or_else(|| unpublished(cycle.as_str()))
    }
}
