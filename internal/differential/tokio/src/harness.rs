//! What all machines share: mock tasks, values that say when they are dropped, and the log
//! of calls.

use std::cell::RefCell;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

/// One object under test with everything that was made of it.
pub trait Machine {
    /// Carries out one operation and says what came of it: "-" when it does not apply.
    fn act(&mut self, name: &str, a: &[i64]) -> String;
    /// The mock tasks, in a fixed order.
    fn mocks(&self) -> Vec<&Mock>;
}

pub fn none() -> String {
    "-".into()
}

pub fn ok() -> String {
    "ok".into()
}

thread_local! {
    static CALLS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static DROPS: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
}

/// Notes a call that the library makes.
pub fn call(what: impl Display) {
    CALLS.with_borrow_mut(|c| c.push(what.to_string()));
}

/// The calls since this was called last.
pub fn take_calls() -> Vec<String> {
    CALLS.take()
}

/// The values that were dropped since this was called last, sorted.
pub fn take_drops() -> Vec<i64> {
    let mut drops = DROPS.take();
    drops.sort();
    drops
}

/// A value that notes when it is dropped.
#[derive(Debug)]
pub struct Val(i64);

impl Val {
    pub fn new(id: i64) -> Val {
        Val(id)
    }

    pub fn id(&self) -> i64 {
        self.0
    }

    /// Takes the value out of the library's hands.
    pub fn take(self) -> i64 {
        let id = self.0;
        std::mem::forget(self);
        id
    }
}

impl Drop for Val {
    fn drop(&mut self) {
        DROPS.with_borrow_mut(|d| d.push(self.0));
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A task that is polled by hand.
pub struct Mock(Arc<Flag>);

impl Mock {
    pub fn new() -> Mock {
        Mock(Arc::new(Flag(AtomicBool::new(false))))
    }

    /// Whether it was woken since it was polled last.
    pub fn woken(&self) -> bool {
        self.0 .0.load(Ordering::Relaxed)
    }

    /// Polls. Nothing happens meanwhile, so wakes of the poll itself are of no use: a
    /// FuturesUnordered makes some to give way to other tasks.
    pub fn enter<R>(&self, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        let out = self.enter_once(poll);
        self.quiet();
        out
    }

    /// Forgets a wake.
    pub fn quiet(&self) {
        self.0 .0.store(false, Ordering::Relaxed);
    }

    /// Polls, and leaves the task woken if its poll has woken it.
    pub fn enter_once<R>(&self, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        self.0 .0.store(false, Ordering::Relaxed);
        let waker = Waker::from(self.0.clone());
        poll(&mut Context::from_waker(&waker))
    }
}

/// "[1 2]"
pub fn list(values: impl IntoIterator<Item = Val>) -> String {
    let texts: Vec<String> = values.into_iter().map(one).collect();
    format!("[{}]", texts.join(" "))
}

/// The text of a value, which is the receiver's.
pub fn one(v: Val) -> String {
    v.take().to_string()
}
