//! Timers of tokio, and the DelayQueue of tokio-util, under a paused clock.

use crate::harness::*;
use crate::parts::{End, Works};
use crate::streams::result;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{unconstrained, yield_now};
use tokio::time::{self, Instant, Interval, MissedTickBehavior, Sleep, Timeout};
use tokio_util::time::{delay_queue::Key, DelayQueue};

/// A unit of time. Tokio tolerates ticks that are up to 5 ms late.
const UNIT: Duration = Duration::from_millis(16);

/// A runtime with a paused clock.
pub struct Clock {
    rt: Runtime,
    start: Instant,
}

impl Clock {
    pub fn new() -> Clock {
        let rt = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let start = rt.block_on(async { Instant::now() });
        Clock { rt, start }
    }

    pub fn units(&self, n: i64) -> Duration {
        UNIT * n as u32
    }

    /// Calls f in the runtime, without a budget.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        self.rt.block_on(unconstrained(async { f() }))
    }

    pub fn advance(&self, n: i64) {
        self.rt.block_on(unconstrained(async {
            time::advance(UNIT * n as u32).await;
            for _ in 0..3 {
                yield_now().await; // turns the wheel
            }
        }));
    }

    /// The milliseconds from the beginning to an instant.
    fn millis(&self, at: Instant) -> u128 {
        at.duration_since(self.start).as_millis()
    }
}

enum Timer {
    Sleep(Pin<Box<Sleep>>),
    Interval(Interval),
    Timeout(Pin<Box<Timeout<crate::parts::Work>>>),
}

const SLOTS: usize = 4;

/// Timers in slots, each with a mock task of its own.
pub struct TimerMachine {
    clock: Clock,
    works: Works,
    begun: [Option<usize>; SLOTS], // the futures of time-outs
    count: usize,
    timers: [Option<Timer>; SLOTS],
    mocks: [Mock; SLOTS],
}

impl TimerMachine {
    pub fn new() -> TimerMachine {
        TimerMachine {
            clock: Clock::new(),
            works: Works::default(),
            begun: Default::default(),
            count: 0,
            timers: Default::default(),
            mocks: std::array::from_fn(|_| Mock::new()),
        }
    }

    fn poll(&mut self, i: usize) -> String {
        let TimerMachine { clock, timers, mocks, .. } = self;
        let mock = &mocks[i];
        let timer = timers[i].as_mut().expect("a timer");
        let (outcome, over) = clock.enter(|| {
            mock.enter(|cx| match timer {
                Timer::Sleep(s) => (s.as_mut().poll(cx).map(|()| ok()), false),
                Timer::Interval(t) => (t.poll_tick(cx).map(|at| format!("at{}", clock.millis(at))), false),
                Timer::Timeout(t) => (t.as_mut().poll(cx).map(|r| r.map_or("late".into(), result)), true),
            })
        });
        match outcome {
            Poll::Pending => "P".into(),
            Poll::Ready(t) => {
                if over {
                    self.timers[i] = None;
                }
                t
            }
        }
    }

    fn put(&mut self, i: usize, timer: Timer) -> String {
        self.timers[i] = Some(timer);
        self.mocks[i] = Mock::new();
        self.poll(i)
    }
}

