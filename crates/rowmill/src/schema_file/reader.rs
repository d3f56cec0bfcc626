//! Text to layout.
//!
//! The JSON is read one level at a time: an object becomes its members, whose values are still raw
//! text. Such a piece knows where it lies in the file, so every error has its line, and no key is
//! silently lost because another of the same name follows.

use std::collections::{HashMap, HashSet};
use std::fmt;

use rowmill_json::{Allow, Column, Layout, Unknown, UuidForm};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::SchemaFileError;
use super::type_text::{self, DEEPEST, LENIENCIES, UNKNOWN};

pub(super) fn read(text: &str) -> Result<Layout, SchemaFileError> {
    let mut reader = Reader { text, path: Vec::new(), places: HashMap::new() };
    let (columns, unknown) = reader.document()?;
    Layout::with(columns, unknown).map_err(|error| {
        let (path, reason) = (error.path().to_owned(), error.reason().to_owned());
        SchemaFileError::new(text, reader.offset_of(&path), path, reason)
    })
}

struct Reader<'a> {
    text: &'a str,
    /// Names of the fields around the present one, and its own.
    path: Vec<String>,
    /// Where each field begins, for what only the finished layout can tell.
    places: HashMap<String, usize>,
}

/// The attributes of a field as they stand in the file.
#[derive(Default)]
struct Attributes<'a> {
    name: Option<&'a RawValue>,
    kind: Option<&'a RawValue>,
    nullable: Option<&'a RawValue>,
    allow: Option<&'a RawValue>,
    metadata: Option<&'a RawValue>,
    path: Option<&'a RawValue>,
    values: Option<&'a RawValue>,
    uuid: Option<&'a RawValue>,
    shape: Shape<'a>,
}

/// Those of them that say what is in a nested one.
#[derive(Clone, Copy, Default)]
struct Shape<'a> {
    fields: Option<&'a RawValue>,
    item: Option<&'a RawValue>,
    value: Option<&'a RawValue>,
    tag: Option<&'a RawValue>,
    arms: Option<&'a RawValue>,
}

impl<'a> Shape<'a> {
    fn slot(&mut self, name: &str) -> Option<&mut Option<&'a RawValue>> {
        Some(match name {
            "fields" => &mut self.fields,
            "item" => &mut self.item,
            "value" => &mut self.value,
            "tag" => &mut self.tag,
            "arms" => &mut self.arms,
            _ => return None,
        })
    }

    /// The one of this name, which does not stand there any more.
    fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        self.slot(name).and_then(Option::take)
    }

    /// One that is there, by its name.
    fn any(self) -> Option<(&'static str, &'a RawValue)> {
        let Self { fields, item, value, tag, arms } = self;
        let all =
            [("fields", fields), ("item", item), ("value", value), ("tag", tag), ("arms", arms)];
        all.into_iter().find_map(|(name, raw)| Some((name, raw?)))
    }
}

