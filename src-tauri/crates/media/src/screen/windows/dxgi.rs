//! A screen's pixels by DXGI's desktop duplication: what was drawn since the last picture, and the pointer, which is not in it.
#![allow(unsafe_code)] // Windows' own interface, COM, and memory that the graphics driver lends.

use super::{
    outcome::Code,
    pointer::{Kind, Shape},
    turn::{Area, Turn, to_copy},
};
use std::{mem, slice};
use windows_com::{
    Win32::{
        Foundation::{HMODULE, RECT},
        Graphics::{
            Direct3D::D3D_DRIVER_TYPE_UNKNOWN,
            Direct3D11::{
                D3D11_BOX, D3D11_CPU_ACCESS_READ, D3D11_CREATE_DEVICE_BGRA_SUPPORT, D3D11_MAP_READ,
                D3D11_MAPPED_SUBRESOURCE, D3D11_SDK_VERSION, D3D11_TEXTURE2D_DESC, D3D11_USAGE_STAGING,
                D3D11CreateDevice, ID3D11Device, ID3D11DeviceContext, ID3D11Texture2D,
            },
            Dxgi::{
                Common::{
                    DXGI_FORMAT_B8G8R8A8_UNORM, DXGI_MODE_ROTATION_ROTATE90, DXGI_MODE_ROTATION_ROTATE180,
                    DXGI_MODE_ROTATION_ROTATE270,
                },
                CreateDXGIFactory1, DXGI_ERROR_NOT_FOUND, DXGI_ERROR_UNSUPPORTED, DXGI_OUTDUPL_FRAME_INFO,
                DXGI_OUTDUPL_MOVE_RECT, DXGI_OUTDUPL_POINTER_SHAPE_INFO, DXGI_OUTDUPL_POINTER_SHAPE_TYPE_COLOR,
                DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MASKED_COLOR, IDXGIAdapter1, IDXGIFactory1, IDXGIOutput, IDXGIOutput1,
                IDXGIOutput5, IDXGIOutputDuplication, IDXGIResource,
            },
        },
    },
    core::{Error, HRESULT, Interface},
};

/// A screen that is being duplicated.
pub(super) struct Duplication {
    device: ID3D11Device,
    context: ID3D11DeviceContext,
    output: IDXGIOutputDuplication,
    turn: Turn,
    /// What the processor reads, and its size: none before the first picture.
    read: Option<(ID3D11Texture2D, (i32, i32))>,
    /// Nothing was told yet of what was drawn.
    is_fresh: bool,
    shape: Shape,
    /// The corner of the pointer on this screen; None: it is not there.
    at: Option<(i32, i32)>,
}

fn code(error: Error) -> Code {
    error.code().0 as Code
}

fn code_of(result: HRESULT) -> Code {
    result.0 as Code
}

impl Duplication {
    /// Of the screen with this monitor's handle.
    pub(super) fn open(monitor: isize) -> Result<Self, Code> {
        let (adapter, output) = find(monitor).map_err(code)?;
        let (mut device, mut context) = (None, None);
        // SAFETY: both answers live until the call returns, and the adapter is the one whose output it is.
        unsafe {
            D3D11CreateDevice(
                &adapter,
                D3D_DRIVER_TYPE_UNKNOWN,
                HMODULE::default(),
                D3D11_CREATE_DEVICE_BGRA_SUPPORT,
                None,
                D3D11_SDK_VERSION,
                Some(&raw mut device),
                None,
                Some(&raw mut context),
            )
            .map_err(code)?;
        }
        let (Some(device), Some(context)) = (device, context) else { return Err(code_of(DXGI_ERROR_UNSUPPORTED)) };
        let output = duplicate(&output, &device).map_err(code)?;
        // SAFETY: it is asked of an object that lives.
        let turn = match unsafe { output.GetDesc() }.Rotation {
            DXGI_MODE_ROTATION_ROTATE90 => Turn::Quarter,
            DXGI_MODE_ROTATION_ROTATE180 => Turn::Half,
            DXGI_MODE_ROTATION_ROTATE270 => Turn::ThreeQuarters,
            _ => Turn::None,
        };
        let (read, is_fresh, shape, at) = (None, true, Shape::default(), None);
        Ok(Self { device, context, output, turn, read, is_fresh, shape, at })
    }

