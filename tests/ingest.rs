//! From the export server to committed Parquet, and what is left when it fails or is dropped.
#![cfg(feature = "mews")]

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::LogicalType;
use rowmill::arrow::Schema;
use rowmill::arrow::array::types::Int32Type;
use rowmill::arrow::array::{
    Array, DictionaryArray, FixedSizeBinaryArray, StringArray, TimestampMicrosecondArray,
};
use rowmill::mews::{Client, Credentials, Entity, Platform, ReadyExport};
use rowmill::{
    Bytes, Cancel, Column, ErrorKind, FOOTER_PROOF, Layout, Limit, Lineage, Manifest, OnBadRow,
    Progress, Proof, Report, ingest,
};
use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::{Fault, Server, Setup, Trigger};

/// A finished export from a server with this set-up.
async fn ready(setup: Setup, entity: Entity) -> (Server, ReadyExport) {
    ready_for(setup, entity, &[]).await
}

/// The same for these enterprises.
async fn ready_for(setup: Setup, entity: Entity, ids: &[&str]) -> (Server, ReadyExport) {
    let server = Server::start(setup).await.expect("runs");
    let tokens = Credentials::new(server.client_token(), server.access_token(), "Tests 1.0");
    let client = Client::builder(Platform::Custom(server.url().to_owned()), tokens)
        .allow_http(true)
        .attempts(2)
        .poll_interval(Duration::from_millis(10))
        .max_backoff(Duration::from_millis(20))
        .idle_timeout(Duration::from_secs(5))
        .build()
        .expect("a client");
    let request = client.export(entity);
    let request = if ids.is_empty() { request } else { request.enterprises(ids.to_vec()) };
    let pending = request.send().await.expect("accepted");
    let export = pending.ready().await.expect("ready");
    (server, export)
}

fn number() -> Layout {
    Layout::new([Column::int64("n").required()]).expect("a sound layout")
}

fn numbers(rows: usize) -> Bytes {
    (0..rows).map(|n| format!("{{\"n\":{n}}}\n")).collect::<String>().into()
}

