import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type ChatMessage, compileChatTemplate } from './chatTemplate.js';

interface Case {
  readonly name: string;
  readonly template: string;
  readonly messages: readonly ChatMessage[];
  readonly addGenerationPrompt: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Null where the template refuses the messages. */
  readonly text: string | null;
}

const cases = JSON.parse(
  readFileSync(new URL('./goldens/chats.json', import.meta.url), 'utf8'),
) as readonly Case[];
const rendered = cases.filter(({ text }) => text !== null);
const refused = cases.filter(({ text }) => text === null);

const render = ({ template, messages, ...options }: Case) => compileChatTemplate(template)(messages, options);

describe('chat templates', () => {
  it.each(rendered.map((each, index) => [each.name, index, each] as const))(
    'come out as with transformers: %s %i',
    (_, __, each) => {
      expect(render(each)).toBe(each.text);
    },
  );

  it.each(refused.map((each, index) => [each.name, index, each] as const))(
    'may refuse messages: %s %i',
    (_, __, each) => {
      expect(() => render(each)).toThrow(
        expect.objectContaining({
          code: 'REQUEST_INVALID',
          message: expect.stringContaining('must alternate'),
        }),
      );
    },
  );

  it.each([
    ['open block', '{% for message in messages %}'],
    ['no Jinja', '{{ messages | }}'],
    ['unknown filter', '{{ messages | launder }}'],
    ['call of what is no function', '{{ messages() }}'],
    ['endless counting', '{% for i in range(10000) %}{% for j in range(10000) %}.{% endfor %}{% endfor %}'],
    ['a step of nothing', '{% for i in range(0, 5, 0) %}.{% endfor %}'],
    ['counting without bounds', '{% for i in range() %}.{% endfor %}'],
  ])('that cannot be rendered are a coded error: %s', (_, template) => {
    expect(() => compileChatTemplate(template)([{ role: 'user', content: 'x' }])).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID' }),
    );
  });

  it('end where the answer begins unless told otherwise', () => {
    const template = compileChatTemplate(
      '{{ messages[0].content }}{% if add_generation_prompt %}>{% endif %}',
    );
    expect(template([{ role: 'user', content: 'x' }])).toBe('x>');
  });
});
