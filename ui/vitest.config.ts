// Runs the pages' unit tests.
import { defineConfig } from 'vitest/config';
import { words } from './vite.words.ts';

export default defineConfig({
  plugins: [words(['panel', 'watch', 'chat', 'more', 'failed', 'rehearsal', 'told'])],
  test: { include: ['src/**/*.test.ts'] },
});
