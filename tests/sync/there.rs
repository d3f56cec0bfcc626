//! What is in the lake already, and is or is not what is asked for.

use std::fs;

use rowmill::mews::Entity;
use rowmill::{Column, ErrorKind, Layout, Limit, OnBadRow, PartitionBy, SyncRun, UuidForm};
use rowmill_testkit::server::Setup;

use crate::site::{Site, at, numbers, setup};

/// One window of `A`.
fn window(site: &Site) -> SyncRun {
    site.sync(&["A"]).updated(at("2020-01-01T00:00:00Z")..at("2020-02-01T00:00:00Z"))
}

fn two_columns() -> Layout {
    Layout::new([Column::int64("n"), Column::uuid("m")]).expect("a sound layout")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_counts_if_it_is_what_is_asked_for() {
    let site = Site::start(setup()).await;
    let entity = Entity::from("A");
    let wide = || window(&site).layout(&entity, two_columns());
    site.done(wide()).await;
    assert!(site.done(wide()).await.exports[0].already_there);
    for other in [
        wide().columns(["n"]),
        wide().uuid(UuidForm::Text),
        wide().lineage([rowmill::Lineage::Line]),
        wide().partition_by([PartitionBy::column("n")]),
        wide().keep_raw(site.folder.path().join("raw")),
    ] {
        let error = site.fails(other).await;
        assert_eq!(error.kind(), ErrorKind::Output);
        assert!(error.to_string().contains("already"), "{error}");
    }
    assert_eq!((site.server.requests().add, site.parts("A")), (1, 2));
    // Nothing that was refused is left.
    assert!(!site.folder.path().join("raw").exists());

    // What is to replace it does, and is not there beside it.
    let raw = site.folder.path().join("raw");
    let entity = site.done(wide().columns(["n"]).keep_raw(&raw).overwrite(true)).await;
    assert_eq!((entity.exports[0].rows, entity.exports[0].already_there), (17, false));
    assert_eq!((site.server.requests().add, site.parts("A"), manifests(&site)), (2, 2, 1));
    let again = site.done(wide().columns(["n"]).keep_raw(&raw)).await;
    assert!(again.exports[0].already_there);
    fs::remove_file(
        raw.join(format!("{}-0001.jsonl", again.exports[0].export.clone().expect("id"))),
    )
    .expect("removed");
    site.fails(wide().columns(["n"]).keep_raw(&raw)).await;
    site.discreet();
}

fn manifests(site: &Site) -> usize {
    let entries = fs::read_dir(site.lake().join("_rowmill")).expect("reads");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    names.filter(|name| name.to_string_lossy().starts_with("manifest-")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_set_aside_stand_in_the_way_where_none_may_be() {
    let site = Site::start(Setup::new().files("A", ["{\"n\":1}\n{\"n\":\"x\"}\n".into()])).await;
    let aside = || window(&site).on_bad_row(OnBadRow::Quarantine { at_most: Limit::None });
    let first = site.done(aside()).await;
    assert_eq!((first.exports[0].rows, first.exports[0].quarantined), (1, 1));
    assert!(site.done(aside()).await.exports[0].already_there);
    let error = site.fails(window(&site)).await;
    assert_eq!(error.kind(), ErrorKind::Output);
    assert_eq!(site.server.requests().add, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_whose_parts_are_gone_is_asked_for_again() {
    let site = Site::start(setup()).await;
    site.done(window(&site)).await;
    fs::remove_dir_all(site.lake().join("A")).expect("removed");
    let again = site.done(window(&site)).await;
    assert_eq!((again.exports[0].rows, again.exports[0].already_there), (17, false));
    // The manifest that had named them is gone as well.
    assert_eq!((site.server.requests().add, site.parts("A"), manifests(&site)), (2, 2, 1));
    // With one of them left, nobody knows what it is good for.
    let entries = fs::read_dir(site.lake().join("A")).expect("reads");
    let mut parts: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    parts.sort();
    fs::remove_file(&parts[1]).expect("removed");
    assert_eq!(site.fails(window(&site)).await.kind(), ErrorKind::Output);
    assert_eq!(site.done(window(&site).overwrite(true)).await.exports[0].rows, 17);
    assert_eq!((site.parts("A"), manifests(&site)), (2, 1));
}

/// It died between the commit and the watermark, and the export is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_export_counts_as_long_as_its_rows_are_there() {
    for gone in [false, true] {
        let site = Site::start(setup()).await;
        let mark = site.done(site.sync(&["A"])).await.watermark;
        fs::remove_file(site.lake().join("_rowmill/state.json")).expect("removed");
        let place = site.lake().join("_rowmill/journal.jsonl");
        let text = fs::read_to_string(&place).expect("reads");
        let lines: Vec<&str> = text.lines().take(2).collect();
        fs::write(&place, lines.join("\n") + "\n").expect("written");
        site.server.expire_exports();
        if gone {
            fs::remove_dir_all(site.lake().join("A")).expect("removed");
        }
        let entity = site.done(site.sync(&["A"])).await;
        assert_eq!(site.server.requests().add, if gone { 2 } else { 1 });
        assert_eq!(site.parts("A"), 2);
        assert!(entity.watermark >= mark && (gone || entity.watermark == mark));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_the_table_is_not_asked_for() {
    let site = Site::start(setup()).await;
    let entity = Entity::from("A");
    let by = || [PartitionBy::column("n")];
    site.done(window(&site).layout(&entity, two_columns()).partition_by(by())).await;
    let next = at("2020-02-01T00:00:00Z")..at("2020-03-01T00:00:00Z");
    let later = || site.sync(&["A"]).layout(&entity, two_columns()).updated(next.clone());
    let error = site.fails(later()).await;
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("these would be not partitioned"), "{error}");
    assert_eq!(site.server.requests().add, 1);
    assert_eq!(site.journal().len(), 3, "nothing was asked for");
    // Nor is what would have other columns.
    let text = later().partition_by(by()).uuid(UuidForm::Text);
    let error = site.fails(text).await;
    assert!(error.to_string().contains("column m"), "{error}");
    assert_eq!((site.server.requests().add, site.journal().len()), (1, 3));
    site.done(later().partition_by(by())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_not_asked_for() {
    let site = Site::start(Setup::new().files("Voucher", [numbers(1)])).await;
    let run = rowmill::sync(site.client.clone(), [Entity::from("Voucher")]);
    let error = run.into_parquet(site.lake()).await.expect_err("no layout");
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("\"Voucher\""), "{error}");
    let columns = site.sync(&["A"]).columns(["no"]).into_parquet(site.lake()).await;
    assert_eq!(columns.expect_err("no such column").kind(), ErrorKind::Usage);
    assert_eq!(site.server.requests().add, 0);
    assert!(!site.lake().exists());
}
