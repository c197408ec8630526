//! Pixels and the pointer by GDI: of single windows, and of screens where DXGI gives none.
#![allow(unsafe_code)] // Windows' own interface: handles and memory that it owns.

use super::pointer::{Shape, with_mask};
use std::{ffi::c_void, mem, ptr, slice};
use windows_com::Win32::{
    Foundation::HWND,
    Graphics::Gdi::{
        BI_RGB, BITMAP, BITMAPINFO, BITMAPINFOHEADER, BitBlt, CAPTUREBLT, CreateCompatibleDC, CreateDIBSection,
        DIB_RGB_COLORS, DeleteDC, DeleteObject, GdiFlush, GetDC, GetDIBits, GetObjectW, HBITMAP, HDC, HGDIOBJ,
        ReleaseDC, SRCCOPY, SelectObject,
    },
    Storage::Xps::{PRINT_WINDOW_FLAGS, PW_CLIENTONLY, PrintWindow},
    UI::WindowsAndMessaging::{
        CURSOR_SHOWING, CURSORINFO, GetCursorInfo, GetIconInfo, HCURSOR, ICONINFO, IsHungAppWindow,
    },
};

/// What GDI draws into: memory of four bytes a pixel, the uppermost row first.
pub(super) struct Canvas {
    context: HDC,
    bitmap: HBITMAP,
    /// What stood in the context before.
    before: HGDIOBJ,
    bits: *const u8,
    size: (i32, i32),
}

/// Also what is drawn with DirectX; since Windows 8.1, and not in the library's table.
const PW_RENDERFULLCONTENT: PRINT_WINDOW_FLAGS = PRINT_WINDOW_FLAGS(2);

impl Canvas {
    /// None: there is no memory for it.
    pub(super) fn new(size: (i32, i32)) -> Option<Canvas> {
        let mut bits: *mut c_void = ptr::null_mut();
        // SAFETY: each handle is used while it is one, and what was made is given back where something fails.
        unsafe {
            let context = CreateCompatibleDC(None);
            if context.is_invalid() {
                return None;
            }
            let made = CreateDIBSection(None, &header(size), DIB_RGB_COLORS, &raw mut bits, None, 0);
            let (Ok(bitmap), false) = (made, bits.is_null()) else {
                let _ = DeleteDC(context);
                return None;
            };
            let before = SelectObject(context, bitmap.into());
            Some(Canvas { context, bitmap, before, bits: bits.cast(), size })
        }
    }

    pub(super) fn size(&self) -> (i32, i32) {
        self.size
    }

    /// Takes what is on the desktop there. False: the system did not give it.
    pub(super) fn take_desktop(&self, corner: (i32, i32)) -> bool {
        self.take_from(None, corner)
    }

    /// Takes what a program draws into its window, whatever stands before it. False: the system did not give it.
    pub(super) fn take_window(&self, handle: isize) -> bool {
        let window = HWND(handle as *mut c_void);
        // SAFETY: a window that was closed is answered with no. One whose program hangs is not asked: it would hang this thread as well.
        unsafe {
            if IsHungAppWindow(window).as_bool() {
                return false;
            }
            let flags = PRINT_WINDOW_FLAGS(PW_CLIENTONLY.0 | PW_RENDERFULLCONTENT.0);
            PrintWindow(window, self.context, flags).as_bool() || self.take_from(Some(window), (0, 0))
        }
    }

    fn take_from(&self, window: Option<HWND>, (left, top): (i32, i32)) -> bool {
        let (width, height) = self.size;
        // SAFETY: what is got here is given back here.
        unsafe {
            let context = GetDC(window);
            if context.is_invalid() {
                return false;
            }
            let taken = BitBlt(self.context, 0, 0, width, height, Some(context), left, top, SRCCOPY | CAPTUREBLT);
            ReleaseDC(window, context);
            taken.is_ok()
        }
    }

    /// Blue, green, red, and a byte that says nothing; row by row without a gap.
    pub(super) fn pixels(&self) -> &[u8] {
        // SAFETY: the memory is the bitmap's, as long as its header says, and nobody draws into it while it is borrowed: GDI is waited for.
        unsafe {
            let _ = GdiFlush();
            slice::from_raw_parts(self.bits, 4 * self.size.0 as usize * self.size.1 as usize)
        }
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        // SAFETY: they were made in `new`, and a bitmap is deleted when no context has it any more.
        unsafe {
            SelectObject(self.context, self.before);
            let _ = DeleteObject(self.bitmap.into());
            let _ = DeleteDC(self.context);
        }
    }
}

