// Tasks that do nothing, and tasks that only yield.

use crate::meter::{check, side, COUNTER};
use crate::Group;
use std::sync::atomic::Ordering::*;

pub async fn flat(n: usize) -> usize {
    let group = Group::new(n);
    for _ in 0..n {
        tokio::spawn(async move {
            COUNTER.fetch_add(1, Relaxed);
            group.leave();
        });
    }
    group.wait().await;
    check(n);
    n
}

pub async fn nested(n: usize) -> usize {
    let side = side(n);
    let group = Group::new(side * side);
    for _ in 0..side {
        tokio::spawn(async move {
            for _ in 0..side {
                tokio::spawn(async move {
                    COUNTER.fetch_add(1, Relaxed);
                    group.leave();
                });
            }
        });
    }
    group.wait().await;
    check(side * side);
    side * side
}

pub async fn join(n: usize) -> usize {
    let mut handles = Vec::with_capacity(n);
    for i in 0..n {
        handles.push(tokio::spawn(async move {
            COUNTER.fetch_add(1, Relaxed);
            i
        }));
    }
    for (i, handle) in handles.into_iter().enumerate() {
        assert_eq!(handle.await.unwrap(), i);
    }
    check(n);
    n
}

pub async fn yields(n: usize) -> usize {
    let side = side(n);
    let group = Group::new(side);
    for _ in 0..side {
        tokio::spawn(async move {
            for _ in 0..side {
                tokio::task::yield_now().await;
            }
            group.leave();
        });
    }
    group.wait().await;
    side * side
}
