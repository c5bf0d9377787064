/**
 * Reads a comment of a table's header; of two that say the same thing the first counts, as the compiler has it. Two fingerprints that differ are kept both: a table that was put together of two
 * belongs to the graph of neither.
 *
 * @param header takes what is read
 */
export function readHeaderLine<Key extends string>(
  line: string,
  forms: readonly (readonly [key: Key, form: RegExp])[],
  header: { [key in Key]?: string },
): void {
  for (const [key, form] of forms) {
    const value = form.exec(line)?.[1]
    if (value === undefined) continue
    const before: string | undefined = header[key]
    if (before === undefined) header[key] = value
    else if (key === 'fingerprint' && !before.split(' and ').includes(value)) header[key] = `${before} and ${value}`
  }
}
