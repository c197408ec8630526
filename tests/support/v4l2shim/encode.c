/* A scene as the bytes of a camera's formats. */
#include "shim.h"

#include <linux/videodev2.h>
#include <string.h>

size_t encode_room(uint32_t fourcc, int width, int height) {
    size_t pixels = (size_t)width * (size_t)height;
    return fourcc == V4L2_PIX_FMT_NV12 ? pixels * 3 / 2 : pixels * 2;
}

/* Y0 U Y1 V. Rows of one band are alike: the second and later ones are copied. */
static size_t encode_yuyv(const struct scene *scene, uint8_t *out) {
    size_t stride = (size_t)scene->width * 2;
    for (int y = 0; y < scene->height; y++, out += stride) {
        const struct colour *row = scene_row(scene, y);
        if (y > 0 && row == scene_row(scene, y - 1)) {
            memcpy(out, out - stride, stride);
            continue;
        }
        for (int x = 0; x < scene->width; x += 2) {
            out[x * 2] = row[x].y;
            out[x * 2 + 1] = row[x].u;
            out[x * 2 + 2] = row[x + 1].y;
            out[x * 2 + 3] = row[x].v;
        }
    }
    return stride * (size_t)scene->height;
}

/* A plane of Y, then U and V in turn for every two by two pixels. */
static size_t encode_nv12(const struct scene *scene, uint8_t *out) {
    uint8_t *start = out;
    for (int y = 0; y < scene->height; y++) {
        const struct colour *row = scene_row(scene, y);
        for (int x = 0; x < scene->width; x++) *out++ = row[x].y;
    }
    for (int y = 0; y < scene->height; y += 2) {
        const struct colour *row = scene_row(scene, y);
        for (int x = 0; x < scene->width; x += 2) {
            *out++ = row[x].u;
            *out++ = row[x].v;
        }
    }
    return (size_t)(out - start);
}

/* ---- MJPEG: baseline JPEG, 4:2:2 as most cameras send it, every block of 8x8 pixels one flat colour.
 *
 * A flat block is its DC coefficient alone. Quantised by 8 that is the colour's distance from 128, coded as the difference
 * to the block before, a number of at most eight bits. So nine DC symbols and one AC symbol, "end of block", are enough;
 * the Huffman tables below give the DC symbols the four-bit codes 0 to 8, and the AC symbol the code 0. */

struct bits {
    uint8_t *out;
    uint32_t held;
    int count;
};

static void put_bits(struct bits *bits, uint32_t value, int count) {
    bits->held = bits->held << count | value;
    bits->count += count;
    while (bits->count >= 8) {
        bits->count -= 8;
        uint8_t byte = (uint8_t)(bits->held >> bits->count);
        *bits->out++ = byte;
        if (byte == 0xff) *bits->out++ = 0; /* 0xff starts a marker, unless a zero follows */
    }
}

static void put_block(struct bits *bits, int level, int *previous) {
    int difference = level - 128 - *previous;
    *previous = level - 128;
    int size = 0;
    for (int rest = difference < 0 ? -difference : difference; rest; rest >>= 1) size++;
    put_bits(bits, (uint32_t)size, 4);
    /* A negative number is written as its value minus one, in `size` bits. */
    if (size) put_bits(bits, (uint32_t)(difference < 0 ? difference - 1 : difference) & ((1u << size) - 1), size);
    put_bits(bits, 0, 1);
}

static uint8_t *put_headers(uint8_t *out, int width, int height) {
    static const uint8_t start[] = {0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, 8};
    static const uint8_t tables[] = {
        0xff, 0xc4, 0, 28, 0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, /* DC */
        0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                         /* AC */
        0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x00, 3, 0x00, 0, 63, 0,                                          /* scan */
    };
    const uint8_t frame[] = {
        0xff, 0xc0, 0, 17, 8, (uint8_t)(height >> 8), (uint8_t)height, (uint8_t)(width >> 8), (uint8_t)width, 3,
        1, 0x21, 0, 2, 0x11, 0, 3, 0x11, 0,
    };
    memcpy(out, start, sizeof start);
    out += sizeof start;
    memset(out, 1, 63); /* the AC quantisers, of which none is used */
    out += 63;
    memcpy(out, frame, sizeof frame);
    out += sizeof frame;
    memcpy(out, tables, sizeof tables);
    return out + sizeof tables;
}

/* A JPEG's luma goes from 0 to 255, where the scene's, like video's, goes from 16 to 235; colour from 1 to 255, not 16 to 240. */
static int full_luma(uint8_t y) {
    return (y - 16) * 255 / 219;
}

static int full_colour(uint8_t c) {
    return 128 + (c - 128) * 127 / 112;
}

static size_t encode_mjpeg(const struct scene *scene, uint8_t *out) {
    struct bits bits = {put_headers(out, scene->width, scene->height), 0, 0};
    int y_before = 0, u_before = 0, v_before = 0;
    for (int y = 0; y < scene->height; y += 8) {
        const struct colour *row = scene_row(scene, y + 4 < scene->height ? y + 4 : scene->height - 1);
        for (int x = 0; x < scene->width; x += 16) {
            put_block(&bits, full_luma(row[x + 4].y), &y_before);
            put_block(&bits, full_luma(row[x + 12].y), &y_before);
            put_block(&bits, full_colour(row[x + 8].u), &u_before);
            put_block(&bits, full_colour(row[x + 8].v), &v_before);
        }
    }
    put_bits(&bits, 0x7f, 7);
    *bits.out++ = 0xff;
    *bits.out++ = 0xd9;
    size_t used = (size_t)(bits.out - out);
    /* As in a real camera's buffers, what an earlier and longer picture left behind comes after the end. */
    static const uint8_t left_behind[] = {0x12, 0x34, 0xff, 0xd9};
    memcpy(bits.out, left_behind, sizeof left_behind);
    return used;
}

size_t encode(const struct scene *scene, uint32_t fourcc, uint8_t *out) {
    switch (fourcc) {
    case V4L2_PIX_FMT_YUYV: return encode_yuyv(scene, out);
    case V4L2_PIX_FMT_NV12: return encode_nv12(scene, out);
    default: return encode_mjpeg(scene, out);
    }
}
