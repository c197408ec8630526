//! Lists of rights (ACLs). Administrators and the system itself reach every file, so that they count as nobody else.
#![allow(unsafe_code)] // The C interface of security descriptors.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use std::ptr;
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED, ERROR_SUCCESS, GENERIC_ALL, GENERIC_READ, GENERIC_WRITE,
    LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1,
    SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACL, DACL_SECURITY_INFORMATION, EqualSid, GetAce, GetTokenInformation, INHERIT_ONLY_ACE,
    IsWellKnownSid, PROTECTED_DACL_SECURITY_INFORMATION, PSID, SetKernelObjectSecurity, TOKEN_QUERY, TOKEN_USER,
    TokenUser, WinBuiltinAdministratorsSid, WinCreatorOwnerRightsSid, WinLocalSystemSid,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_READ_DATA, READ_CONTROL, WRITE_DAC};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// The kind of an entry that allows something (`ACCESS_ALLOWED_ACE_TYPE`).
const ALLOWS: u8 = 0;

/// Opens a file for writing that is not there yet. A disk that knows no rights, as a USB stick's, has a file that it cannot close.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).access_mode(GENERIC_WRITE | READ_CONTROL | WRITE_DAC);
    // Until this handle is closed nobody else opens it, and then it is closed to them.
    let file = options.share_mode(0).open(path)?;
    let closed = Me::ask().and_then(|me| set(&file, &format!("D:P(A;;FA;;;{})(A;;FA;;;BA)(A;;FA;;;SY)", me.name()?)));
    match closed {
        Err(error) if knows_no_rights(&error) => {
            tracing::debug!("{} is on a disk that knows no rights", path.display())
        }
        Err(error) => tracing::warn!("{} could not be closed to others ({error})", path.display()),
        Ok(()) => {}
    }
    Ok(file)
}

fn knows_no_rights(error: &io::Error) -> bool {
    let number = error.raw_os_error().and_then(|number| u32::try_from(number).ok());
    number.is_some_and(|number| [ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED].contains(&number))
}

pub(crate) fn others_can_read(file: &File) -> io::Result<bool> {
    const READS: u32 = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL;
    let me = Me::ask()?;
    let (mut list, mut descriptor) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the handle is the file's; what is not asked for has no place. The list stands in the descriptor, which is freed below.
    let (what, none) = (DACL_SECURITY_INFORMATION, ptr::null_mut());
    let answer = unsafe {
        GetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            what,
            none,
            none,
            &raw mut list,
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    if answer != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(answer as i32));
    }
    // Without a list everybody may do everything.
    let open = list.is_null() || entries(list).any(|(rights, whose)| rights & READS != 0 && !me.may(whose));
    // SAFETY: it was allocated by that call and is used no more.
    unsafe { LocalFree(descriptor) };
    Ok(open)
}

/// A command that does it, in every shell: by the user's identifier, as names stand in a variable that each shell writes otherwise.
pub(crate) fn how_to_close(path: &Path) -> String {
    let whose = Me::ask().and_then(|me| me.name()).map_or_else(|_| "YOUR-NAME".to_owned(), |sid| format!("*{sid}"));
    format!("icacls \"{}\" /inheritance:r /grant:r \"{whose}:F\"", path.display())
}

/// What each entry of a list allows to whom, of those that hold for the file itself.
fn entries(list: *const ACL) -> impl Iterator<Item = (u32, PSID)> {
    // SAFETY: the list is whole, as the system gave it, and lives as long as its descriptor.
    let count = unsafe { (*list).AceCount };
    (0..u32::from(count)).filter_map(move |index| {
        let mut entry = ptr::null_mut();
        // SAFETY: as above; an entry that allows begins with a header, its rights and whom it is for.
        unsafe {
            if GetAce(list, index, &raw mut entry) == 0 {
                return None;
            }
            let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
            let header = (*entry).Header;
            let holds = header.AceType == ALLOWS && u32::from(header.AceFlags) & INHERIT_ONLY_ACE == 0;
            holds.then(|| ((*entry).Mask, (&raw mut (*entry).SidStart).cast()))
        }
    })
}

