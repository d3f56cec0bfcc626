//! Lines of every entity and what becomes of them: nothing is lost on the way.

use std::path::Path;

use bytes::Bytes;
use rowmill::{Decoder, Limit, OnBadRow, Options, entity};
use rowmill_testkit::corpus::{self, Corpus};

use crate::leaves::Walk;
use crate::{layout, lines};

/// Every leaf of every line is in the column that stands for it, in the text of a union's other arms,
/// or under a key that is reported.
fn nothing_is_lost(name: &str, lines: &str) -> Walk {
    let layout = layout(name);
    let mut options = Options::default();
    options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::None };
    let mut decoder = Decoder::with(&layout, options);
    decoder.push(Bytes::from(lines.to_owned()));
    decoder.finish();
    let batch = decoder.next_batch().unwrap();
    assert!(decoder.next_batch().unwrap().is_none(), "one batch at most");
    let bad: Vec<_> = decoder.take_rejects().iter().map(|row| row.error().to_string()).collect();
    let bad_lines: Vec<_> = bad
        .iter()
        .map(|error| error.split(',').next().and_then(|line| line.strip_prefix("line ")).unwrap())
        .map(|line| line.parse::<usize>().unwrap())
        .collect();
    let mut walk = Walk { bad, ..Walk::default() };
    let good = lines.lines().enumerate().filter(|(at, _)| !bad_lines.contains(&(at + 1)));
    let mut rows = 0;
    for (row, (at, line)) in good.enumerate() {
        let batch = batch.as_ref().expect("rows");
        walk.row(layout.columns(), batch, row, line, &format!("{name}, line {}", at + 1));
        rows += 1;
    }
    assert_eq!(rows, batch.map_or(0, |batch| batch.num_rows()), "{name}");

    let drift = decoder.drift();
    assert_eq!((drift.more_keys, drift.more_values), (0, 0));
    let keys = drift.keys.iter().map(|key| (key.path(), key.count)).collect();
    assert_eq!(walk.keys, keys, "{name}: keys");
    let values = drift.values.iter();
    let values = values.map(|new| ((new.column.clone(), new.value.clone()), new.count)).collect();
    assert_eq!(walk.values, values, "{name}: values");
    walk
}

#[test]
fn every_leaf_of_the_samples() {
    // What is reported of each, as `key` or `column=value`.
    let reported = |name| match name {
        "OrderItem" => {
            "Data.BundleOfTomorrow Data.Product.Size Data.Discriminator=BundleOfTomorrow \
             Data.Product.ProductType=Bundle TaxExemptionReason=ReasonOfTomorrow"
        }
        "Payment" => {
            "Data.Ghost.OriginalPaymentData Data.Ghost.OriginalPaymentType Data.TokenOfTomorrow \
             Data.Discriminator=TokenOfTomorrow Data.External.Type=ChequeOfTomorrow \
             PaymentOrigin=FrontDesk"
        }
        "Reservation" => "KeyOfTomorrow",
        "Company" => "ContacPerson",
        "Bill" => {
            "AssigneeData.BillCustomerData.ItalianFiscalCode \
             AssociatedAccountData[].BillCustomerData.Nickname \
             AssociatedAccountData[].GroupOfTomorrow Revenue[].Code \
             AssociatedAccountData[].Discriminator=GroupOfTomorrow CorrectionState=CorrectionBill \
             CorrectionType=Correction OrderItems[].Data.Discriminator=MilesOfTomorrow \
             OwnerData.BillCustomerData.TitlePrefix=Doctor OwnerData.Discriminator=KindOfTomorrow \
             PaymentItems[].Data.Discriminator=BarterOfTomorrow"
        }
        "LedgerEntry" => "LedgerType=Payments",
        _ => "",
    };
    for name in entity::NAMES {
        let lines = lines(name);
        let walk = nothing_is_lost(name, &lines);
        assert!(walk.bad.is_empty(), "{name}: {:?}", walk.bad);
        assert!(walk.leaves >= 10 * lines.lines().count(), "{name}: {} leaves", walk.leaves);
        assert_eq!(walk.reported(), reported(name), "{name}");
    }
}

/// Generated rows have nothing new unless they shall.
#[test]
fn every_leaf_of_generated_rows() {
    for kind in corpus::Kind::ENTITIES {
        for new_arms in [0.0, 0.2] {
            let options = corpus::Options { new_arms, ..corpus::Options::default() };
            let mut lines = Vec::new();
            Corpus::with(kind, 3, 200, options).write_rows(0..200, &mut lines);
            let walk = nothing_is_lost(kind.name(), &String::from_utf8(lines).unwrap());
            assert!(walk.bad.is_empty(), "{kind}: {:?}", walk.bad);
            let has_unions = ["OrderItem", "Payment", "Bill"].contains(&kind.name());
            let reported = walk.reported();
            assert_eq!(!reported.is_empty(), new_arms > 0.0 && has_unions, "{kind}: {reported}");
            let new = |part: &str| part.contains("ArmOfTomorrow");
            assert!(reported.split_whitespace().all(new), "{kind}: {reported}");
        }
    }
}

/// The same for lines that are not here: `ROWMILL_SAMPLES=folder` with files `<Entity>.jsonl`. Prints
/// what is reported and why lines are bad ones.
#[test]
fn every_leaf_of_other_samples() {
    let Some(folder) = std::env::var_os("ROWMILL_SAMPLES") else { return };
    for name in entity::NAMES {
        let path = Path::new(&folder).join(format!("{name}.jsonl"));
        let Ok(lines) = std::fs::read_to_string(path) else { continue };
        let walk = nothing_is_lost(name, &lines);
        let (count, bad) = (lines.lines().count(), walk.bad.len());
        println!("{name}: {count} lines, {bad} bad, {} leaves", walk.leaves);
        println!("  reported: {}", walk.reported());
        walk.bad.iter().for_each(|error| println!("  {error}"));
    }
}
