// `npm run test:browser`: pages in a real Chromium (Debian's /usr/bin/chromium, or CHROMIUM) on the embedded cloud.
const base = require('./jest.config.cjs')

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/browser'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each file brings up a cloud and a browser.
  maxWorkers: 1,
  testTimeout: 60_000,
}
