//! JSON as `serde_json` reads it, values left as they are written.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{BadKind, MOST_DEPTH};

/// A member of an object.
pub(super) struct Member<'a> {
    /// The key as it is written, with its quotes.
    pub(super) spelling: &'a str,
    /// What the key stands for.
    pub(super) key: String,
    pub(super) value: &'a RawValue,
}

/// The members of an object in their order, keys that stand twice included.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Collect)
    }
}

/// Reads text that is known to be JSON. What can still be wrong with it is a string that names
/// half of a surrogate pair, which the grammar does not forbid.
pub(super) fn parsed<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, BadKind> {
    serde_json::from_str(raw.get()).map_err(|_| BadKind::Surrogate)
}

/// The members of an object.
pub(super) fn members(raw: &RawValue) -> Result<Vec<Member<'_>>, BadKind> {
    let Members(members) = parsed(raw)?;
    let mut found = Vec::new();
    for (key, value) in members {
        found.push(Member { spelling: key.get(), key: parsed(key)?, value });
    }
    Ok(found)
}

/// Looks at everything inside a value, wanted or not: every string, every level.
pub(super) fn check(raw: &RawValue, around: usize) -> Result<(), BadKind> {
    let deeper = || if around < MOST_DEPTH { Ok(around + 1) } else { Err(BadKind::Depth) };
    match first(raw) {
        b'{' => {
            let depth = deeper()?;
            members(raw)?.iter().try_for_each(|member| check(member.value, depth))
        }
        b'[' => {
            let depth = deeper()?;
            let items: Vec<&RawValue> = parsed(raw)?;
            items.iter().try_for_each(|item| check(item, depth))
        }
        b'"' => parsed::<String>(raw).map(drop),
        _ => Ok(()),
    }
}

/// The first byte, which tells the type: white space around a value is not part of it.
pub(super) fn first(raw: &RawValue) -> u8 {
    raw.get().as_bytes().first().copied().unwrap_or_default()
}

/// The type by its name.
pub(super) fn kind(raw: &RawValue) -> &'static str {
    match first(raw) {
        b'{' => "object",
        b'[' => "array",
        b'"' => "string",
        b't' | b'f' => "boolean",
        b'n' => "null",
        _ => "number",
    }
}
