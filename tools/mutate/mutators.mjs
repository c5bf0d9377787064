import ts from 'typescript'

const { SyntaxKind } = ts

/** Operators that change into others, as token to what takes its place. */
const operators = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['>>'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
  '&&': ['||'],
  '||': ['&&'],
}

/** Comparisons, as token to its neighbour at the boundary and its opposite. */
const comparisons = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
}

/** Calls of one argument that may fall away and leave the argument. */
const droppable = new Set(['abs', 'ceil', 'floor', 'round', 'trunc', 'fround', 'sqrt', 'reverse', 'sort', 'toSorted'])
const swappedCalls = { min: 'max', max: 'min', every: 'some', some: 'every', floor: 'ceil', ceil: 'floor', startsWith: 'endsWith' }

/** Words that only messages are made of: what stands in them decides no result. */
const errorFields = new Set(['at', 'found', 'wanted', 'hint', 'cause'])

/**
 * The changes that can be made at one node, each as the node that is replaced (or a range of text), its replacement and the kind.
 *
 * @param {ts.Node} node
 * @param {ts.SourceFile} file
 */
export function* changesAt(node, file) {
  const text = (one) => one.getText(file)
  if (ts.isBinaryExpression(node)) yield* binaryChanges(node, text)
  else if (ts.isIfStatement(node)) yield* ifChanges(node, text)
  else if (ts.isConditionalExpression(node)) {
    yield change(node, `${text(node.condition)} ? ${text(node.whenFalse)} : ${text(node.whenTrue)}`, 'swapped branches')
  } else if (ts.isWhileStatement(node)) yield change(node.expression, '(false as boolean)', 'condition')
  else if (ts.isPrefixUnaryExpression(node)) yield* prefixChanges(node, text)
  else if (ts.isPostfixUnaryExpression(node)) {
    if (!isLoopStep(node))
      yield change(node, `${text(node.operand)}${node.operator === SyntaxKind.PlusPlusToken ? '--' : '++'}`, 'operator')
  } else if (ts.isNumericLiteral(node)) yield* numberChanges(node)
  else if (ts.isBigIntLiteral(node)) yield change(node, `${BigInt(node.text.slice(0, -1)) + 1n}n`, 'constant')
  else if (node.kind === SyntaxKind.TrueKeyword) yield change(node, 'false', 'constant')
  else if (node.kind === SyntaxKind.FalseKeyword) yield change(node, 'true', 'constant')
  else if (ts.isCallExpression(node)) yield* callChanges(node, text)
  else if (ts.isObjectLiteralExpression(node)) yield* fieldChanges(node)
  else if (ts.isExpressionStatement(node) && isEffect(node.expression)) yield change(node, ';', 'dropped statement')
  else if (ts.isContinueStatement(node) || ts.isBreakStatement(node)) yield change(node, ';', 'dropped statement')
}

/** Whether nothing below this node decides a result: types, imports, thrown errors and messages. */
export function isSilent(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isThrowStatement(node) ||
    (ts.isNewExpression(node) && /Error$/.test(node.expression.getText())) ||
    (ts.isPropertyAssignment(node) && errorFields.has(node.name.getText()))
  )
}

function change(node, replacement, kind) {
  return { node, replacement, kind }
}

function* binaryChanges(node, text) {
  const token = text(node.operatorToken)
  if (token === '+' && [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side))) return
  for (const other of operators[token] ?? []) yield change(node.operatorToken, other, 'operator')
  const [boundary, opposite] = comparisons[token] ?? []
  if (boundary) yield change(node.operatorToken, boundary, opposite ? 'boundary' : 'comparison')
  if (opposite) yield change(node.operatorToken, opposite, 'comparison')
  if (token === '??') yield change(node, text(node.left), 'dropped default')
  if (token === '&&' || token === '||') {
    yield change(node, text(node.left), 'dropped condition')
    yield change(node, text(node.right), 'dropped condition')
  }
}

function* ifChanges(node, text) {
  yield change(node.expression, '(true as boolean)', 'condition')
  yield change(node.expression, '(false as boolean)', 'condition')
  if (node.elseStatement) {
    const [yes, no] = [node.thenStatement, node.elseStatement].map((branch) => (ts.isBlock(branch) ? text(branch) : `{ ${text(branch)} }`))
    yield change(node, `if (${text(node.expression)}) ${no} else ${yes}`, 'swapped branches')
  }
}

function* prefixChanges(node, text) {
  const { operator, operand } = node
  if (operator === SyntaxKind.ExclamationToken) yield change(node, text(operand), 'condition')
  if (operator === SyntaxKind.MinusToken || operator === SyntaxKind.TildeToken) yield change(node, `(${text(operand)})`, 'operator')
}

function* numberChanges(node) {
  if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return
  const value = Number(node.text)
  yield change(node, `${value + 1}`, 'constant')
  if (value > 0) yield change(node, `${value - 1}`, 'constant')
}

function* callChanges(node, text) {
  if (!ts.isPropertyAccessExpression(node.expression)) return
  const { expression: owner, name } = node.expression
  const other = swappedCalls[name.text]
  if (other) yield change(name, other, 'call')
  const [first] = node.arguments
  if (!droppable.has(name.text)) return
  if (text(owner) === 'Math' && node.arguments.length === 1) yield change(node, `(${text(first)})`, 'dropped call')
  else if (text(owner) !== 'Math') yield change(node, text(owner), 'dropped call')
}

function* fieldChanges(node) {
  for (const [index, property] of node.properties.entries()) {
    if (ts.isPropertyAssignment(property) && errorFields.has(property.name.getText())) continue
    const next = node.properties[index + 1]
    const end = next ? next.getStart() : property.end
    yield { range: [property.getStart(), end], replacement: '', kind: 'removed field' }
  }
}

function isLoopStep(node) {
  return ts.isForStatement(node.parent) && node.parent.incrementor === node
}

function isEffect(expression) {
  if (ts.isCallExpression(expression)) return expression.expression.kind !== SyntaxKind.SuperKeyword
  return ts.isBinaryExpression(expression) && expression.operatorToken.kind === SyntaxKind.EqualsToken
}
