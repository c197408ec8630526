//! SPA's plain old data, in which PipeWire's parameters are written: a size, a type, and what it holds, filled up to eight bytes. What is
//! needed of it for pictures is written and read here; what comes from elsewhere is read with a bound on everything.

#[cfg(test)]
mod tests;

/// A value, as parameters of pictures have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A number of a table.
    Id(u32),
    /// A number that is counted.
    Int(i32),
    /// Width and height.
    Rectangle(u32, u32),
    /// Numerator and denominator.
    Fraction(u32, u32),
}

/// What a property may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice<'a> {
    /// This.
    Only(Value),
    /// Anything from the second to the third; the first if it can be.
    Range(Value, Value, Value),
    /// Any of these; the first if it can be.
    Any(&'a [Value]),
    /// Any of these bits.
    Flags(i32),
}

/// A pod that was written: eight bytes apart, as whoever reads it wants them to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pod(Vec<u64>);

/// An object that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'a> {
    kind: u32,
    properties: &'a [u8],
}

/// Before each pod: its size and its type.
const HEADER: usize = 8;

/// Everything begins at a multiple of this.
const STEP: usize = 8;

// Types, as <spa/utils/type.h> numbers them.
const ID: u32 = 3;
const INT: u32 = 4;
const RECTANGLE: u32 = 10;
const FRACTION: u32 = 11;
const OBJECT: u32 = 15;
const CHOICE: u32 = 19;

// Choices, as <spa/pod/pod.h> numbers them.
const RANGE: u32 = 1;
const ANY: u32 = 3;
const FLAGS: u32 = 4;

/// No object of a parameter has more: who writes more is up to something else.
const MOST_PROPERTIES: usize = 256;

/// Writes an object of this type, as a value of this parameter, with these properties.
pub(super) fn object(kind: u32, parameter: u32, properties: &[(u32, Choice<'_>)]) -> Pod {
    let mut body = Vec::new();
    words(&mut body, &[kind, parameter]);
    for (key, choice) in properties {
        words(&mut body, &[*key, 0]);
        put(&mut body, *choice);
    }
    let mut all = Vec::new();
    words(&mut all, &[length(&body), OBJECT]);
    all.append(&mut body);
    fill_up(&mut all);
    let eight = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("chunks of eight bytes are that"));
    Pod(all.chunks_exact(STEP).map(eight).collect())
}

fn put(all: &mut Vec<u8>, choice: Choice<'_>) {
    let flags;
    let (kind, values): (u32, &[Value]) = match &choice {
        Choice::Only(value) => {
            words(all, &[value.size(), value.kind()]);
            value.put(all);
            return fill_up(all);
        }
        Choice::Range(usual, least, most) => (RANGE, &[*usual, *least, *most]),
        Choice::Any(values) => (ANY, values),
        Choice::Flags(bits) => {
            flags = [Value::Int(*bits)];
            (FLAGS, &flags)
        }
    };
    let Some(first) = values.first() else { return words(all, &[0, 1]) };
    // The usual one is told first, and then, where all are told, once more among them.
    let usual = (kind == ANY).then_some(first);
    let mut body = Vec::new();
    words(&mut body, &[kind, 0, first.size(), first.kind()]);
    usual.into_iter().chain(values).for_each(|value| value.put(&mut body));
    words(all, &[length(&body), CHOICE]);
    all.append(&mut body);
    fill_up(all);
}

impl Value {
    fn kind(self) -> u32 {
        match self {
            Self::Id(_) => ID,
            Self::Int(_) => INT,
            Self::Rectangle(..) => RECTANGLE,
            Self::Fraction(..) => FRACTION,
        }
    }

    fn size(self) -> u32 {
        match self {
            Self::Id(_) | Self::Int(_) => 4,
            Self::Rectangle(..) | Self::Fraction(..) => 8,
        }
    }

    fn put(&self, all: &mut Vec<u8>) {
        match *self {
            Self::Id(number) => words(all, &[number]),
            Self::Int(number) => words(all, &[number.cast_unsigned()]),
            Self::Rectangle(one, other) | Self::Fraction(one, other) => words(all, &[one, other]),
        }
    }

    fn read(kind: u32, body: &[u8]) -> Option<Value> {
        Some(match kind {
            ID => Self::Id(word(body, 0)?),
            INT => Self::Int(word(body, 0)?.cast_signed()),
            RECTANGLE => Self::Rectangle(word(body, 0)?, word(body, 4)?),
            FRACTION => Self::Fraction(word(body, 0)?, word(body, 4)?),
            _ => return None,
        })
    }
}

impl Pod {
    /// For who takes the address of it.
    pub(super) fn words(&self) -> &[u64] {
        &self.0
    }
}

/// How many bytes a pod has of which these are the first eight.
pub(super) fn size(header: [u8; HEADER]) -> usize {
    word(&header, 0).map_or(0, |size| size as usize).saturating_add(HEADER)
}

impl<'a> Object<'a> {
    /// None: it is no whole object.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Object<'a>> {
        let (kind, body, _) = next(bytes)?;
        if kind != OBJECT {
            return None;
        }
        Some(Object { kind: word(body, 0)?, properties: body.get(8..)? })
    }

    /// Of which type it is.
    pub(super) fn kind(&self) -> u32 {
        self.kind
    }

    /// What it says of this; of a choice the usual one.
    pub(super) fn property(&self, key: u32) -> Option<Value> {
        let mut rest = self.properties;
        for _ in 0..MOST_PROPERTIES {
            let found = word(rest, 0)?;
            let (kind, body, behind) = next(rest.get(8..)?)?;
            if found == key {
                return match kind {
                    CHOICE => {
                        let inner = word(body, 12)?;
                        Value::read(inner, body.get(16..)?)
                    }
                    kind => Value::read(kind, body),
                };
            }
            rest = behind;
        }
        None
    }
}

/// The first pod: its type, what it holds, and what stands behind it.
fn next(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (size, kind) = (word(bytes, 0)? as usize, word(bytes, 4)?);
    let body = bytes.get(HEADER..)?;
    let held = body.get(..size)?;
    // The last one need not be filled up.
    let behind = body.get(size.next_multiple_of(STEP)..).unwrap_or_default();
    Some((kind, held, behind))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*bytes))
}

fn words(all: &mut Vec<u8>, words: &[u32]) {
    words.iter().for_each(|word| all.extend_from_slice(&word.to_ne_bytes()));
}

fn fill_up(all: &mut Vec<u8>) {
    all.resize(all.len().next_multiple_of(STEP), 0);
}

fn length(body: &[u8]) -> u32 {
    u32::try_from(body.len()).expect("what is written here has some hundred bytes")
}
