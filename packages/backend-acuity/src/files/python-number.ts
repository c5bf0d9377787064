/**
 * A number as Python writes it: with `.0` where it is whole, with an exponent of two digits below 1e-4 and from 1e16 on.
 *
 * @param dotted whether a mantissa of one digit gets `.0` too (`1.0e-05`), without which YAML 1.1 takes it for a word
 */
export function pythonNumber(x: number, { dotted = false }: { readonly dotted?: boolean } = {}): string {
  if (Number.isNaN(x)) return '.nan'
  if (!Number.isFinite(x)) return x < 0 ? '-.inf' : '.inf'
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0'
  const [digits = '', power = ''] = x.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 16) return Number.isInteger(x) ? `${x}.0` : String(x)
  const mantissa = dotted && !digits.includes('.') ? `${digits}.0` : digits
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
