import { expect, it } from 'vitest'
import { container, containerOf, tensor } from '../../test/vendor-container.ts'
import { listCvimodel } from './list-cvimodel.ts'
import { readCvimodel } from './read-cvimodel.ts'

const listed = (bytes: Uint8Array) => listCvimodel(readCvimodel(bytes, 'x'))

it('lists a container as the vendor’s tool prints it', () => {
  expect(listed(container()).split('\n')).toEqual([
    'Mlir Version: v1.3',
    'Cvimodel Version: 1.4.0',
    'net Build at 2024-11-01 13:22:49',
    'For cv182x chip ONLY',
    'CviModel Need ION Memory Size: (0.00 MB)',
    '',
    'Sections:',
    'ID   TYPE      NAME                     SIZE        OFFSET      MD5',
    '000  weight    weight                   32          0           b4ffcb23737cec315a4a4d1aa2a620ce',
    '001  cmdbuf    subfunc_0                5           32          d8869b70aac4f94544c2b0b6c29d4778',
    '002  dmabuf    moves                    3           37          50365281c3336ed4b0e68f7d6c807675',
    '003  200       notes                    0           40          d41d8cd98f00b204e9800998ecf8427e',
    '',
    'WeightMap:',
    'ID   OFFSET    SIZE      TYPE    N    C    H    W    NAME',
    '000  16        8         int8    1    2    2    2    filter',
    '',
    'Program #0',
    '    batch_num   : 1',
    '    private_gmem_size: 128',
    '    shared_gmem_size: 512',
    '    inputs      : picture',
    '    outputs     : y,z',
    '    routines    :',
    '     #00  tpu',
    '        inputs  : picture',
    '        outputs : inner,y',
    '        section : subfunc_0',
    '     #01  tpu',
    '        inputs  : y',
    '        outputs : own',
    '        section : moves',
    '     #02  cpu',
    '        inputs  : y',
    '        outputs : z',
    '        function: softmax',
    '',
    '    tensor_map  :',
    '        ID   OFFSET      TYPE  N    C    H    W    QSCALE     MEM     NAME',
    '        000  0           uint8 1    1    4    4    1.000000   io_mem  picture',
    '        001  64          int8  1    2    4    4    0.031250   shared  inner',
    '        002  32          bf16  1    2    4    4    -          private own',
    '        003  16          int8  1    1    1    4    -          shared  factor',
    '        004  0           int8  1    10   1    1    0.500000   io_mem  y',
    '        005  -1          fp32  1    10   1    1    1.000000      -    z',
    '',
  ])
})

it('one memory before version 1.1, and the memory of all of it', () => {
  const old = listed(containerOf([{ id: 1, kind: 'u32', value: 2 ** 21 }]))
  expect(old).toContain('    neuron_size : 2097152\n    inputs')
  expect(old).toContain('private inner')
  expect(old).toContain('Memory Size: (2.00 MB)')
})

it('says at the end that bytes are not those that the digest of the header was made of', () => {
  const bytes = container()
  const changed = bytes.with(bytes.length - 5, bytes.at(-5)! ^ 1)
  expect(listed(bytes)).not.toContain('damaged')
  expect(listed(changed)).toMatch(/\n\nThe file is damaged or was changed: its MD5 is not that of its header\n$/)
})

it('no character of a name steers the terminal', () => {
  const names = [
    tensor('picture', 0, 0, [1, 1, 1, 1]),
    tensor('y', 0, 0, [1, 1, 1, 1]),
    tensor('z', 0, 0, [1, 1, 1, 1]),
    tensor('\u001b[2Jx', 0, 0, [1, 1, 1, 1]),
  ]
  expect(listed(containerOf([{ id: 4, kind: 'tables', value: names }]))).toContain('shared  \ufffd[2Jx\n')
})
