import type { Mail } from './mail.ts';
import { momentInWords } from './moment.ts';
import { button, paragraph } from './parts.ts';
import { plainText } from './plainText.ts';
import { htmlOf } from './rendering.ts';
import { salutation } from './salutation.ts';

/** A piece of news, in words of ours. */
export interface MailedNews {
  readonly title: string;
  readonly body: string;
  readonly when: Date;
}

/** What a mail about notifications tells of: at least one, and how many there are beside those that are named. */
export interface NotificationFacts {
  readonly name: string;
  readonly news: readonly MailedNews[];
  readonly furtherCount: number;
  readonly notificationsUrl: string;
}

/** Writes the mail about one notification, or one mail about several. */
export async function notificationMail({ name, news, furtherCount, notificationsUrl }: NotificationFacts): Promise<Mail> {
  const hello = salutation(name);
  const count = news.length + furtherCount;
  const subject = count === 1 && news[0] !== undefined ? news[0].title : `${count} notifications for you`;
  const lines = news.map(({ title, body, when }) => (count === 1 ? `${body} That was on ${momentInWords(when)}.` : `${title}. ${body} (${momentInWords(when)})`));
  const further = furtherCount === 0 ? [] : [`And ${furtherCount} more.`];
  const footnote = 'You get this mail because you want to be told of such things by mail. You can change that where your notifications are.';
  return {
    template: count === 1 ? 'notification' : 'notifications',
    subject,
    text: plainText(hello, ...lines, ...further, `Your notifications:\n${notificationsUrl}`, footnote),
    html: await htmlOf({
      preview: lines[0] ?? subject,
      heading: subject,
      content: [paragraph(hello), ...[...lines, ...further].map(paragraph), button('See your notifications', notificationsUrl)],
      footnote,
    }),
  };
}