impl<'a> Attributes<'a> {
    fn slot(&mut self, name: &str) -> Option<&mut Option<&'a RawValue>> {
        Some(match name {
            "name" => &mut self.name,
            "type" => &mut self.kind,
            "nullable" => &mut self.nullable,
            "allow" => &mut self.allow,
            "metadata" => &mut self.metadata,
            "path" => &mut self.path,
            "values" => &mut self.values,
            "uuid" => &mut self.uuid,
            _ => return self.shape.slot(name),
        })
    }
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(Vec<Column>, Unknown), SchemaFileError> {
        let root: &RawValue = serde_json::from_str(self.text).map_err(|error| {
            let line = self.text.split_inclusive('\n').take(error.line().saturating_sub(1));
            let offset = line.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
            self.fail(offset, format!("not valid JSON: {}", reason(&error)))
        })?;
        self.places.insert(String::new(), self.offset(root));
        let (mut version, mut unknown, mut fields) = (None, None, None);
        for (key, value) in self.object(root)? {
            let slot = match key.as_str() {
                "version" => &mut version,
                "unknown" => &mut unknown,
                "fields" => &mut fields,
                _ => return Err(self.unknown(value, &key, "version, unknown, fields")),
            };
            if slot.replace(value).is_some() {
                return Err(self.twice(value, &key));
            }
        }
        if let Some(version) = version
            && version.get() != "1"
        {
            return Err(self.fail_at(version, "the version of a schema file is 1".into()));
        }
        let unknown = match unknown {
            Some(name) => self.unknown_keys(name)?,
            None => Unknown::Ignore,
        };
        match fields {
            Some(fields) => Ok((self.fields(fields, 1)?, unknown)),
            None => Err(self.fail_at(root, "a schema file has an attribute \"fields\"".into())),
        }
    }

    fn unknown_keys(&self, raw: &'a RawValue) -> Result<Unknown, SchemaFileError> {
        let name = self.string(raw)?;
        let known = UNKNOWN.iter().find(|(known, _)| *known == name);
        known.map(|(_, unknown)| *unknown).ok_or_else(|| {
            let names = UNKNOWN.map(|(known, _)| known).join(", ");
            self.fail_at(raw, format!("unknown keys cannot be \"{name}\"; known are {names}"))
        })
    }

    /// The fields of the document or of a struct, at `depth` levels of nesting.
    fn fields(&mut self, list: &'a RawValue, depth: usize) -> Result<Vec<Column>, SchemaFileError> {
        self.array(list)?.into_iter().map(|field| self.field(field, depth)).collect()
    }

    fn field(&mut self, field: &'a RawValue, depth: usize) -> Result<Column, SchemaFileError> {
        // Until the name is read, errors are told of the field around.
        let members = self.object(field)?;
        let Some((_, name)) = members.iter().find(|(key, _)| key == "name") else {
            return Err(self.fail_at(field, "a field without \"name\"".into()));
        };
        let name = self.string(name)?;
        self.within(name, field, |reader, name| {
            let attributes = reader.attributes(members, true)?;
            reader.column(name, field, &attributes, depth)
        })
    }

    /// The item of a list or the value of a map: a field without a name, or just a type.
    fn inner(
        &mut self,
        name: &str,
        raw: &'a RawValue,
        depth: usize,
    ) -> Result<Column, SchemaFileError> {
        self.within(name.to_owned(), raw, |reader, name| {
            let attributes = if raw.get().starts_with('"') {
                Attributes { kind: Some(raw), ..Attributes::default() }
            } else {
                let members = reader.object(raw)?;
                reader.attributes(members, false)?
            };
            reader.column(name, raw, &attributes, depth)
        })
    }

    /// Runs `read` with `name` at the end of the path, and keeps where that field begins.
    fn within(
        &mut self,
        name: String,
        raw: &'a RawValue,
        read: impl FnOnce(&mut Self, &str) -> Result<Column, SchemaFileError>,
    ) -> Result<Column, SchemaFileError> {
        self.path.push(name.clone());
        self.places.insert(self.path.join("."), self.offset(raw));
        let column = read(self, &name)?;
        self.path.pop();
        Ok(column)
    }

    fn attributes(
        &self,
        members: Vec<(String, &'a RawValue)>,
        named: bool,
    ) -> Result<Attributes<'a>, SchemaFileError> {
        let mut attributes = Attributes::default();
        for (key, value) in members {
            let known = attributes.slot(&key).filter(|_| named || key != "name");
            let Some(slot) = known else {
                let names = "type, nullable, allow, metadata, path, values, uuid, fields, item, value, tag, \
                     arms";
                let names = if named { &format!("name, {names}") } else { names };
                return Err(self.unknown(value, &key, names));
            };
            if slot.replace(value).is_some() {
                return Err(self.twice(value, &key));
            }
        }
        Ok(attributes)
    }

    fn column(
        &mut self,
        name: &str,
        raw: &'a RawValue,
        attributes: &Attributes<'a>,
        depth: usize,
    ) -> Result<Column, SchemaFileError> {
        if depth > DEEPEST {
            return Err(self.fail_at(raw, format!("is nested deeper than {DEEPEST}")));
        }
        let mut column = self.shape(name, raw, attributes, depth)?;
        if let Some(nullable) = attributes.nullable {
            match nullable.get() {
                "true" => {}
                "false" => column = column.required(),
                _ => return Err(self.fail_at(nullable, "expected true or false".into())),
            }
        }
        if let Some(list) = attributes.allow {
            column = column.allow(self.allow(list)?);
        }
        if let Some(path) = attributes.path {
            column = column.path(self.path(path)?);
        }
        if let Some(values) = attributes.values {
            let values: Result<Vec<_>, _> =
                self.array(values)?.into_iter().map(|value| self.string(value)).collect();
            column = column.known_values(values?);
        }
        if let Some(form) = attributes.uuid {
            let known = UuidForm::named(&self.string(form)?);
            let known =
                known.ok_or_else(|| self.fail_at(form, "expected binary or text".into()))?;
            column = column.stored_as(known);
        }
        if let Some(entries) = attributes.metadata {
            let mut seen = HashSet::new();
            for (key, value) in self.object(entries)? {
                if !seen.insert(key.clone()) {
                    return Err(self.twice(value, &key));
                }
                column = column.with_metadata(key, self.string(value)?);
            }
        }
        Ok(column)
    }

    /// The column as its type says, before the attributes that every type has.
    fn shape(
        &mut self,
        name: &str,
        raw: &'a RawValue,
        attributes: &Attributes<'a>,
        depth: usize,
    ) -> Result<Column, SchemaFileError> {
        let (kind, mut shape) = (attributes.kind, attributes.shape);
        let text = match (kind, shape) {
            (Some(kind), _) => self.string(kind)?,
            (None, Shape { fields: Some(_), .. }) => "struct".into(),
            (None, Shape { item: Some(_), .. }) => "list".into(),
            (None, Shape { arms: Some(_), .. }) => "union".into(),
            (None, Shape { value: Some(_), .. }) => "map".into(),
            _ => return Err(self.fail_at(raw, "a field without \"type\"".into())),
        };
        let needs = |reader: &Self, name: &str| {
            reader.fail_at(raw, format!("{} needs the attribute \"{name}\"", text.trim()))
        };
        let column = match text.trim() {
            "struct" => {
                let fields = shape.take("fields").ok_or_else(|| needs(self, "fields"))?;
                Column::record(name, self.fields(fields, depth + 1)?)
            }
            "list" => {
                let item = shape.take("item").ok_or_else(|| needs(self, "item"))?;
                Column::list(name, self.inner("element", item, depth + 1)?)
            }
            "map" => {
                let either = shape.take("value").or_else(|| shape.take("item"));
                let value = either.ok_or_else(|| needs(self, "value"))?;
                Column::map(name, self.inner("value", value, depth + 1)?)
            }
            "union" => {
                let mut key = |name: &str| shape.take(name).ok_or_else(|| needs(self, name));
                let (tag, value, arms) = (key("tag")?, key("value")?, key("arms")?);
                let (tag, value) = (self.string(tag)?, self.string(value)?);
                Column::union(name, tag, value, self.fields(arms, depth + 1)?)
            }
            _ => type_text::parse(&text, name, depth)
                .map_err(|reason| self.fail_at(kind.unwrap_or(raw), reason))?,
        };
        if let Some((name, unread)) = shape.any() {
            let reason = format!("the attribute \"{name}\" does not fit the type \"{text}\"");
            return Err(self.fail_at(unread, reason));
        }
        Ok(column)
    }

    /// Keys in a text with points between them, or in a list.
    fn path(&self, raw: &'a RawValue) -> Result<Vec<String>, SchemaFileError> {
        if raw.get().starts_with('[') {
            return self.array(raw)?.into_iter().map(|key| self.string(key)).collect();
        }
        Ok(self.string(raw)?.split('.').map(str::to_owned).collect())
    }

    fn allow(&self, list: &'a RawValue) -> Result<Allow, SchemaFileError> {
        let mut allow = Allow::NONE;
        for raw in self.array(list)? {
            let name = self.string(raw)?;
            let Some((_, flag)) = LENIENCIES.iter().find(|(known, _)| *known == name) else {
                let known = LENIENCIES.map(|(known, _)| known).join(", ");
                return Err(
                    self.fail_at(raw, format!("cannot allow \"{name}\"; known are {known}"))
                );
            };
            *flag(&mut allow) = true;
        }
        Ok(allow)
    }

    fn object(&self, raw: &'a RawValue) -> Result<Vec<(String, &'a RawValue)>, SchemaFileError> {
        self.piece(raw, '{', "an object").map(|Members(members)| members)
    }

    fn array(&self, raw: &'a RawValue) -> Result<Vec<&'a RawValue>, SchemaFileError> {
        self.piece(raw, '[', "an array")
    }

    fn string(&self, raw: &'a RawValue) -> Result<String, SchemaFileError> {
        self.piece(raw, '"', "a string")
    }

    /// One level of a value that must begin with `first`.
    fn piece<T: Deserialize<'a>>(
        &self,
        raw: &'a RawValue,
        first: char,
        what: &str,
    ) -> Result<T, SchemaFileError> {
        if !raw.get().starts_with(first) {
            return Err(self.fail_at(raw, format!("expected {what}")));
        }
        serde_json::from_str(raw.get())
            .map_err(|error| self.fail_at(raw, format!("not valid JSON: {}", reason(&error))))
    }

    #[cold]
    fn unknown(&self, raw: &RawValue, name: &str, known: &str) -> SchemaFileError {
        self.fail_at(raw, format!("unknown attribute \"{name}\"; known are {known}"))
    }

    #[cold]
    fn twice(&self, raw: &RawValue, name: &str) -> SchemaFileError {
        self.fail_at(raw, format!("\"{name}\" stands twice"))
    }

    fn fail_at(&self, raw: &RawValue, reason: String) -> SchemaFileError {
        self.fail(self.offset(raw), reason)
    }

    fn fail(&self, offset: usize, reason: String) -> SchemaFileError {
        SchemaFileError::new(self.text, offset, self.path.join("."), reason)
    }

    /// Raw values are slices of the text, so their distance from its start is their place.
    fn offset(&self, raw: &RawValue) -> usize {
        (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// Where the field with this path begins, or the innermost known one around it: fields within
    /// the text of a type have no place of their own.
    fn offset_of(&self, mut path: &str) -> usize {
        loop {
            if let Some(&offset) = self.places.get(path) {
                return offset;
            }
            match path.rsplit_once('.') {
                Some((outer, _)) => path = outer,
                None => return self.places.get("").copied().unwrap_or(0),
            }
        }
    }
}

/// The reason alone: the place that serde_json adds is that within a piece of the text.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// The members of an object in their order, none dropped.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(InOrder).map(Members)
    }
}
