//! Free space, as Windows tells it of a folder.
#![allow(unsafe_code)] // The standard library does not ask for it.

use std::{os::windows::ffi::OsStrExt, path::Path, ptr};
use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;

pub(super) fn free(path: &Path) -> Option<u64> {
    // It is asked of folders only; a file's disk is its folder's.
    let folder = if path.is_file() { path.parent()? } else { path };
    let folder: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let mut ours = 0;
    // SAFETY: the name ends with 0, and the number has its place until the call returns; the other two are not asked for.
    let answered = unsafe { GetDiskFreeSpaceExW(folder.as_ptr(), &raw mut ours, ptr::null_mut(), ptr::null_mut()) };
    (answered != 0).then_some(ours)
}
