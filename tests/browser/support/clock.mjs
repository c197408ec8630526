// Reads the clock that the test pattern carries in its picture. This function is sent into the page as text.
//
// A block of 8 by 8 cells in the top right corner, row by row, bright for 1, dark for 0. Of the 96 by 54 fields of the picture (54 by 96
// where it is upright) a cell is 2 wide and 2 high, and 3 are free at the edges. 32 bits of Unix milliseconds, 16 bits of frame number, 16 bits of CRC-16/CCITT-FALSE over the six bytes before it.
// The flash, in the first 100 ms of every second: a white lamp around (28/32 W, 14/18 H).

export function installClock() {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });

  function crc16(bytes) {
    let crc = 0xffff;
    for (const byte of bytes) {
      crc ^= byte << 8;
      for (let bit = 0; bit < 8; bit += 1) crc = ((crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff) >>> 0;
    }
    return crc;
  }

  /** Mean brightness of the middle third of a cell. */
  function bright(pixels, width, left, top, cellWidth, cellHeight) {
    let sum = 0;
    let count = 0;
    for (let y = Math.floor(top + cellHeight / 3); y < top + (2 * cellHeight) / 3; y += 1) {
      for (let x = Math.floor(left + cellWidth / 3); x < left + (2 * cellWidth) / 3; x += 1) {
        sum += pixels[4 * (y * width + x) + 1];
        count += 1;
      }
    }
    return sum / count > 128;
  }

  function part(video, x, y, width, height) {
    canvas.width = width;
    canvas.height = height;
    pen.drawImage(video, x, y, width, height, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height).data;
  }

  /** Null where there is no picture or its CRC is wrong. */
  window.readClock = (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width || !height) return null;
    const [columns, rows] = height > width ? [54, 96] : [96, 54];
    const [cellWidth, cellHeight] = [(2 * width) / columns, (2 * height) / rows];
    // The corner from a whole pixel on, and with a little more than the block.
    const [left, top] = [(columns - 19) * (width / columns), 3 * (height / rows)];
    const [fromX, fromY] = [Math.floor(left), Math.floor(top)];
    const wide = Math.min(width - fromX, Math.ceil(8 * cellWidth) + 1);
    const pixels = part(video, fromX, fromY, wide, Math.ceil(8 * cellHeight) + 1);
    const bytes = [];
    for (let cell = 0; cell < 64; cell += 1) {
      const x = left - fromX + (cell % 8) * cellWidth;
      const y = top - fromY + Math.floor(cell / 8) * cellHeight;
      const bit = bright(pixels, wide, x, y, cellWidth, cellHeight) ? 1 : 0;
      if (cell % 8 === 0) bytes.push(0);
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] << 1) | bit;
    }
    const crc = (bytes[6] << 8) | bytes[7];
    if (crc16(bytes.slice(0, 6)) !== crc) return null;
    const ms = ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;
    return { ms, frame: (bytes[4] << 8) | bytes[5], width, height };
  };

  /** Is the flash on? */
  window.readFlash = (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width || !height) return false;
    const pixels = part(video, Math.floor((28 / 32) * width) - 2, Math.floor((14 / 18) * height) - 2, 4, 4);
    let sum = 0;
    for (let at = 1; at < pixels.length; at += 4) sum += pixels[at];
    return sum / 16 > 128;
  };
}
