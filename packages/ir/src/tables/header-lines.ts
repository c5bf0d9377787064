/** `# q fingerprint: …`, which says what graph a table was made for. */
const fingerprintForm = /^# q fingerprint: *(\S+)$/

/**
 * Reads a comment of a table's header; of two that say the same thing the first counts, as the compiler has it. Fingerprints that differ are all kept: a table
 * that was put together of two belongs to the graph of neither.
 *
 * @param header takes what is read
 * @param fingerprints takes every other fingerprint
 */
export function readHeaderLine<Key extends string>(
  line: string,
  forms: readonly (readonly [key: Key, form: RegExp])[],
  header: { [key in Key]?: string },
  fingerprints: string[],
): void {
  const fingerprint = fingerprintForm.exec(line)?.[1]
  if (fingerprint !== undefined && !fingerprints.includes(fingerprint)) fingerprints.push(fingerprint)
  for (const [key, form] of forms) {
    const value = form.exec(line)?.[1]
    if (value !== undefined) header[key] ??= value
  }
}
