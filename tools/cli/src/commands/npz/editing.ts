import type { Tensor } from '@q/ir'
import { QError } from '@q/ir'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { permuted } from '../../npz/array-values.ts'
import { arrayOf, readNpz, save, saveChanged } from '../../npz/npz-file.ts'
import { parseNumbers } from '../../options/parse.ts'
import type { Action, DefineCommand } from '../command.ts'

/** The sub-commands that change files of arrays. */
export const defineEditing: DefineCommand = (tool, start) => {
  const edit = editor(tool, start)
  edit('rename <file> <old> <new>', 'rename an array', async (context, file = '', before = '', after = '') => {
    const arrays = await readNpz(context, file)
    const moved = arrayOf(arrays, before, file)
    await saveChanged(context, file, new Map([...[...arrays].filter(([name]) => name !== before), [after, moved]]))
  })
  edit(
    'extract <file> <output> <names>',
    'copy some arrays (joined by commas) to another file',
    async (context, file = '', output = '', names = '') => {
      await context.files.claim([output])
      const arrays = await readNpz(context, file)
      for (const name of names.split(',')) context.reporter.print(`extract ${name}`)
      await save(context, output, new Map(names.split(',').map((name) => [name, arrayOf(arrays, name, file)])))
    },
  )
  edit('remove <file> <names>', 'remove arrays', async (context, file = '', names = '') => {
    const arrays = await readNpz(context, file)
    const gone = names.split(',')
    for (const name of gone) {
      arrayOf(arrays, name, file)
      context.reporter.print(`remove ${name}`)
    }
    await saveChanged(context, file, new Map([...arrays].filter(([name]) => !gone.includes(name))))
  })
  tool
    .command('merge <files...>')
    .description('join the arrays of all files but the last into the last')
    .action((files: string[]) =>
      start(async (context) => {
        if (files.length < 2) {
          throw new QError('ARGUMENT_MISSING', 'merge needs at least one file and an output', {
            at: ['npz_tool merge'],
            found: files.join(' '),
            wanted: 'npz_tool merge a.npz b.npz output.npz',
            hint: 'name the files to join, and last the file to write',
            kind: 'usage',
          })
        }
        const output = files.at(-1)!
        await context.files.claim([output])
        const merged = new Map<string, Tensor>()
        for (const file of files.slice(0, -1)) for (const [name, tensor] of await readNpz(context, file)) merged.set(name, tensor)
        await save(context, output, merged)
        return undefined
      }),
    )
  edit('insert <file> <output>', 'add the arrays of a file to another', async (context, file = '', output = '') =>
    saveChanged(context, output, new Map([...(await readNpz(context, file)), ...(await readNpz(context, output))])),
  )
  edit('reshape <file> <name> <shape>', 'give an array another shape, like 4,5,1', async (context, file = '', name = '', shape = '') => {
    const arrays = await readNpz(context, file)
    const tensor = arrayOf(arrays, name, file)
    const given = parseNumbers(shape)
    const known = given.reduce((product, dim) => (dim === -1 ? product : product * dim), 1)
    const dims = given.map((dim) => (dim === -1 ? tensor.data.length / known : dim))
    if (!dims.every((dim) => Number.isInteger(dim) && dim >= 0) || dims.reduce((product, dim) => product * dim, 1) !== tensor.data.length) {
      throw new QError('SHAPE_MISMATCH', `${name} does not fit this shape`, {
        at: [file, name],
        found: `[${tensor.shape.join(', ')}]`,
        wanted: `as many elements as [${given.join(', ')}]`,
        hint: 'the product of the numbers stays the same',
        kind: 'usage',
      })
    }
    await saveChanged(context, file, new Map([...arrays, [name, { ...tensor, shape: dims }]]))
  })
  edit(
    'permute <file> <name_or_order> [order]',
    'permute the axes of one array, or of all, like 0,2,1,3',
    async (context, file = '', first = '', second?: string) => {
      const arrays = await readNpz(context, file)
      const order = parseNumbers(second ?? first)
      if (second !== undefined) arrayOf(arrays, first, file)
      await saveChanged(
        context,
        file,
        new Map(
          [...arrays].map(([name, tensor]) => [
            name,
            second === undefined || name === first ? permuted(tensor, order, [file, name]) : tensor,
          ]),
        ),
      )
    },
  )
}

/** Adds sub-commands whose action takes the words after its name. */
export function editor(tool: Command, start: (action: Action) => void) {
  return (usage: string, description: string, change: (context: Context, ...args: string[]) => Promise<void>): void => {
    tool
      .command(usage)
      .description(description)
      .action((...args: unknown[]) => {
        const words = args.filter((each): each is string => typeof each === 'string')
        start(async (context) => {
          await change(context, ...words)
          return undefined
        })
      })
  }
}
