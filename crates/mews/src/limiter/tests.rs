use std::sync::Arc;

use super::*;

#[tokio::test(start_paused = true)]
async fn no_window_holds_more_than_the_budget() {
    let window = Duration::from_secs(30);
    let limiter = Arc::new(Limiter::new(150, window));
    let callers: Vec<_> = (0..1000_u64)
        .map(|caller| {
            let limiter = Arc::clone(&limiter);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(caller * 7)).await;
                limiter.pass().await;
                Instant::now()
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.push(caller.await.unwrap());
    }
    times.sort();
    for (first, last) in times.iter().zip(times.iter().skip(150)) {
        assert!(*last - *first >= window, "151 calls within {:?}", *last - *first);
    }
    // And the budget is used: 1000 calls need six full windows, not more.
    assert!(times[999] - times[0] < window * 7);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_takes_no_place() {
    let limiter = Limiter::new(1, Duration::from_secs(30));
    limiter.pass().await;
    let start = Instant::now();
    for _ in 0..10 {
        let wait = tokio::time::timeout(Duration::from_secs(1), limiter.pass()).await;
        assert!(wait.is_err());
    }
    limiter.pass().await;
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}
