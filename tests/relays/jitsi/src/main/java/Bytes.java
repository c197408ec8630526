// A packet as jitsi-srtp takes it.

import org.jitsi.utils.ByteArrayBuffer;

final class Bytes implements ByteArrayBuffer {
  private byte[] buffer;
  private int offset;
  private int length;

  Bytes(byte[] buffer, int length) {
    this.buffer = buffer;
    this.length = length;
  }

  public byte[] getBuffer() {
    return buffer;
  }

  public int getOffset() {
    return offset;
  }

  public int getLength() {
    return length;
  }

  public void setLength(int length) {
    this.length = length;
  }

  public void setOffset(int offset) {
    this.offset = offset;
  }

  public boolean isInvalid() {
    return false;
  }

  public void readRegionToBuff(int at, int count, byte[] into) {
    System.arraycopy(buffer, offset + at, into, 0, count);
  }

  public void grow(int by) {
    if (offset + length + by > buffer.length) buffer = java.util.Arrays.copyOf(buffer, offset + length + by);
  }

  public void append(byte[] bytes, int count) {
    grow(count);
    System.arraycopy(bytes, 0, buffer, offset + length, count);
    length += count;
  }

  public void shrink(int by) {
    length = Math.max(0, length - by);
  }
}