    /// Brings the picture up to date. Says whether it, or the pointer, looks otherwise than before.
    pub(super) fn take(&mut self, picture: &mut Vec<u8>, size: &mut (i32, i32)) -> Result<bool, Code> {
        let (mut told, mut resource) = (DXGI_OUTDUPL_FRAME_INFO::default(), None::<IDXGIResource>);
        // SAFETY: both answers live until the call returns.
        unsafe { self.output.AcquireNextFrame(0, &raw mut told, &raw mut resource) }.map_err(code)?;
        let taken = self.take_held(&told, resource.as_ref(), picture, size);
        // SAFETY: a frame was taken above, and nothing of it is used from here on.
        let released = unsafe { self.output.ReleaseFrame() };
        let taken = taken.map_err(code)?;
        released.map_err(code)?;
        Ok(taken)
    }

    fn take_held(
        &mut self,
        told: &DXGI_OUTDUPL_FRAME_INFO,
        resource: Option<&IDXGIResource>,
        picture: &mut Vec<u8>,
        size: &mut (i32, i32),
    ) -> Result<bool, Error> {
        let mut changed = false;
        if told.LastMouseUpdateTime != 0 {
            let PointerAt { position, visible } = PointerAt::of(told);
            let at = visible.then_some(position);
            changed = mem::replace(&mut self.at, at) != at;
        }
        if told.PointerShapeBufferSize > 0 {
            self.shape = self.told_shape(told.PointerShapeBufferSize)?.unwrap_or_default();
            changed = true;
        }
        let Some(resource) = resource else { return Ok(changed) };
        // A time of 0: only the pointer is new.
        if told.LastPresentTime == 0 && !self.is_fresh {
            return Ok(changed);
        }
        self.copy(&resource.cast()?, told, picture, size)?;
        // What is told first may say of the pointer only, and has the whole screen all the same.
        self.is_fresh = told.LastPresentTime == 0;
        Ok(true)
    }

    fn copy(
        &mut self,
        surface: &ID3D11Texture2D,
        told: &DXGI_OUTDUPL_FRAME_INFO,
        picture: &mut Vec<u8>,
        size: &mut (i32, i32),
    ) -> Result<(), Error> {
        let mut kind = D3D11_TEXTURE2D_DESC::default();
        // SAFETY: the answer lives until the call returns.
        unsafe { surface.GetDesc(&raw mut kind) };
        if kind.Format != DXGI_FORMAT_B8G8R8A8_UNORM {
            return Err(Error::from_hresult(DXGI_ERROR_UNSUPPORTED));
        }
        let whole = (kind.Width as i32, kind.Height as i32);
        let (read, is_new) = match &self.read {
            Some((read, size)) if *size == whole => (read.clone(), false),
            _ => (readable(&self.device, kind)?, true),
        };
        self.read = Some((read.clone(), whole));
        let (width, height) = self.turn.size(whole);
        let length = 4 * width as usize * height as usize;
        let all = is_new || self.is_fresh || picture.len() != length || *size != (width, height);
        let areas = if all { vec![Area::whole(whole)] } else { to_copy(whole, self.told_areas(told)?) };
        picture.resize(length, 0);
        *size = (width, height);
        let mut mapped = D3D11_MAPPED_SUBRESOURCE::default();
        // SAFETY: each area lies within both textures, which have one size; the driver lends as many rows as that has, until they are unmapped.
        unsafe {
            for area in &areas {
                let (left, top) = (area.left as u32, area.top as u32);
                let (right, bottom) = (area.right as u32, area.bottom as u32);
                let part = D3D11_BOX { left, top, front: 0, right, bottom, back: 1 };
                self.context.CopySubresourceRegion(&read, 0, left, top, 0, surface, 0, Some(&raw const part));
            }
            self.context.Map(&read, 0, D3D11_MAP_READ, 0, Some(&raw mut mapped))?;
            let pitch = mapped.RowPitch as usize;
            // Of the last row only what belongs to it.
            let length = pitch * (whole.1 as usize).saturating_sub(1) + 4 * whole.0 as usize;
            let rows = slice::from_raw_parts(mapped.pData.cast::<u8>(), length);
            for area in areas {
                self.turn.copy(rows, pitch, whole, area, picture);
            }
            self.context.Unmap(&read, 0);
        }
        Ok(())
    }

