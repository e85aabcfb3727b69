import { describe, expect, test } from 'vitest';
import { exampleTab, mergeExamples, parseTabs, type Tabs } from '../../gateway/pages/browser/graphiql/exampleTabs.ts';
import { bearerIn, replaceBearer, withBearer } from '../../gateway/pages/browser/graphiql/headersText.ts';
import type { ExampleOperation } from '../../gateway/pages/config.ts';

function anExample(name: string, document = `query ${name} { me { id } }`): ExampleOperation {
  return { name, title: name, description: '', document, variables: {}, signedInAs: null };
}

const names = ({ tabs }: Tabs) => tabs.map(({ title }) => title);
const queries = ({ tabs }: Tabs) => tabs.map(({ query }) => query);

describe('the tabs of a browser and the examples of a release', () => {
  const first = mergeExamples(null, {}, [anExample('One'), anExample('Two')], '{}');

  test('a first visit opens one tab for each example', () => {
    expect(names(first.state)).toEqual(['One', 'Two']);
    expect(first.state.activeTabIndex).toBe(0);
  });

  test('a second visit opens no tab again', () => {
    const second = mergeExamples(first.state, first.offered, [anExample('One'), anExample('Two')], '{}');
    expect(second.state).toEqual(first.state);
  });

  test('an example that is new gets a tab after those that are there', () => {
    const own = { ...exampleTab(anExample('Mine'), '{}'), id: 'own' };
    const stored = { tabs: [...first.state.tabs, own], activeTabIndex: 2 };
    const later = mergeExamples(stored, first.offered, [anExample('Zero'), anExample('One'), anExample('Two')], '{}');
    expect(names(later.state)).toEqual(['One', 'Two', 'Mine', 'Zero']);
    expect(later.state.activeTabIndex).toBe(2);
  });

  test('a closed example stays closed', () => {
    const stored = { tabs: first.state.tabs.slice(1), activeTabIndex: 5 };
    const later = mergeExamples(stored, first.offered, [anExample('One'), anExample('Two')], '{}');
    expect(names(later.state)).toEqual(['Two']);
    expect(later.state.activeTabIndex).toBe(0);
  });

  test('an example that changed is renewed where it was not edited, and left where it was', () => {
    const [one, two] = first.state.tabs;
    const stored = { tabs: [{ ...one!, query: '# mine' }, two!], activeTabIndex: 0 };
    const changed = [anExample('One', 'query One { new }'), anExample('Two', 'query Two { new }')];
    expect(queries(mergeExamples(stored, first.offered, changed, '{}').state)).toEqual(['# mine', 'query Two { new }']);
  });

  test('tabs stored twice come back once', () => {
    const stored = { tabs: [...first.state.tabs, ...first.state.tabs], activeTabIndex: 3 };
    expect(names(mergeExamples(stored, first.offered, [anExample('One'), anExample('Two')], '{}').state)).toEqual(['One', 'Two']);
  });

  test.each([null, '', 'null', '[]', '{"tabs":[]}', '{"tabs":[null],"activeTabIndex":0}', '{"tabs":{},"activeTabIndex":0}', 'nonsense'])(
    'storage that holds %j counts as empty',
    (text) => {
      expect(parseTabs(text)).toBeNull();
    },
  );
});

describe('the Authorization in a headers text', () => {
  test('is found and replaced without touching comments or layout', () => {
    const text = '{\n  // mine\n  "x-tenant": "atlas",\n  "authorization": "Bearer old"\n}';
    expect(bearerIn(text)).toBe('old');
    expect(replaceBearer(text, 'a$&b')).toBe(text.replace('old', () => 'a$&b'));
  });

  test('is added in front, and removed, beside what a developer wrote', () => {
    const added = withBearer('{"x-tenant":"atlas"}', 'new');
    expect(JSON.parse(added)).toEqual({ Authorization: 'Bearer new', 'x-tenant': 'atlas' });
    expect(JSON.parse(withBearer(added, null))).toEqual({ 'x-tenant': 'atlas' });
    expect(JSON.parse(withBearer('', 'new'))).toEqual({ Authorization: 'Bearer new' });
  });

  test('takes the place of another kind of Authorization', () => {
    expect(JSON.parse(withBearer('{"authorization":"Basic YTpi"}', 'new'))).toEqual({ Authorization: 'Bearer new' });
  });

  test('is left alone in a text that is no JSON object', () => {
    expect(withBearer('{ "half', 'new')).toBe('{ "half');
    expect(withBearer('[1]', 'new')).toBe('[1]');
  });
});
