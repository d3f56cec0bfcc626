//! Names, places and phrases that strings are made of.

pub(super) const FIRST_NAMES: &[&str] = &[
    "Anna",
    "James",
    "Maria",
    "Lukas",
    "Sofia",
    "Oliver",
    "Emma",
    "Noah",
    "Zoë",
    "Jürgen",
    "Søren",
    "Jiří",
    "Tomáš",
    "Chloé",
    "Łukasz",
    "Ólafur",
    "José",
    "Márta",
    "Дмитрий",
    "Ελένη",
    "美咲",
    "伟",
    "민준",
    "محمد",
    "Siobhán",
    "D'Arcy",
    "Jean-Luc",
    "Þóra",
];

pub(super) const LAST_NAMES: &[&str] = &[
    "Smith",
    "Novák",
    "Müller",
    "Garcia",
    "Jensen",
    "Dvořáková",
    "Rossi",
    "Dubois",
    "Andersson",
    "Kowalski",
    "O'Brien",
    "van den Berg",
    "Nagy",
    "Håkansson",
    "Šimůnek",
    "Иванова",
    "Παπαδόπουλος",
    "佐藤",
    "王",
    "김",
    "الأحمد",
    "Núñez",
    "Çelik",
    "Strauß",
    "McAllister",
    "Fernández de la Cruz",
    "Wright",
    "Baker",
];

/// City, postal code, country, subdivision.
pub(super) const PLACES: &[(&str, &str, &str, &str)] = &[
    ("Prague", "110 00", "CZ", "CZ-PR"),
    ("London", "EC1A 1BB", "GB", "GB-ENG"),
    ("München", "80331", "DE", "DE-BY"),
    ("Paris", "75001", "FR", "FR-IDF"),
    ("Amsterdam", "1012 JS", "NL", "NL-NH"),
    ("Kraków", "31-042", "PL", "PL-12"),
    ("København", "1050", "DK", "DK-84"),
    ("Göteborg", "411 03", "SE", "SE-O"),
    ("Zürich", "8001", "CH", "CH-ZH"),
    ("Reykjavík", "101", "IS", "IS-1"),
    ("大阪市", "530-0001", "JP", "JP-27"),
    ("San José", "10101", "CR", "CR-SJ"),
    ("New York", "10001", "US", "US-NY"),
    ("İstanbul", "34110", "TR", "TR-34"),
];

pub(super) const STREETS: &[&str] = &[
    "Main Street",
    "Hauptstraße",
    "Rue de l'Église",
    "Náměstí Míru",
    "Kungsgatan",
    "High Street",
    "Calle de Alcalá",
    "Via Roma",
    "Bahnhofstrasse",
    "Nørregade",
    "ulica Długa",
    "本町通り",
];

pub(super) const OCCUPATIONS: &[&str] = &[
    "Engineer",
    "Teacher",
    "Carpenter",
    "Nurse",
    "Sales manager",
    "Architect",
    "Chef de cuisine",
    "Lékař",
    "Journalist",
];

/// Free text as people type it: quotes, line breaks, tabs, back-slashes, letters of many
/// scripts and characters beyond the basic plane.
pub(super) const NOTES: &[&str] = &[
    "Late arrival",
    "Prefers a quiet room on a high floor, away from the lift.",
    "Allergic to feather pillows; asked for foam ones at the last stay.",
    "Said \"no housekeeping before noon\" at check-in",
    "Line one\nLine two\nLine three",
    "Anniversary 🎉 bottle of sparkling wine in the room 🥂",
    "Bitte Zustellbett für Kind (4 Jahre), möglichst früh einchecken",
    "Host požaduje parkování; příjezd přibližně v jedenáct večer",
    "Путешествует с собакой",
    "両親と一緒に滞在します",
    "Share \\\\server\\scans\\guest holds the signed form\tchecked",
    "👨‍👩‍👧 family, adjoining rooms please",
];

pub(super) const ORDER_NOTES: &[&str] = &[
    "Additional note",
    "Night of stay",
    "Breakfast buffet, adult",
    "Parking (one car, one night)",
    "Kurtaxe für Erwachsene",
    "Late check-out until 16:00",
    "Mini-bar: water, \"house\" wine",
    "Café crème, petit déjeuner",
];

pub(super) const DIETS: &[&str] = &["Vegan", "Gluten-free", "Vegetarian", "No nuts", "Halal"];

pub(super) const LANGUAGES: &[&str] =
    &["en-GB", "en-US", "de-DE", "cs-CZ", "fr-FR", "nl-NL", "sv-SE", "ja-JP", "pl-PL"];

pub(super) const COUNTRIES: &[&str] =
    &["GB", "DE", "US", "CZ", "FR", "NL", "SE", "DK", "IT", "ES", "PL", "CH", "JP", "CN", "BR"];

pub(super) const COMPANIES: &[&str] = &[
    "Sample Company",
    "Acme Travel",
    "Nordic Conferences AS",
    "Müller & Söhne GmbH",
    "Café Société SARL",
    "Blue \"Harbour\" Ltd",
    "Přátelé cest s.r.o.",
    "東京旅行株式会社",
];
