//! The streams, futures and sinks below what is tested. The script decides what they do, and
//! each notes when it is polled.

use crate::harness::{call, Val};
use futures::{Sink, Stream};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

fn wake(waker: &mut Option<Waker>) {
    if let Some(w) = waker.take() {
        w.wake();
    }
}

#[derive(Default)]
struct SourceState {
    name: String,
    items: VecDeque<i64>,
    ended: bool,
    reopens: bool,
    waker: Option<Waker>,
}

/// A stream that the script fills.
#[derive(Clone)]
pub struct Source(Rc<RefCell<SourceState>>);

impl Source {
    pub fn new(name: impl ToString) -> Source {
        Source(Rc::new(RefCell::new(SourceState { name: name.to_string(), ..Default::default() })))
    }

    /// Makes it go on after its end.
    pub fn reopen(&self) {
        self.0.borrow_mut().reopens = true;
    }

    pub fn push(&self, v: i64) -> bool {
        let mut s = self.0.borrow_mut();
        if s.ended {
            return false;
        }
        s.items.push_back(v);
        wake(&mut s.waker);
        true
    }

    pub fn end(&self) {
        let mut s = self.0.borrow_mut();
        s.ended = true;
        wake(&mut s.waker);
    }
}

impl Stream for Source {
    type Item = Val;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Val>> {
        let mut s = self.0.borrow_mut();
        call(&s.name);
        if let Some(v) = s.items.pop_front() {
            return Poll::Ready(Some(Val::new(v)));
        }
        if s.ended {
            s.ended = !s.reopens;
            return Poll::Ready(None);
        }
        s.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// How a future ends.
#[derive(Clone, Copy, PartialEq)]
pub enum End {
    Value,
    Failure,
    Panic,
}

#[derive(Default)]
struct TaskState {
    end: Option<End>,
    waker: Option<Waker>,
}

/// Futures by their numbers.
#[derive(Clone, Default)]
pub struct Works(Rc<RefCell<Vec<TaskState>>>);

impl Works {
    /// A future with the next number, which owns a value until it is ready. With a value that
    /// ends in 7 it is ready at once.
    pub fn begin(&self, v: Val) -> Work {
        let mut list = self.0.borrow_mut();
        let end = if v.id() % 10 == 7 { Some(End::Value) } else { None };
        list.push(TaskState { end, waker: None });
        Work { of: self.clone(), n: list.len() - 1, v: Some(v) }
    }

    /// Ends a future, if there is one of this number that has not ended.
    pub fn end(&self, n: usize, how: End) -> bool {
        let mut list = self.0.borrow_mut();
        match list.get_mut(n) {
            Some(t) if t.end.is_none() => {
                t.end = Some(how);
                wake(&mut t.waker);
                true
            }
            _ => false,
        }
    }

    /// Wakes the task of a future for nothing.
    pub fn nudge(&self, n: usize) -> bool {
        let mut list = self.0.borrow_mut();
        match list.get_mut(n) {
            Some(t) if t.end.is_none() && t.waker.is_some() => {
                wake(&mut t.waker);
                true
            }
            _ => false,
        }
    }
}

/// A future that the script ends.
#[derive(Debug)]
pub struct Work {
    of: Works,
    n: usize,
    v: Option<Val>,
}

impl std::fmt::Debug for Works {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Works")
    }
}

impl Future for Work {
    type Output = Result<Val, ()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Val, ()>> {
        call(format!("f{}", self.n));
        let of = self.of.clone();
        let mut list = of.0.borrow_mut();
        let t = &mut list[self.n];
        match t.end {
            None => {
                t.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            Some(End::Value) => Poll::Ready(Ok(self.v.take().expect("polled after its end"))),
            Some(End::Failure) => {
                drop(self.v.take());
                Poll::Ready(Err(()))
            }
            Some(End::Panic) => {
                drop(list);
                panic!("the script says so")
            }
        }
    }
}

#[derive(Default)]
struct BasinState {
    name: String,
    room: i64,
    held: bool,
    failed: bool,
    waker: Option<Waker>,
}

/// A sink with room for as many values as the script says.
#[derive(Clone)]
pub struct Basin(Rc<RefCell<BasinState>>);

impl Basin {
    pub fn new(name: impl ToString) -> Basin {
        Basin(Rc::new(RefCell::new(BasinState { name: name.to_string(), ..Default::default() })))
    }

    pub fn room(&self, n: i64) {
        let mut s = self.0.borrow_mut();
        s.room += n;
        wake(&mut s.waker);
    }

    /// Makes flushes wait, or go on.
    pub fn hold(&self, on: bool) {
        let mut s = self.0.borrow_mut();
        s.held = on;
        if !on {
            wake(&mut s.waker);
        }
    }

    pub fn fail(&self) {
        let mut s = self.0.borrow_mut();
        s.failed = true;
        wake(&mut s.waker);
    }

    fn flush(&self, what: &str, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        let mut s = self.0.borrow_mut();
        call(format!("{}{what}", s.name));
        if s.failed {
            return Poll::Ready(Err(()));
        }
        if s.held {
            s.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn take(&self, v: i64) -> Result<(), ()> {
        let mut s = self.0.borrow_mut();
        call(format!("{}={v}", s.name));
        if s.failed {
            return Err(());
        }
        s.room -= 1;
        Ok(())
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        let mut s = self.0.borrow_mut();
        call(format!("{}?", s.name));
        if s.failed {
            return Poll::Ready(Err(()));
        }
        if s.room <= 0 {
            s.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

impl Sink<Val> for Basin {
    type Error = ();

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Basin::poll_ready(&self, cx)
    }

    fn start_send(self: Pin<&mut Self>, v: Val) -> Result<(), ()> {
        self.take(v.id())?;
        v.take();
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.flush("f", cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.flush("c", cx)
    }
}

/// For values that several sinks share.
impl Sink<i64> for Basin {
    type Error = ();

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Basin::poll_ready(&self, cx)
    }

    fn start_send(self: Pin<&mut Self>, v: i64) -> Result<(), ()> {
        self.take(v)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.flush("f", cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.flush("c", cx)
    }
}
