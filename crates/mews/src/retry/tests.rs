use super::*;

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn retry_after_is_read_in_every_form() {
    let now = instant("1994-11-06T08:49:07Z");
    let half_a_minute = Some(Duration::from_secs(30));
    assert_eq!(retry_after(" 30 ", now), half_a_minute);
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), half_a_minute);
    assert_eq!(retry_after("Sunday, 06-Nov-94 08:49:37 GMT", now), half_a_minute);
    assert_eq!(retry_after("Sun Nov  6 08:49:37 1994", now), half_a_minute);
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO));
    assert_eq!(retry_after("soon", now), None);
    assert_eq!(retry_after("-5", now), None);
    assert_eq!(retry_after("", now), None);
    assert!(retry_after("99999999999999999999999", now) > Some(Duration::from_secs(1 << 30)));
}

#[tokio::test(start_paused = true)]
async fn waits_double_up_to_the_longest_and_end() {
    let patience = Patience {
        attempts: 6,
        max_backoff: Duration::from_secs(3),
        longest_asked: Duration::from_secs(60),
        deadline: Duration::from_secs(600),
    };
    let mut attempts = Attempts::new(patience);
    for longest in [500, 1000, 2000, 3000, 3000] {
        attempts.count();
        let wait = attempts.next_wait(None).unwrap();
        let longest = Duration::from_millis(longest);
        assert!(wait >= longest / 2 && wait <= longest, "{wait:?} of {longest:?}");
    }
    attempts.count();
    assert_eq!(attempts.next_wait(None), None);
    attempts.got_on();
    assert!(attempts.next_wait(None).is_some());
    assert_eq!(attempts.made(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let patience = Patience {
        attempts: 6,
        max_backoff: Duration::from_secs(3),
        longest_asked: Duration::from_secs(60),
        deadline: Duration::from_secs(60),
    };
    let mut attempts = Attempts::new(patience);
    attempts.count();
    assert!(attempts.next_wait(Some(Duration::from_secs(50))) >= Some(Duration::from_secs(50)));
    assert_eq!(attempts.next_wait(Some(Duration::from_secs(61))), None);
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!(attempts.next_wait(Some(Duration::from_secs(2))), None);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(attempts.next_wait(None), None);
}

#[tokio::test(start_paused = true)]
async fn no_server_can_ask_for_any_wait() {
    let patience = Patience {
        attempts: 6,
        max_backoff: Duration::from_secs(3),
        longest_asked: Duration::from_secs(60),
        deadline: Duration::from_secs(12 * 60 * 60),
    };
    let mut attempts = Attempts::new(patience);
    attempts.count();
    assert!(attempts.next_wait(Some(Duration::from_secs(60))).is_some());
    assert_eq!(attempts.next_wait(Some(Duration::from_secs(61))), None);
}
