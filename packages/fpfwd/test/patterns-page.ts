import type { Family, KeepRule, Sign, SmallGraph } from '../src/index.ts'

/** The page about the families, from their data. @param matrix the table of networks and families */
export function patternsPage(families: readonly Family[], manual: readonly Family[], matrix: string): string {
  return `# The families of networks that are known

A family is a small graph of operators by which it is known, and rules that say which layers stay in float: data, one file a family in
\`packages/fpfwd/src/patterns/families\`. How to write one: [write-a-pattern.md](write-a-pattern.md). They are tried in this order, and the first that is found is taken.
This page is written from the data by the test \`packages/fpfwd/test/families-on-networks.test.ts\` (\`-u\` writes it anew).

## Networks and families

Every network in two orders of its nodes; ● where a family is found in both. The last columns: the family that is taken, the layers that it keeps in float, and how many layers there are.

${matrix}

## Families

${families.map(familyText).join('\n')}
## The post-processing of YOLO as the manual of TPU-MLIR has it

With \`--pattern-rules manual\` these are tried, and no others: the block and all behind it stays in float.

${manual.map(familyText).join('\n')}`
}

function familyText({ name, knownBy, keep }: Family): string {
  const rules = keep.map((rule) => `* ${ruleText(rule)}`)
  return [
    `### ${name}`,
    '',
    'Known by:',
    '',
    '```',
    knownBy.map(signText).join('\n\nor\n\n'),
    '```',
    '',
    keep.length === 0 ? 'No layer stays in float.' : 'In float:',
    '',
    ...rules,
    ...(keep.length === 0 ? [] : ['']),
  ].join('\n')
}

function signText({ block, least, most, and = [] }: Sign): string {
  const counts = [...(least === undefined ? [] : [`at least ${least}`]), ...(most === undefined ? [] : [`at most ${most}`])]
  const own = `${counts.length === 0 ? '' : `(${counts.join(', ')})\n`}${linesOf(block).join('\n')}`
  return [own, ...and.map(signText)].join('\n\nand\n\n')
}

const linesOf = (block: SmallGraph): readonly string[] => Object.entries(block).map(([name, text]) => `${name} = ${text}`)

function ruleText(rule: KeepRule): string {
  const {
    where,
    keep,
    after,
    before,
    chainsTo,
    which,
    oneUser,
    notUsedBy = {},
    notLeadingTo = {},
    onlyFrom = {},
    leastBlocks,
    widest,
    beyondVendor,
  } = rule
  const list = (words: string, names: readonly string[] | undefined): readonly string[] =>
    names === undefined ? [] : [`${words} ${names.join(', ')}`]
  return [
    [...list('', keep), ...list('from', after), ...list('all before', before), ...list('what leads to', chainsTo)].join('; ').trim(),
    ` of \`${linesOf(where).join('; ')}\``,
    ...(which === undefined ? [] : [`, the ${which} one`]),
    ...list(', one user of', oneUser),
    ...Object.entries(notUsedBy).map(([name, ops]) => `, ${name} not used by ${ops.join(', ')}`),
    ...Object.entries(notLeadingTo).map(
      ([name, ops]) =>
        `, ${name} not leading to ${ops.map((each) => (typeof each === 'string' ? each : `\`${linesOf(each).join('; ')}\``)).join(', ')}`,
    ),
    ...Object.entries(onlyFrom).map(([name, ops]) => `, ${name} from ${ops.join(', ')} alone`),
    ...(leastBlocks === undefined ? [] : [`, where there are ${leastBlocks} blocks or more`]),
    ...(widest === true ? [', in the float type with most digits'] : []),
    ...(beyondVendor === true ? [' (no rule of TPU-MLIR)'] : []),
  ].join('')
}
