/* The libc calls by which a program finds and uses a camera. What concerns /dev/video0 goes to device.c, the rest to libc.
 *
 * Both ioctl and syscall are here because some libraries call the kernel by number. Real cameras of the machine are hidden,
 * so that a test sees the same everywhere. */
#define _GNU_SOURCE
#include "shim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libc's own function of this name. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* ---- opening ---- */

/* A file in /sys, as a descriptor that reads this text. */
static int text_file(const char *text) {
    int fd = memfd_create("v4l2shim-sys", MFD_CLOEXEC);
    if (fd >= 0 && (write(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) != 0)) return -1;
    return fd;
}

/* Whether the path is the camera's; if so, *fd is the answer. */
static bool opened_here(const char *path, int flags, int *fd) {
    static const char sys[] = "/sys/class/video4linux/" SHIM_NODE_NAME "/";
    if (!strcmp(path, SHIM_NODE)) return *fd = device_open(flags), true;
    if (strncmp(path, sys, sizeof sys - 1)) return false;
    const char *name = path + sizeof sys - 1;
    if (shim_state() != SHIM_UNPLUGGED && !strcmp(name, "name")) return *fd = text_file(shim_camera_name()), true;
    if (shim_state() != SHIM_UNPLUGGED && !strcmp(name, "index")) return *fd = text_file("0\n"), true;
    errno = ENOENT;
    return *fd = -1, true;
}

static int mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, int) : 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = mode_of(flags, rest), fd;
    va_end(rest);
    return opened_here(path, flags, &fd) ? fd : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = mode_of(flags, rest), fd;
    va_end(rest);
    return opened_here(path, flags, &fd) ? fd : REAL(open64)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = mode_of(flags, rest), fd;
    va_end(rest);
    return opened_here(path, flags, &fd) ? fd : REAL(openat)(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = mode_of(flags, rest), fd;
    va_end(rest);
    return opened_here(path, flags, &fd) ? fd : REAL(openat64)(folder, path, flags, mode);
}

int close(int fd) {
    if (device_owns(fd)) device_close(fd);
    return REAL(close)(fd);
}

/* ---- talking ---- */

int ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return device_owns(fd) ? device_ioctl(fd, request, argument) : REAL(ioctl)(fd, request, argument);
}

long syscall(long number, ...) {
    static long (*real)(long, ...);
    if (!real) real = REAL(syscall);
    long a[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_ioctl && device_owns((int)a[0])) return device_ioctl((int)a[0], (unsigned long)a[1], (void *)a[2]);
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    return REAL(mmap)(address, length, protection, flags, device_owns(fd) ? device_memory() : fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
    return REAL(mmap64)(address, length, protection, flags, device_owns(fd) ? device_memory() : fd, offset);
}

/* ---- listing /dev ---- */

/* The listings of /dev that are under way: the camera is their first entry. */
enum { MOST_LISTINGS = 8 };
static struct {
    DIR *folder;
    bool told;
} listings[MOST_LISTINGS];
static pthread_mutex_t listings_lock = PTHREAD_MUTEX_INITIALIZER;

static void start_listing(DIR *folder) {
    pthread_mutex_lock(&listings_lock);
    for (int i = 0; i < MOST_LISTINGS; i++) {
        if (listings[i].folder) continue;
        listings[i].folder = folder;
        listings[i].told = shim_state() == SHIM_UNPLUGGED;
        break;
    }
    pthread_mutex_unlock(&listings_lock);
}

/* Whether this is a listing of /dev; if so, *first is set if the camera was not told yet. */
static bool listing_of(DIR *folder, bool *first) {
    bool found = false;
    pthread_mutex_lock(&listings_lock);
    for (int i = 0; i < MOST_LISTINGS; i++) {
        if (listings[i].folder != folder) continue;
        found = true;
        *first = !listings[i].told;
        listings[i].told = true;
    }
    pthread_mutex_unlock(&listings_lock);
    return found;
}

DIR *opendir(const char *path) {
    DIR *folder = REAL(opendir)(path);
    if (folder && (!strcmp(path, "/dev") || !strcmp(path, "/dev/"))) start_listing(folder);
    return folder;
}

struct dirent64 *readdir64(DIR *folder) {
    static const struct dirent64 camera = {.d_ino = 1, .d_reclen = sizeof camera, .d_type = DT_CHR, .d_name = SHIM_NODE_NAME};
    static __thread struct dirent64 entry;
    bool first = false;
    if (!listing_of(folder, &first)) return REAL(readdir64)(folder);
    if (first) {
        entry = camera;
        return &entry;
    }
    struct dirent64 *next;
    do next = REAL(readdir64)(folder);
    while (next && !strncmp(next->d_name, "video", 5));
    return next;
}

int closedir(DIR *folder) {
    pthread_mutex_lock(&listings_lock);
    for (int i = 0; i < MOST_LISTINGS; i++)
        if (listings[i].folder == folder) listings[i].folder = NULL;
    pthread_mutex_unlock(&listings_lock);
    return REAL(closedir)(folder);
}
