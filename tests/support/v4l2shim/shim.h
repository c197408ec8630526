/* A camera for tests: a V4L2 capture node, /dev/video0, that exists only for a program started with LD_PRELOAD.
 *
 *   intercept.c  the libc calls by which a program reaches a device, diverted to it
 *   device.c     the device: handles, formats, buffers, streaming, as the kernel's V4L2 API asks for them
 *   scene.c      what stands in front of its lens: a readable clock above moving colour bars
 *   encode.c     a scene as YUYV, NV12 or MJPEG
 *   control.c    what a test may set
 *
 * A test sets, in the environment:
 *   SKYLARK_SHIM_FORMATS  the formats it offers, by their four letters: "YUYV,MJPG,NV12" (all, if unset)
 *   SKYLARK_SHIM_NAME     its name ("Skylark Test Camera", if unset)
 *   SKYLARK_SHIM_CONTROL  the path of a file that a test may rewrite at any time:
 *       ok         as if there were no file
 *       unplugged  the node is gone: it is not listed, open fails with ENOENT, what was open answers ENODEV
 *       busy       another program streams from it: open works, taking buffers fails with EBUSY
 *       denied     open fails with EACCES
 *       stuck      a driver that hangs: waiting for a picture does not return
 */
#ifndef SKYLARK_SHIM_H
#define SKYLARK_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SHIM_NODE "/dev/video0"
#define SHIM_NODE_NAME "video0"

/* ---- control.c ---- */

enum shim_state { SHIM_OK, SHIM_UNPLUGGED, SHIM_BUSY, SHIM_DENIED, SHIM_STUCK };

enum shim_state shim_state(void);
const char *shim_camera_name(void);
bool shim_offers(uint32_t fourcc);

/* ---- scene.c ---- */

struct colour {
    uint8_t y, u, v;
};

/* The scene is the same all the way down within a band, so one row of each band describes it. */
enum { BAND_CELLS_UPPER, BAND_CELLS_LOWER, BAND_BARS, BANDS };

struct scene {
    int width, height;
    struct colour *rows[BANDS];
};

/* Looks at the scene at this moment. The result holds until the next look; one caller at a time. */
const struct scene *scene_look(int width, int height, uint32_t frame, uint64_t unix_ms);
const struct colour *scene_row(const struct scene *scene, int y);

/* ---- encode.c ---- */

size_t encode_room(uint32_t fourcc, int width, int height);
/* Returns how many bytes the picture takes; never more than encode_room says. */
size_t encode(const struct scene *scene, uint32_t fourcc, uint8_t *out);

/* ---- device.c ---- */

/* Each answers as the system call of its name would, errno included. */
int device_open(int flags);
bool device_owns(int fd);
void device_close(int fd);
int device_ioctl(int fd, unsigned long request, void *argument);
/* The descriptor of the memory behind the buffers. */
int device_memory(void);

#endif
