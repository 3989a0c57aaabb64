import { isbot } from 'isbot';

import { remembering } from './remembering.ts';

/** Longer than any browser's, and short enough for the patterns to stay cheap on a text made to slow them down. */
const mostCharacters = 1024;
const mostRemembered = 2_000;

const userAgentFields = ['user_agent', 'userAgent', 'ua'] as const;

/** `Mozilla/5.0 (…) …`, as against a plain `Chrome` or `Chrome 126`: isbot takes those for robots, as no browser sends them. */
const wholeUserAgent = /^Mozilla\/|\/\S* \(/;
/** What device detection calls robots; Cubot makes telephones. */
const robotsName = /(?<!cu)bot\b|crawler|spider|headless/i;

/**
 * Says of a raw event whether a robot's user agent stands in it: in `user_agent`, `userAgent` or `ua`, or in the device's
 * `user_agent` or `browser`. An event without any is a person's. About two microseconds for a user agent that is new,
 * next to nothing for a recent one.
 */
export function createBotCheck(): (json: Readonly<Record<string, unknown>>) => boolean {
  const isRobotsAgent = remembering(isbot, mostRemembered);
  const isRobotsBrowser = remembering(
    (browser) => (wholeUserAgent.test(browser) ? isbot(browser) : robotsName.test(browser)),
    mostRemembered,
  );
  const shows = (value: unknown, isRobots: (text: string) => boolean): boolean =>
    typeof value === 'string' && value !== '' && isRobots(value.slice(0, mostCharacters));

  return (json) => {
    if (userAgentFields.some((name) => shows(json[name], isRobotsAgent))) return true;
    const { device } = json;
    if (typeof device !== 'object' || device === null) return false;
    const { user_agent: agent, browser } = device as { user_agent?: unknown; browser?: unknown };
    return shows(agent, isRobotsAgent) || shows(browser, isRobotsBrowser);
  };
}
