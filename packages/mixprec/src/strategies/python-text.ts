/** A float as Python prints it: the shortest digits that read back the same, `6.0`, `1e-05`, `inf`, `nan`. */
export function pythonFloat(x: number): string {
  if (Number.isNaN(x)) return 'nan'
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf'
  if (Object.is(x, -0)) return '-0.0'
  const magnitude = Math.abs(x)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits = '', exponent = ''] = x.toExponential().split('e')
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
  }
  const text = String(x)
  return text.includes('.') ? text : `${text}.0`
}

/** A list of strings as Python prints it. */
export function pythonList(names: Iterable<string>): string {
  return `[${[...names].map((name) => `'${name}'`).join(', ')}]`
}

/** A dictionary of floats as Python prints it. */
export function pythonFloats(entries: Iterable<readonly [string, number]>): string {
  return `{${[...entries].map(([name, x]) => `'${name}': ${pythonFloat(x)}`).join(', ')}}`
}
