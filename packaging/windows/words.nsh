; What the installer and the uninstaller say themselves, in English and German. What pages have of their own comes with NSIS.
LangString IT_RUNS ${LANG_ENGLISH} "Skylark is running. Please end it first: a broadcast would be cut off."
LangString IT_RUNS ${LANG_GERMAN} "Skylark läuft noch. Bitte beenden Sie es zuerst: eine Übertragung würde sonst abbrechen."

LangString WEBVIEW2_IS_INSTALLED ${LANG_ENGLISH} "Installing Microsoft's WebView2 Runtime, which the window needs"
LangString WEBVIEW2_IS_INSTALLED ${LANG_GERMAN} "Microsofts WebView2-Runtime wird installiert, die das Fenster braucht"

LangString RUN_WEBVIEW2_SETUP ${LANG_ENGLISH} "Skylark is installed. Its window also needs Microsoft's WebView2 Runtime, which this computer does not have. An installer of that name lies beside this one:$\r$\n$\r$\n$webview2Setup$\r$\n$\r$\nRun it, if you got it from Microsoft yourself?"
LangString RUN_WEBVIEW2_SETUP ${LANG_GERMAN} "Skylark ist installiert. Sein Fenster braucht außerdem Microsofts WebView2-Runtime, die auf diesem Computer fehlt. Ein Installationsprogramm dieses Namens liegt neben diesem hier:$\r$\n$\r$\n$webview2Setup$\r$\n$\r$\nAusführen, falls Sie es selbst von Microsoft geladen haben?"

LangString DID_NOT_START ${LANG_ENGLISH} "it did not start"
LangString DID_NOT_START ${LANG_GERMAN} "es startete nicht"

LangString WEBVIEW2_SETUP_FAILED ${LANG_ENGLISH} "$webview2Setup did not install the WebView2 Runtime ($1)."
LangString WEBVIEW2_SETUP_FAILED ${LANG_GERMAN} "$webview2Setup hat die WebView2-Runtime nicht installiert ($1)."

LangString WEBVIEW2_IS_MISSING ${LANG_ENGLISH} "Skylark is installed. Its window also needs Microsoft's WebView2 Runtime, which this computer does not have. Get its installer (the Evergreen Bootstrapper) from ${WEBVIEW2_PAGE} and run it. Without a window, skylark headless works already."
LangString WEBVIEW2_IS_MISSING ${LANG_GERMAN} "Skylark ist installiert. Sein Fenster braucht außerdem Microsofts WebView2-Runtime, die auf diesem Computer fehlt. Laden Sie deren Installationsprogramm (den Evergreen-Bootstrapper) von ${WEBVIEW2_PAGE} und führen Sie es aus. Ohne Fenster läuft skylark headless schon jetzt."

LangString OPEN_PAGE ${LANG_ENGLISH} "Open that page now?"
LangString OPEN_PAGE ${LANG_GERMAN} "Diese Seite jetzt öffnen?"

LangString UNINSTALL_TITLE ${LANG_ENGLISH} "Uninstall Skylark"
LangString UNINSTALL_TITLE ${LANG_GERMAN} "Skylark deinstallieren"
LangString UNINSTALL_SUBTITLE ${LANG_ENGLISH} "Skylark is removed from this computer."
LangString UNINSTALL_SUBTITLE ${LANG_GERMAN} "Skylark wird von diesem Computer entfernt."

LangString DATA_STAYS ${LANG_ENGLISH} "Your settings, links, bans and histories stay for the next time, unless you have them deleted. Recordings stay in any case."
LangString DATA_STAYS ${LANG_GERMAN} "Ihre Einstellungen, Links, Sperren und Verläufe bleiben für das nächste Mal, sofern Sie sie nicht löschen lassen. Aufnahmen bleiben auf jeden Fall."

LangString DELETE_DATA ${LANG_ENGLISH} "Delete settings, links, bans and histories as well"
LangString DELETE_DATA ${LANG_GERMAN} "Einstellungen, Links, Sperren und Verläufe ebenfalls löschen"
