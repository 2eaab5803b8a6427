// Channels.

use tokio::sync::{mpsc, oneshot};

pub async fn pingpong(n: usize) -> usize {
    let (there, mut far) = mpsc::channel::<usize>(1);
    let (back, mut near) = mpsc::channel::<usize>(1);
    let echo = tokio::spawn(async move {
        while let Some(v) = far.recv().await {
            back.send(v).await.unwrap();
        }
    });
    for i in 0..n {
        there.send(i).await.unwrap();
        assert_eq!(near.recv().await, Some(i));
    }
    drop(there);
    echo.await.unwrap();
    n
}

pub async fn mpsc(producers: usize, n: usize) -> usize {
    let each = (n / producers).max(1);
    let (tx, mut rx) = mpsc::channel::<usize>(1024);
    for _ in 0..producers {
        let tx = tx.clone();
        tokio::spawn(async move {
            for i in 0..each {
                tx.send(i).await.unwrap();
            }
        });
    }
    drop(tx);
    let mut sum = 0;
    while let Some(v) = rx.recv().await {
        sum += v;
    }
    assert_eq!(sum, producers * (each * (each - 1) / 2));
    each * producers
}

pub async fn oneshot(n: usize) -> usize {
    for i in 0..n {
        let (tx, rx) = oneshot::channel();
        tokio::spawn(async move { tx.send(i).unwrap() });
        assert_eq!(rx.await.unwrap(), i);
    }
    n
}

const CLIENTS: usize = 4;

pub async fn rtt(n: usize) -> usize {
    let each = (n / CLIENTS).max(1);
    let (tx, mut rx) = mpsc::channel::<(usize, oneshot::Sender<usize>)>(1024);
    let coordinator = tokio::spawn(async move {
        while let Some((key, reply)) = rx.recv().await {
            reply.send(key).unwrap();
        }
    });
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let tx = tx.clone();
        clients.push(tokio::spawn(async move {
            for i in 0..each {
                let (reply, answer) = oneshot::channel();
                tx.send((i, reply)).await.unwrap();
                assert_eq!(answer.await.unwrap(), i);
            }
        }));
    }
    drop(tx);
    for client in clients {
        client.await.unwrap();
    }
    coordinator.await.unwrap();
    each * CLIENTS
}
