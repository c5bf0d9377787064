import type { Context } from '../context.ts'

/**
 * What becomes of the table of float layers where no layer stays in float: none is written, but one of an earlier run would be taken for
 * this run's by whatever comes next, so an empty one replaces it. One that this run itself reads stays as it is.
 *
 * @param text of the empty table
 */
export async function emptiedTable(
  file: string,
  { inputs, text }: { readonly inputs: readonly (string | undefined)[]; readonly text: string },
  { files, reporter }: Context,
): Promise<ReadonlyMap<string, string>> {
  const given = inputs.filter((each) => each !== undefined)
  if ((await files.peekText(file)) === undefined || (await files.isAmong(file, given))) return new Map()
  await files.claim([file])
  reporter.print(`${file}: no layer stays in float, an empty table takes the place of an earlier run's`)
  return new Map([[file, text]])
}
