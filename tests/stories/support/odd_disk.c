/* A disk that stands still as long as the file of SLOW_DISK is there: what is to be on it by fdatasync waits. And that is full as long
   as the file of FULL_DISK is there: a file that has a recording's front grows by a half of what is written, and then no more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_there(const char *name) {
  const char *path = getenv(name);
  return path && access(path, F_OK) == 0;
}

int fdatasync(int file) {
  while (is_there("SLOW_DISK")) usleep(10000);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return real(file);
}

ssize_t write(int file, const void *bytes, size_t count) {
  static int halved;
  ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  struct stat about;
  if (is_there("FULL_DISK") && fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size >= 98304 &&
      lseek(file, 0, SEEK_CUR) >= about.st_size) {
    if (count > 1 && !halved) {
      halved = 1;
      return real(file, bytes, count / 2);
    }
    errno = ENOSPC;
    return -1;
  }
  return real(file, bytes, count);
}
