/**
 * Integers modulo n for blinding: greatest common divisor, inverse, many inverses for the price of one, and big-endian
 * bytes at speed. BigInt arithmetic is not constant in time; it touches blinding factors on the holder's own
 * device only. The office's private key never comes here: its operation is the crypto port's.
 */

/** The greatest common divisor of two non-negative integers. */
export function gcd(a: bigint, b: bigint): bigint {
  return euclid(a, b).divisor;
}

/** x with a·x ≡ 1 (mod n), 0 ≤ a < n, n > 1; undefined when gcd(a, n) ≠ 1. */
export function inverseMod(a: bigint, n: bigint): bigint | undefined {
  const { divisor, cofactor } = euclid(n, a);
  if (divisor !== 1n) return undefined;
  return cofactor < 0n ? cofactor + n : cofactor;
}

/**
 * Extended Euclid by Lehmer's method (Knuth, TAOCP vol. 2, §4.5.2, Algorithm L): most steps run on the leading 52
 * bits as plain numbers, and about 25 bits' worth of them at a time is applied to the long integers; five times faster
 * than dividing long integers at each step. Returns gcd(n, a) and c with c·a ≡ gcd (mod n), |c| ≤ n.
 */
function euclid(n: bigint, a: bigint): { divisor: bigint; cofactor: bigint } {
  let u = n;
  let v = a;
  let s = 0n;
  let t = 1n;
  let shift = Math.max(0, 4 * n.toString(16).length - 52);
  while (v !== 0n) {
    let x = Number(u >> BigInt(shift));
    if (shift > 0 && x < 2 ** 50) {
      shift = Math.max(0, shift - (x === 0 ? 51 : 51 - Math.floor(Math.log2(x))));
      x = Number(u >> BigInt(shift));
    }
    let [a0, b0, a1, b1] = [1, 0, 0, 1];
    // The doubles are exact only below 2^53; with nothing shifted away the long step is as short.
    if (shift > 0 && x < 2 ** 52.9) {
      let y = Number(v >> BigInt(shift));
      while (y + a1 !== 0 && y + b1 !== 0) {
        const q = Math.floor((x + a0) / (y + a1));
        if (q !== Math.floor((x + b0) / (y + b1))) break;
        [a0, a1] = [a1, a0 - q * a1];
        [b0, b1] = [b1, b0 - q * b1];
        [x, y] = [y, x - q * y];
      }
    }
    if (b0 === 0) {
      const q = u / v;
      [u, v] = [v, u - q * v];
      [s, t] = [t, s - q * t];
    } else {
      const [A, B, C, D] = [BigInt(a0), BigInt(b0), BigInt(a1), BigInt(b1)];
      [u, v] = [A * u + B * v, C * u + D * v];
      [s, t] = [A * s + B * t, C * s + D * t];
    }
  }
  return { divisor: u, cofactor: s };
}

/**
 * The inverses of all `values` modulo n with one single inversion and three multiplications each (Montgomery 1987,
 * §10.3.1), and the proof that `others` are coprime to n for one multiplication each. 0 ≤ value < n.
 * undefined when any value or other shares a factor with n.
 */
export function inverses(
  values: readonly bigint[],
  others: readonly bigint[],
  n: bigint,
): bigint[] | undefined {
  const before: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    before.push(product);
    product = (product * value) % n;
  }
  const all = others.reduce((acc, other) => (acc * other) % n, 1n);
  const joint = inverseMod((product * all) % n, n);
  if (joint === undefined) return undefined;
  let rest = (joint * all) % n;
  const out = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    out[i] = (rest * (before[i] as bigint)) % n;
    rest = (rest * (values[i] as bigint)) % n;
  }
  return out;
}

const NIBBLE = (() => {
  const table = new Uint8Array(128);
  for (let i = 0; i < 16; i++) table[i.toString(16).charCodeAt(0)] = i;
  return table;
})();

/** A non-negative integer as `length` big-endian bytes (RFC 8017 §4.1, I2OSP); one that does not fit is a bug and throws. */
export function i2osp(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16);
  if (value < 0n || hex.length > 2 * length) throw new Error('integer does not fit');
  const digits = hex.padStart(2 * length, '0');
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++)
    out[i] =
      ((NIBBLE[digits.charCodeAt(2 * i)] as number) << 4) | (NIBBLE[digits.charCodeAt(2 * i + 1)] as number);
  return out;
}

/** Big-endian bytes as an integer (RFC 8017 §4.2, OS2IP), eight bytes at a time. */
export function os2ip(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = bytes.length % 8;
  let first = 0n;
  for (let i = 0; i < head; i++) first = (first << 8n) | BigInt(bytes[i] as number);
  const words = (from: number, count: number): bigint => {
    if (count === 1) return view.getBigUint64(from);
    const left = count >> 1;
    const right = count - left;
    return (words(from, left) << BigInt(64 * right)) | words(from + 8 * left, right);
  };
  const count = (bytes.length - head) / 8;
  return count === 0 ? first : (first << BigInt(64 * count)) | words(head, count);
}

/** Bits of a positive integer. */
export function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return 4 * hex.length - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28);
}
