import type { CSSProperties } from 'react';

const fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const monospace = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";

/** The looks of each part, written onto the element: many mail programs throw style sheets away. */
export const styles = {
  body: { margin: 0, padding: '24px 12px', backgroundColor: '#f4f4f8', fontFamily: fonts },
  brand: { margin: '0 4px 12px', color: '#5b55e0', fontSize: '15px', fontWeight: 700, lineHeight: '24px' },
  card: { maxWidth: '520px', margin: '0 auto' },
  sheet: { padding: '28px 28px 20px', border: '1px solid #e1e1ea', borderRadius: '12px', backgroundColor: '#ffffff' },
  heading: { margin: '0 0 16px', color: '#1c1c28', fontSize: '22px', fontWeight: 650, lineHeight: '28px' },
  text: { margin: '0 0 16px', color: '#33333f', fontSize: '15px', lineHeight: '24px' },
  code: {
    margin: '8px 0 24px',
    padding: '18px 8px',
    borderRadius: '10px',
    backgroundColor: '#f0effd',
    color: '#2b2694',
    fontFamily: monospace,
    fontSize: '36px',
    fontWeight: 700,
    letterSpacing: '8px',
    lineHeight: '44px',
    textAlign: 'center',
  },
  button: {
    margin: '4px 0 20px',
    padding: '12px 22px',
    borderRadius: '8px',
    backgroundColor: '#5b55e0',
    color: '#ffffff',
    fontSize: '15px',
    fontWeight: 600,
    lineHeight: '20px',
    textDecoration: 'none',
  },
  address: { margin: '0 0 16px', color: '#6a6a78', fontSize: '13px', lineHeight: '20px', wordBreak: 'break-all' },
  link: { color: '#5b55e0' },
  rule: { margin: '8px 0 16px', border: 0, borderTop: '1px solid #e1e1ea' },
  small: { margin: '0 0 8px', color: '#6a6a78', fontSize: '13px', lineHeight: '20px' },
} as const satisfies Record<string, CSSProperties>;

/** What changes for people who read in the dark, where their mail program asks: each class bears the name of a part. */
export const darkStyleSheet = `
  @media (prefers-color-scheme: dark) {
    .body, .body > table > tbody > tr > td { background-color: #14141c !important; }
    .sheet { background-color: #1e1e29 !important; border-color: #34343f !important; }
    .brand, .link { color: #a5a1ff !important; }
    .heading { color: #f4f4fa !important; }
    .text { color: #d4d4de !important; }
    .code { background-color: #2b2a45 !important; color: #d8d6ff !important; }
    .rule { border-color: #34343f !important; }
    .address, .small { color: #9d9dac !important; }
  }
  @media (max-width: 420px) {
    .sheet { padding: 22px 18px 14px !important; }
    .code { font-size: 30px !important; letter-spacing: 6px !important; }
  }
`;
