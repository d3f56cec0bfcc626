use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn check(start: &str, end: &str) -> Result<Option<Updated>, Error> {
    updated(Some(at(start)..at(end)), at("2024-07-01T12:00:00Z"))
}

#[test]
fn an_interval_is_at_most_180_days_as_a_duration() {
    // 1 January to 29 June is 180 days in a leap year; six months would be 1 July.
    assert!(check("2024-01-01T00:00:00Z", "2024-06-29T00:00:00Z").is_ok());
    assert!(check("2024-01-01T00:00:00Z", "2024-06-29T00:00:01Z").is_err());
}

#[test]
fn an_interval_has_a_start_before_its_end() {
    assert!(check("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z").is_err());
    assert!(check("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z").is_err());
    assert!(updated(None, at("2024-07-01T12:00:00Z")).unwrap().is_none());
}

#[test]
fn an_interval_ends_five_minutes_back_and_a_margin() {
    assert!(check("2024-07-01T00:00:00Z", "2024-07-01T11:54:00Z").is_ok());
    assert!(check("2024-07-01T00:00:00Z", "2024-07-01T11:54:01Z").is_err());
    assert!(check("2024-07-01T00:00:00Z", "2025-07-01T00:00:00Z").is_err());
}

#[test]
fn a_given_selector_selects_one_to_a_thousand() {
    let many = |count: usize| Some(vec!["id".to_owned(); count]);
    assert!(ids("chain", None).unwrap().is_empty());
    assert_eq!(ids("chain", many(1000)).unwrap().len(), 1000);
    assert!(ids("chain", many(1001)).is_err());
    assert!(ids("chain", many(0)).is_err());
    assert!(ids("chain", Some(vec![" ".to_owned()])).is_err());
}

#[test]
fn posting_dates_belong_to_ledger_entries_and_end_on_the_last_day() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let march = day("2024-03-01")..day("2024-04-01");
    let filter = posting(&Entity::LedgerEntry, Some(march.clone())).unwrap().unwrap();
    assert_eq!(filter.posting.unwrap().end, Some(day("2024-03-31")));
    assert!(posting(&Entity::Bill, Some(march)).is_err());
    let empty = day("2024-03-01")..day("2024-03-01");
    assert!(posting(&Entity::LedgerEntry, Some(empty)).is_err());
}

#[test]
fn a_selector_that_does_not_seem_to_fit_is_a_doubt_and_no_error() {
    let found = |entity: Entity, enterprises: usize, chains: usize| {
        let scope = Scope {
            enterprise_ids: vec!["e".into(); enterprises],
            chain_ids: vec!["c".into(); chains],
        };
        doubts(&entity, &scope, &Filters::default()).len()
    };
    assert_eq!(found(Entity::Reservation, 0, 1), 1);
    assert_eq!(found(Entity::Customer, 1, 0), 1);
    assert_eq!((found(Entity::Reservation, 1, 0), found(Entity::Customer, 0, 1)), (0, 0));
    assert_eq!((found(Entity::Company, 0, 0), found(Entity::Other("X".into()), 1, 1)), (0, 0));
    assert_eq!(found(Entity::LedgerEntry, 1, 0), 1, "without posting dates");
}
