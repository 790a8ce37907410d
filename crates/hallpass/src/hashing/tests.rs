use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Waker};

use super::*;

fn pool(room: usize) -> HashingPool {
    let hashers = PasswordHashers::new(vec![PasswordHashers::of_django("md5", 1).unwrap()]);
    HashingPool::start(hashers.unwrap(), 1, room, Arc::default()).unwrap()
}

fn client(number: u8) -> Client {
    Client::at(IpAddr::from([192, 0, 2, number]))
}

/// Keeps the only thread busy until the sender is dropped.
async fn keep_busy(pool: &HashingPool) -> (Sender<()>, impl Future<Output = ()> + '_) {
    let (end, ended) = channel::<()>();
    let (begin, begun) = oneshot::channel();
    let mut work = Box::pin(async move {
        let work = move || {
            let _ = begin.send(());
            let _ = ended.recv();
        };
        let work = Work::whole(work);
        pool.run(Client::default(), work).await.unwrap();
    });
    assert!(poll_once(work.as_mut()).is_none());
    begun.await.unwrap();
    (end, work)
}

fn poll_once<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}

fn depth(pool: &HashingPool) -> String {
    let text = pool.metrics.render();
    let line = text
        .lines()
        .find(|line| line.starts_with("hallpass_hash_queue_depth "));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn a_flood_of_one_client_gives_way_to_others() {
    let pool = pool(2);
    let (end, busy) = keep_busy(&pool).await;
    let mut first = pin!(pool.run(client(1), Work::whole(|| "first")));
    let mut second = pin!(pool.run(client(1), Work::whole(|| "second")));
    let mut third = pin!(pool.run(client(1), Work::whole(|| "third")));
    let mut other = pin!(pool.run(client(2), Work::whole(|| "other")));
    assert!(poll_once(first.as_mut()).is_none());
    assert!(poll_once(second.as_mut()).is_none());
    let refused = poll_once(third.as_mut()).expect("there is no room");
    assert_eq!(refused.unwrap_err().status(), 503);
    assert!(poll_once(other.as_mut()).is_none());
    let refused = second.await.unwrap_err();
    assert_eq!(refused.reason().cause(), Cause::HashQueue);
    assert_eq!(depth(&pool), "hallpass_hash_queue_depth 2");
    drop(end);
    busy.await;
    assert_eq!(first.await, Ok("first"));
    assert_eq!(other.await, Ok("other"));
    assert_eq!(depth(&pool), "hallpass_hash_queue_depth 0");
}

#[tokio::test]
async fn who_goes_away_leaves_the_queue() {
    let pool = pool(1);
    let (end, busy) = keep_busy(&pool).await;
    {
        let mut gone = pin!(pool.run(
            client(1),
            Work::whole(|| -> () { panic!("nobody waits for this") })
        ));
        assert!(poll_once(gone.as_mut()).is_none());
        assert_eq!(depth(&pool), "hallpass_hash_queue_depth 1");
    }
    assert_eq!(depth(&pool), "hallpass_hash_queue_depth 0");
    let mut next = pin!(pool.run(client(2), Work::whole(|| "next")));
    assert!(poll_once(next.as_mut()).is_none());
    drop(end);
    busy.await;
    assert_eq!(next.await, Ok("next"));
}

#[tokio::test]
async fn a_hasher_that_panics_costs_its_own_answer_only() {
    let pool = pool(1);
    let fell = pool
        .run(client(1), Work::whole(|| -> () { panic!("on purpose") }))
        .await;
    assert_eq!(fell.unwrap_err().status(), 503);
    assert_eq!(pool.run(client(1), Work::whole(|| 7)).await, Ok(7));
}

#[tokio::test]
async fn a_password_too_long_is_nobodys_and_costs_no_hash() {
    let pool = pool(1);
    let (_end, _busy) = keep_busy(&pool).await;
    let long = "x".repeat(LONGEST_PASSWORD + 1);
    let stored = EncodedPassword::new("md5$salt$hash");
    let verdict = pool.verify(client(1), &long, &stored).await;
    assert_eq!(verdict, Ok(Verdict::Wrong));
    assert_eq!(pool.dummy(client(1), &long).await, Ok(()));
    let refused = pool.make(client(1), Some(&long)).await.unwrap();
    assert!(refused.unwrap_err().to_string().contains("4096 bytes"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn hashing_threads_step_back_and_nobody_else_does() {
    let niceness = || {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, after_name) = stat.rsplit_once(')').unwrap();
        after_name
            .split_whitespace()
            .nth(16)
            .unwrap()
            .parse::<i32>()
    };
    let before = niceness();
    let pool = pool(1);
    let inside = pool.run(Client::default(), Work::whole(niceness)).await;
    assert_eq!(inside.unwrap(), Ok(threads::NICENESS));
    assert_eq!(niceness(), before);
}

/// PBKDF2 of that many iterations, as it is checked.
fn steps(pool: &HashingPool, iterations: u32) -> Work<Verdict> {
    let stored = EncodedPassword::new(format!("pbkdf2_sha256${iterations}$salt$hash"));
    let work = pool.hashers.verify_in_steps("password", &stored);
    assert!(work.is_in_steps());
    work
}

fn pool_of_steps(threads: usize) -> HashingPool {
    let hashers = PasswordHashers::new(vec![
        PasswordHashers::of_django("pbkdf2_sha256", 1).unwrap(),
    ]);
    HashingPool::start(hashers.unwrap(), threads, 8, Arc::default()).unwrap()
}

#[tokio::test]
async fn a_hash_in_steps_joins_another_and_leaves_before_it() {
    let pool = pool_of_steps(1);
    let mut long = pin!(pool.run(client(1), steps(&pool, 20_000_000)));
    assert!(poll_once(long.as_mut()).is_none());
    for number in 2..6 {
        let joined = pool.run(client(number), steps(&pool, 10_000)).await;
        assert_eq!(joined, Ok(Verdict::Wrong));
    }
    assert!(
        poll_once(long.as_mut()).is_none(),
        "it was faster than four short ones"
    );
}

#[tokio::test]
async fn a_hash_that_must_be_alone_is_not_overtaken() {
    let pool = pool_of_steps(1);
    let (told, order) = channel();
    let tell = |name: &'static str| {
        let told = told.clone();
        move || told.send(name).unwrap()
    };
    let (first_ends, behind_ends) = (tell("first"), tell("behind"));
    let first = pool.run(client(1), steps(&pool, 300_000).map(move |_| first_ends()));
    let alone = pool.run(client(2), Work::whole(tell("alone")));
    let behind = pool.run(client(3), steps(&pool, 1).map(move |_| behind_ends()));
    let mut first = pin!(first);
    assert!(poll_once(first.as_mut()).is_none());
    while depth(&pool) != "hallpass_hash_queue_depth 0" {
        tokio::task::yield_now().await;
    }
    let (alone, behind) = tokio::join!(alone, behind);
    assert_eq!((alone, behind), (Ok(()), Ok(())));
    first.await.unwrap();
    assert_eq!(
        order.try_iter().collect::<Vec<_>>(),
        ["first", "alone", "behind"]
    );
}

#[tokio::test]
async fn what_panics_after_its_steps_does_not_touch_the_other() {
    let pool = pool_of_steps(1);
    let work = steps(&pool, 100_000).map(|_| -> () { panic!("on purpose") });
    let (fell, stood) = tokio::join!(
        pool.run(client(1), work),
        pool.run(client(2), steps(&pool, 200_000)),
    );
    assert_eq!(fell.unwrap_err().status(), 503);
    assert_eq!(stood, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn a_free_thread_goes_before_a_free_place() {
    let pool = pool_of_steps(2);
    while pool.queue.idle() < 2 {
        tokio::task::yield_now().await;
    }
    let mut threads = Vec::new();
    for number in 1..3 {
        let work = steps(&pool, 100_000).map(|_| std::thread::current().id());
        threads.push(pool.run(client(number), work));
    }
    let (second, first) = (threads.pop().unwrap(), threads.pop().unwrap());
    let (first, second) = tokio::join!(first, second);
    assert_ne!(first.unwrap(), second.unwrap());
}
