//! Operators of tokio-stream that know the time, under a paused clock.

use crate::harness::*;
use crate::parts::Source;
use crate::streams::{act_on_parts, run, Parts, Texts};
use crate::times::Clock;
use futures::StreamExt as Futures;
use std::task::Poll;
use tokio_stream::StreamExt as Tokio;

/// One operator, which one mock task polls.
pub struct TimedMachine {
    clock: Clock,
    parts: Parts,
    s: Option<Texts>,
    mock: Mock,
}

fn build(name: &str, c: &[i64], a: Source, clock: &Clock) -> Texts {
    let d = clock.units(c[0]);
    match name {
        "throttle" => Box::pin(Futures::map(Tokio::throttle(a, d), one)),
        "timeout" => Box::pin(Futures::map(Tokio::timeout(a, d), |r| r.map_or("late".into(), one))),
        "timeout_repeating" => {
            let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + d, d);
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            Box::pin(Futures::map(Tokio::timeout_repeating(a, interval), |r| r.map_or("late".into(), one)))
        }
        "chunks_timeout" => Box::pin(Futures::map(Tokio::chunks_timeout(a, c[1] as usize, d), list)),
        _ => panic!("no operator {name}"),
    }
}

impl TimedMachine {
    pub fn new(name: &str, c: &[i64]) -> TimedMachine {
        let (clock, parts) = (Clock::new(), Parts::new());
        let a = parts.sources[0].clone();
        let s = clock.enter(|| build(name, c, a, &clock));
        TimedMachine { clock, parts, s: Some(s), mock: Mock::new() }
    }

    fn poll(&mut self) -> String {
        let Some(s) = &mut self.s else { return none() };
        match self.clock.enter(|| self.mock.enter(|cx| s.as_mut().poll_next(cx))) {
            Poll::Pending => "P".into(),
            Poll::Ready(Some(t)) => t,
            Poll::Ready(None) => {
                self.drop();
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

impl Machine for TimedMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        match name {
            "adv" => {
                self.clock.advance(a[0]);
                ok()
            }
            "poll" => self.poll(),
            "run" => run(|| self.poll()),
            "drop" => self.drop(),
            _ => act_on_parts(&self.parts, name, a).unwrap_or_else(|| panic!("timed: {name}")),
        }
    }

    fn mocks(&self) -> Vec<&Mock> {
        vec![&self.mock]
    }
}
