import { QError } from '@q/ir'
import type { Block, Regions } from './float-regions.ts'

/**
 * A description of layers, checked; what is left out is empty.
 *
 * @throws QError `REGION_BLOCK` for blocks that are none, `REGION_NAME` for names that are no list of names
 */
export function checkRegions(regions: Regions): Required<Regions> {
  const parts = read(() => ({ ...regions }), 'regions')
  return {
    inputs: namesOf(parts.inputs ?? [], 'inputs'),
    outputs: namesOf(parts.outputs ?? [], 'outputs'),
    blocks: blocksOf(parts.blocks ?? []),
    vendorExact: parts.vendorExact ?? false,
  }
}

function namesOf(value: unknown, place: string): readonly string[] {
  const wrong = (found: string, where: string): QError =>
    new QError('REGION_NAME', 'names of layers are not given as a list of names', {
      at: [where],
      found,
      wanted: "a list of names, such as ['conv1']",
      hint: 'put the names into square brackets, each in quotes',
      kind: 'usage',
    })
  if (!Array.isArray(value)) throw wrong(shown(value), place)
  const names = read(() => Array.from<unknown>(value), place)
  const at = names.findIndex((name) => typeof name !== 'string')
  if (at >= 0) throw wrong(shown(names[at]), `${place}[${at}]`)
  return names as readonly string[]
}

function blocksOf(value: unknown): readonly Block[] {
  if (!Array.isArray(value)) throw noBlock(value, 'blocks')
  return read(() => Array.from<unknown>(value), 'blocks').map((block, i) => {
    const at = `blocks[${i}]`
    if (typeof block !== 'object' || block === null) throw noBlock(block, at)
    const { starts, ends } = read(() => ({ ...(block as Partial<Record<keyof Block, unknown>>) }), at)
    if (!Array.isArray(starts) || !Array.isArray(ends)) throw noBlock(block, at)
    return { starts: namesOf(starts, `${at}.starts`), ends: namesOf(ends, `${at}.ends`) }
  })
}

const noBlock = (value: unknown, at: string): QError =>
  new QError('REGION_BLOCK', 'a block has starts and ends', {
    at: [at],
    found: shown(value),
    wanted: "{ starts: ['conv1'], ends: ['concat'] }",
    hint: 'put the names of layers into two lists',
    kind: 'usage',
  })

/** Reads members, which may throw as they are read. */
function read<Value>(look: () => Value, place: string): Value {
  try {
    return look()
  } catch (error) {
    throw new QError('REGION_NAME', 'the description of layers cannot be read', {
      at: [place],
      found: `reading it throws: ${error instanceof Error ? error.message : String(error)}`,
      wanted: 'members that can be read',
      hint: 'give it plain members, without getters that throw',
      kind: 'usage',
      cause: error,
    })
  }
}

function shown(value: unknown): string {
  try {
    return (typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))).slice(0, 80)
  } catch {
    return typeof value
  }
}
