import type { DefineCommand } from '../commands/command.ts'
import { defineExport } from './export.ts'
import { defineGenerate } from './generate.ts'
import { defineImport } from './import.ts'
import { defineDump, defineInference } from './inference.ts'
import { defineMeasure } from './measure.ts'
import { defineQuantizeTable } from './quantize.ts'
import { defineSimilarity } from './similarity.ts'

/** `pegasus`: the commands of VeriSilicon's toolkit, in its words. */
export const definePegasus: DefineCommand = (program, start) => {
  const pegasus = program
    .command('pegasus')
    .alias('pegasus.py')
    .description("VeriSilicon's toolkit: import, calibrate, mix types, run, compare, export, with the toolkit's own command lines")
  for (const define of [
    defineImport,
    defineGenerate,
    defineQuantizeTable,
    defineInference,
    defineDump,
    defineSimilarity,
    defineMeasure,
    defineExport,
  ])
    define(pegasus, start)
}
