import type { ObservedRange, Observer, ObserverFactory, ObserverState } from '../contracts/observer.ts'
import { type ConformanceRunner, check } from './runner.ts'

/** What {@link observerConformance} is given. */
export interface ObserverConformanceOptions {
  readonly runner: ConformanceRunner
  /** Makes the calibration method that is examined, anew for each test. */
  readonly create: () => ObserverFactory
  /**
   * How far a range may move, relative to its size, when the samples come in another order. A method whose answer depends
   * on the order by design says `Infinity`, and its users read it here.
   * @default 0
   */
  readonly orderTolerance?: number
}

/** Uneven samples of both signs; a closed form, the same on every machine. */
const samples: readonly (readonly number[])[] = [1, 0.25, 3, 0.5, 2].map((size, k) =>
  Array.from({ length: 257 }, (_, i) => Math.fround(size * Math.sin(i * 0.7 + k) * Math.exp(-((i % 13) / 5)))),
)

/**
 * Registers the tests that every calibration method has to pass: it answers for all-zero and constant data, does not depend on
 * the order of samples beyond what it declares, nor on that of elements when it says so, neither keeps nor changes what it is shown,
 * and, when it has `state`, goes on from there as if nothing had happened.
 *
 * @example
 * observerConformance({ runner: { describe, it }, create: () => max() })
 */
export function observerConformance({ runner, create, orderTolerance = 0 }: ObserverConformanceOptions): void {
  const { describe, it } = runner
  const start = (state?: ObserverState): Observer =>
    create().create({ name: 'x', index: 0, count: 1, elements: samples[0]!.length, samples: samples.length }, state)
  const rangeOf = (all: readonly (readonly number[])[]): ObservedRange => {
    const observer = start()
    for (const each of all) observer.observe(Float32Array.from(each))
    return observer.range()
  }

  describe(`observer conformance: ${create().name}`, () => {
    it('answers for data that is all zeros', async () => {
      const zeros = samples.map((each) => each.map(() => 0))
      checkSound(rangeOf(zeros), 0)
    })

    for (const value of [3.5, -2, 1e-3]) {
      it(`answers for data that is ${value} everywhere`, async () => {
        checkSound(rangeOf(samples.map((each) => each.map(() => value))), value)
      })
    }

    it('answers for a single sample', async () => checkSound(rangeOf(samples.slice(0, 1)), 0))

    it('lies within what it saw', async () => {
      const range = rangeOf(samples)
      const seen = Math.max(...samples.flat().map((each) => Math.abs(each)))
      checkSound(range, 0)
      const inside = range.threshold <= seen * (1 + 1e-6) && range.min >= -seen && range.max <= seen
      check(inside, `${said(range)} from magnitudes up to ${seen}`)
    })

    it('says the same for the same samples', async () => same(rangeOf(samples), rangeOf(samples), 0))

    it('says the same when asked twice', async () => {
      const observer = start()
      for (const each of samples) observer.observe(Float32Array.from(each))
      same(observer.range(), observer.range(), 0)
    })

    it('neither changes a sample nor keeps it', async () => {
      const buffer = new Float32Array(samples[0]!.length)
      const observer = start()
      for (const each of samples) {
        buffer.set(each)
        observer.observe(buffer)
        check(
          buffer.every((element, i) => Object.is(element, each[i])),
          'a sample was changed',
        )
        buffer.fill(1e6)
      }
      same(observer.range(), rangeOf(samples), 0)
    })

    if (orderTolerance < Number.POSITIVE_INFINITY) {
      it(`does not depend on the order of samples beyond ${orderTolerance}`, async () => {
        same(rangeOf([...samples].reverse()), rangeOf(samples), orderTolerance)
      })
    }

    if (create().anyOrder === true) {
      it('does not depend on the order of elements, as it says', async () => {
        same(rangeOf(samples.map((each) => [...each].reverse())), rangeOf(samples), 0)
        same(rangeOf(samples.map((each) => [...each].sort((a, b) => Math.abs(a) - Math.abs(b)))), rangeOf(samples), 0)
      })
    }

    if (start().state !== undefined) {
      for (let stop = 0; stop <= samples.length; stop++) {
        it(`goes on after ${stop} samples as if nothing had happened`, async () => {
          const observer = start()
          for (const each of samples.slice(0, stop)) observer.observe(Float32Array.from(each))
          const kept = copied(observer.state!())
          const next = start(kept)
          for (const each of samples.slice(stop)) next.observe(Float32Array.from(each))
          same(next.range(), rangeOf(samples), 0)
        })
      }
    }
  })
}

/** The state as another process would get it. */
function copied({ numbers, counts }: ObserverState): ObserverState {
  return { numbers: [...numbers], ...(counts === undefined ? {} : { counts: Int32Array.from(counts) }) }
}

/** A range a quantizer can use, which holds `value`. */
function checkSound(range: ObservedRange, value: number): void {
  const { threshold, min, max } = range
  check([threshold, min, max].every(Number.isFinite), `${said(range)} is not finite`)
  check(threshold > 0, `the threshold ${threshold} is not above 0`)
  check(min <= max, `${said(range)} is empty`)
  const slack = 1e-6 * Math.abs(value)
  check(min <= value + slack && value - slack <= max, `${said(range)} leaves ${value} out`)
}

function same(found: ObservedRange, wanted: ObservedRange, tolerance: number): void {
  for (const part of ['threshold', 'min', 'max'] as const) {
    const off = Math.abs(found[part] - wanted[part])
    check(off <= tolerance * Math.abs(wanted[part]), `found ${said(found)}, wanted ${said(wanted)}`)
  }
}

const said = ({ threshold, min, max }: ObservedRange): string => `threshold ${threshold}, range ${min} to ${max}`
