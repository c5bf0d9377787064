/** The first bytes of a file. */
export const magic = 'QACUITY-GR01'

/** What the file is, the length of its description, and a SHA-256 of the rest. */
export const headerBytes = magic.length + 4 + 32

/** Elements of constants begin at multiples of this. */
export const alignment = 8

const beyond: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
  '-0': -0,
}

/** Numbers that JSON has not, as `{ "#": "inf" }`. */
export const plainNumbers = {
  write(_: string, value: unknown): unknown {
    if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value
    return { '#': Object.keys(beyond).find((word) => Object.is(beyond[word], value)) }
  },
  read(_: string, value: unknown): unknown {
    if (typeof value !== 'object' || value === null || !('#' in value)) return value
    return beyond[String(value['#'])]
  },
}
