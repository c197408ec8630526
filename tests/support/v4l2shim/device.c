/* The device, as the kernel's V4L2 documentation describes one: single-planar capture into mapped buffers. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const uint32_t FORMATS[] = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_NV12};
static const int SIZES[][2] = {{320, 180}, {640, 360}, {640, 480}, {1280, 720}, {1920, 1080}};
static const uint32_t RATES[] = {30, 15};
#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { MOST_HANDLES = 16, MOST_BUFFERS = 32, NOBODY = -1 };

/* Several handles may be open; one at a time, the owner, holds the buffers. A handle is a timer: it becomes readable when
 * a picture is due, so poll, select and epoll work on it as they are. */
static struct {
    pthread_mutex_t lock;
    int handles[MOST_HANDLES];
    int owner;
    uint32_t fourcc, rate;
    int width, height;
    int memory;
    uint8_t *buffers;
    size_t buffer_size;
    unsigned buffer_count;
    unsigned queue[MOST_BUFFERS], queued;
    bool streaming;
    uint32_t frame;
} device = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .handles = {[0 ... MOST_HANDLES - 1] = NOBODY},
    .owner = NOBODY,
    .fourcc = V4L2_PIX_FMT_YUYV,
    .rate = 30,
    .width = 640,
    .height = 360,
    .memory = -1,
};

static int fail(int error) {
    errno = error;
    return -1;
}

/* ---- handles ---- */

static int *handle_of(int fd) {
    for (int i = 0; i < MOST_HANDLES; i++)
        if (device.handles[i] == fd) return &device.handles[i];
    return NULL;
}

bool device_owns(int fd) {
    return fd >= 0 && handle_of(fd);
}

int device_memory(void) {
    return device.memory;
}

int device_open(int flags) {
    switch (shim_state()) {
    case SHIM_UNPLUGGED: return fail(ENOENT);
    case SHIM_DENIED: return fail(EACCES);
    default: break;
    }
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    (void)flags; /* a blocking handle waits in wait_for_tick, a non-blocking one was polled before */
    if (fd < 0) return -1;
    pthread_mutex_lock(&device.lock);
    int *free_place = handle_of(NOBODY);
    if (free_place) *free_place = fd;
    pthread_mutex_unlock(&device.lock);
    if (free_place) return fd;
    syscall(SYS_close, fd);
    return fail(EMFILE);
}

/* ---- buffers ---- */

static void set_timer(int fd, uint32_t rate) {
    long period = rate ? 1000000000L / (long)rate : 0;
    struct itimerspec timer = {{0, period}, {0, period}};
    timerfd_settime(fd, 0, &timer, NULL);
}

static void release_buffers(void) {
    if (device.owner != NOBODY) set_timer(device.owner, 0);
    if (device.buffers) munmap(device.buffers, device.buffer_size * device.buffer_count);
    if (device.memory >= 0) syscall(SYS_close, device.memory);
    device.buffers = NULL;
    device.memory = -1;
    device.buffer_count = device.queued = 0;
    device.streaming = false;
    device.owner = NOBODY;
}

void device_close(int fd) {
    pthread_mutex_lock(&device.lock);
    if (device.owner == fd) release_buffers();
    int *handle = handle_of(fd);
    if (handle) *handle = NOBODY;
    pthread_mutex_unlock(&device.lock);
}

static bool is_taken(int fd) {
    return shim_state() == SHIM_BUSY || (device.owner != NOBODY && device.owner != fd);
}

static int request_buffers(int fd, struct v4l2_requestbuffers *request) {
    if (request->memory != V4L2_MEMORY_MMAP) return fail(EINVAL);
    if (is_taken(fd) || device.streaming) return fail(EBUSY);
    release_buffers();
    request->capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP;
    if (request->count == 0) return 0;
    if (request->count > MOST_BUFFERS) request->count = MOST_BUFFERS;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    device.buffer_size = (encode_room(device.fourcc, device.width, device.height) + page - 1) / page * page;
    device.buffer_count = request->count;
    size_t all = device.buffer_size * device.buffer_count;
    device.memory = memfd_create("v4l2shim", MFD_CLOEXEC);
    if (device.memory < 0 || ftruncate(device.memory, (off_t)all) != 0) return fail(ENOMEM);
    device.buffers = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, device.memory, 0);
    if (device.buffers == MAP_FAILED) return fail(ENOMEM);
    device.owner = fd;
    return 0;
}

static void describe_buffer(struct v4l2_buffer *buffer) {
    buffer->length = (uint32_t)device.buffer_size;
    buffer->m.offset = (uint32_t)(buffer->index * device.buffer_size);
    buffer->field = V4L2_FIELD_NONE;
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}