/// Gives a file a list, written in the Security Descriptor Definition Language; nothing comes from its folder any more.
fn set(file: &File, rights: &str) -> io::Result<()> {
    let wide: Vec<u16> = rights.encode_utf16().chain([0]).collect();
    let mut descriptor = ptr::null_mut();
    // SAFETY: the text ends in a zero; the descriptor is freed below.
    let read = unsafe {
        let size = ptr::null_mut();
        ConvertStringSecurityDescriptorToSecurityDescriptorW(wide.as_ptr(), SDDL_REVISION_1, &raw mut descriptor, size)
    };
    if read == 0 {
        return Err(io::Error::last_os_error());
    }
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    // SAFETY: the descriptor lives until it is freed here; the handle is the file's.
    let (set, error) = unsafe {
        let set = SetKernelObjectSecurity(file.as_raw_handle(), what, descriptor);
        let error = io::Error::last_os_error();
        LocalFree(descriptor);
        (set, error)
    };
    if set == 0 { Err(error) } else { Ok(()) }
}

/// Whose program this is, as the system's token says: in words, so that it is aligned as its structure asks.
struct Me(Vec<u64>);

impl Me {
    fn ask() -> io::Result<Me> {
        let (mut token, mut length) = (ptr::null_mut(), 0);
        // SAFETY: the process is this one, and the token is closed below. Asked without a place, the system says how much it needs.
        unsafe {
            if OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) == 0 {
                return Err(io::Error::last_os_error());
            }
            GetTokenInformation(token, TokenUser, ptr::null_mut(), 0, &raw mut length);
            let mut words = vec![0u64; (length as usize).div_ceil(size_of::<u64>())];
            let told = GetTokenInformation(token, TokenUser, words.as_mut_ptr().cast(), length, &raw mut length);
            let error = io::Error::last_os_error();
            CloseHandle(token);
            if told == 0 { Err(error) } else { Ok(Me(words)) }
        }
    }

    fn sid(&self) -> PSID {
        // SAFETY: the system wrote a TOKEN_USER there, whose pointer leads into the same words.
        unsafe { (*self.0.as_ptr().cast::<TOKEN_USER>()).User.Sid }
    }

    /// As the language of rights names it.
    fn name(&self) -> io::Result<String> {
        let mut name = ptr::null_mut();
        // SAFETY: what is written ends in a zero, and is freed when it was copied.
        unsafe {
            if ConvertSidToStringSidW(self.sid(), &raw mut name) == 0 {
                return Err(io::Error::last_os_error());
            }
            let length = (0..).take_while(|at| *name.add(*at) != 0).count();
            let copied = String::from_utf16_lossy(std::slice::from_raw_parts(name, length));
            LocalFree(name.cast());
            Ok(copied)
        }
    }

    /// Whether it is this user, the owner, an administrator or the system.
    fn may(&self, whose: PSID) -> bool {
        const ALWAYS: [i32; 3] = [WinBuiltinAdministratorsSid, WinCreatorOwnerRightsSid, WinLocalSystemSid];
        // SAFETY: both are whole identifiers.
        unsafe { EqualSid(self.sid(), whose) != 0 || ALWAYS.iter().any(|known| IsWellKnownSid(whose, *known) != 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_new_file_is_closed_to_others_and_an_open_one_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Schlüssel und Wörter");
        let mut file = create_private(&path).unwrap();
        file.write_all(b"secret").unwrap();
        drop(file);
        assert_eq!(create_private(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(!others_can_read(&File::open(&path).unwrap()).unwrap(), "it was just closed");

        let all = OpenOptions::new().access_mode(READ_CONTROL | WRITE_DAC).open(&path).unwrap();
        let me = Me::ask().unwrap().name().unwrap();
        for (rights, open) in
            [(format!("D:P(A;;FA;;;{me})(A;;FR;;;WD)"), true), (format!("D:P(A;;FA;;;{me})(A;;FA;;;SY)"), false)]
        {
            set(&all, &rights).unwrap();
            assert_eq!(others_can_read(&File::open(&path).unwrap()).unwrap(), open, "{rights}");
        }
        assert!(how_to_close(&path).ends_with(&format!("/grant:r \"*{me}:F\"")), "{}", how_to_close(&path));
        assert_eq!(std::fs::read(&path).unwrap(), b"secret", "who owns it reads it all the while");
    }
}