fn header((width, height): (i32, i32)) -> BITMAPINFO {
    BITMAPINFO {
        bmiHeader: BITMAPINFOHEADER {
            biSize: mem::size_of::<BITMAPINFOHEADER>() as u32,
            biWidth: width,
            // Below zero: the uppermost row comes first.
            biHeight: -height,
            biPlanes: 1,
            biBitCount: 32,
            biCompression: BI_RGB.0,
            ..BITMAPINFOHEADER::default()
        },
        ..BITMAPINFO::default()
    }
}

/// The pointer as the whole desktop has it.
#[derive(Default)]
pub(super) struct Pointer {
    shape: Shape,
    hot: (i32, i32),
    /// Of which the shape was made.
    cursor: isize,
    at: Option<(i32, i32)>,
}

impl Pointer {
    /// Looks where it is. Says whether that, or how it looks, is otherwise than before.
    pub(super) fn look(&mut self) -> bool {
        let mut told = CURSORINFO { cbSize: mem::size_of::<CURSORINFO>() as u32, ..CURSORINFO::default() };
        // SAFETY: the structure says how long it is.
        let is_told = unsafe { GetCursorInfo(&raw mut told) }.is_ok();
        let is_shown = is_told && told.flags == CURSOR_SHOWING;
        let at = is_shown.then_some((told.ptScreenPos.x, told.ptScreenPos.y));
        let moved = std::mem::replace(&mut self.at, at) != at;
        let cursor = told.hCursor.0 as isize;
        if !is_shown || self.cursor == cursor {
            return moved;
        }
        self.cursor = cursor;
        (self.shape, self.hot) = shape(told.hCursor).unwrap_or_default();
        true
    }

    /// Draws it over a picture whose corner is there on the desktop.
    pub(super) fn draw(&self, picture: &mut [u8], size: (i32, i32), corner: (i32, i32)) {
        let Some(at) = self.at else { return };
        self.shape.draw(picture, size, (at.0 - self.hot.0 - corner.0, at.1 - self.hot.1 - corner.1));
    }
}

/// How it looks, and what of it points.
fn shape(cursor: HCURSOR) -> Option<(Shape, (i32, i32))> {
    let mut told = ICONINFO::default();
    // SAFETY: a cursor that is gone is answered with no; the bitmaps that come with the answer are ours to delete.
    unsafe { GetIconInfo(cursor.into(), &raw mut told) }.ok()?;
    let mask = bits(told.hbmMask);
    let colours = if told.hbmColor.is_invalid() { None } else { bits(told.hbmColor) };
    for bitmap in [told.hbmMask, told.hbmColor] {
        if !bitmap.is_invalid() {
            // SAFETY: as above.
            let _ = unsafe { DeleteObject(bitmap.into()) };
        }
    }
    let hot = (told.xHotspot as i32, told.yHotspot as i32);
    let (mask, (width, height)) = mask?;
    let (mut pixels, size) = match colours {
        Some(colours) => colours,
        // Both halves of the mask one above the other: what is left of the picture, and what is turned round in it.
        None => {
            let (keeps, turns) = mask.split_at(mask.len() / 2);
            let mut pixels = turns.to_vec();
            pixels.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 0);
            let kind = with_mask(&mut pixels, keeps);
            return Some((Shape::new(kind, (width, height / 2), 4 * width as usize, &pixels)?, hot));
        }
    };
    let kind = with_mask(&mut pixels, &mask);
    Some((Shape::new(kind, size, 4 * size.0 as usize, &pixels)?, hot))
}

/// A bitmap's pixels, four bytes each, the uppermost row first.
fn bits(bitmap: HBITMAP) -> Option<(Vec<u8>, (i32, i32))> {
    const LARGEST: i32 = 2048;
    let mut told = BITMAP::default();
    // SAFETY: what is told fits into the structure, and the pixels into as many bytes as the header says.
    unsafe {
        let length = mem::size_of::<BITMAP>() as i32;
        if GetObjectW(bitmap.into(), length, Some((&raw mut told).cast())) == 0 {
            return None;
        }
        let size = (told.bmWidth, told.bmHeight);
        if !(1..=LARGEST).contains(&size.0) || !(1..=LARGEST).contains(&size.1) {
            return None;
        }
        let mut pixels = vec![0; 4 * (size.0 * size.1) as usize];
        let context = GetDC(None);
        let (into, mut header) = (pixels.as_mut_ptr().cast(), header(size));
        let rows = GetDIBits(context, bitmap, 0, size.1 as u32, Some(into), &raw mut header, DIB_RGB_COLORS);
        ReleaseDC(None, context);
        (rows == size.1).then_some((pixels, size))
    }
}
