const utmParameter = /^utm_[a-z_]{1,32}$/i;
const placeholderOrigin = 'http://path.invalid';

/** A page as a path with no more of its query than the UTM parameters, and no mail address in it. */
export function cleanPage(page: string): string {
  const url = parse(page);
  return url ? maskMail(url.pathname) + utmQuery(url) : maskMail(page.split(/[?#]/, 1)[0] ?? '');
}

/** A referrer as origin and path, or only a path where it is one, cut in the same way. */
export function cleanReferrer(referrer: string): string {
  const url = parse(referrer);
  if (!url) return maskMail(referrer.split(/[?#]/, 1)[0] ?? '');
  const origin = url.origin === placeholderOrigin ? '' : `${url.protocol}//${url.host}`;
  return origin + maskMail(url.pathname) + utmQuery(url);
}

function parse(location: string): URL | null {
  try {
    return new URL(location, placeholderOrigin);
  } catch {
    return null;
  }
}

function utmQuery(url: URL): string {
  if (url.search === '') return '';
  const kept = [...url.searchParams].filter(
    ([name, value]) => utmParameter.test(name) && !value.includes('@'),
  );
  return kept.length === 0 ? '' : `?${new URLSearchParams(kept).toString()}`;
}

const maskMail = (path: string): string =>
  path.includes('@') || path.includes('%40') ? path.replace(/[^/]*(@|%40)[^/]*/gi, ':masked') : path;
