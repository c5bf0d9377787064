import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../evaluator/create-evaluator.ts'
import type { EvaluatorOptions } from '../evaluator/evaluator.ts'
import { toyChip } from '../fixtures/toy-chip.ts'
import { createToyExecutor } from '../fixtures/toy-executor.ts'
import { onlyInCodes, toyLayers, toyNetwork, toySamples, toyTable } from '../fixtures/toy-network.ts'
import { type Journal, parseEntry, printEntry } from './journal.ts'
import { sealLine } from './sealed-line.ts'

const trials = toyLayers.map((layer) => onlyInCodes(layer))
const question = { trials, metrics: ['cosine', 'worst-group'] } as const

function journaled(text: string, more: Partial<EvaluatorOptions> = {}) {
  let written = text
  const journal: Journal = {
    lines: text.split('\n'),
    append(line) {
      written += `${line}\n`
    },
  }
  const executor = createToyExecutor()
  const source = { graph: toyNetwork, table: toyTable, backend: toyChip, settings: { mode: 'INT8' } }
  const evaluator = createEvaluator({ ...source, samples: toySamples, executors: { exact: executor }, journal, ...more })
  return { executor, evaluator, text: () => written }
}

describe('a journal', () => {
  it('answers all that was answered before, and runs nothing', async () => {
    const first = journaled('')
    const answers = await first.evaluator.ask(question)
    const again = journaled(first.text())
    expect(await again.evaluator.ask(question)).toEqual(answers)
    expect(again.executor.executed).toBe(0)
    expect(again.evaluator.counts().journalHits).toBe(trials.length * toySamples.count)
    expect(again.text()).toBe(first.text())
  })

  it('goes on wherever it was torn, with the same answers and the same text', async () => {
    const whole = journaled('')
    const answers = await whole.evaluator.ask(question)
    const text = whole.text()
    for (let cut = 0; cut < text.length; cut += Math.ceil(text.length / 23)) {
      const again = journaled(text.slice(0, cut))
      expect(await again.evaluator.ask(question)).toEqual(answers)
      expect(
        again
          .text()
          .split('\n')
          .flatMap((line) => parseEntry(line) ?? []),
      ).toHaveLength(trials.length * toySamples.count)
    }
  })

  it('says nothing of another graph, other samples or another comparison', async () => {
    const first = journaled('')
    await first.evaluator.ask(question)
    const others: readonly Partial<EvaluatorOptions>[] = [
      { graph: { ...toyNetwork, outputs: ['g'] } },
      { samples: { ...toySamples, load: (index) => toySamples.load(index + 1) } },
      { executors: { exact: createToyExecutor('another') } },
      { compare: { values: [{ name: 'y', weight: 0.5 }, { name: 'g' }] } },
      { compare: { postProcess: (results) => results, postProcessDigest: 'one' } },
      { reference: onlyInCodes('a', 'b') },
      { samplesDigest: 'others' },
    ]
    for (const more of others) {
      const other = journaled(first.text(), more)
      await other.evaluator.ask(question)
      expect(other.evaluator.counts().journalHits).toBe(0)
    }
  })

  it('keeps numbers that JSON does not have', () => {
    const entry = {
      scope: 's',
      key: 'k',
      sample: 0,
      losses: { sqnr: { loss: -Infinity, outputs: [{ name: 'Infinity', loss: Number.NaN }] } },
    }
    expect(parseEntry(printEntry(entry))).toEqual(entry)
  })

  it('leaves a line alone in which any byte was changed', () => {
    const entry = { scope: 's', key: 'k', sample: 12, losses: { cosine: { loss: 0.125, outputs: [{ name: 'y', loss: 0.125 }] } } }
    const line = printEntry(entry)
    expect(parseEntry(line)).toEqual(entry)
    for (let at = 0; at < line.length; at++) {
      const changed = String.fromCharCode(line.charCodeAt(at) ^ 1)
      expect(parseEntry(line.slice(0, at) + changed + line.slice(at + 1)), `${at}`).toBeUndefined()
    }
  })

  it('is not misled by lines that are no entries', () => {
    for (const line of ['', '{', 'null', '3', '{"scope":"s"}', '{"scope":1,"key":"k","losses":{}}', '[]'])
      for (const each of [line, sealLine(line)]) expect(parseEntry(each)).toBeUndefined()
  })
})
