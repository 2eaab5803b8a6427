//! The Peekable of futures.

use crate::harness::*;
use crate::parts::Source;
use crate::streams::{act_on_parts, run, Parts};
use futures::{Stream, StreamExt};
use std::pin::Pin;
use std::task::Poll;

/// A Peekable.
pub struct PeekMachine {
    parts: Parts,
    s: futures::stream::Peekable<Source>,
    mock: Mock,
    done: bool,
}

impl PeekMachine {
    pub fn new() -> PeekMachine {
        let parts = Parts::new();
        let s = StreamExt::peekable(parts.sources[0].clone());
        PeekMachine { parts, s, mock: Mock::new(), done: false }
    }

    fn poll(&mut self) -> String {
        if self.done {
            return none();
        }
        let s = &mut self.s;
        match self.mock.enter(|cx| Pin::new(s).poll_next(cx)) {
            Poll::Pending => "P".into(),
            Poll::Ready(Some(v)) => one(v),
            Poll::Ready(None) => {
                self.done = true;
                "end".into()
            }
        }
    }
}

impl Machine for PeekMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        match name {
            "peek" => {
                if self.done {
                    return none();
                }
                let s = &mut self.s;
                match self.mock.enter(|cx| Pin::new(s).poll_peek(cx)) {
                    Poll::Pending => "P".into(),
                    Poll::Ready(Some(v)) => format!("({})", v.id()),
                    Poll::Ready(None) => "(end)".into(),
                }
            }
            "poll" => self.poll(),
            "run" => run(|| self.poll()),
            _ => act_on_parts(&self.parts, name, a).unwrap_or_else(|| panic!("peek: {name}")),
        }
    }

    fn mocks(&self) -> Vec<&Mock> {
        vec![&self.mock]
    }
}
