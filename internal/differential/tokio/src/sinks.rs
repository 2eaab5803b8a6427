//! Sinks of futures over sinks with room as the script says.

use crate::harness::*;
use crate::parts::*;
use crate::streams::{act_on_parts, Parts};
use futures::{Sink, SinkExt, StreamExt};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

type Below = Pin<Box<dyn Sink<Val, Error = ()>>>;

/// A handle of the sink under test, so that a future and the script may both use it.
#[derive(Clone)]
struct Handle(Rc<RefCell<Below>>);

impl Sink<Val> for Handle {
    type Error = ();

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.0.borrow_mut().as_mut().poll_ready(cx)
    }

    fn start_send(self: Pin<&mut Self>, v: Val) -> Result<(), ()> {
        self.0.borrow_mut().as_mut().start_send(v)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.0.borrow_mut().as_mut().poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.0.borrow_mut().as_mut().poll_close(cx)
    }
}

/// A sink of values over one of numbers, which can be shared.
struct Numbers<S>(Pin<Box<S>>);

impl<S: Sink<i64, Error = ()>> Sink<Val> for Numbers<S> {
    type Error = ();

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.0.as_mut().poll_ready(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, v: Val) -> Result<(), ()> {
        self.0.as_mut().start_send(v.take())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.0.as_mut().poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.0.as_mut().poll_close(cx)
    }
}

fn with(to: Basin) -> Below {
    Box::pin(SinkExt::<Val>::with(to, |v: Val| {
        futures::future::ready(if v.id() % 10 == 9 { Err(()) } else { Ok(Val::new(v.take() + 1000)) })
    }))
}

/// One sink, and at most one future that uses it.
pub struct SinkMachine {
    parts: Parts,
    basins: [Basin; 2],
    sink: Handle,
    using: Option<Pin<Box<dyn Future<Output = Result<(), ()>>>>>,
    mock: Mock,
    ready: bool, // for one value
}

impl SinkMachine {
    pub fn new(name: &str, c: &[i64]) -> SinkMachine {
        let basins = [Basin::new("x"), Basin::new("y")];
        let [x, y] = basins.clone();
        let sink: Below = match name {
            "direct" => Box::pin(x),
            "with" => with(x),
            "fanout" => Box::pin(Numbers(Box::pin(SinkExt::<i64>::fanout(x, y)))),
            "buffer" => Box::pin(SinkExt::<Val>::buffer(x, c[0] as usize)),
            _ => panic!("no sink {name}"),
        };
        SinkMachine {
            parts: Parts::new(),
            basins,
            sink: Handle(Rc::new(RefCell::new(sink))),
            using: None,
            mock: Mock::new(),
            ready: false,
        }
    }

    fn begin(&mut self, f: impl Future<Output = Result<(), ()>> + 'static) -> String {
        self.using = Some(Box::pin(f));
        self.ready = false;
        self.poll()
    }

    fn poll(&mut self) -> String {
        let Some(f) = &mut self.using else { return none() };
        let p = self.mock.enter(|cx| f.as_mut().poll(cx));
        if p.is_ready() {
            self.using = None;
        }
        outcome(p)
    }
}

fn outcome(p: Poll<Result<(), ()>>) -> String {
    match p {
        Poll::Pending => "P".into(),
        Poll::Ready(Ok(())) => ok(),
        Poll::Ready(Err(())) => "err".into(),
    }
}

impl Machine for SinkMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        let busy = self.using.is_some();
        let mut sink = self.sink.clone();
        match name {
            "room" => self.basins[a[0] as usize].room(a[1]),
            "hold" => self.basins[a[0] as usize].hold(a[1] == 1),
            "break" => self.basins[a[0] as usize].fail(),
            "poll" => return self.poll(),
            "send" | "sendall" | "forward" | "ready" | "start" | "flush" | "close" if busy => return none(),
            "send" => {
                let v = Val::new(a[0]);
                return self.begin(async move { sink.send(v).await });
            }
            "sendall" => {
                let mut source = StreamExt::map(self.parts.sources[0].clone(), Ok);
                return self.begin(async move { sink.send_all(&mut source).await });
            }
            "forward" => return self.begin(StreamExt::map(self.parts.sources[0].clone(), Ok).forward(sink)),
            "ready" => {
                let p = self.mock.enter(|cx| Pin::new(&mut sink).poll_ready(cx));
                self.ready = p == Poll::Ready(Ok(()));
                return outcome(p);
            }
            "start" => {
                if !self.ready {
                    return none();
                }
                self.ready = false;
                return outcome(Poll::Ready(Pin::new(&mut sink).start_send(Val::new(a[0]))));
            }
            "flush" => return outcome(self.mock.enter(|cx| Pin::new(&mut sink).poll_flush(cx))),
            "close" => return outcome(self.mock.enter(|cx| Pin::new(&mut sink).poll_close(cx))),
            "dropf" => {
                if self.using.take().is_none() {
                    return none();
                }
            }
            _ => return act_on_parts(&self.parts, name, a).unwrap_or_else(|| panic!("sink: {name}")),
        }
        ok()
    }

    fn mocks(&self) -> Vec<&Mock> {
        vec![&self.mock]
    }
}
