import { defineConfig } from 'vitest/config';

/** Suites with real processes: one file at a time, and patience for slow machines. */
const real = { fileParallelism: false, testTimeout: 240_000, hookTimeout: 600_000 };

export default defineConfig({
  define: { __OBSCTL_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    // Style sheets that reports bring along are read as they are.
    css: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          testTimeout: 30_000,
          include: ['{cli,service,reports,scenarios}/**/*.test.ts', 'test/unit/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...real,
          name: 'integration',
          include: ['test/{integration,e2e}/**/*.test.ts'],
          globalSetup: ['test/setup/build-and-tools.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...real,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/setup/browser.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...real,
          name: 'backends',
          include: ['test/backends/**/*.test.ts'],
          globalSetup: ['test/setup/build-and-backends.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...real,
          name: 'compose',
          include: ['test/compose/**/*.test.ts'],
          globalSetup: ['test/setup/build-and-containers.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...real,
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          globalSetup: ['test/setup/build-and-backends.ts'],
          testTimeout: 1_800_000,
        },
      },
    ],
  },
});
