/**
 * Integers modulo n for blinding: greatest common divisor, inverse, many inverses for the price of one.
 * BigInt arithmetic is not constant in time; it touches blinding factors on the holder's own device only. The
 * office's private key never comes here: its operation is the crypto port's.
 */

/** The greatest common divisor of two non-negative integers. */
export function gcd(a: bigint, b: bigint): bigint {
  return (a < b ? euclid(b, a) : euclid(a, b)).divisor;
}

/** x with a·x ≡ 1 (mod n), 0 ≤ x < n; a ≥ 0, n > 1; undefined when gcd(a, n) ≠ 1. */
export function inverseMod(a: bigint, n: bigint): bigint | undefined {
  const { divisor, cofactor } = euclid(n, a % n);
  if (divisor !== 1n) return undefined;
  return cofactor < 0n ? cofactor + n : cofactor;
}

/**
 * Extended Euclid by Lehmer's method (Knuth, TAOCP vol. 2, §4.5.2, Algorithm L): most steps run on the leading 52
 * bits as plain numbers, and about 25 bits' worth of them at a time is applied to the long integers; five times faster
 * than dividing long integers at each step. Needs n ≥ a. Returns gcd(n, a) and c with c·a ≡ gcd (mod n), |c| ≤ n.
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

/** Bits of a positive integer. */
export function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return 4 * hex.length - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28);
}
