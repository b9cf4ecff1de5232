/** Half scalars as signed digits, in the two forms the public additions use. Not constant time. */

function bitsAt(half: usize, from: i32, count: i32): i32 {
  if (from >= 128) return 0;
  const word = half + 4 * ((from >> 5) as usize);
  const low = load<u32>(word) as u64;
  const high = from < 96 ? (load<u32>(word, 4) as u64) : 0;
  return (((low | (high << 32)) >> ((from & 31) as u64)) & ((1 << count) - 1)) as i32;
}

/**
 * Fixed windows: half = Σ digit_i·2^(width·i) with −2^(width−1) < digit ≤ 2^(width−1), as i32, the sign of the half
 * included. `count` windows must cover 129 bits.
 */
export function windowDigits(out: usize, half: usize, width: i32, count: i32): void {
  const negative = load<u32>(half, 16) !== 0;
  let carry = 0;
  for (let i = 0; i < count; i++) {
    let digit = bitsAt(half, i * width, width) + carry;
    carry = digit > 1 << (width - 1) ? 1 : 0;
    digit -= carry << width;
    store<i32>(out + 4 * (i as usize), negative ? -digit : digit);
  }
}

/** One more than the highest position that `nafDigits` can fill. */
export const NAF_LENGTH: usize = 132;

/**
 * Non-adjacent form of this width: odd digits below 2^(width−1) in size, at least width − 1 zeros between two of them,
 * as i8 with the sign of the half included. Returns one more than the highest position that is not zero.
 */
export function nafDigits(out: usize, half: usize, width: i32): i32 {
  memory.fill(out, 0, NAF_LENGTH);
  const negative = load<u32>(half, 16) !== 0;
  let carry = 0;
  let length = 0;
  for (let at = 0; at < 129; ) {
    if (bitsAt(half, at, 1) === carry) {
      at++;
      continue;
    }
    let digit = bitsAt(half, at, width) + carry;
    carry = digit >> (width - 1);
    digit -= carry << width;
    store<i8>(out + (at as usize), (negative ? -digit : digit) as i8);
    length = at + 1;
    at += width;
  }
  return length;
}