static int query_buffer(struct v4l2_buffer *buffer) {
    if (buffer->index >= device.buffer_count) return fail(EINVAL);
    describe_buffer(buffer);
    return 0;
}

static int queue_buffer(int fd, struct v4l2_buffer *buffer) {
    if (device.owner != fd || buffer->index >= device.buffer_count || device.queued >= MOST_BUFFERS) return fail(EINVAL);
    device.queue[device.queued++] = buffer->index;
    buffer->flags = V4L2_BUF_FLAG_QUEUED;
    return 0;
}

/* ---- pictures ---- */

/* Waits until a picture is due and returns how many were, the missed ones included; without the lock. 0: unplugged. */
static uint64_t wait_for_tick(int fd) {
    for (;;) {
        enum shim_state state = shim_state();
        if (state == SHIM_UNPLUGGED) return 0;
        uint64_t due;
        if (state != SHIM_STUCK && read(fd, &due, sizeof due) == sizeof due) return due;
        struct pollfd tick = {fd, POLLIN, 0};
        if (state == SHIM_STUCK) usleep(20000);
        else poll(&tick, 1, 100);
    }
}

static uint64_t unix_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void take_picture(struct v4l2_buffer *buffer) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const struct scene *scene = scene_look(device.width, device.height, device.frame, unix_ms());
    buffer->index = device.queue[0];
    describe_buffer(buffer);
    buffer->bytesused = (uint32_t)encode(scene, device.fourcc, device.buffers + buffer->index * device.buffer_size);
    buffer->flags |= V4L2_BUF_FLAG_DONE;
    buffer->sequence = device.frame;
    buffer->timestamp.tv_sec = now.tv_sec;
    buffer->timestamp.tv_usec = now.tv_nsec / 1000;
    memmove(device.queue, device.queue + 1, --device.queued * sizeof *device.queue);
}

static int dequeue_buffer(int fd, struct v4l2_buffer *buffer) {
    if (device.owner != fd || !device.streaming) return fail(EINVAL);
    if (!device.queued) return fail(EAGAIN);
    pthread_mutex_unlock(&device.lock);
    uint64_t due = wait_for_tick(fd);
    pthread_mutex_lock(&device.lock);
    if (!due) return fail(ENODEV);
    if (!device.streaming || !device.queued) return fail(EINVAL);
    device.frame += (uint32_t)due;
    take_picture(buffer);
    return 0;
}

static int stream_on(int fd) {
    if (is_taken(fd)) return fail(EBUSY);
    if (device.owner != fd) return fail(EINVAL);
    device.streaming = true;
    set_timer(fd, device.rate);
    return 0;
}

static int stream_off(int fd) {
    if (device.owner != fd) return 0;
    device.streaming = false;
    device.queued = 0;
    set_timer(fd, 0);
    return 0;
}

/* ---- what it is and can ---- */

static int query_capabilities(struct v4l2_capability *capability) {
    memset(capability, 0, sizeof *capability);
    snprintf((char *)capability->driver, sizeof capability->driver, "v4l2shim");
    snprintf((char *)capability->card, sizeof capability->card, "%s", shim_camera_name());
    snprintf((char *)capability->bus_info, sizeof capability->bus_info, "platform:v4l2shim");
    capability->version = 6 << 16 | 1 << 8;
    capability->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    capability->capabilities = capability->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

/* The n-th of the formats that the test lets it offer; 0 past the last. */
static uint32_t offered_format(uint32_t n) {
    for (size_t i = 0; i < COUNT(FORMATS); i++)
        if (shim_offers(FORMATS[i]) && n-- == 0) return FORMATS[i];
    return 0;
}

static bool is_size(uint32_t width, uint32_t height) {
    for (size_t i = 0; i < COUNT(SIZES); i++)
        if (SIZES[i][0] == (int)width && SIZES[i][1] == (int)height) return true;
    return false;
}

static int enumerate_formats(struct v4l2_fmtdesc *format) {
    uint32_t fourcc = offered_format(format->index);
    if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || !fourcc) return fail(EINVAL);
    format->pixelformat = fourcc;
    format->flags = fourcc == V4L2_PIX_FMT_MJPEG ? V4L2_FMT_FLAG_COMPRESSED : 0;
    snprintf((char *)format->description, sizeof format->description, "%.4s", (const char *)&fourcc);
    return 0;
}

static int enumerate_sizes(struct v4l2_frmsizeenum *size) {
    if (!shim_offers(size->pixel_format) || size->index >= COUNT(SIZES)) return fail(EINVAL);
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete.width = (uint32_t)SIZES[size->index][0];
    size->discrete.height = (uint32_t)SIZES[size->index][1];
    return 0;
}

