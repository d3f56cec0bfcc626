use super::*;

fn parse(line: &str) -> Result<Command, clap::Error> {
    Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.command)
}

fn refusal(line: &str) -> String {
    parse(line).expect_err(line).to_string()
}

#[test]
fn the_definition_is_sound() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

#[test]
fn convert_has_its_documented_form() {
    let line = "rowmill convert a.jsonl - -o out --entity Reservation --on-error quarantine \
                --rejects r.jsonl --max-rejects 5% --compression zstd:3 --profile compat --uuid text \
                --bloom Id,Amount.Currency --threads 2 --overwrite --json --partition-by State \
                --partition-by StartUtc:month --max-partitions 20";
    let Command::Convert(convert) = parse(line).expect(line) else { panic!("{line}") };
    assert_eq!(convert.inputs, [PathBuf::from("a.jsonl"), PathBuf::from("-")]);
    assert_eq!(convert.out, PathBuf::from("out"));
    assert_eq!(convert.entity.as_deref(), Some("Reservation"));
    assert_eq!(convert.schema, None);
    let writing = convert.writing;
    assert_eq!(writing.on_error, OnError::Quarantine);
    assert_eq!(writing.rejects, Some(PathBuf::from("r.jsonl")));
    assert_eq!(writing.max_rejects, Some(Limit::Percent(5.0)));
    assert_eq!(writing.compression, Compression::Zstd(3));
    assert_eq!((writing.profile, writing.uuid), (ProfileName::Compat, UuidName::Text));
    assert_eq!(writing.bloom, ["Id", "Amount.Currency"]);
    assert_eq!(writing.threads.map(NonZeroUsize::get), Some(2));
    assert!(writing.overwrite && writing.json);
    let by = writing.partitions.partition_by.iter().map(ToString::to_string);
    assert_eq!(by.collect::<Vec<_>>(), ["State", "StartUtc:month"]);
    assert_eq!(writing.partitions.max_partitions.map(NonZeroUsize::get), Some(20));
}

#[test]
fn convert_has_sensible_defaults() {
    let line = "rowmill convert a.jsonl -o a.parquet --schema s.json";
    let Command::Convert(convert) = parse(line).expect(line) else { panic!("{line}") };
    assert_eq!(convert.writing.on_error, OnError::Fail);
    assert_eq!(convert.writing.compression, Compression::Zstd(1));
    let writing = &convert.writing;
    assert_eq!((writing.profile, writing.uuid), (ProfileName::Default, UuidName::Binary));
    assert_eq!(writing.bloom, [] as [&str; 0]);
    assert_eq!(convert.writing.threads, None);
    assert!(!convert.writing.overwrite && !convert.writing.json);
}

#[test]
fn schema_has_its_documented_forms() {
    let line = "rowmill schema a.jsonl - --sample 1000 --threads 2";
    let Command::Schema(schema) = parse(line).expect(line) else { panic!("{line}") };
    assert_eq!(schema.inputs, [PathBuf::from("a.jsonl"), PathBuf::from("-")]);
    assert_eq!(schema.sample, Some(1000));
    assert_eq!(schema.threads.map(NonZeroUsize::get), Some(2));
    let line = "rowmill schema --entity Bill";
    let Command::Schema(schema) = parse(line).expect(line) else { panic!("{line}") };
    assert_eq!(schema.entity.as_deref(), Some("Bill"));
    let line = "rowmill convert a.jsonl -o out --sample 5";
    let Command::Convert(convert) = parse(line).expect(line) else { panic!("{line}") };
    assert_eq!(convert.sample, Some(5));
}

#[test]
fn export_has_its_documented_form() {
    let line = "rowmill export --entity Reservation,OrderItem -o lake --api http://127.0.0.1:1 \
                --enterprise-id e1 e2 --chain-id c1 --chain-id c2 --updated 2026-01-01..2026-02-01 \
                --posting 2026-01-01T00:00:00Z..2026-02-01 --wait 1h --poll-interval 200ms \
                --idle-timeout 30s --max-backoff 5m --allow-http --credentials c.json --threads 1 \
                --rate 90 --attempts 3 --file-deadline 1h --link-age 4m --connections 6 \
                --files-at-once 2 --read-ahead 1000000 -v";
    let Command::Export(export) = parse(line).expect(line) else { panic!("{line}") };
    assert_eq!(export.entity, ["Reservation", "OrderItem"]);
    assert_eq!(export.enterprise_id, ["e1", "e2"]);
    assert_eq!(export.chain_id, ["c1", "c2"]);
    assert_eq!(export.network.wait, Some(Duration::from_secs(3600)));
    assert_eq!(export.network.poll_interval, Some(Duration::from_millis(200)));
    assert_eq!(export.network.idle_timeout, Some(Duration::from_secs(30)));
    assert_eq!(export.network.max_backoff, Some(Duration::from_secs(300)));
    assert!(export.network.allow_http && export.verbose && !export.all);
    let network = export.network;
    let counts = [network.rate, network.connections, network.files_at_once, network.read_ahead];
    assert_eq!(counts.map(|count| count.map(NonZeroUsize::get)), [90, 6, 2, 1_000_000].map(Some));
    assert_eq!(network.attempts.map(std::num::NonZeroU32::get), Some(3));
    let times = [network.file_deadline, network.link_age];
    assert_eq!(times, [3600, 240].map(|seconds| Some(Duration::from_secs(seconds))));
    assert!(export.updated.is_some() && export.posting.is_some());

    let line = "rowmill export --all -o lake --state lake/state.json";
    let Command::Export(export) = parse(line).expect(line) else { panic!("{line}") };
    assert!(export.all && export.entity.is_empty());
    assert_eq!(export.state, Some(PathBuf::from("lake/state.json")));
}

#[test]
fn tokens_are_not_options() {
    for option in ["--client-token", "--access-token", "--token"] {
        let line = format!("rowmill export --entity Bill -o lake {option} secret");
        assert!(refusal(&line).contains("unexpected argument"), "{option}");
    }
}

#[test]
fn an_unknown_entity_is_answered_with_the_ten_names() {
    let message = refusal("rowmill schema --entity reservation");
    for name in rowmill::entity::NAMES {
        assert!(message.contains(name), "{message}");
    }
    assert!(message.contains("a similar value exists: 'Reservation'"), "{message}");
}

#[test]
fn contradictions_are_refused() {
    for line in [
        "rowmill",
        "rowmill convert -o out --entity Bill",
        "rowmill convert a.jsonl --entity Bill",
        "rowmill convert a.jsonl -o out --entity Bill --schema s.json",
        "rowmill convert a.jsonl -o out --entity Bill --on-error ignore",
        "rowmill convert a.jsonl -o out --entity Bill --threads 0",
        "rowmill convert a.jsonl -o out --entity Bill --sample 5",
        "rowmill convert a.jsonl -o out --schema s.json --sample 5",
        "rowmill convert a.jsonl -o out --sample 0",
        "rowmill schema",
        "rowmill schema a.jsonl --entity Bill",
        "rowmill schema --entity Bill --sample 5",
        "rowmill export -o lake",
        "rowmill export --all --entity Bill -o lake",
        "rowmill export --all --schema s.json -o lake",
        "rowmill export --entity Bill --export-id x --updated 2026-01-01..2026-01-02 -o lake",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}
