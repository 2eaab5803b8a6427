//! Combinators of futures over futures that the script ends.

use crate::harness::*;
use crate::parts::*;
use crate::streams::result;
use futures::future::{self, AbortHandle, Either, Shared};
use futures::{FutureExt, TryFutureExt};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::Poll;

type Text = Pin<Box<dyn Future<Output = String>>>;

/// Results as one text.
fn results(list: Vec<Result<Val, ()>>) -> String {
    let texts: Vec<String> = list.into_iter().map(result).collect();
    format!("[{}]", texts.join(" "))
}

/// What is left when a part of a future is ready.
type Rest = std::rc::Rc<std::cell::RefCell<Option<Text>>>;

fn select_all(list: Vec<Work>, rest: Rest) -> Text {
    Box::pin(future::select_all(list).map(move |(r, _, left)| {
        if !left.is_empty() {
            let next = select_all(left, rest.clone());
            *rest.borrow_mut() = Some(next);
        }
        result(r)
    }))
}

/// One future, which one mock task polls.
pub struct FutureMachine {
    works: Works,
    f: Option<Text>,
    rest: Rest,
    abort: Option<AbortHandle>,
    endless: bool, // may be polled after its end
    mock: Mock,
}

impl FutureMachine {
    pub fn new(name: &str, c: &[i64]) -> FutureMachine {
        let works = Works::default();
        let n = c.first().copied().unwrap_or(1);
        let mut list: Vec<Work> = (0..n).map(|i| works.begin(Val::new(100 + i))).collect();
        let rest = Rest::default();
        let mut abort = None;
        let mut one = || list.remove(0);
        let f: Text = match name {
            "join_all" => Box::pin(future::join_all(list).map(results)),
            "try_join_all" => {
                Box::pin(future::try_join_all(list).map(|r| r.map_or("err".into(), crate::harness::list)))
            }
            "join" => {
                let (a, b) = (one(), one());
                Box::pin(future::join(a, b).map(|(a, b)| results(vec![a, b])))
            }
            "select" => {
                let (a, b) = (one(), one());
                let rest = rest.clone();
                Box::pin(future::select(a, b).map(move |e| {
                    let (Either::Left((r, left)) | Either::Right((r, left))) = e;
                    *rest.borrow_mut() = Some(Box::pin(left.map(result)));
                    result(r)
                }))
            }
            "select_all" => select_all(list, rest.clone()),
            "select_ok" => Box::pin(future::select_ok(list).map(|r| result(r.map(|(v, _)| v)))),
            "fuse" => Box::pin(one().map(result).fuse()),
            "map" => Box::pin(one().map_ok(|v| Val::new(v.take() + 1000)).map(result)),
            "then" => {
                let then = works.clone();
                Box::pin(one().then(move |r| {
                    let n = r.map_or(300, |v| v.take() + 100);
                    then.begin(Val::new(n)).map(result)
                }))
            }
            "and_then" => {
                let then = works.clone();
                Box::pin(one().and_then(move |v| then.begin(Val::new(v.take() + 100))).map(result))
            }
            "or_else" => {
                let then = works.clone();
                Box::pin(one().or_else(move |()| then.begin(Val::new(300))).map(result))
            }
            "flatten" => {
                let then = works.clone();
                let outer = one().map_ok(move |v| then.begin(Val::new(v.take() + 100)));
                Box::pin(outer.try_flatten().map(result))
            }
            "catch_unwind" => {
                Box::pin(AssertUnwindSafe(one()).catch_unwind().map(|r| r.map_or("panic".into(), result)))
            }
            "abortable" => {
                let (f, handle) = future::abortable(one());
                abort = Some(handle);
                Box::pin(f.map(|r| r.map_or("aborted".into(), result)))
            }
            _ => panic!("no future {name}"),
        };
        FutureMachine { works, f: Some(f), rest, abort, endless: name == "fuse", mock: Mock::new() }
    }

    fn poll(&mut self) -> String {
        let Some(f) = &mut self.f else { return none() };
        match self.mock.enter(|cx| f.as_mut().poll(cx)) {
            Poll::Pending => "P".into(),
            Poll::Ready(t) => {
                if !self.endless {
                    self.f = self.rest.take();
                    self.mock = Mock::new();
                }
                format!("={t}")
            }
        }
    }
}

fn act_on(works: &Works, name: &str, a: &[i64]) -> String {
    let n = a[0] as usize;
    let applies = match name {
        "fin" => works.end(n, End::Value),
        "fail" => works.end(n, End::Failure),
        "panic" => works.end(n, End::Panic),
        "nudge" => works.nudge(n),
        _ => panic!("future: {name}"),
    };
    if applies {
        ok()
    } else {
        none()
    }
}

impl Machine for FutureMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        match name {
            "poll" => self.poll(),
            "drop" => {
                self.mock = Mock::new();
                match self.f.take() {
                    Some(_) => ok(),
                    None => none(),
                }
            }
            "abort" => {
                self.abort.as_ref().expect("abortable").abort();
                ok()
            }
            _ => act_on(&self.works, name, a),
        }
    }

    fn mocks(&self) -> Vec<&Mock> {
        vec![&self.mock]
    }
}

/// Clones of a shared future, each with a mock task of its own.
pub struct SharedMachine {
    works: Works,
    clones: [Option<Shared<Pin<Box<dyn Future<Output = Option<i64>>>>>>; 4],
    mocks: [Mock; 4],
}

impl SharedMachine {
    pub fn new(_: &[i64]) -> SharedMachine {
        let works = Works::default();
        let f: Pin<Box<dyn Future<Output = Option<i64>>>> =
            Box::pin(works.begin(Val::new(100)).map(|r| r.ok().map(Val::take)));
        SharedMachine {
            works,
            clones: [Some(f.shared()), None, None, None],
            mocks: [Mock::new(), Mock::new(), Mock::new(), Mock::new()],
        }
    }
}

impl Machine for SharedMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        let i = a[0] as usize;
        match name {
            "poll" => {
                let Some(f) = &mut self.clones[i] else { return none() };
                match self.mocks[i].enter(|cx| Pin::new(f).poll(cx)) {
                    Poll::Pending => "P".into(),
                    Poll::Ready(v) => {
                        self.clones[i] = None;
                        self.mocks[i] = Mock::new();
                        v.map_or("err".into(), |v| v.to_string())
                    }
                }
            }
            "clone" => {
                let j = a[1] as usize;
                if self.clones[i].is_none() || self.clones[j].is_some() {
                    return none();
                }
                self.clones[j] = self.clones[i].clone();
                self.mocks[j] = Mock::new();
                ok()
            }
            "drop" => match self.clones[i].take() {
                Some(_) => {
                    self.mocks[i] = Mock::new();
                    ok()
                }
                None => none(),
            },
            _ => act_on(&self.works, name, a),
        }
    }

    fn mocks(&self) -> Vec<&Mock> {
        self.mocks.iter().collect()
    }
}
