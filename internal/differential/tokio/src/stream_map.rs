//! The StreamMap of tokio-stream.

use crate::harness::*;
use crate::parts::Source;
use crate::streams::{act_on_parts, run, Parts};
use futures::Stream;
use std::pin::Pin;
use std::task::Poll;

/// A StreamMap, into which sources are put under their numbers.
pub struct MapMachine {
    parts: Parts,
    map: tokio_stream::StreamMap<i64, Source>,
    mock: Mock,
}

impl MapMachine {
    pub fn new() -> MapMachine {
        MapMachine { parts: Parts::new(), map: tokio_stream::StreamMap::new(), mock: Mock::new() }
    }

    fn poll(&mut self) -> String {
        let map = &mut self.map;
        match self.mock.enter(|cx| Pin::new(map).poll_next(cx)) {
            Poll::Pending => "P".into(),
            Poll::Ready(Some((k, v))) => format!("{k}:{}", one(v)),
            Poll::Ready(None) => "end".into(),
        }
    }
}

impl Machine for MapMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        match name {
            "insert" => match self.map.insert(a[0], self.parts.sources[a[0] as usize].clone()) {
                Some(_) => "replaced".into(),
                None => ok(),
            },
            "remove" => match self.map.remove(&a[0]) {
                Some(_) => ok(),
                None => none(),
            },
            "q" => format!("{}", self.map.contains_key(&a[0])),
            "poll" => self.poll(),
            "run" => run(|| self.poll()),
            _ => act_on_parts(&self.parts, name, a).unwrap_or_else(|| panic!("map: {name}")),
        }
    }

    fn mocks(&self) -> Vec<&Mock> {
        vec![&self.mock]
    }
}
