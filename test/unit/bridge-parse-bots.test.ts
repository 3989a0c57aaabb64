// A robot is known by its user agent wherever a producer puts it, and no person's browser, whole or as a name, is taken for one.
import { describe, expect, it } from 'vitest';

import { createBotCheck } from '../../bridge/parse/bots.ts';
import { remembering } from '../../bridge/parse/remembering.ts';
import { eventOf, rawPageView } from '../support/parsing.ts';

const robots = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
];
const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
];
/** As device detection names them: isbot alone takes nearly all of these for robots. */
const browserNames = [
  'Chrome',
  'Chrome 126.0.0.0',
  'Chrome/126',
  'Mobile Safari',
  'Firefox',
  'Edge',
  'DuckDuckGo',
  'Facebook',
  'Cubot',
];

const ways: Record<string, (agent: string) => object> = {
  user_agent: (agent) => ({ user_agent: agent }),
  userAgent: (agent) => ({ userAgent: agent }),
  ua: (agent) => ({ ua: agent }),
  'device.user_agent': (agent) => ({ device: { type: 'desktop', user_agent: agent } }),
  'device.browser': (agent) => ({ device: { type: 'desktop', browser: agent } }),
};

describe.each(Object.entries(ways))('a user agent in %s', (_, fields) => {
  it.each(robots)('marks a robot: %s', (agent) => {
    expect(eventOf({ ...rawPageView, ...fields(agent) }).bot).toBe(true);
  });

  it.each(browsers)('marks no person: %s', (agent) => {
    expect(eventOf({ ...rawPageView, ...fields(agent) }).bot).toBe(false);
  });
});

describe('a browser’s name', () => {
  it.each(browserNames)('%s is a person’s', (browser) => {
    expect(eventOf({ ...rawPageView, device: { browser } }).bot).toBe(false);
  });

  it.each(['Googlebot', 'HeadlessChrome', 'Chrome Headless', 'Baiduspider'])('%s is a robot’s', (browser) => {
    expect(eventOf({ ...rawPageView, device: { browser } }).bot).toBe(true);
  });
});

it('a whole user agent of 300 characters is taken as a browser', () => {
  const browser = `${browsers[1]} [FBAN/FBIOS;${'FBAV/466.0;'.repeat(20)}]`;
  expect(browser.length).toBeGreaterThan(300);
  expect(eventOf({ ...rawPageView, device: { browser } })).toMatchObject({ bot: false, device: { browser } });
});

describe('the mark', () => {
  it('is of one event: the same user’s next event, by a browser, has none', () => {
    expect(eventOf({ ...rawPageView, user_agent: robots[0] }).bot).toBe(true);
    expect(eventOf({ ...rawPageView, user_agent: browsers[0] }).bot).toBe(false);
  });

  it('leaves the user agent where it was, among the properties', () => {
    expect(eventOf({ ...rawPageView, user_agent: robots[0] }).properties).toEqual({ user_agent: robots[0] });
  });

  it('takes one that says so over others that do not', () => {
    expect(eventOf({ ...rawPageView, userAgent: browsers[0], ua: robots[0] }).bot).toBe(true);
    const device = { browser: 'Chrome', user_agent: robots[2] };
    expect(eventOf({ ...rawPageView, ua: browsers[0], device }).bot).toBe(true);
  });

  it.each([
    {},
    { user_agent: null },
    { user_agent: '' },
    { ua: 7 },
    { user_agent: [robots[0]] },
    { device: null },
  ])('is not set where there is no user agent: %j', (fields) => {
    expect(eventOf({ ...rawPageView, ...fields }).bot).toBe(false);
  });

  it('looks at the beginning of an endless text only', () => {
    const isBots = createBotCheck();
    expect(isBots({ ua: `${browsers[0]} ${'x'.repeat(1_000)} Googlebot` })).toBe(false);
    expect(isBots({ ua: `Googlebot ${'x'.repeat(100_000)}` })).toBe(true);
  });
});

describe('answers', () => {
  it('to recent texts are remembered, false ones too, and forgotten beyond the bound', () => {
    const asked: string[] = [];
    const answer = remembering((text) => {
      asked.push(text);
      return text.includes('bot');
    }, 10);
    for (let round = 0; round < 3; round += 1) {
      expect(answer('a bot')).toBe(true);
      expect(answer('a person')).toBe(false);
    }
    expect(asked).toEqual(['a bot', 'a person']);
    for (let count = 0; count < 25; count += 1) answer(`other ${count}`);
    answer('a person');
    expect(asked.filter((text) => text === 'a person')).toHaveLength(2);
  });

  it('stay while they are asked for, however many others come', () => {
    let computed = 0;
    const answer = remembering((text) => {
      if (text === 'often') computed += 1;
      return true;
    }, 10);
    for (let count = 0; count < 200; count += 1) {
      answer('often');
      answer(`other ${count}`);
    }
    expect(computed).toBe(1);
  });
});
