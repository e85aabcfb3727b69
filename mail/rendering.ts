import { render } from '@react-email/render';
import { createElement as element } from 'react';
import type { LayoutProps } from './layout.ts';
import { Layout } from './layout.ts';

/** Writes the page of a mail as HTML. What people wrote comes out as text: React escapes it, and nothing here goes round that. */
export function htmlOf(page: LayoutProps): Promise<string> {
  return render(element(Layout, page));
}
