/* What stands in front of the lens.
 *
 * At the top a strip of two rows of 32 cells, bright for 1 and dark for 0, the same as in Skylark's test pattern: 32 bits
 * Unix time in milliseconds, 16 bits frame number, 16 bits CRC. A cell is 1/32 of the width and 1/18 of the height, so it
 * can be read at every size and after any encoder. Below it, colour bars that move to the left. */
#include "shim.h"

#include <stdlib.h>

enum { CELLS_ACROSS = 32, ROWS_OF_A_CELL = 18, BAR_PIXELS_A_FRAME = 4 };

static const struct colour BRIGHT = {235, 128, 128}, DARK = {16, 128, 128};

/* The usual eight bars: white, yellow, cyan, green, magenta, red, blue, black. */
static const struct colour BARS[8] = {{180, 128, 128}, {162, 44, 142},  {131, 156, 44}, {112, 72, 58},
                                      {84, 184, 198},  {65, 100, 212}, {35, 212, 114}, {16, 128, 128}};

/* CRC-16/CCITT-FALSE. */
static uint16_t crc16(const uint8_t *bytes, size_t count) {
    uint16_t crc = 0xffff;
    for (size_t i = 0; i < count; i++) {
        crc ^= (uint16_t)(bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++) crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

/* The 64 cells, the first in the highest bit. */
static uint64_t clock_bits(uint32_t unix_ms, uint16_t frame) {
    uint8_t bytes[6] = {(uint8_t)(unix_ms >> 24), (uint8_t)(unix_ms >> 16), (uint8_t)(unix_ms >> 8),
                        (uint8_t)unix_ms,         (uint8_t)(frame >> 8),    (uint8_t)frame};
    return (uint64_t)unix_ms << 32 | (uint64_t)frame << 16 | crc16(bytes, sizeof bytes);
}

static void paint_cells(struct colour *row, int width, uint32_t bits) {
    for (int x = 0; x < width; x++) {
        int cell = x * CELLS_ACROSS / width;
        row[x] = bits >> (CELLS_ACROSS - 1 - cell) & 1 ? BRIGHT : DARK;
    }
}

static void paint_bars(struct colour *row, int width, uint32_t frame) {
    uint32_t shift = frame * BAR_PIXELS_A_FRAME % (uint32_t)width;
    for (int x = 0; x < width; x++) row[x] = BARS[(uint32_t)(x + (int)shift) % (uint32_t)width * 8 / (uint32_t)width];
}

const struct scene *scene_look(int width, int height, uint32_t frame, uint64_t unix_ms) {
    static struct scene scene;
    for (int band = 0; band < BANDS; band++)
        scene.rows[band] = realloc(scene.rows[band], (size_t)width * sizeof(struct colour));
    scene.width = width;
    scene.height = height;
    uint64_t bits = clock_bits((uint32_t)unix_ms, (uint16_t)frame);
    paint_cells(scene.rows[BAND_CELLS_UPPER], width, (uint32_t)(bits >> 32));
    paint_cells(scene.rows[BAND_CELLS_LOWER], width, (uint32_t)bits);
    paint_bars(scene.rows[BAND_BARS], width, frame);
    return &scene;
}

const struct colour *scene_row(const struct scene *scene, int y) {
    int band = y * ROWS_OF_A_CELL / scene->height;
    return scene->rows[band < BAND_BARS ? band : BAND_BARS];
}
