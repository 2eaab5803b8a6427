//! Operators of tokio-stream and futures over streams that the script fills.

use crate::harness::*;
use crate::parts::*;
use futures::{FutureExt, Stream, StreamExt as Futures};
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio_stream::StreamExt as Tokio;

/// A stream of what its items are in text.
pub type Texts = Pin<Box<dyn Stream<Item = String>>>;

/// What an operator is made of.
pub struct Parts {
    pub sources: Vec<Source>,
    pub works: Works,
    begun: Rc<Cell<usize>>, // inner streams
}

/// The sources before this one are the streams that an operator is made of, the others those
/// that it makes of values.
const INNER: usize = 3;

impl Parts {
    pub fn new() -> Parts {
        let sources = "abcdefgh".chars().map(Source::new).collect();
        Parts { sources, works: Works::default(), begun: Rc::default() }
    }

    /// A function that makes a future of a value.
    fn work(&self) -> impl Fn(Val) -> Work {
        let works = self.works.clone();
        move |v| works.begin(v)
    }

    /// A function that makes a stream of a value: the next of the inner sources.
    fn inner(&self) -> impl Fn(Val) -> Texts {
        let (sources, begun) = (self.sources.clone(), self.begun.clone());
        move |v| {
            v.take();
            let n = INNER + begun.get();
            begun.set(begun.get() + 1);
            match sources.get(n) {
                Some(s) => text(s.clone()),
                None => Box::pin(futures::stream::empty()),
            }
        }
    }
}

fn text(s: impl Stream<Item = Val> + 'static) -> Texts {
    Box::pin(Futures::map(s, one))
}

fn texts<C: IntoIterator<Item = Val> + 'static>(s: impl Stream<Item = C> + 'static) -> Texts {
    Box::pin(Futures::map(s, list))
}

fn results(s: impl Stream<Item = Result<Val, ()>> + 'static) -> Texts {
    Box::pin(Futures::map(s, result))
}

/// The text of what a future gives.
pub fn result(r: Result<Val, ()>) -> String {
    r.map_or("err".into(), one)
}

/// A future as a stream of its result.
fn once<T>(f: impl futures::Future<Output = T> + 'static, show: impl Fn(T) -> String + 'static) -> Texts {
    Box::pin(futures::stream::once(f.map(move |v| format!("={}", show(v)))))
}

fn even(v: &Val) -> bool {
    v.id() % 2 == 0
}

fn small(v: &Val) -> bool {
    v.id() % 10 < 6
}

fn as_val(v: Val) -> Val {
    Val::new(v.take() + 1000)
}

/// Builds the operator called name.
pub fn build(name: &str, n: usize, p: &Parts) -> Texts {
    let (a, b, c) = (p.sources[0].clone(), p.sources[1].clone(), p.sources[2].clone());
    match name {
        "map" => text(Tokio::map(a, as_val)),
        "filter" => text(Tokio::filter(a, even)),
        "filter_map" => text(Tokio::filter_map(a, |v| if even(&v) { Some(as_val(v)) } else { None })),
        "map_while" => text(Tokio::map_while(a, |v| if small(&v) { Some(as_val(v)) } else { None })),
        "then" => {
            let work = p.work();
            results(Tokio::then(a, work))
        }
        "merge" => text(Tokio::merge(a, b)),
        "select" => text(futures::stream::select(a, b)),
        "merge_turns" => text(Turns { s: [Some(a), Some(b)], second_first: false }),
        "select_all" => text(futures::stream::select_all([a, b, c])),
        "chain" => text(Tokio::chain(a, b)),
        "take" => text(Tokio::take(a, n)),
        "take_while" => text(Tokio::take_while(a, small)),
        "skip" => text(Tokio::skip(a, n)),
        "skip_while" => text(Tokio::skip_while(a, small)),
        "fuse" => {
            p.sources[0].reopen();
            text(Tokio::fuse(a))
        }
        "inspect" => text(Futures::inspect(a, |v| call(format!("see{}", v.id())))),
        "enumerate" => Box::pin(Futures::map(Futures::enumerate(a), |(i, v)| format!("{i}:{}", one(v)))),
        "all" => once(async_all(a), |v| v.to_string()),
        "any" => once(async_any(a), |v| v.to_string()),
        "fold" => once(
            async move {
                let mut a = a;
                Tokio::fold(&mut a, 0, |sum, v| sum + v.take()).await
            },
            |v: i64| v.to_string(),
        ),
        "collect" => once(Tokio::collect::<Vec<Val>>(a), list),
        "count" => once(Futures::count(Futures::map(a, drop)), |n| n.to_string()),
        "for_each" => {
            let work = p.work();
            once(Futures::for_each(a, move |v| work(v).map(drop)), |()| String::new())
        }
        "for_each_concurrent" => {
            let work = p.work();
            once(Futures::for_each_concurrent(a, n, move |v| work(v).map(drop)), |()| String::new())
        }
        "buffered" => results(Futures::buffered(Futures::map(a, p.work()), n)),
        "buffer_unordered" => results(Futures::buffer_unordered(Futures::map(a, p.work()), n)),
        "flat_map" => Box::pin(Futures::flat_map(a, p.inner())),
        "flatten" => Box::pin(Futures::flatten(Futures::map(a, p.inner()))),
        "flat_map_unordered" => Box::pin(Futures::flat_map_unordered(a, n, p.inner())),
        "catch_unwind" => {
            let caught = Futures::catch_unwind(AssertUnwindSafe(Tokio::then(a, p.work())));
            Box::pin(Futures::map(caught, |r| r.map_or("panic".into(), result)))
        }
        "scan" => Box::pin(Futures::map(
            Futures::scan(a, 0, |sum, v| {
                *sum += v.take();
                futures::future::ready(Some(*sum))
            }),
            |v: i64| v.to_string(),
        )),
        "zip" => texts(Futures::map(Futures::zip(a, b), |(a, b)| [a, b])),
        "chunks" => texts(Futures::chunks(a, n)),
        "ready_chunks" => texts(Futures::ready_chunks(a, n)),
        "take_until" => text(Futures::take_until(a, p.works.begin(Val::new(500)).map(drop))),
        "then_buffered" => {
            let work = p.work();
            results(Futures::buffered(Futures::map(Tokio::filter(Tokio::chain(a, b), even), work), n))
        }
        "chain_zip_chunks" => texts(Futures::map(
            Futures::zip(Futures::chunks(Tokio::chain(a, b), n), Tokio::skip(c, 1)),
            |(mut a, b)| {
                a.push(b);
                a
            },
        )),
        "merge_skip_take" => text(Tokio::take(
            Tokio::filter(Tokio::skip(Turns { s: [Some(a), Some(b)], second_first: false }, n), even),
            2,
        )),
        _ => panic!("no operator {name}"),
    }
}

