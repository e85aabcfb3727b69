import { Button } from '@react-email/button';
import { Link } from '@react-email/link';
import { Text } from '@react-email/text';
import type { ReactElement } from 'react';
import { Fragment, createElement as element } from 'react';
import { styles } from './theme.ts';

/** A paragraph. */
export function paragraph(text: string): ReactElement {
  return element(Text, { className: 'text', style: styles.text }, text);
}

/** A code to be typed in: large, and one piece of text, so that a double click takes all of it. */
export function code(digits: string): ReactElement {
  return element(Text, { className: 'code', style: styles.code }, digits);
}

/** A button, with its address below for programs that show none. */
export function button(label: string, url: string): ReactElement {
  return element(
    Fragment,
    null,
    element(Button, { href: url, style: styles.button }, label),
    element(Text, { className: 'address', style: styles.address }, 'Or open this address: ', element(Link, { href: url, className: 'link', style: styles.link }, url)),
  );
}
