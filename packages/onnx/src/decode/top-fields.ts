/** The number of the field that holds the graph, in the message of an ONNX file. */
const graphField = 7

/**
 * What is wrong with the fields that a file consists of, in words; nothing where all is well. The decoder skips what it does not know, bytes
 * behind the end of a model among it, and takes the last of two graphs, where protobuf would merge them.
 */
export function defectOfFields(bytes: Uint8Array): string | undefined {
  let graphs = 0
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) return Number.NaN
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const start = at
    const tag = varint()
    const [field, wire] = [Math.floor(tag / 8), tag % 8]
    if (field === 0) return `a field of number 0 from byte ${start} on`
    if (field === graphField) graphs += 1
    if (wire === 0) varint()
    else if (wire === 2) {
      const length = varint()
      at += length
    } else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4
    else return undefined
  }
  return graphs > 1 ? `${graphs} graphs, as of files that were put one behind the other` : undefined
}