fn rows(path: &Path) -> usize {
    let file = File::open(path).expect("opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    reader.build().expect("a table").map(|batch| batch.expect("a batch").num_rows()).sum()
}

fn proof(path: &Path) -> Proof {
    let file = File::open(path).expect("opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let pairs = reader.metadata().file_metadata().key_value_metadata().expect("metadata");
    let pair = pairs.iter().find(|pair| pair.key == FOOTER_PROOF).expect("a proof");
    serde_json::from_str(pair.value.as_deref().expect("a value")).expect("a proof")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_becomes_a_part_for_each_file() {
    let setup = Setup::new().corpus(Kind::Reservation, 5_000, 3).mild_faults();
    let (server, export) = ready(setup, Entity::Reservation).await;
    let (id, sizes) = (export.id().to_owned(), server.sizes("Reservation"));
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake");
    let told = Arc::new(Mutex::new(Vec::<Progress>::new()));
    let tell = {
        let told = Arc::clone(&told);
        Arc::new(move |progress| told.lock().expect("no panic").push(progress))
    };
    let report = ingest(export)
        .part_per_file(true)
        .progress(tell)
        .into_parquet(&lake)
        .await
        .expect("ingests");

    let totals = server.totals("Reservation").expect("a corpus");
    assert_eq!((report.rows, report.bytes), (totals.rows, totals.bytes));
    assert_eq!(report.export.as_deref(), Some(id.as_str()));
    assert_eq!(report.entity.as_deref(), Some("Reservation"));
    let finished = told.lock().expect("no panic").iter().filter(|p| p.finished).count();
    assert_eq!(finished, 3);

    let manifest = fs::read(lake.join(format!("_rowmill/manifest-{id}.json"))).expect("reads");
    assert!(!String::from_utf8_lossy(&manifest).contains("sig"));
    let manifest: Manifest = serde_json::from_slice(&manifest).expect("a manifest");
    assert_eq!((manifest.job.as_str(), manifest.rows), (id.as_str(), totals.rows));
    let mut sum = 0;
    for (n, (part, size)) in manifest.parts.iter().zip(sizes).enumerate() {
        assert_eq!(part.path, format!("Reservation/{id}-{:04}.parquet", n + 1));
        assert_eq!(manifest.sources[n].bytes, size);
        assert!(manifest.sources[n].etag.as_ref().is_some_and(|tag| tag.starts_with('"')));
        let path = lake.join(&part.path);
        assert_eq!(part.bytes, path.metadata().expect("there").len());
        let proof = proof(&path);
        assert_eq!((proof.holds(), proof.rows, proof.sources.len()), (true, part.rows, 1));
        assert_eq!(proof.sources[0].whole.as_ref().map(|whole| whole.bytes), Some(size));
        assert_eq!(proof.export.as_deref(), Some(id.as_str()));
        sum += rows(&path);
    }
    assert_eq!(sum as u64, totals.rows);
    // Nothing but the parts and the manifest.
    let names = |folder: &str| fs::read_dir(lake.join(folder)).expect("reads").count();
    assert_eq!((names("Reservation"), names("_rowmill")), (3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_without_files_is_an_empty_table() {
    let (_server, export) = ready(Setup::new(), Entity::Customer).await;
    let id = export.id().to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let report = ingest(export).into_parquet(folder.path()).await.expect("ingests");
    assert_eq!((report.rows, report.files.len()), (0, 1));
    let path = folder.path().join(format!("Customer/{id}-0001.parquet"));
    let file = File::open(path).expect("opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let layout = rowmill::entity::layout("Customer").expect("one of the ten");
    // Enumerations inside other columns are told as texts.
    let names = |schema: &Schema| -> Vec<String> {
        schema.fields().iter().map(|field| field.name().clone()).collect()
    };
    assert_eq!(names(reader.schema()), names(layout.schema()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entity_nobody_knows_needs_a_layout() {
    let setup = Setup::new().files("Novelty", [numbers(10), numbers(20)]);
    let (_server, export) = ready(setup, Entity::Other("Novelty".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let error = ingest(export.clone()).into_parquet(folder.path().join("lake")).await;
    assert_eq!(error.expect_err("no layout").kind(), ErrorKind::Schema);
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0);
    let run = ingest(export).layout(number()).into_parquet(folder.path().join("lake"));
    assert_eq!(run.await.expect("ingests").rows, 30);
    assert_eq!(fs::read_dir(folder.path().join("lake/Novelty")).expect("reads").count(), 1);
}

/// Ingests two files of which the second has this fault, and finds nothing left.
async fn fails(trigger: Trigger, fault: Fault) -> rowmill::Error {
    let setup = Setup::new().files("N", [numbers(10), numbers(100_000)]).fault(trigger, fault);
    let (_server, export) = ready(setup, Entity::Other("N".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let run = ingest(export).layout(number()).into_parquet(folder.path().join("new/lake"));
    let error = run.await.expect_err("must fail");
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0, "left behind");
    assert!(!error.to_string().contains("sig="), "{error}");
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_fails_commits_nothing() {
    let always = || Trigger::file("N", 1).times(100);
    let error = fails(always(), Fault::Refuse { status: 500, retry_after: None }).await;
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::TryLater, true));
    fails(always(), Fault::Cut { after: 0 }).await;
    let error = fails(always(), Fault::ExpireLink).await;
    assert!(matches!(error.kind(), ErrorKind::TryLater | ErrorKind::Refused), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_rows_end_it_or_are_set_aside() {
    let bad = Bytes::from("{\"n\":1}\n{\"n\":true}\n{\"n\":3}\n");
    let setup = Setup::new().files("N", [numbers(10), bad, numbers(200_000)]);
    let (_server, export) = ready(setup, Entity::Other("N".into())).await;
    let (id, folder) = (export.id().to_owned(), tempfile::tempdir().expect("a folder"));
    let run = || ingest(export.clone()).layout(number());
    let error = run().into_parquet(folder.path()).await.expect_err("a bad row");
    assert_eq!((error.kind(), error.file()), (ErrorKind::Data, Some(&*format!("{id}-0002"))));
    assert_eq!(error.place().expect("a place").line, 2);
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0);

    let run = run().on_bad_row(OnBadRow::Quarantine { at_most: Limit::Rows(1) });
    let report = run.into_parquet(folder.path()).await.expect("ingests");
    assert_eq!((report.rows, report.quarantined), (200_012, 1));
    let rejects = fs::read_to_string(folder.path().join("_rowmill/rejects.jsonl")).expect("reads");
    assert!(rejects.starts_with(&format!("{{\"file\":\"{id}-0002\",\"line\":2,")), "{rejects}");
}

/// At whatever point the future is dropped: when `drop` returns, no thread is at work and no file
/// is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_leaves_nothing() {
    let setup = Setup::new().files("N", [numbers(1_000), numbers(300_000), numbers(300_000)]);
    let (_server, export) = ready(setup, Entity::Other("N".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake");
    let mut committed = 0;
    for point in 0..12_u64 {
        let run = ingest(export.clone()).layout(number()).part_per_file(true).into_parquet(&lake);
        let outcome = tokio::time::timeout(Duration::from_millis(point * point), run).await;
        match outcome {
            Ok(report) => {
                assert_eq!(report.expect("in time").rows, 601_000);
                fs::remove_dir_all(&lake).expect("removes");
                committed += 1;
            }
            // It may have been dropped in the very moment of the commit; then all of it is there.
            Err(_) if lake.exists() => {
                assert_eq!(fs::read_dir(lake.join("N")).expect("reads").count(), 3);
                fs::remove_dir_all(&lake).expect("removes");
            }
            Err(_) => {}
        }
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0, "point {point}");
    }
    assert!(committed < 12, "no point was early enough to drop anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_ends_a_transfer_that_stalls() {
    let setup = Setup::new()
        .files("N", [numbers(10), numbers(300_000)])
        .fault(Trigger::file("N", 1).times(100), Fault::Stall { after: 0 });
    let (_server, export) = ready(setup, Entity::Other("N".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let cancel = Cancel::new();
    let stop = {
        let cancel = cancel.clone();
        Arc::new(move |progress: Progress| {
            if progress.finished {
                cancel.cancel();
            }
        })
    };
    let run = ingest(export).layout(number()).progress(stop).cancel(cancel);
    let outcome = run.into_parquet(folder.path()).await;
    assert_eq!(outcome.expect_err("cancelled").kind(), ErrorKind::Cancelled);
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_run_has_done_is_not_done_again() {
    let setup = Setup::new().files("N", [numbers(10), numbers(7)]);
    let (server, export) = ready(setup, Entity::Other("N".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let run = || ingest(export.clone()).layout(number());
    let first = run().into_parquet(folder.path()).await.expect("ingests");
    let second = run().into_parquet(folder.path()).await.expect("is there");
    assert!(!first.already_there && second.already_there);
    assert_eq!(server.requests().downloads, 2);
    assert_eq!((second.rows, second.bytes), (17, first.bytes));
    assert_eq!(second.output_bytes, first.output_bytes);
    let parts = |report: &Report| -> Vec<_> {
        report.files.iter().map(|file| (file.part.clone(), file.rows)).collect()
    };
    assert_eq!(parts(&first), parts(&second));

    // Other columns are another job, and so is what somebody has changed since.
    let other = Layout::new([Column::string("n")]).expect("a sound layout");
    let outcome = ingest(export.clone()).layout(other).into_parquet(folder.path()).await;
    assert_eq!(outcome.expect_err("exists").kind(), ErrorKind::Output);
    fs::write(&first.files[1].part, b"PAR1").expect("written");
    let outcome = run().into_parquet(folder.path()).await;
    assert_eq!(outcome.expect_err("exists").kind(), ErrorKind::Output);
    assert_eq!(server.requests().downloads, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_run_has_left_is_removed() {
    let setup = Setup::new().files("N", [numbers(10)]);
    let (_server, export) = ready(setup, Entity::Other("N".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let private = folder.path().join("_rowmill");
    fs::create_dir(&private).expect("made");
    for name in ["N-of-another-export-0001.parquet.partial", ".rejects.jsonl.partial", "lock"] {
        fs::write(private.join(name), "left").expect("written");
    }
    ingest(export).layout(number()).into_parquet(folder.path()).await.expect("ingests");
    assert_eq!(fs::read_dir(private).expect("reads").count(), 1, "only the manifest");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_a_run_that_died_before_its_manifest_are_put_there_again() {
    let setup = Setup::new().files("N", [numbers(10), numbers(7)]);
    let (_server, export) = ready(setup, Entity::Other("N".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let run = || ingest(export.clone()).layout(number()).part_per_file(true);
    let done = run().into_parquet(folder.path()).await.expect("ingests");
    // As if it had been killed between two renames.
    fs::remove_file(done.manifest.expect("a manifest")).expect("removed");
    fs::remove_file(&done.files[1].part).expect("removed");
    let again = run().into_parquet(folder.path()).await.expect("finishes");
    assert!(!again.already_there);
    assert_eq!(again.rows, 17);
    assert!(again.manifest.is_some_and(|path| fs::exists(path).is_ok_and(|exists| exists)));
    assert_eq!(fs::read_dir(folder.path().join("N")).expect("reads").count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_on_the_thread_comes_back_as_an_error() {
    let (_server, export) =
        ready(Setup::new().files("N", [numbers(10)]), Entity::Other("N".into())).await;
    let folder = tempfile::tempdir().expect("a folder");
    let run = ingest(export).layout(number()).progress(Arc::new(|_| panic!("in the callback")));
    let error = run.into_parquet(folder.path()).await.expect_err("a panic");
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0);
}

const ENTERPRISE: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_can_say_which_export_they_are_of() {
    let setup = Setup::new().files("N", [numbers(10), numbers(3_000)]);
    let (server, export) = ready_for(setup, Entity::Other("N".into()), &[ENTERPRISE]).await;
    let (id, folder) = (export.id().to_owned(), tempfile::tempdir().expect("a folder"));
    let run = || ingest(export.clone()).layout(number()).lineage(Lineage::ALL).part_per_file(true);
    let report = run().into_parquet(folder.path()).await.expect("ingests");

    let mut instants: Vec<i64> = Vec::new();
    for file in &report.files {
        let reader = File::open(&file.part).expect("opens");
        let reader = ParquetRecordBatchReaderBuilder::try_new(reader).expect("Parquet");
        let leaf = reader.parquet_schema().columns().last().expect("columns").clone();
        assert_eq!(leaf.logical_type_ref(), Some(&LogicalType::Uuid));
        let fields = reader.schema().fields().clone();
        let mut names = vec!["n"];
        names.extend(Lineage::ALL.map(Lineage::column_name));
        assert_eq!(fields.iter().map(|field| field.name()).collect::<Vec<_>>(), names);
        assert!(fields.iter().all(|field| !field.is_nullable()));
        let expected = Column::uuid("_enterprise_id").required().field();
        assert_eq!(fields.last(), Some(&expected), "with its extension type");
        for batch in reader.build().expect("a table") {
            let batch = batch.expect("a batch");
            let text = |name| {
                let column = batch.column_by_name(name).expect("there");
                let column: &DictionaryArray<Int32Type> =
                    column.as_any().downcast_ref().expect("a dictionary");
                assert!(column.keys().values().iter().all(|key| *key == 0));
                let words: &StringArray = column.values().as_any().downcast_ref().expect("text");
                words.value(0).to_owned()
            };
            assert_eq!((text("_file"), text("_export_id")), (file.source.clone(), id.clone()));
            let uuids = batch.column_by_name("_enterprise_id").expect("there");
            let uuids: &FixedSizeBinaryArray = uuids.as_any().downcast_ref().expect("UUIDs");
            let expected = ENTERPRISE.replace('-', "");
            for uuid in uuids.iter() {
                let hex: String =
                    uuid.expect("never null").iter().map(|b| format!("{b:02x}")).collect();
                assert_eq!(hex, expected);
            }
            let column = batch.column_by_name("_ingested_at").expect("there");
            let column: &TimestampMicrosecondArray =
                column.as_any().downcast_ref().expect("instants");
            instants.extend_from_slice(column.values());
        }
    }
    assert_eq!(instants.len(), 3_010);
    assert!(instants.iter().all(|instant| *instant == instants[0]));

    // Once more there is nothing to do; with other columns it would be another table.
    assert!(run().into_parquet(folder.path()).await.expect("is there").already_there);
    let other = ingest(export.clone()).layout(number()).lineage([Lineage::File]);
    let error = other.into_parquet(folder.path()).await.expect_err("is in the way");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert_eq!(server.requests().downloads, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_of_other_than_one_enterprise_has_no_enterprise_id() {
    let two = [ENTERPRISE, "0f515589-99b4-423d-b83a-b237009f0509"];
    // Customers are of a chain, which is what the server says where nothing is asked for.
    for (entity, ids) in [("N", &two[..]), ("Customer", &[])] {
        let setup = Setup::new().files(entity, [numbers(10)]);
        let (server, export) = ready_for(setup, entity.into(), ids).await;
        let folder = tempfile::tempdir().expect("a folder");
        let run = ingest(export).layout(number()).lineage([Lineage::EnterpriseId]);
        let error = run.into_parquet(folder.path().join("lake")).await.expect_err("not one");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("_enterprise_id"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0);
        assert_eq!(server.requests().downloads, 0);
    }
}
