/** A name as C takes it. */
export const cName = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_') || 'network'

/** The name of a network as functions carry it. */
export const functionName = (name: string): string => {
  const plain = cName(name)
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** A text in C. */
export const cText = (text: string): string =>
  `"${text
    .replace(/[\\"]/g, '\\$&')
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\?\?/g, '?\\?')}"`

/** A number in C: a float with all its digits. */
export function cFloat(x: number): string {
  if (Number.isNaN(x)) return '(0.0f / 0.0f)'
  if (!Number.isFinite(x)) return x < 0 ? '-3.402823466e+38f' : '3.402823466e+38f'
  const text = String(Math.fround(x))
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`
}
