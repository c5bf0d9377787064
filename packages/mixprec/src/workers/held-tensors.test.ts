import type { Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { createHeldTensors } from './held-tensors.ts'

const tensor = (data: Float32Array): Tensor => ({ dtype: 'f32', shape: [data.length], data })

function held() {
  const freed: ArrayBuffer[] = []
  return { freed, tensors: createHeldTensors((buffer) => freed.push(buffer)) }
}

describe('the memory of tensors that leave', () => {
  it('is freed once they are dropped, replaced or cleared, and only then', () => {
    const { freed, tensors } = held()
    const [a, b, c] = [new Float32Array(1), new Float32Array(2), new Float32Array(3)]
    tensors.put(0, tensor(a))
    tensors.put(1, tensor(b))
    expect(freed).toEqual([])
    tensors.put(1, tensor(c))
    expect(freed).toEqual([b.buffer])
    tensors.drop([0, 7])
    expect(freed).toEqual([b.buffer, a.buffer])
    tensors.clear()
    expect(freed).toEqual([b.buffer, a.buffer, c.buffer])
    expect([tensors.get(0), tensors.get(1)]).toEqual([undefined, undefined])
  })

  it('stays as long as another tensor lies in it', () => {
    const { freed, tensors } = held()
    const data = new Float32Array(4)
    tensors.put(0, tensor(data))
    tensors.put(1, tensor(data.subarray(1)))
    tensors.discard([tensor(data)])
    tensors.drop([0])
    expect(freed).toEqual([])
    tensors.drop([1])
    expect(freed).toEqual([data.buffer])
  })

  it('is freed at once where a result is not held, once for all that share it', () => {
    const { freed, tensors } = held()
    const data = new Float32Array(4)
    tensors.discard([tensor(data), tensor(data.subarray(2))])
    expect(freed).toEqual([data.buffer])
  })

  it('is left alone where other threads may read it', () => {
    const { freed, tensors } = held()
    tensors.put(0, tensor(new Float32Array(new SharedArrayBuffer(8))))
    tensors.drop([0])
    expect(freed).toEqual([])
  })

  it('is left to the garbage collector where nobody frees it', () => {
    const tensors = createHeldTensors()
    tensors.put(0, tensor(Float32Array.of(5)))
    tensors.discard([tensor(new Float32Array(1))])
    expect(tensors.get(0)!.data).toEqual(Float32Array.of(5))
    tensors.drop([0])
    expect(tensors.get(0)).toBeUndefined()
  })
})
