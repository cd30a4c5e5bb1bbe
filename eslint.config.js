import { defineConfig } from 'eslint/config'
import ts from 'typescript-eslint'

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.tap/',
      'test/cluster/',
      'tap-snapshots/',
      '*.js',
      '**/*.mjs',
    ],
  },
  ts.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      // Ports are objects of functions made in closures: none needs its `this`.
      '@typescript-eslint/unbound-method': 'off',
      // What has no type yet is told as text, whatever it is.
      '@typescript-eslint/no-base-to-string': 'off',
      // An implementation of a port may be done before its caller waits.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Rooms (README): the language knows nothing of the function.
    files: ['config/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['**/function/**', 'fastify', '@kubernetes/*'] },
      ],
    },
  },
  {
    // Only what implements the cluster port loads the client.
    files: ['function/**'],
    ignores: ['function/cluster/kubernetes/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['@kubernetes/*'], allowTypeImports: true }],
        },
      ],
    },
  },
  {
    // tap's `t.test()` gives a promise that tap itself waits for, and what a
    // test reads from JSON has no type.
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      // Code under test has to bear whatever is thrown.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
)
