import type { Executor } from '../contracts/executor.ts'
import { tensor } from '../tensor/tensor.ts'
import { type ConformanceRunner, check, checkRefused } from './runner.ts'
import { codes, f32, node, numbersOf, smallGraph, tensorOf } from './small-graph.ts'

/** x doubled, plus one, negative part cut; two branches join in `joined`. */
const chain = smallGraph({
  stage: 'float',
  values: {
    x: { type: f32(1, 3) },
    two: { type: f32(1), constant: [2] },
    one: { type: f32(1), constant: [1] },
    doubled: { type: f32(1, 3) },
    raised: { type: f32(1, 3) },
    cut: { type: f32(1, 3) },
    joined: { type: f32(1, 6) },
  },
  nodes: [
    node('Mul', ['x', 'two'], ['doubled']),
    node('Add', ['doubled', 'one'], ['raised']),
    node('Relu', ['raised'], ['cut']),
    node('Concat', ['cut', 'doubled'], ['joined'], { axis: 1 }),
  ],
  outputs: ['joined'],
})

const x = tensorOf(f32(1, 3), [1, -2, 0])

/** Parts of graphs, batches, errors, ownership of tensors. */
export function describeSections({ describe, it }: ConformanceRunner, create: () => Executor | Promise<Executor>): void {
  describe('sections', () => {
    it('a whole graph from its inputs to its outputs', async () => {
      const session = await (await create()).load(chain)
      check(
        session.feeds.join() === 'x' && session.fetches.join() === 'joined',
        `feeds ${session.feeds.join()}, fetches ${session.fetches.join()}`,
      )
      same((await session.run(new Map([['x', x]]))).get('joined'), [3, 0, 1, 2, -4, 0])
      await session.close()
    })

    it('several values by name, results of the middle among them', async () => {
      const session = await (await create()).load(chain, { fetches: ['raised', 'joined', 'doubled'] })
      const fetched = await session.run(new Map([['x', x]]))
      same(fetched.get('raised'), [3, -3, 1])
      same(fetched.get('doubled'), [2, -4, 0])
      same(fetched.get('joined'), [3, 0, 1, 2, -4, 0])
      await session.close()
    })

    it('from the middle: what was fed is not computed again', async () => {
      const session = await (await create()).load(chain, { feeds: ['raised', 'doubled'], fetches: ['joined'] })
      same(
        (
          await session.run(
            new Map([
              ['raised', x],
              ['doubled', tensorOf(f32(1, 3), [7, 8, 9])],
            ]),
          )
        ).get('joined'),
        [1, 0, 0, 7, 8, 9],
      )
      await session.close()
    })

    it('a fetch that is itself fed comes back', async () => {
      const session = await (await create()).load(chain, { feeds: ['raised'], fetches: ['raised', 'cut'] })
      const fetched = await session.run(new Map([['raised', x]]))
      same(fetched.get('raised'), [1, -2, 0])
      same(fetched.get('cut'), [1, 0, 0])
      await session.close()
    })

    it('all elements of a fetch that may come in any order, and the others in theirs', async () => {
      const session = await (await create()).load(chain, { fetches: ['doubled', 'joined'], anyOrder: ['doubled'] })
      const fetched = await session.run(new Map([['x', x]]))
      const sorted = [...numbersOf(fetched.get('doubled')!)].sort((a, b) => a - b)
      same(tensorOf(f32(1, 3), sorted), [-4, 0, 2])
      same(fetched.get('joined'), [3, 0, 1, 2, -4, 0])
      await session.close()
    })

    it('a constant that is fed has the numbers that are fed', async () => {
      const session = await (await create()).load(chain, { feeds: ['x', 'two'], fetches: ['doubled'] })
      const feeds = new Map([
        ['x', x],
        ['two', tensorOf(f32(1), [5])],
      ])
      same((await session.run(feeds)).get('doubled'), [5, -10, 0])
      await session.close()
    })

    it('runs again with other numbers, and fetched tensors belong to the caller', async () => {
      const session = await (await create()).load(chain, { fetches: ['joined', 'doubled'] })
      const first = await session.run(new Map([['x', x]]))
      const second = await session.run(new Map([['x', tensorOf(f32(1, 3), [5, 5, 5])]]))
      same(first.get('doubled'), [2, -4, 0])
      for (const each of second.values()) (each.data as Float32Array).fill(99)
      same((await session.run(new Map([['x', x]]))).get('joined'), [3, 0, 1, 2, -4, 0])
      same(tensorOf(f32(1, 3), numbersOf(x)), [1, -2, 0])
      await session.close()
    })

    it('each sample of a batch by itself', async () => {
      const graph = (n: number) =>
        smallGraph({
          values: {
            x: { type: codes('i8', [n, 1, 1, 3], 1, 1) },
            w: { type: codes('i8', [1, 1, 1, 2]), constant: [1, -2] },
            y: { type: codes('i8', [n, 1, 1, 2]) },
          },
          nodes: [node('QConv', ['x', 'w', undefined], ['y'], { strides: [1, 1], pads: [0, 0, 0, 0], multipliers: [1], shifts: [0] })],
          outputs: ['y'],
        })
      const session = await (await create()).load(graph(2))
      same(
        (await session.run(new Map([['x', tensorOf(codes('i8', [2, 1, 1, 3], 1, 1), [1, 2, 3, -4, 5, -6])]]))).get('y'),
        [-3, -4, -14, 17],
      )
      await session.close()
    })
  })

  describe('errors', () => {
    it('a feed of another element type', async () => {
      const session = await (await create()).load(chain)
      await checkRefused(() => session.run(new Map([['x', tensor('i32', [1, 3], Int32Array.of(1, 2, 3))]])), 'FEED_TYPE', ['x'])
    })

    it('a feed of another shape', async () => {
      const session = await (await create()).load(chain)
      await checkRefused(() => session.run(new Map([['x', tensorOf(f32(3), [1, 2, 3])]])), 'FEED_TYPE', ['x'])
    })

    it('a feed that is missing', async () => {
      const session = await (await create()).load(chain)
      await checkRefused(() => session.run(new Map()), 'FEED_MISSING', ['x'])
    })

    it('every node of an operator that it cannot run', async () => {
      const graph = smallGraph({
        stage: 'float',
        values: { x: { type: f32(1) }, p: { type: f32(1) }, q: { type: f32(1) } },
        nodes: [node('NoSuchOperator', ['x'], ['p']), node('NoSuchOperator', ['p'], ['q'])],
        outputs: ['q'],
      })
      await checkRefused(async () => (await create()).load(graph), 'OP_UNSUPPORTED', ['p', 'q'])
    })
  })
}

function same(found: ReturnType<typeof tensorOf> | undefined, wanted: readonly number[]): void {
  check(found !== undefined, 'a value was not fetched')
  const numbers = numbersOf(found)
  check(
    numbers.length === wanted.length && numbers.every((each, i) => each === wanted[i]),
    `found [${numbers.join(', ')}], wanted [${wanted.join(', ')}]`,
  )
}
