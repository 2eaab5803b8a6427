// Channels.

use futures_channel::oneshot;
use smol::channel;

pub async fn pingpong(n: usize) -> usize {
    let (there, far) = channel::bounded::<usize>(1);
    let (back, near) = channel::bounded::<usize>(1);
    let echo = smol::spawn(async move {
        while let Ok(v) = far.recv().await {
            back.send(v).await.unwrap();
        }
    });
    for i in 0..n {
        there.send(i).await.unwrap();
        assert_eq!(near.recv().await, Ok(i));
    }
    drop(there);
    echo.await;
    n
}

pub async fn mpsc(producers: usize, n: usize) -> usize {
    let each = (n / producers).max(1);
    let (tx, rx) = channel::bounded::<usize>(1024);
    for _ in 0..producers {
        let tx = tx.clone();
        smol::spawn(async move {
            for i in 0..each {
                tx.send(i).await.unwrap();
            }
        })
        .detach();
    }
    drop(tx);
    let mut sum = 0;
    while let Ok(v) = rx.recv().await {
        sum += v;
    }
    assert_eq!(sum, producers * (each * (each - 1) / 2));
    each * producers
}

pub async fn oneshot(n: usize) -> usize {
    for i in 0..n {
        let (tx, rx) = oneshot::channel();
        smol::spawn(async move { tx.send(i).unwrap() }).detach();
        assert_eq!(rx.await.unwrap(), i);
    }
    n
}

const CLIENTS: usize = 4;

pub async fn rtt(n: usize) -> usize {
    let each = (n / CLIENTS).max(1);
    let (tx, rx) = channel::bounded::<(usize, oneshot::Sender<usize>)>(1024);
    let coordinator = smol::spawn(async move {
        while let Ok((key, reply)) = rx.recv().await {
            reply.send(key).unwrap();
        }
    });
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let tx = tx.clone();
        clients.push(smol::spawn(async move {
            for i in 0..each {
                let (reply, answer) = oneshot::channel();
                tx.send((i, reply)).await.unwrap();
                assert_eq!(answer.await.unwrap(), i);
            }
        }));
    }
    drop(tx);
    for client in clients {
        client.await;
    }
    coordinator.await;
    each * CLIENTS
}