impl Machine for TimerMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        if name == "adv" {
            self.clock.advance(a[0]);
            return ok();
        }
        let i = a[0] as usize;
        let d = UNIT * a.get(1).copied().unwrap_or(0) as u32;
        let makes = matches!(name, "sleep" | "interval" | "timeout");
        if makes == self.timers[i].is_some() {
            return none();
        }
        match name {
            "sleep" => {
                let s = self.clock.enter(|| Box::pin(time::sleep(d)));
                return self.put(i, Timer::Sleep(s));
            }
            "interval" => {
                let mut t = self.clock.enter(|| time::interval_at(Instant::now() + d, UNIT * a[2] as u32));
                t.set_missed_tick_behavior(match a[3] {
                    0 => MissedTickBehavior::Burst,
                    1 => MissedTickBehavior::Delay,
                    _ => MissedTickBehavior::Skip,
                });
                return self.put(i, Timer::Interval(t));
            }
            "timeout" => {
                let w = self.works.begin(Val::new(100 + self.count as i64));
                self.begun[i] = Some(self.count);
                self.count += 1;
                let t = self.clock.enter(|| Box::pin(time::timeout(d, w)));
                return self.put(i, Timer::Timeout(t));
            }
            "drop" => {
                self.timers[i] = None;
                self.mocks[i] = Mock::new();
                return ok();
            }
            "poll" => return self.poll(i),
            _ => {}
        }
        let timer = self.timers[i].as_mut().expect("a timer");
        match (name, timer) {
            ("fin", Timer::Timeout(_)) => {
                self.works.end(self.begun[i].expect("a future"), End::Value);
                return ok();
            }
            ("reset", Timer::Sleep(s)) => self.clock.enter(|| s.as_mut().reset(Instant::now() + d)),
            ("reset", Timer::Interval(t)) => self.clock.enter(|| t.reset()),
            ("resetafter", Timer::Interval(t)) => self.clock.enter(|| t.reset_after(d)),
            ("resetat", Timer::Interval(t)) => self.clock.enter(|| t.reset_at(Instant::now() + d)),
            _ => return none(),
        }
        self.poll(i)
    }

    fn mocks(&self) -> Vec<&Mock> {
        self.mocks.iter().collect()
    }
}

/// A DelayQueue. The deadline of slot i is i milliseconds after a unit of time, so that no
/// two are the same.
pub struct QueueMachine {
    clock: Clock,
    queue: DelayQueue<(usize, Val)>,
    keys: Vec<Option<Key>>,
    mock: Mock,
}

const KEYS: usize = 8;

impl QueueMachine {
    pub fn new() -> QueueMachine {
        let clock = Clock::new();
        let queue = clock.enter(DelayQueue::new);
        QueueMachine { clock, queue, keys: vec![None; KEYS], mock: Mock::new() }
    }

    /// Polls until no value is due, and returns the values by their slots.
    fn run(&mut self) -> String {
        let mut due = Vec::new();
        let last = loop {
            let p = self.clock.enter(|| self.mock.enter(|cx| self.queue.poll_expired(cx)));
            match p {
                Poll::Pending => break "P",
                Poll::Ready(None) => break "end",
                Poll::Ready(Some(e)) => {
                    let at = self.clock.millis(e.deadline());
                    let (slot, v) = e.into_inner();
                    self.keys[slot] = None;
                    due.push((slot, format!("{slot}:{}:{at}", one(v))));
                }
            }
        };
        due.sort();
        let mut texts: Vec<String> = due.into_iter().map(|d| d.1).collect();
        texts.push(last.into());
        texts.join(" ")
    }
}

impl Machine for QueueMachine {
    fn act(&mut self, name: &str, a: &[i64]) -> String {
        match name {
            "adv" => self.clock.advance(a[0]),
            "run" => return self.run(),
            "len" => return self.queue.len().to_string(),
            _ => {
                let i = a[0] as usize;
                let d = UNIT * a.get(1).copied().unwrap_or(0) as u32 + Duration::from_millis(i as u64);
                let queue = &mut self.queue;
                match (name, self.keys[i]) {
                    ("insert", None) => self.keys[i] = Some(self.clock.enter(|| queue.insert((i, Val::new(a[2])), d))),
                    ("reset", Some(key)) => self.clock.enter(|| queue.reset(&key, d)),
                    ("remove", Some(key)) => {
                        self.keys[i] = None;
                        return one(self.clock.enter(|| queue.remove(&key)).into_inner().1);
                    }
                    ("deadline", Some(key)) => return self.clock.millis(queue.deadline(&key)).to_string(),
                    _ => return none(),
                }
            }
        }
        ok()
    }

    fn mocks(&self) -> Vec<&Mock> {
        vec![&self.mock]
    }
}
