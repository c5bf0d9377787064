import type { DefineCommand } from './command.ts'
import { subcommand } from './command.ts'
import { defineCaliTest } from './npz/cali-test.ts'
import { defineCompare } from './npz/compare.ts'
import { defineConverting } from './npz/converting.ts'
import { defineEditing } from './npz/editing.ts'
import { definePrinting } from './npz/printing.ts'

/** `npz_tool`: compares, prints and edits npz files. */
export const defineNpzTool: DefineCommand = (program, start) => {
  const tool = subcommand(program, 'npz_tool', 'compare, print and edit npz files')
  for (const define of [defineCompare, defineCaliTest, definePrinting, defineEditing, defineConverting]) define(tool, start)
}
