import type { Tensor } from '@q/ir'
import { QError } from '@q/ir'
import type { Comparison } from '../../compare/compare-files.ts'
import { compareSets } from '../../compare/compare-files.ts'
import { compareTensor } from '../../compare/compare-tensors.ts'
import { formatCounts, formatEnd, formatSizeWarnings, formatVerdict } from '../../compare/format-comparison.ts'
import { pythonFloat } from '../../compare/python-text.ts'
import type { Tensors } from '../../npz/npz-file.ts'
import { arrayOf, readNpz, save } from '../../npz/npz-file.ts'
import { parseCount, parseNames, parseTolerance } from '../../options/parse.ts'
import { noteUnknownExcepts } from '../../pipeline/unknown-excepts.ts'
import type { DefineCommand } from '../command.ts'

/** `npz_tool compare` and its relatives. */
export const defineCompare: DefineCommand = (tool, start) => {
  const compare = tool
    .command('compare <target_file> <ref_file>')
    .description('compare the tensors two npz files share')
    .option('-v, --verbose', 'print similarities; -vv: the largest elements of what failed, -vvv: what differs, -vvvv: all', count, 0)
    .option('--tolerance <cosine,euclidean>', 'similarity to exceed', parseTolerance, [0.99, 0.99] as const)
    .option('--excepts <names>', 'tensors that are not compared', parseNames, [])
    .option('--full-array', 'print arrays in full [accepted, without effect here]')
    .option('--stats_int8_tensor', 'statistics of int8 tensors; they are printed always')
    .option('--int8_tensor_close <0|1>', '1: int8 tensors must be equal; 0: they are compared as numbers', parseCount(0), 1)
    .option('-s, --save <file>', 'write the result as csv')
    .option('--only_key', 'with --save: only the names that fail')
    .option('--per_axis_compare <axis>', 'compare each slice along this axis by itself', parseCount(-1), -1)
    .option('--fuzzy_match', 'match tensors by shape and value instead of by name')
    .option('-a, --forall', 'compare all tensors, also beyond 200')
    .option('-k, --key <name>', 'compare this tensor only')
    .option('--json', 'print JSON events, one a line')
  compare.action((target: string, reference: string, options) =>
    start(async (context) => {
      const { reporter } = context
      const [cosine, euclidean] = options.tolerance
      const tolerance = { cosine, euclidean, exactIntegers: options.int8_tensor_close !== 0, axis: options.per_axis_compare }
      if (options.save !== undefined) await context.files.claim([options.save])
      const targets = await readNpz(context, target)
      const references = await readNpz(context, reference)
      if (options.fuzzy_match) return fuzzyMatch(targets, references, tolerance, reporter.print)
      if (options.key !== undefined)
        for (const [arrays, file] of [
          [targets, target],
          [references, reference],
        ] as const)
          arrayOf(arrays, options.key, file)
      const comparison = compareSets(targets, references, tolerance, {
        excepts: options.excepts,
        all: options.forall === true,
        ...(options.key === undefined ? {} : { key: options.key }),
      })
      noteUnknownExcepts(options.excepts, [targets, references], reporter)
      if (comparison.verdicts.length === 0) throw nothingCommon(targets, references, target, reference, options.excepts)
      const counts = formatCounts(comparison)
      const details = comparison.verdicts.flatMap((verdict) =>
        formatVerdict(verdict, options.verbose, { target: targets.get(verdict.name), reference: references.get(verdict.name) }),
      )
      for (const line of [...formatSizeWarnings(comparison), '', '', ...details, ...counts]) reporter.print(line)
      if (options.save !== undefined) {
        await save(context, options.save, csvOf(comparison, options.only_key === true))
        reporter.print(`Results saved as ${options.save}`)
      }
      for (const line of formatEnd(comparison, target, reference)) reporter.print(line)
      reporter.event('comparison', { target, reference, passed: comparison.passed, tensors: comparison.verdicts })
      return comparison
    }),
  )
  tool
    .command('visualize_diff <target_file> <ref_file>')
    .description('draw the differences [not supported yet]')
    .allowUnknownOption()
    .action(() => {
      throw new QError('OPTION_UNSUPPORTED', 'npz_tool visualize_diff: not supported yet', {
        at: ['npz_tool'],
        found: 'visualize_diff',
        wanted: 'another sub-command',
        hint: 'use npz_tool compare -vvv, or the original tool for this step',
        kind: 'usage',
      })
    })
}

const count = (_: unknown, level: number): number => level + 1

function nothingCommon(targets: Tensors, references: Tensors, target: string, reference: string, excepts: readonly string[]): QError {
  const leftOut = excepts.filter((name) => targets.has(name) && references.has(name))
  if (leftOut.length > 0)
    return new QError('COMPARE_NOTHING', 'all that could be compared is left out', {
      at: [target, reference],
      found: `--excepts ${leftOut.join(',')}`,
      wanted: 'an array of both files that is not left out',
      hint: 'leave names out of --excepts',
    })
  return new QError('COMPARE_NOTHING', 'no array of one file is compared with the other', {
    at: [target, reference],
    found: `${[...targets.keys()].slice(0, 5).join(', ')} and ${[...references.keys()].slice(0, 5).join(', ')}`,
    wanted: 'arrays of the same name',
    hint: 'npz_tool dump lists the arrays; --fuzzy_match compares by value',
  })
}

function csvOf({ verdicts }: Comparison, namesOnly: boolean): string {
  const rows = namesOnly
    ? verdicts.filter(({ passed }) => !passed).map(({ name }) => name)
    : [
        'name, op, quant, pass, sim_cos, sim_euc, sqnr',
        ...verdicts.map(({ name, passed, similarity }) => {
          const numbers = [similarity?.cosine ?? 1, similarity?.euclidean ?? 1, similarity?.sqnr ?? Number.POSITIVE_INFINITY]
          return `${name}, -, -, ${passed ? 'True' : 'False'}, ${numbers.map(pythonFloat).join(', ')}`
        }),
      ]
  return rows.map((row) => `${row}\n`).join('')
}

/** Finds for each tensor the one of its shape that is most alike. */
function fuzzyMatch(
  targets: Tensors,
  references: Tensors,
  tolerance: { readonly cosine: number; readonly euclidean: number; readonly exactIntegers: boolean },
  print: (line: string) => void,
): { readonly passed: boolean } {
  let passed = true
  const sameShape = (a: Tensor, b: Tensor) => a.shape.join() === b.shape.join()
  for (const [name, tensor] of targets) {
    let best = { cosine: 0, euclidean: 0 }
    let match = ''
    for (const [other, reference] of references) {
      if (!sameShape(tensor, reference)) continue
      match = other
      const { verdict, similarity, passed: alike } = compareTensor(name, tensor, reference, tolerance)
      if (verdict === 'EQUAL') print(`find EQUAL for ${name} and ${other}`)
      if (similarity === undefined ? alike : similarity.cosine > best.cosine) best = similarity ?? { cosine: 1, euclidean: 1 }
      if (verdict === 'EQUAL') break
    }
    print(`find max_cos:${pythonFloat(best.cosine)}, max_euc:${pythonFloat(best.euclidean)} for ${name} and ${match}`)
    passed &&= best.cosine >= tolerance.cosine && best.euclidean >= tolerance.euclidean
  }
  if (passed) print('npz compare PASSED.')
  return { passed }
}
