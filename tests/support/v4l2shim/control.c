/* What a test may set: see shim.h. */
#define _GNU_SOURCE
#include "shim.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Reads the control file past our own open(), so that a test may put it anywhere. */
static void read_control(char *text, size_t size) {
    text[0] = 0;
    const char *path = getenv("SKYLARK_SHIM_CONTROL");
    if (!path) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t length = read(fd, text, size - 1);
    text[length > 0 ? length : 0] = 0;
    syscall(SYS_close, fd);
}

enum shim_state shim_state(void) {
    static const struct {
        const char *word;
        enum shim_state state;
    } words[] = {{"unplugged", SHIM_UNPLUGGED}, {"busy", SHIM_BUSY}, {"denied", SHIM_DENIED}, {"stuck", SHIM_STUCK}};
    char text[32];
    read_control(text, sizeof text);
    text[strcspn(text, " \n")] = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i].word)) return words[i].state;
    return SHIM_OK;
}

const char *shim_camera_name(void) {
    const char *name = getenv("SKYLARK_SHIM_NAME");
    return name ? name : "Skylark Test Camera";
}

bool shim_offers(uint32_t fourcc) {
    const char *formats = getenv("SKYLARK_SHIM_FORMATS");
    char letters[5] = {(char)fourcc, (char)(fourcc >> 8), (char)(fourcc >> 16), (char)(fourcc >> 24), 0};
    return !formats || strstr(formats, letters);
}
