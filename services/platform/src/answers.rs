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
    size: usize,
    answers: HashMap<Question, Arc<T>>,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept::at(0)))
    }
}

impl<T> Kept<T> {
    fn at(cutoff: i64) -> Self {
        Self { cutoff, size: 0, answers: HashMap::new() }
    }
}

impl<T: Message + Clone> Answers<T> {
    /// The answer that was given at this cut-off.
    #[must_use]
    pub fn given(&self, cutoff: i64, question: &Question) -> Option<T> {
        let answer = {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.answers.get(question).filter(|_| kept.cutoff == cutoff).cloned()
        };
        answer.map(|answer| answer.as_ref().clone())
    }

    /// Keeps an answer; those of earlier cut-offs go. When there is no more room, all go: what is asked for often is soon
    /// back.
    pub fn keep(&self, cutoff: i64, question: Question, answer: &T) {
        let size = question.size() + answer.encoded_len();
        if size > KEPT {
            return;
        }
        let answer = Arc::new(answer.clone());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.cutoff > cutoff {
            return;
        }
        if kept.cutoff < cutoff || kept.size + size > KEPT {
            *kept = Kept::at(cutoff);
        }
        if kept.answers.insert(question, answer).is_none() {
            kept.size += size;
        }
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
        let (answers, large) = (Answers::default(), answer(&"x".repeat(KEPT / 4)));
        for at in 0..20 {
            answers.keep(1, of(&format!("weight > {at}"), &Scope::Everyone), &large);
            let kept = answers.0.lock().unwrap();
            assert!(kept.size <= KEPT && kept.answers.len() < 4, "{at}");
        }
        answers.keep(1, of("", &Scope::Everyone), &answer(&"x".repeat(KEPT)));
        assert_eq!(answers.given(1, &of("", &Scope::Everyone)), None);
    }
}
