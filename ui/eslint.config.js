import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/api/types.ts'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    rules: {
      // `noUncheckedIndexedAccess` asks for it in tight loops over arrays.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // svelte-check reports these with types.
      'no-undef': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      // Playhead, timecode and meters are written in animation frames, past the renderer, on purpose.
      'svelte/no-dom-manipulating': 'off',
    },
  },
);
