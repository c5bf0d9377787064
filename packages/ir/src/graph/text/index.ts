export { type GraphTagPart, graph } from './graph-tag.ts'
export { parseGraph } from './parse-graph.ts'
export { type PrintGraphOptions, printGraph, printType } from './print-graph.ts'
