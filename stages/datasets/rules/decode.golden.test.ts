import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { joinCaption } from '../../captionedFile.js';
import { testDraft } from '../testing/draft.js';
import { decode } from './decode.js';

const golden = (name: string) => readFile(new URL(`../../sources/files/goldens/${name}`, import.meta.url));

const draftOf = (format: string, raw: Uint8Array, textFields = ['subject', 'text']) =>
  testDraft({ format, label: 'ham', textFields, raw });

/** The text it came to, or why it was dropped. */
const outcomeOf = async (...input: Parameters<typeof draftOf>) => {
  const outcome = await decode.apply(draftOf(...input), undefined as never);
  return outcome.kind === 'dropped' ? outcome.reason : outcome.draft.bodies.map(({ content }) => content);
};

describe('decode', () => {
  it('takes the text out of documents, and drops those that have none with the reason', async () => {
    expect(await outcomeOf('txt', Buffer.from('plain'))).toEqual(['plain']);
    expect(await outcomeOf('json', Buffer.from('{"text":"row","other":1}'))).toEqual(['row']);
    expect((await outcomeOf('pdf', await golden('letter.pdf')))[0]).toContain('the invoice of May');
    expect(await outcomeOf('pdf', await golden('encrypted.pdf'))).toBe('encrypted');
    expect((await outcomeOf('docx', await golden('minutes.docx')))[0]).toContain('second bold');
    expect(await outcomeOf('docx', Buffer.from('PK\x03\x04'))).toBe('unreadable');
  });

  it('takes the caption of a picture or sound before its own description', async () => {
    const [cat, tone] = [await golden('cat.jpg'), await golden('tone.wav')];
    const json = (value: unknown) => ({ kind: 'json' as const, bytes: Buffer.from(JSON.stringify(value)) });
    expect(await outcomeOf('image', cat)).toEqual(['a cat on a mat']);
    expect(
      await outcomeOf('image', joinCaption(cat, json({ caption: 'Mimi', text: 'Mimi sleeps' }))),
    ).toEqual(['Mimi sleeps']);
    expect(
      await outcomeOf('image', joinCaption(cat, json({ description: 'a pet', caption: 'Mimi' }))),
    ).toEqual(['Mimi']);
    expect(await outcomeOf('image', joinCaption(cat, json({ label: 'cat' })))).toBe('no-text');
    expect(await outcomeOf('audio', tone)).toBe('no-text');
    expect(
      await outcomeOf('audio', joinCaption(tone, { kind: 'txt', bytes: Buffer.from('two tones') })),
    ).toEqual(['two tones']);
  });
});
