import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { listSources } from './architecture-size.mjs';

/** Composition roots: what wires layers together. Everything else is handed what it needs. */
const roots =
  /^packages\/(server\/src\/(plugin|core|server|index)\.ts|server\/src\/cli\/|server\/src\/testing\/|client-sdk\/src\/(client|index)\.ts|client-sdk\/src\/testing\/)/;
const layered = /^packages\/(server|client-sdk)\/src\/([^/.]+)/;

/**
 * Finds `new Thing()` where Thing comes from another layer: only composition roots construct services. Errors and what `lib`
 * offers (plain data structures) may be made anywhere.
 * @param {string} folder
 * @returns {string[]}
 */
export function findForeignConstruction(folder) {
  return listSources(folder)
    .filter((file) => layered.test(file) && !roots.test(file) && !/\.test\.tsx?$/.test(file))
    .flatMap((file) => findInFile(folder, file));
}

/** @param {string} folder @param {string} file */
function findInFile(folder, file) {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(folder, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const foreign = importedFromOtherLayers(source, file);
  /** @type {string[]} */
  const findings = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && foreign.has(node.expression.text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      findings.push(
        `${file}:${line + 1} constructs ${node.expression.text} (only-roots-construct: plugin.ts and client.ts construct, others are handed it)`,
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

/** @param {ts.SourceFile} source @param {string} file @returns {Set<string>} names of imported classes that are not errors */
function importedFromOtherLayers(source, file) {
  const ownLayer = layered.exec(file)?.[2];
  /** @type {Set<string>} */
  const names = new Set();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const specifier = statement.moduleSpecifier.text;
    const bindings = statement.importClause?.namedBindings;
    if (!specifier.startsWith('.') || !bindings || !ts.isNamedImports(bindings)) continue;
    const target = layered.exec(join(file, '..', specifier).replaceAll('\\', '/'))?.[2];
    if (target === ownLayer || target === 'lib') continue;
    for (const { name } of bindings.elements) if (!name.text.endsWith('Error')) names.add(name.text);
  }
  return names;
}
