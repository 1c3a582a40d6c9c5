// node build.mjs [--if-changed] OUT   bundles GraphiQL and Monaco's workers into the folder OUT.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const STAMP = '.stamp';
const ONLY_ONCE = ['graphql', 'monaco-editor', 'react', 'react-dom', '@graphiql/react']; // two copies break at run time

const { values, positionals } = parseArgs({ options: { 'if-changed': { type: 'boolean' } }, allowPositionals: true });
if (positionals.length !== 1) throw new Error('usage: node build.mjs [--if-changed] OUT');
const out = resolve(positionals[0]);
process.chdir(HERE);

const digest = sourceDigest();
if (values['if-changed'] && stamp() === digest) {
  utimesSync(join(out, STAMP), new Date(), new Date()); // so that make sees it as newer than the sources
  console.log('graphiql: up to date');
} else {
  await bundle();
}

function sourceDigest() {
  const sources = readdirSync('src').sort().map((name) => join('src', name));
  const hash = createHash('sha256');
  for (const path of ['package.json', 'build.mjs', ...sources]) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

function stamp() {
  const path = join(out, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}

async function bundle() {
  const { build } = await import('esbuild'); // here, so that --if-changed needs no node_modules
  emptyOut();
  const shared = {
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome109', 'firefox115', 'safari16.4'],
    outdir: out,
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'file', '.woff2': 'file' },
    assetNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    legalComments: 'none', // LICENSES.txt has them all
    metafile: true,
    charset: 'utf8',
    logLevel: 'warning',
  };
  const page = await build({ ...shared, entryPoints: { graphiql: 'src/main.jsx' }, jsx: 'automatic', splitting: true });
  const workers = await build({
    ...shared,
    entryPoints: {
      'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
      'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
      'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    },
  });
  const folders = packageFolders([page, workers]);
  refuseDuplicates(folders);
  writeFileSync(join(out, 'LICENSES.txt'), folders.map(licence).join('\n'));
  writeFileSync(join(out, STAMP), digest + '\n');
  console.log(`graphiql: ${readdirSync(out).length} files in ${positionals[0]}`);
}

function emptyOut() {
  if (existsSync(out) && readdirSync(out).length > 0 && stamp() === null) {
    throw new Error(`${out} is not a folder this program made; not emptying it`);
  }
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, STAMP), 'unfinished\n');
}

function packageFolders(builds) {
  const inputs = builds.flatMap((result) => Object.keys(result.metafile.inputs));
  const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
  return [...new Set(inputs.map((path) => path.match(folder)?.[0]).filter(Boolean))].sort();
}

function refuseDuplicates(folders) {
  for (const name of ONLY_ONCE) {
    const copies = folders.filter((path) => path.endsWith(`node_modules/${name}`));
    if (copies.length !== 1) throw new Error(`${name} must be bundled once, not from: ${copies.join(', ') || 'nowhere'}`);
  }
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file)).sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license ?? 'licence not named'})`, ...texts, '-'.repeat(79), ''].join('\n\n');
}
