/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test', '<rootDir>/packages'],
  testMatch: ['**/*.test.ts'],
  // jest.browser.cjs runs those that need a browser.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/', '<rootDir>/packages/[^/]+/dist/'],
  transform: {
    '\\.[cm]?[jt]sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@middy|dom-serializer|domelementtype|domhandler|domutils|entities|htmlparser2|jose|yaml)/)',
  ],
  // As in the bundles: the alias of serverless.yml.
  moduleNameMapper: { '^cls-hooked/context$': '<rootDir>/shared/watch/one-context.ts' },
  // Jest leaves one core free otherwise: on two cores all would run in one process, whose heap slows it down.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB',
  testTimeout: 20_000,
}
