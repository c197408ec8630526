//! Reads a file that was not finished: how much of it is whole, and what its index would be.

use super::boxes::{HEADER, head};
use super::chapters::{self, Chapter};
use super::fragment;
use super::front::{FRONT, MOOV_AT, PICTURE_ID, SOUND_ID, file_type};
use super::index::Index;
use super::track::{PICTURE_SCALE, SOUND_SCALE};
use super::{Write, count, seal};
use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

/// No `moof` of ours is as large: a second of samples, 12 bytes each.
const LARGEST_MOOF: u32 = 1 << 20;

/// No `moov` of ours is as large: two tracks. It is in the front twice.
const LARGEST_MOOV: u32 = 8 << 10;

/// What a file turned out to be.
#[derive(Debug)]
pub(crate) enum Kept {
    /// None of ours.
    Foreign,
    /// It is finished.
    Whole,
    /// It can be made whole.
    Unfinished(Unfinished),
}

/// What is kept of a file that was not finished.
#[derive(Debug)]
pub(crate) struct Unfinished {
    moov: Vec<u8>,
    index: Index,
    marks: Vec<Chapter>,
    /// How long it is.
    pub(crate) duration: Duration,
    /// So many bytes of it are whole; what follows is cut off.
    pub(crate) bytes: u64,
    /// So many fragments.
    pub(crate) fragments: u32,
}

impl Unfinished {
    /// What makes it whole, once what is behind [`Unfinished::bytes`] is cut off.
    pub(crate) fn seal(&self) -> Vec<Write> {
        seal(&self.moov, self.duration, &self.marks, &self.index)
    }
}

/// Reads the fragments of a file from its beginning. Of the last fragment all bytes are looked at, as a power cut may have kept
/// its size and not its content.
///
/// # Errors
///
/// The disk does not give what it has.
pub(crate) fn scan(file: &mut (impl Read + Seek)) -> io::Result<Kept> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut front = vec![0; FRONT.min(length as usize)];
    file.read_exact(&mut front)?;
    if !front.starts_with(&file_type()) {
        return Ok(Kept::Foreign);
    }
    let moov = match front.get(MOOV_AT..).and_then(head) {
        Some((size, kind)) if kind == *b"moov" && size <= LARGEST_MOOV => front.get(MOOV_AT..MOOV_AT + size as usize),
        Some((_, kind)) if kind == *b"free" => return Ok(Kept::Whole),
        _ => return Ok(Kept::Foreign),
    };
    let Some(moov) = moov.filter(|_| length >= FRONT as u64) else { return Ok(Kept::Foreign) };
    let with_picture = moov.windows(4).any(|word| word == b"vide");
    let index = match with_picture {
        true => Index::new(PICTURE_ID, PICTURE_SCALE),
        false => Index::new(SOUND_ID, SOUND_SCALE),
    };
    let (moov, marks) = (moov.to_vec(), Vec::new());
    let mut kept = Unfinished { moov, index, marks, duration: Duration::ZERO, bytes: FRONT as u64, fragments: 0 };
    while let Some((size, kind)) = next(file, kept.bytes, length)? {
        match &kind {
            b"moof" if size <= LARGEST_MOOF => {
                let mut moof = vec![0; size as usize - HEADER];
                file.read_exact(&mut moof)?;
                let Some((data, _)) =
                    next(file, kept.bytes + u64::from(size), length)?.filter(|(_, kind)| kind == b"mdat")
                else {
                    break;
                };
                let together = u64::from(size) + u64::from(data);
                // What ends the file may be the last that was written.
                let last = next(file, kept.bytes + together, length)?.is_none();
                let content = match last {
                    true => {
                        file.seek(SeekFrom::Start(kept.bytes + u64::from(size) + HEADER as u64))?;
                        let mut content = vec![0; data as usize - HEADER];
                        file.read_exact(&mut content)?;
                        Some(content)
                    }
                    false => None,
                };
                let Some(told) = fragment::read(&moof, content.as_deref()) else { break };
                count(&mut kept.index, &mut kept.duration, together, &told, with_picture);
                kept.bytes += together;
                kept.fragments += 1;
            }
            b"uuid" if size <= 1024 => {
                let mut content = vec![0; size as usize - HEADER];
                file.read_exact(&mut content)?;
                let Some(mark) = fragment::read_mark(&content) else { break };
                if kept.marks.len() < chapters::MOST - 1 {
                    kept.marks.push(mark);
                }
                kept.index.add(size.into(), None, false);
                kept.bytes += u64::from(size);
            }
            _ => break,
        }
    }
    Ok(Kept::Unfinished(kept))
}

/// The head of the box at that place, if all of the box is there. The file is then read behind it.
fn next(file: &mut (impl Read + Seek), at: u64, length: u64) -> io::Result<Option<(u32, [u8; 4])>> {
    if at + HEADER as u64 > length {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = [0; HEADER];
    file.read_exact(&mut bytes)?;
    Ok(head(&bytes).filter(|(size, _)| at + u64::from(*size) <= length))
}
