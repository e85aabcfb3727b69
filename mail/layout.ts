import { Body } from '@react-email/body';
import { Container } from '@react-email/container';
import { Head } from '@react-email/head';
import { Heading } from '@react-email/heading';
import { Hr } from '@react-email/hr';
import { Html } from '@react-email/html';
import { Preview } from '@react-email/preview';
import { Section } from '@react-email/section';
import { Text } from '@react-email/text';
import type { ReactElement } from 'react';
import { createElement as element } from 'react';
import { darkStyleSheet, styles } from './theme.ts';

/** What every mail has, whatever it is about. */
export interface LayoutProps {
  /** The line a mail program shows beside the subject. Never a code: it shows on locked screens too. */
  readonly preview: string;
  readonly heading: string;
  readonly content: readonly ReactElement[];
  /** Why somebody gets this mail, and what to do when it was not them. */
  readonly footnote: string;
}

/** The one page every mail is written on. It loads nothing: no picture, no font, no style sheet from elsewhere. */
export function Layout({ preview, heading, content, footnote }: LayoutProps): ReactElement {
  return element(
    Html,
    { lang: 'en', dir: 'ltr' },
    element(
      Head,
      null,
      element('meta', { name: 'color-scheme', content: 'light dark' }),
      element('meta', { name: 'supported-color-schemes', content: 'light dark' }),
      element('title', null, heading),
      element('style', null, darkStyleSheet),
    ),
    element(
      Body,
      { className: 'body', style: styles.body },
      element(Preview, null, preview),
      element(
        Container,
        { style: styles.card },
        element(Text, { className: 'brand', style: styles.brand }, 'Kith'),
        element(
          Section,
          { className: 'sheet', style: styles.sheet },
          element(Heading, { as: 'h1', className: 'heading', style: styles.heading }, heading),
          ...content,
          element(Hr, { className: 'rule', style: styles.rule }),
          element(Text, { className: 'small', style: styles.small }, footnote),
        ),
      ),
    ),
  );
}
