/** Digits that tell any two numbers of a float type apart. */
const fullDigits = { f64: 17, f32: 9 } as const

/**
 * A float as LLVM prints it: six significant digits and a zero in exponent form when they give the
 * number back, else up to 17 significant digits (9 for f32) in plain form, with an exponent only below
 * 1e-3, and as a bit pattern when that form has no point.
 *
 * `1` is `1.000000e+00`, the double nearest to 1/127 is `0.0078740157480314959`. LLVM cuts the exact
 * decimal expansion off before it rounds, so its last digit may be one lower than the nearest; that
 * is followed here, since texts are compared byte for byte.
 */
export function printFloat(value: number, type: 'f64' | 'f32' = 'f64'): string {
  if (!Number.isFinite(value)) return printBits(value, type)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return `${sign}0.000000e+00`
  const exact = exactDecimal(Math.abs(value))
  const short = printShort(exact)
  if ((type === 'f64' ? Number(short) : Math.fround(Number(short))) === Math.abs(value)) return sign + short
  const long = printLong(exact, fullDigits[type])
  return long === undefined ? printBits(value, type) : sign + long
}

/** `significand * 10^exponent` */
interface Decimal {
  readonly significand: bigint
  readonly exponent: number
}

function exactDecimal(value: number): Decimal {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const pattern = view.getBigUint64(0)
  const biased = Number(pattern >> 52n)
  let significand = (pattern & 0xfffffffffffffn) | (biased === 0 ? 0n : 0x10000000000000n)
  let power = (biased === 0 ? 1 : biased) - 1075
  while ((significand & 1n) === 0n) {
    significand >>= 1n
    power++
  }
  if (power >= 0) return { significand: significand << BigInt(power), exponent: 0 }
  return { significand: significand * 5n ** BigInt(-power), exponent: power }
}

/** The leading `precision` digits, without zeros at their end: first whole tens are cut off, then the rest is rounded half up. */
function leadingDigits({ significand, exponent }: Decimal, precision: number): { readonly digits: string; readonly exponent: number } {
  const surplusBits = significand.toString(2).length - Math.floor((precision * 196 + 58) / 59)
  const tens = surplusBits > 0 ? Math.floor((surplusBits * 59) / 196) : 0
  let digits = (significand / 10n ** BigInt(tens)).toString()
  let power = exponent + tens
  if (digits.length > precision) {
    const surplus = digits.length - precision
    const roundsUp = digits[precision]! >= '5'
    digits = digits.slice(0, precision)
    if (roundsUp) digits = (BigInt(digits) + 1n).toString()
    power += surplus
  }
  const kept = digits.replace(/0+$/, '')
  return { digits: kept, exponent: power + digits.length - kept.length }
}

function printShort(exact: Decimal): string {
  const { digits, exponent } = leadingDigits(exact, 6)
  const power = exponent + digits.length - 1
  return `${digits[0]}.${digits.slice(1).padEnd(6, '0')}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function printLong(exact: Decimal, precision: number): string | undefined {
  const { digits, exponent } = leadingDigits(exact, precision)
  const most = exponent + digits.length - 1
  const scientific = `${digits[0]}.${digits.length === 1 ? '0' : digits.slice(1)}E${most < 0 ? '-' : '+'}${Math.abs(most)}`
  if (exponent >= 0) return exponent > 3 || digits.length + exponent > precision ? scientific : undefined
  if (most >= 0) return `${digits.slice(0, most + 1)}.${digits.slice(most + 1)}`
  return -most > 3 ? scientific : `0.${'0'.repeat(-most - 1)}${digits}`
}

function printBits(value: number, type: 'f64' | 'f32'): string {
  const view = new DataView(new ArrayBuffer(8))
  if (type === 'f32') {
    view.setFloat32(0, value)
    return `0x${view.getUint32(0).toString(16).toUpperCase()}`
  }
  view.setFloat64(0, value)
  return `0x${view.getBigUint64(0).toString(16).toUpperCase()}`
}
