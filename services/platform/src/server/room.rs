//! How many calls are at work, in all and of one caller: nobody can take every place.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::Origin;
use crate::identity::bearer;

/// The part of all places that one caller may have: one of so many.
const SHARE: usize = 4;

/// Places for calls.
#[derive(Debug)]
pub struct Room {
    all: Arc<Semaphore>,
    each: usize,
    callers: Mutex<HashMap<u64, usize>>,
    names: RandomState,
}

/// A call's place, free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    _one: OwnedSemaphorePermit,
    room: Arc<Room>,
    caller: u64,
}

impl Room {
    /// For so many calls.
    #[must_use]
    pub fn new(calls: usize) -> Arc<Self> {
        Arc::new(Self {
            all: Arc::new(Semaphore::new(calls)),
            each: (calls / SHARE).max(1),
            callers: Mutex::default(),
            names: RandomState::new(),
        })
    }

    /// A place, if there is one. A caller is told by what they show, which nobody has verified yet: what is false is soon
    /// refused, and keeps no place. Who has had their share is read more slowly for a moment.
    #[must_use]
    pub fn enter<T>(self: &Arc<Self>, request: &http::Request<T>) -> Option<Place> {
        let token = bearer(request.headers());
        let origin = request.extensions().get::<Origin>();
        let caller = self.names.hash_one((token, origin.and_then(|origin| origin.peer.names())));
        let pace = origin.map(|origin| &origin.pace);
        if let Some(pace) = pace {
            pace.used_by(caller);
        }
        let one = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let count = callers.entry(caller).or_default();
        if *count >= self.each {
            if let Some(pace) = pace {
                pace.slow_down();
            }
            return None;
        }
        *count += 1;
        Some(Place { _one: one, room: Arc::clone(self), caller })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut callers = self.room.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = callers.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                callers.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(token: &str) -> http::Request<()> {
        http::Request::builder().header("authorization", format!("Bearer {token}")).body(()).unwrap()
    }

    #[test]
    fn a_caller_has_a_share_and_leaves_the_rest_to_others() {
        let room = Room::new(8);
        let places: Vec<_> = (0..5).map_while(|_| room.enter(&from("mallory"))).collect();
        assert_eq!(places.len(), 2);
        // However the word before their token is written.
        let shouted = http::Request::builder().header("authorization", "BEARER mallory").body(()).unwrap();
        assert!(room.enter(&shouted).is_none());
        let others: Vec<_> = (0..20).map_while(|at| room.enter(&from(&format!("caller {at}")))).collect();
        assert_eq!(others.len(), 6);
        drop(places);
        assert!(room.enter(&from("mallory")).is_some());
        drop(others);
        assert!(room.callers.lock().unwrap().is_empty(), "nobody is remembered who is gone");
    }
}
