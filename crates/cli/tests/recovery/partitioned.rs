//! The same with directories by value: a month for each of many, inside those of a state.

use super::*;

const BY: &str = "--partition-by ActivityState --partition-by FirstTimeUnitStartUtc:month";

/// Directories in which nothing lies.
fn empty_folders(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries = 0;
    for entry in fs::read_dir(folder).expect("reads") {
        let path = entry.expect("an entry").path();
        entries += 1;
        if path.is_dir() {
            empty_folders(&path, found);
        }
    }
    if entries == 0 {
        found.push(folder.to_owned());
    }
}

#[test]
fn a_partitioned_directory_holds_the_old_rows_or_the_new() {
    let mut random = Random::new("a partitioned directory");
    let mut inputs = Inputs::new(300, 4);
    let run = || inputs.convert(&inputs.names, &format!("-o lake --overwrite {BY}"));
    timed(run());
    let lake = inputs.path().join("lake");
    let older = inputs.tree("lake");
    let retired = only_manifest(&lake);
    // Other months, so that directories go and come.
    inputs.fill(9, 500);
    let lay = || {
        inputs.clear("lake");
        for (path, bytes) in &older {
            let path = inputs.path().join("lake").join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("makes");
            fs::write(path, bytes).expect("writes");
        }
    };
    let run = || inputs.convert(&inputs.names, &format!("-o lake --overwrite {BY}"));
    let (whole, _) = timed(run());
    let expected = inputs.tree("lake");
    let parquet = |path: &Path| path.extension().is_some_and(|ending| ending == "parquet");
    let parts = expected.iter().filter(|(path, _)| parquet(path)).count();
    assert!(parts > 10, "{parts} parts");
    let gone = older.iter().filter(|(path, _)| !lake.join(path).exists());
    let gone: Vec<Sight> = gone.map(|(path, _)| Sight::Gone(lake.join(path))).collect();
    let there = expected.iter().map(|(path, _)| lake.join(path));
    let new = there.filter(|path| !older.iter().any(|(old, _)| lake.join(old) == *path));
    let mut sights: Vec<Sight> = new.map(Sight::There).chain(gone).collect();
    sights.extend([Sight::Gone(retired), Sight::There(lake.join("_rowmill/commit.json"))]);
    let mut count = Count::default();
    for n in 0..kills().div_ceil(2) {
        // Half of them are killed on their way to a directory that is not there yet.
        if n % 2 == 0 {
            lay()
        } else {
            inputs.clear("lake")
        }
        let moment = moment(&mut random, whole, &sights);
        let what = format!("kill {n}: {moment:?}");
        count.add(kill(run().start(), &moment), &lake.join("_rowmill/commit.json"));
        check_instant(inputs.path(), Some(&lake), &what);
        run().run().ended(0);
        check_lake(&lake, &what);
        assert_eq!(found(&lake), told(&[&inputs.totals]), "{what}");
        assert!(inputs.tree("lake") == expected, "{what}: other bytes");
        let mut empty = Vec::new();
        empty_folders(&lake, &mut empty);
        assert_eq!(empty, Vec::<PathBuf>::new(), "{what}");
    }
    count.tell();
}