async fn async_all(mut a: Source) -> bool {
    Tokio::all(&mut a, |v| v.take() % 10 < 6).await
}

async fn async_any(mut a: Source) -> bool {
    Tokio::any(&mut a, |v| v.take() % 10 >= 6).await
}

/// The merge that edo documents: the stream that gave the last item is asked second.
struct Turns {
    s: [Option<Source>; 2],
    second_first: bool,
}

impl Stream for Turns {
    type Item = Val;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Val>> {
        let mut pending = false;
        for i in [self.second_first as usize, !self.second_first as usize] {
            let Some(s) = &mut self.s[i] else { continue };
            match Pin::new(s).poll_next(cx) {
                Poll::Ready(Some(v)) => {
                    self.second_first = i == 0;
                    return Poll::Ready(Some(v));
                }
                Poll::Ready(None) => self.s[i] = None,
                Poll::Pending => pending = true,
            }
        }
        if pending {
            Poll::Pending
        } else {
            Poll::Ready(None)
        }
    }
}

/// One operator, which one mock task polls.
pub struct StreamMachine {
    parts: Parts,
    s: Option<Texts>,
    endless: bool, // may be polled after the end
    again: bool,   // is polled again when its poll has woken the task
    mock: Mock,
}

impl StreamMachine {
    pub fn new(name: &str, c: &[i64]) -> StreamMachine {
        let parts = Parts::new();
        let n = c.first().copied().unwrap_or(0) as usize;
        let s = build(name, n, &parts);
        StreamMachine {
            parts,
            s: Some(s),
            endless: name == "fuse",
            again: name == "flat_map_unordered",
            mock: Mock::new(),
        }
    }

    fn poll(&mut self) -> String {
        let Some(s) = &mut self.s else { return none() };
        let p = loop {
            let p = self.mock.enter_once(|cx| s.as_mut().poll_next(cx));
            if !(self.again && p.is_pending() && self.mock.woken()) {
                break p;
            }
        };
        if !self.again {
            self.mock.quiet();
        }
        match p {
            Poll::Pending => "P".into(),
            Poll::Ready(Some(t)) => {
                if t.starts_with('=') {
                    self.drop();
                }
                t
            }
            Poll::Ready(None) => {
                if !self.endless {
                    self.drop();
                }
                "end".into()
            }
        }
    }

    /// Drops the operator. What wakes its task from now on does not matter.
    fn drop(&mut self) -> String {
        self.mock = Mock::new();
        match self.s.take() {
            Some(_) => ok(),
            None => none(),
        }
    }
}

/// Carries out an operation on the parts, if it is one.
pub fn act_on_parts(p: &Parts, name: &str, a: &[i64]) -> Option<String> {
    let applies = |b| if b { ok() } else { none() };
    Some(match name {
        "push" => applies(p.sources[a[0] as usize].push(a[1])),
        "end" => {
            p.sources[a[0] as usize].end();
            ok()
        }
        "fin" => applies(p.works.end(a[0] as usize, End::Value)),
        "fail" => applies(p.works.end(a[0] as usize, End::Failure)),
        "panic" => applies(p.works.end(a[0] as usize, End::Panic)),
        "nudge" => applies(p.works.nudge(a[0] as usize)),
        _ => return None,
    })
}

/// Polls until the outcome is no item, and returns all outcomes.
pub fn run(mut poll: impl FnMut() -> String) -> String {
    let mut outcomes = Vec::new();
    loop {
        let t = poll();
        let last = t == "P" || t == "-" || t == "end" || t.starts_with('=');
        outcomes.push(t);
        if last {
            return outcomes.join(" ");
        }
    }
}

impl Machine for StreamMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        match name {
            "poll" => self.poll(),
            "run" => run(|| self.poll()),
            "drop" => self.drop(),
            _ => act_on_parts(&self.parts, name, a).unwrap_or_else(|| panic!("stream: {name}")),
        }
    }

    fn mocks(&self) -> Vec<&Mock> {
        vec![&self.mock]
    }
}
