//! Answers that were given before. What is on record at a cut-off never changes, nor does a review that was published, so an
//! answer is good as long as its cut-off, or its review, is the last: each call asks the store for that number, and nothing
//! else if the answer is kept. Kept for whom it was read: an answer is given again only to a caller who may read about exactly
//! the same people.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use merit_core::Scope;
use prost::Message;

/// Bytes of answers kept, as they are on the wire, with what they were asked by. In memory they take some times as much.
const KEPT: usize = 16 * 1024 * 1024;
/// Bytes that a person in a scope counts for.
const PERSON: usize = 64;

/// What was asked, and of whose rows the answer tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    request: Vec<u8>,
    scopes: Vec<Scope>,
}

impl Question {
    /// By a request, its page and filter included, and whose rows its caller may read; more than one where parts of the rows
    /// have scopes of their own.
    #[must_use]
    pub fn new(request: &impl Message, scopes: Vec<Scope>) -> Self {
        Self { request: request.encode_to_vec(), scopes }
    }

    fn size(&self) -> usize {
        let people = |scope: &Scope| match scope {
            Scope::Everyone => 0,
            Scope::People(people) => people.len(),
        };
        self.request.len() + self.scopes.iter().map(people).sum::<usize>() * PERSON
    }
}

/// Answers at the last cut-off.
#[derive(Debug)]
pub struct Answers<T>(Mutex<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    cutoff: i64,
    // What was asked lately, and what before that. When there is no more room, what was not asked again since goes.
    lately: Shelf<T>,
    before: Shelf<T>,
}

#[derive(Debug)]
struct Shelf<T> {
    size: usize,
    answers: HashMap<Question, Arc<T>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { size: 0, answers: HashMap::new() }
    }
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept::at(0)))
    }
}

impl<T> Kept<T> {
    fn at(cutoff: i64) -> Self {
        Self { cutoff, lately: Shelf::default(), before: Shelf::default() }
    }
}

impl<T: Message> Kept<T> {
    /// An answer that is here, from now on among those asked for lately.
    fn given(&mut self, question: &Question) -> (Option<Arc<T>>, Shelf<T>) {
        if let Some(answer) = self.lately.answers.get(question) {
            return (Some(Arc::clone(answer)), Shelf::default());
        }
        let Some((question, answer)) = self.before.answers.remove_entry(question) else {
            return (None, Shelf::default());
        };
        self.before.size -= question.size() + answer.encoded_len();
        let given = Arc::clone(&answer);
        (Some(given), self.put(question, answer))
    }

    /// Puts an answer to those asked for lately; what has to go for it is the caller's to drop.
    fn put(&mut self, question: Question, answer: Arc<T>) -> Shelf<T> {
        let size = question.size() + answer.encoded_len();
        let mut gone = Shelf::default();
        if self.lately.size + size > KEPT / 2 {
            gone = std::mem::replace(&mut self.before, std::mem::take(&mut self.lately));
        }
        if self.lately.answers.insert(question, answer).is_none() {
            self.lately.size += size;
        }
        gone
    }
}

impl<T: Message + Clone> Answers<T> {
    /// The answer that was given at this cut-off.
    #[must_use]
    pub fn given(&self, cutoff: i64, question: &Question) -> Option<T> {
        let (answer, gone) = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.cutoff != cutoff {
                return None;
            }
            kept.given(question)
        };
        // Thousands of answers take a while to go: nobody else waits for that.
        drop(gone);
        answer.map(|answer| answer.as_ref().clone())
    }

    /// Keeps an answer; those of earlier cut-offs go, and when there is no more room, those that were not asked for lately.
    pub fn keep(&self, cutoff: i64, question: Question, answer: &T) {
        if question.size() + answer.encoded_len() > KEPT / 2 {
            return;
        }
        let answer = Arc::new(answer.clone());
        let gone = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.cutoff > cutoff {
                return;
            }
            let old = if kept.cutoff < cutoff { Some(std::mem::replace(&mut *kept, Kept::at(cutoff))) } else { None };
            (old, kept.put(question, answer))
        };
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use merit_core::ids::PersonId;
    use merit_proto::Encoded;
    use merit_proto::goals::v1::{Goal, ListGoalsRequest};
    use merit_proto::kept::ListGoalsResponse;

    use super::*;

    fn of(filter: &str, scope: &Scope) -> Question {
        let request = ListGoalsRequest { filter: filter.to_owned(), ..ListGoalsRequest::default() };
        Question::new(&request, vec![scope.clone()])
    }

    fn answer(title: &str) -> ListGoalsResponse {
        let goal = Goal { title: title.to_owned(), ..Goal::default() };
        ListGoalsResponse { goals: vec![Encoded::Read(goal)], next_page_token: String::new() }
    }

    #[test]
    fn an_answer_is_for_one_cutoff_and_one_scope() {
        let (answers, ana) = (Answers::default(), Scope::only(&PersonId::new("ana").unwrap()));
        answers.keep(3, of("", &ana), &answer("three"));
        assert_eq!(answers.given(3, &of("", &ana)), Some(answer("three")));
        assert_eq!(answers.given(3, &of("", &Scope::Everyone)), None, "another caller");
        assert_eq!(answers.given(3, &of("weight > 0", &ana)), None, "another question");
        assert_eq!(answers.given(4, &of("", &ana)), None, "something was changed");
        answers.keep(4, of("", &ana), &answer("four"));
        // Read before the change, ready after it.
        answers.keep(3, of("weight > 0", &ana), &answer("late"));
        assert_eq!(answers.given(4, &of("", &ana)), Some(answer("four")));
        assert_eq!(answers.given(3, &of("weight > 0", &ana)), None);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (answers, large) = (Answers::default(), answer(&"x".repeat(KEPT / 8)));
        for at in 0..40 {
            answers.keep(1, of(&format!("weight > {at}"), &Scope::Everyone), &large);
            let kept = answers.0.lock().unwrap();
            assert!(kept.lately.size <= KEPT / 2 && kept.before.size <= KEPT / 2, "{at}");
            for shelf in [&kept.lately, &kept.before] {
                let sizes = shelf.answers.iter().map(|(question, answer)| question.size() + answer.encoded_len());
                assert_eq!(shelf.size, sizes.sum::<usize>(), "{at}");
            }
        }
        answers.keep(1, of("", &Scope::Everyone), &answer(&"x".repeat(KEPT)));
        assert_eq!(answers.given(1, &of("", &Scope::Everyone)), None);
    }

    #[test]
    fn what_is_asked_for_again_and_again_stays() {
        let (answers, large) = (Answers::default(), answer(&"x".repeat(KEPT / 8)));
        let often = of("", &Scope::Everyone);
        answers.keep(1, often.clone(), &answer("often"));
        for at in 0..40 {
            assert_eq!(answers.given(1, &often), Some(answer("often")), "{at}");
            answers.keep(1, of(&format!("weight > {at}"), &Scope::Everyone), &large);
        }
        assert_eq!(answers.given(1, &of("weight > 0", &Scope::Everyone)), None, "asked for once, long ago");
    }
}
