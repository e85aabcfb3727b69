import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'vite';

const [outDir, name] = process.argv.slice(2);
if (!outDir || !name) throw new Error('Usage: node bundle.ts <folder> <name of the build>. You want build.ts.');

const root = join(import.meta.dirname, 'browser');

await build({
  configFile: false,
  root,
  base: `/pages/${name}/`,
  logLevel: 'error',
  // Two copies of any of these would each hold half of the editors' state.
  resolve: { dedupe: ['graphql', 'monaco-editor', 'monaco-graphql', 'react', 'react-dom'] },
  worker: { format: 'es' },
  build: {
    outDir,
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // Browsers with light-dark() of their own: its replacement looks at the system only, not at GraphiQL's theme switch.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    reportCompressedSize: false,
    // Monaco is one piece of 2.8 MB. Leaving out the diff editor, colour pickers and the like saved 11 % for a list of 30
    // of its internal paths to keep: not worth it. Its languages are not in there: monaco-graphql asks for two.
    chunkSizeWarningLimit: 4_000,
    rolldownOptions: {
      input: { landing: join(root, 'landing/index.html'), graphiql: join(root, 'graphiql/index.html'), mailbox: join(root, 'mailbox/index.html') },
    },
  },
});
await compressAssets(join(outDir, 'assets'));

// Once here instead of at each request; the server sends the `.gz` to whoever takes it.
async function compressAssets(folder: string): Promise<void> {
  const files = await readdir(folder);
  await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(folder, file));
      await writeFile(join(folder, `${file}.gz`), await promisify(gzip)(bytes, { level: 9 }));
    }),
  );
}
