/** A double as Python prints it: shortest digits that read back, `1.0` for whole numbers, exponents below 1e-4 and from 1e16. */
export function pythonFloat(value: number): string {
  return written(value, String(Math.abs(value)))
}

/** A float32 as NumPy prints it: shortest digits that read back as the same float32. */
export function numpyFloat(value: number): string {
  if (!Number.isFinite(value)) return written(value, '')
  let digits = 1
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== Math.fround(value)) digits++
  return written(value, String(Math.abs(Number(value.toPrecision(digits)))))
}

function written(value: number, shortest: string): string {
  if (Number.isNaN(value)) return 'nan'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}inf`
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [mantissa = '', exponent = '0'] = Number(shortest).toExponential().split('e')
    const power = Number(exponent)
    return `${sign}${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  return `${sign}${shortest.includes('.') ? shortest : `${shortest}.0`}`
}

/** A shape as Python prints a tuple. */
export function pythonTuple(values: readonly number[]): string {
  return `(${values.join(', ')}${values.length === 1 ? ',' : ''})`
}

const numpyTypes: Readonly<Record<string, string>> = {
  f32: 'float32',
  f16: 'float16',
  f64: 'float64',
  i8: 'int8',
  u8: 'uint8',
  i16: 'int16',
  u16: 'uint16',
  i32: 'int32',
  u32: 'uint32',
  i64: 'int64',
  u64: 'uint64',
  bool: 'bool',
}

/** NumPy's name of an element type. */
export function numpyType(dtype: string): string {
  return numpyTypes[dtype] ?? dtype
}