    /// What was drawn, and to where something was moved.
    fn told_areas(&self, told: &DXGI_OUTDUPL_FRAME_INFO) -> Result<Vec<Area>, Error> {
        let length = told.TotalMetadataBufferSize as usize;
        let mut moved = vec![DXGI_OUTDUPL_MOVE_RECT::default(); length / mem::size_of::<DXGI_OUTDUPL_MOVE_RECT>() + 1];
        let mut drawn = vec![RECT::default(); length / mem::size_of::<RECT>() + 1];
        let (mut moved_length, mut drawn_length) = (0, 0);
        // SAFETY: each list is at least as long as it is said to be.
        unsafe {
            let room = mem::size_of_val(&moved[..]) as u32;
            self.output.GetFrameMoveRects(room, moved.as_mut_ptr(), &raw mut moved_length)?;
            let room = mem::size_of_val(&drawn[..]) as u32;
            self.output.GetFrameDirtyRects(room, drawn.as_mut_ptr(), &raw mut drawn_length)?;
        }
        moved.truncate(moved_length as usize / mem::size_of::<DXGI_OUTDUPL_MOVE_RECT>());
        drawn.truncate(drawn_length as usize / mem::size_of::<RECT>());
        let area = |told: RECT| Area { left: told.left, top: told.top, right: told.right, bottom: told.bottom };
        Ok(moved.into_iter().map(|moved| moved.DestinationRect).chain(drawn).map(area).collect())
    }

    /// How the pointer looks; None: in no way that is known.
    fn told_shape(&self, length: u32) -> Result<Option<Shape>, Error> {
        let (mut bytes, mut needed) = (vec![0u8; length as usize], 0);
        let mut told = DXGI_OUTDUPL_POINTER_SHAPE_INFO::default();
        let into = bytes.as_mut_ptr().cast();
        // SAFETY: there is room for as many bytes as are said, and the other answers live until the call returns.
        unsafe { self.output.GetFramePointerShape(length, into, &raw mut needed, &raw mut told)? };
        let kind = match told.Type as i32 {
            kind if kind == DXGI_OUTDUPL_POINTER_SHAPE_TYPE_COLOR.0 => Kind::Colour,
            kind if kind == DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MASKED_COLOR.0 => Kind::Masked,
            _ => Kind::Monochrome,
        };
        Ok(Shape::new(kind, (told.Width as i32, told.Height as i32), told.Pitch as usize, &bytes))
    }

    /// Draws the pointer over a picture of this screen.
    pub(super) fn draw_pointer(&self, picture: &mut [u8], size: (i32, i32)) {
        if let Some(at) = self.at {
            self.shape.draw(picture, size, at);
        }
    }
}

/// Where the corner of the pointer is, and whether it is on this screen.
struct PointerAt {
    position: (i32, i32),
    visible: bool,
}

impl PointerAt {
    fn of(told: &DXGI_OUTDUPL_FRAME_INFO) -> Self {
        let at = told.PointerPosition;
        Self { position: (at.Position.x, at.Position.y), visible: at.Visible.as_bool() }
    }
}

/// The output that is this monitor, and the graphics card that it is of.
fn find(monitor: isize) -> Result<(IDXGIAdapter1, IDXGIOutput), Error> {
    // SAFETY: each object lives while it is asked, and each list ends where an answer is no.
    unsafe {
        let factory: IDXGIFactory1 = CreateDXGIFactory1()?;
        for adapter in (0..).map_while(|number| factory.EnumAdapters1(number).ok()) {
            for output in (0..).map_while(|number| adapter.EnumOutputs(number).ok()) {
                if output.GetDesc()?.Monitor.0 as isize == monitor {
                    return Ok((adapter, output));
                }
            }
        }
    }
    Err(Error::from_hresult(DXGI_ERROR_NOT_FOUND))
}

/// In eight bits a colour, also of a screen with more: where that cannot be asked for, the older way gives no other.
fn duplicate(output: &IDXGIOutput, device: &ID3D11Device) -> Result<IDXGIOutputDuplication, Error> {
    if let Ok(newer) = output.cast::<IDXGIOutput5>() {
        // SAFETY: both objects live.
        if let Ok(made) = unsafe { newer.DuplicateOutput1(device, 0, &[DXGI_FORMAT_B8G8R8A8_UNORM]) } {
            return Ok(made);
        }
    }
    // SAFETY: as above.
    unsafe { output.cast::<IDXGIOutput1>()?.DuplicateOutput(device) }
}

/// A texture like this one that the processor may read.
fn readable(device: &ID3D11Device, like: D3D11_TEXTURE2D_DESC) -> Result<ID3D11Texture2D, Error> {
    let kind = D3D11_TEXTURE2D_DESC {
        MipLevels: 1,
        ArraySize: 1,
        Usage: D3D11_USAGE_STAGING,
        BindFlags: 0,
        CPUAccessFlags: D3D11_CPU_ACCESS_READ.0 as u32,
        MiscFlags: 0,
        ..like
    };
    let mut made = None;
    // SAFETY: both the description and the answer live until the call returns.
    unsafe { device.CreateTexture2D(&raw const kind, None, Some(&raw mut made))? };
    made.ok_or_else(|| Error::from_hresult(DXGI_ERROR_UNSUPPORTED))
}