static int enumerate_rates(struct v4l2_frmivalenum *rate) {
    if (!shim_offers(rate->pixel_format) || !is_size(rate->width, rate->height)) return fail(EINVAL);
    if (rate->index >= COUNT(RATES)) return fail(EINVAL);
    rate->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    rate->discrete = (struct v4l2_fract){1, RATES[rate->index]};
    return 0;
}

static int get_format(struct v4l2_format *format) {
    if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
    if (!shim_offers(device.fourcc)) device.fourcc = offered_format(0);
    struct v4l2_pix_format *pix = &format->fmt.pix;
    memset(pix, 0, sizeof *pix);
    pix->width = (uint32_t)device.width;
    pix->height = (uint32_t)device.height;
    pix->pixelformat = device.fourcc;
    pix->field = V4L2_FIELD_NONE;
    pix->bytesperline = pix->width * (device.fourcc == V4L2_PIX_FMT_YUYV ? 2 : device.fourcc == V4L2_PIX_FMT_NV12);
    pix->sizeimage = (uint32_t)encode_room(device.fourcc, device.width, device.height);
    pix->colorspace = V4L2_COLORSPACE_SRGB;
    return 0;
}

/* What it cannot do stays as it was; the answer says what holds now, as drivers do. */
static int set_format(int fd, struct v4l2_format *format) {
    if (is_taken(fd) || device.buffer_count) return fail(EBUSY);
    struct v4l2_pix_format *wanted = &format->fmt.pix;
    if (is_size(wanted->width, wanted->height)) {
        device.width = (int)wanted->width;
        device.height = (int)wanted->height;
    }
    for (size_t i = 0; i < COUNT(FORMATS); i++)
        if (FORMATS[i] == wanted->pixelformat && shim_offers(FORMATS[i])) device.fourcc = FORMATS[i];
    return get_format(format);
}

static int get_rate(struct v4l2_streamparm *parameters) {
    if (parameters->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
    memset(&parameters->parm, 0, sizeof parameters->parm);
    parameters->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    parameters->parm.capture.timeperframe = (struct v4l2_fract){1, device.rate};
    return 0;
}

static int set_rate(int fd, struct v4l2_streamparm *parameters) {
    if (is_taken(fd) || device.streaming) return fail(EBUSY);
    struct v4l2_fract wanted = parameters->parm.capture.timeperframe;
    for (size_t i = 0; i < COUNT(RATES); i++)
        if (wanted.numerator && wanted.denominator / wanted.numerator == RATES[i]) device.rate = RATES[i];
    return get_rate(parameters);
}

static int answer(int fd, uint32_t request, void *argument) {
    switch (request) {
    case VIDIOC_QUERYCAP: return query_capabilities(argument);
    case VIDIOC_ENUM_FMT: return enumerate_formats(argument);
    case VIDIOC_ENUM_FRAMESIZES: return enumerate_sizes(argument);
    case VIDIOC_ENUM_FRAMEINTERVALS: return enumerate_rates(argument);
    case VIDIOC_G_FMT: return get_format(argument);
    case VIDIOC_S_FMT: return set_format(fd, argument);
    case VIDIOC_G_PARM: return get_rate(argument);
    case VIDIOC_S_PARM: return set_rate(fd, argument);
    case VIDIOC_REQBUFS: return request_buffers(fd, argument);
    case VIDIOC_QUERYBUF: return query_buffer(argument);
    case VIDIOC_QBUF: return queue_buffer(fd, argument);
    case VIDIOC_DQBUF: return dequeue_buffer(fd, argument);
    case VIDIOC_STREAMON: return stream_on(fd);
    case VIDIOC_STREAMOFF: return stream_off(fd);
    /* It has no brightness, zoom and the like. */
    case VIDIOC_QUERYCTRL:
    case VIDIOC_QUERY_EXT_CTRL:
    case VIDIOC_QUERYMENU:
    case VIDIOC_G_CTRL:
    case VIDIOC_S_CTRL:
    case VIDIOC_G_EXT_CTRLS:
    case VIDIOC_S_EXT_CTRLS: return fail(EINVAL);
    default: return fail(ENOTTY);
    }
}

int device_ioctl(int fd, unsigned long request, void *argument) {
    if (shim_state() == SHIM_UNPLUGGED) return fail(ENODEV);
    pthread_mutex_lock(&device.lock);
    int result = answer(fd, (uint32_t)request, argument);
    int error = errno;
    pthread_mutex_unlock(&device.lock);
    errno = error;
    return result;
}
