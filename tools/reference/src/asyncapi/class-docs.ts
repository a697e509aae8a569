import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

/** What the sources say about a class and its fields, by class name and `Class.field`. */
export type ClassDocs = ReadonlyMap<string, string>;

/** Reads the doc comments of every class in a folder: decorators know the types, only comments know the meaning. */
export function readClassDocs(folder: string): ClassDocs {
  const docs = new Map<string, string>();
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort()) {
    const source = ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.Latest, true);
    source.statements.filter(ts.isClassDeclaration).forEach((declaration) => {
      addDocs(docs, declaration);
    });
  }
  return docs;
}

function addDocs(docs: Map<string, string>, declaration: ts.ClassDeclaration): void {
  const className = declaration.name?.text ?? '';
  addDoc(docs, className, declaration);
  for (const member of declaration.members) {
    if (member.name !== undefined && ts.isIdentifier(member.name)) {
      addDoc(docs, `${className}.${member.name.text}`, member);
    }
  }
}

function addDoc(docs: Map<string, string>, name: string, node: ts.Node): void {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment))
    .filter((comment) => comment !== undefined)
    .join(' ')
    .replace(/\s+/g, ' ');
  if (text !== '') {
    docs.set(name, text);
  }
}
