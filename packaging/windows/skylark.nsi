; The installer for Windows: for one user, without an administrator. scripts/installer.sh gives it VERSION, HOMEPAGE, PUBLISHER, ROOT (the
; folder with what is installed), SIZE_KB (its size), ICON, OUT, and SIGN where a signer is named.
Unicode true
Target amd64-unicode
RequestExecutionLevel user
ManifestDPIAware true
SetCompressor /SOLID lzma

!define NAME "Skylark"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
; Where WebView2's version stands, by Microsoft's documentation: once for all users and once for this one.
!define WEBVIEW2 "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
!define WEBVIEW2_SETUP "MicrosoftEdgeWebview2Setup.exe"
!define WEBVIEW2_PAGE "https://developer.microsoft.com/microsoft-edge/webview2/"
; The exit code of a silent run that changed nothing, because Skylark runs.
!define IT_RUNS 2

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"
; Nothing is left out: who cannot write a file is told, and may try again.
AllowSkipFiles off

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} Setup"
VIAddVersionKey "CompanyName" "${PUBLISHER}"
VIAddVersionKey "LegalCopyright" "${PUBLISHER}"

!ifdef SIGN
  !uninstfinalize '"${SIGN}" "%1"' = 0
  !finalize '"${SIGN}" "%1"' = 0
!endif

!include FileFunc.nsh
!include LogicLib.nsh
!include MUI2.nsh

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_NOAUTOCLOSE
!define MUI_FINISHPAGE_RUN "$INSTDIR\skylark.exe"

!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
UninstPage custom un.AskForData un.TakeAnswer
!insertmacro MUI_UNPAGE_INSTFILES

; The system's language is taken; the first where it is neither.
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!include "words.nsh"

; Whether the user's settings and data go, too.
Var deletesData
Var box
; Microsoft's installer of WebView2, where one is to be run.
Var webview2Setup

; Skylark is not ended by us: somebody may be live.
!macro MUST_NOT_RUN un
Function ${un}MustNotRun
  again:
  ${If} ${FileExists} "$INSTDIR\skylark.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\skylark.exe" a
    ${If} ${Errors}
      MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(IT_RUNS)" /SD IDCANCEL IDRETRY again
      SetErrorLevel ${IT_RUNS}
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
FunctionEnd
!macroend
!insertmacro MUST_NOT_RUN ""
!insertmacro MUST_NOT_RUN "un."

Function .onInit
  SetRegView 64
  ${GetParameters} $0
  ${GetOptions} $0 "/WEBVIEW2=" $webview2Setup
FunctionEnd

; The version of WebView2 that is there, in $0; empty where none is.
Function FindWebView2
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW2}" "pv"
  ${If} $0 == ""
  ${OrIf} $0 == "0.0.0.0"
    ReadRegStr $0 HKCU "Software\${WEBVIEW2}" "pv"
  ${EndIf}
  ${If} $0 == "0.0.0.0"
    StrCpy $0 ""
  ${EndIf}
FunctionEnd

; Runs Microsoft's own installer of WebView2, by the path in $webview2Setup: what it ends with in $1, and what is there then in $0.
Function RunWebView2Setup
  DetailPrint "$(WEBVIEW2_IS_INSTALLED)"
  ClearErrors
  ExecWait '"$webview2Setup" /silent /install' $1
  ${If} ${Errors}
    StrCpy $1 "$(DID_NOT_START)"
  ${EndIf}
  Call FindWebView2
FunctionEnd

; What the window needs beside the program. Nothing is fetched; and nothing that lies beside this installer is run without a question, as that
; folder is where browsers put what any page hands them. Who installs without questions names it: /WEBVIEW2=FILE.
Function BringWebView2
  Call FindWebView2
  ${If} $0 != ""
    Return
  ${EndIf}
  StrCpy $1 ""
  ${If} $webview2Setup == ""
  ${AndIf} ${FileExists} "$EXEDIR\${WEBVIEW2_SETUP}"
    StrCpy $webview2Setup "$EXEDIR\${WEBVIEW2_SETUP}"
    ${IfNot} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(RUN_WEBVIEW2_SETUP)" /SD IDNO IDYES`
      StrCpy $webview2Setup ""
    ${EndIf}
  ${EndIf}
  ${If} $webview2Setup != ""
    Call RunWebView2Setup
    ${If} $0 != ""
      Return
    ${EndIf}
    DetailPrint "$(WEBVIEW2_SETUP_FAILED)"
  ${EndIf}
  DetailPrint "$(WEBVIEW2_IS_MISSING)"
  ${If} ${Cmd} `MessageBox MB_YESNO|MB_ICONINFORMATION "$(WEBVIEW2_IS_MISSING)$\r$\n$\r$\n$(OPEN_PAGE)" /SD IDNO IDYES`
    ExecShell "open" "${WEBVIEW2_PAGE}"
  ${EndIf}
FunctionEnd

Section
  Call MustNotRun
  SetOutPath "$INSTDIR"
  File "${ROOT}/skylark.exe"
  File "${ROOT}/WebView2Loader.dll"
  File "${ROOT}/licences.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\skylark.exe"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\skylark.exe"
  WriteRegStr HKCU "${UNINSTALL}" "URLInfoAbout" "${HOMEPAGE}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  Call BringWebView2
SectionEnd

Function un.onInit
  SetRegView 64
  StrCpy $deletesData 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DELETEDATA" $1
  ${IfNot} ${Errors}
    StrCpy $deletesData 1
  ${EndIf}
FunctionEnd

Function un.AskForData
  !insertmacro MUI_HEADER_TEXT "$(UNINSTALL_TITLE)" "$(UNINSTALL_SUBTITLE)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 36u "$(DATA_STAYS)"
  Pop $0
  ${NSD_CreateCheckBox} 0 44u 100% 12u "$(DELETE_DATA)"
  Pop $box
  ${NSD_SetState} $box $deletesData
  nsDialogs::Show
FunctionEnd

Function un.TakeAnswer
  ${NSD_GetState} $box $deletesData
FunctionEnd

Section Uninstall
  Call un.MustNotRun
  Delete "$INSTDIR\skylark.exe"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\licences.txt"
  Delete "$INSTDIR\uninstall.exe"
  ; Only when it is empty: what else somebody put there is not ours.
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  ${If} $deletesData == 1
    ; What studio/src/folders.rs names, and what the window remembers. Recordings are videos of the user's.
    RMDir /r "$APPDATA\Skylark"
    RMDir /r "$LOCALAPPDATA\Skylark"
    RMDir /r "$APPDATA\${IDENTIFIER}"
    RMDir /r "$LOCALAPPDATA\${IDENTIFIER}"
  ${EndIf}
SectionEnd
