use super::{Allow, Column, Layout, UuidForm};
use arrow_schema::{DataType, Field, Schema, TimeUnit};

fn every_type() -> Vec<Column> {
    vec![
        Column::int32("int32").required(),
        Column::int64("int64"),
        Column::uint64("uint64"),
        Column::float64("float64"),
        Column::boolean("bool"),
        Column::string("string").with_metadata("contract", "optional"),
        Column::category("enum"),
        Column::date("date"),
        Column::timestamp_us("us"),
        Column::timestamp_ns("ns"),
        Column::decimal("decimal", 38, 10),
        Column::uuid("uuid"),
        Column::uuid("text").stored_as(UuidForm::Text),
        Column::uuid("binary").stored_as(UuidForm::Binary),
        Column::json("json"),
        Column::duration("duration"),
        Column::list("list", Column::list("inner", Column::uuid("id").required())),
        Column::duration_parts("parts"),
        Column::raw_json("rest"),
        Column::line_number("line"),
        Column::record("record", [Column::int32("a"), Column::map("b", Column::json("any"))]),
    ]
}

#[test]
fn a_schema_gives_the_layout_back() {
    let layout = Layout::new(every_type()).unwrap();
    assert_eq!(Layout::try_from(&**layout.schema()).unwrap(), layout);
    let rescued = layout.with_unknown(super::Unknown::Rescue).unwrap();
    assert_eq!(rescued.schema(), layout.schema(), "there is a column for it");
    let plain = Layout::new([Column::int32("a")]).unwrap();
    let rescued = plain.with_unknown(super::Unknown::Rescue).unwrap();
    assert_eq!(rescued.schema().fields().len(), 2);
    assert_eq!(rescued.with_unknown(super::Unknown::Ignore).unwrap(), plain);
}

#[test]
fn what_cannot_be_read_is_named() {
    let inner = Field::new("when", DataType::Time32(arrow_schema::TimeUnit::Second), true);
    let schema = Schema::new(vec![
        Field::new("a", DataType::Int32, true),
        Field::new("b", DataType::Struct(vec![inner].into()), true),
    ]);
    let error = Layout::try_from(&schema).unwrap_err();
    assert_eq!(error.path(), "b.when");
    assert!(error.to_string().starts_with("column b.when: type Time32"), "{error}");
}

#[test]
fn refused_layouts() {
    let refused = |columns: Vec<Column>| Layout::new(columns).unwrap_err().to_string();
    assert_eq!(refused(vec![]), "layout: there are no columns");
    assert!(refused(vec![Column::int32("")]).contains("has an empty name"));
    assert_eq!(
        refused(vec![Column::record("a", [Column::int32("b"), Column::string("b")])]),
        "column a.b: is there twice"
    );
    assert!(refused(vec![Column::decimal("d", 39, 0)]).contains("decimal(39,0)"));
    assert!(refused(vec![Column::decimal("d", 5, 6)]).contains("decimal(5,6)"));
    assert!(refused(vec![Column::decimal("d", 5, -1)]).contains("decimal(5,-1)"));
    assert!(refused(vec![Column::record("r", [])]).contains("no fields"));
    assert!(refused(vec![Column::date("d").allow(Allow::ALL)]).contains("timestamps only"));
    let forged = Column::string("s").with_metadata("ARROW:extension:name", "arrow.uuid");
    assert!(refused(vec![forged]).contains("kept for the type"));
    let refused_one = |column: Column| refused(vec![column]);
    assert!(refused_one(Column::string("s").known_values(["a"])).contains("enumerations only"));
    let stored = Column::string("s").stored_as(UuidForm::Text);
    assert!(refused_one(stored).contains("UUIDs only"));
    assert!(refused_one(Column::int32("a").path(Vec::<String>::new())).contains("empty path"));
    assert!(refused_one(Column::raw_json("r").path(["a"])).contains("has no key"));
    assert!(refused_one(Column::raw_json("r").required()).contains("cannot be required"));
    assert!(refused_one(Column::unread("u")).contains("there are no columns"));
    let line = Column::record("o", [Column::line_number("l")]);
    assert!(refused_one(line).contains("the row only"));
    let listed = Column::list("l", Column::raw_json("r"));
    assert!(refused_one(listed).contains("of an object only"));
    let twice = vec![Column::raw_json("a"), Column::raw_json("b")];
    assert!(refused(twice).contains("more than one raw_json"));
    for (a, b) in [(&["x"][..], &["x"][..]), (&["x"], &["x", "y"]), (&["x", "y"], &["x"])] {
        let path = |name, path: &[&str]| Column::int32(name).path(path.iter().copied());
        let error = refused(vec![path("a", a), path("b", b)]);
        assert_eq!(error, "column b: reads the same value as a");
        let apart = vec![Column::int32("w"), path("a", a), Column::int32("z"), path("b", b)];
        assert_eq!(refused(apart), "column b: reads the same value as a");
    }
    let allow = |set: fn(&mut Allow)| {
        let mut allow = Allow::NONE;
        set(&mut allow);
        allow
    };
    let rescue = allow(|allow| allow.rescue_digits = true);
    let round = allow(|allow| allow.round_digits = true);
    assert!(refused_one(Column::decimal("d", 4, 2).allow(rescue)).contains("needs a raw_json"));
    assert!(refused_one(Column::float64("f").allow(round)).contains("fit decimals only"));
    let union = |arms: Vec<Column>| Column::union("u", "tag", "value", arms);
    assert!(refused_one(union(vec![])).contains("no arms"));
    assert!(refused_one(union(vec![Column::int32("tag")])).contains("is there twice"));
    assert!(refused_one(union(vec![Column::int32("a").required()])).contains("cannot be required"));
    let deep = (0..70).fold(Column::int32("x"), |inner, _| Column::list("l", inner));
    assert!(refused(vec![deep]).contains("deeper than 64"));
}

#[test]
fn arrow_types_that_cannot_be_read_are_told_with_one_that_can() {
    let told = |data_type: DataType| {
        let schema = Schema::new(vec![Field::new("a", data_type, true)]);
        Layout::try_from(&schema).expect_err("cannot be read").to_string()
    };
    assert!(told(DataType::LargeUtf8).ends_with("; use Utf8"));
    assert!(told(DataType::UInt32).ends_with("; use Int64"));
    assert!(told(DataType::Timestamp(TimeUnit::Microsecond, None)).contains("time zone UTC"));
    assert!(told(DataType::Time64(TimeUnit::Microsecond)).ends_with("cannot be read"));
}
