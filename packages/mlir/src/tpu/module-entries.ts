/** Module attributes of a lowered file, the graph property each belongs to, and the value when the property is absent. */
export const moduleEntries: readonly { readonly name: string; readonly property: string; readonly value?: string | boolean | number }[] = [
  { name: 'module.FLOPs', property: 'flops' },
  { name: 'module.addr_mode', property: 'addressMode', value: 'basic' },
  { name: 'module.asymmetric', property: 'asymmetric', value: false },
  { name: 'module.chip', property: 'chip' },
  { name: 'module.cores', property: 'cores', value: 1 },
  { name: 'module.devices', property: 'devices', value: 1 },
  { name: 'module.high_precision', property: 'highPrecision', value: false },
  { name: 'module.mode', property: 'mode' },
  { name: 'module.platform', property: 'platform', value: 'ONNX' },
  { name: 'module.q_group_size', property: 'weightGroupSize', value: 0 },
  { name: 'module.q_symmetric', property: 'weightGroupSymmetric', value: false },
]
