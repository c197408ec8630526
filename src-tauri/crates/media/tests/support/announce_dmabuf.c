/* Has xdg-desktop-portal-wlr show a screen on a machine without a graphics card, loaded into it by LD_PRELOAD.
 *
 * Its 0.7, which Debian 12 and 13 have, shows nothing of a compositor that offers no DMA-BUF, though it uses memory as well (mended in 0.8).
 * Here it is told of a format of DMA-BUF that nobody will ask for. Everything else is its own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

struct wl_proxy;
const char *wl_proxy_get_class(struct wl_proxy *proxy);

typedef void (*event)(void);
typedef void (*buffer_event)(void *data, void *frame, uint32_t format, uint32_t width, uint32_t height, uint32_t stride);
typedef void (*dmabuf_event)(void *data, void *frame, uint32_t format, uint32_t width, uint32_t height);

/* The events of zwlr_screencopy_frame_v1, in its order. */
enum { BUFFER, FLAGS, READY, FAILED, DAMAGE, LINUX_DMABUF, BUFFER_DONE, EVENTS };

/* XR24, of <drm_fourcc.h>. */
static const uint32_t XRGB8888 = 0x34325258;

static event theirs[EVENTS], ours[EVENTS];

static void buffer(void *data, void *frame, uint32_t format, uint32_t width, uint32_t height, uint32_t stride) {
  ((buffer_event)theirs[BUFFER])(data, frame, format, width, height, stride);
  ((dmabuf_event)theirs[LINUX_DMABUF])(data, frame, XRGB8888, width, height);
}

int wl_proxy_add_listener(struct wl_proxy *proxy, event *events, void *data) {
  static int (*next)(struct wl_proxy *, event *, void *);
  if (!next) next = (int (*)(struct wl_proxy *, event *, void *))dlsym(RTLD_NEXT, "wl_proxy_add_listener");
  if (strcmp(wl_proxy_get_class(proxy), "zwlr_screencopy_frame_v1") == 0) {
    memcpy(theirs, events, sizeof theirs);
    memcpy(ours, events, sizeof ours);
    ours[BUFFER] = (event)buffer;
    events = ours;
  }
  return next(proxy, events, data);
}
