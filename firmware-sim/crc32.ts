/** CRC-32 (ISO 3309, reflected polynomial EDB88320): tells a whole record from a torn one. No protection against a person. */
import { beBytes } from '../src/bytes.ts';

/** 4 bytes, big-endian. */
export function crc32(bytes: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0xedb88320);
  }
  return beBytes((crc ^ 0xffffffff) >>> 0, 4);
}
