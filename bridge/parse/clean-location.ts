const utmParameter = /^utm_[a-z_]{1,32}$/i;
/** A path of the shop with nothing that is cut or masked. */
const barePath = /^\/(?!\/)[^?#@%]*$/;
const placeholderOrigin = 'http://path.invalid';

/** A page as a path with no more of its query than the UTM parameters, and no mail address in it. */
export function cleanPage(page: string): string {
  if (barePath.test(page)) return page;
  const url = parse(page);
  return maskMail(pathOf(page, url)) + utmQuery(url);
}

/** A referrer as origin and path, or only a path where it is one, cut in the same way. */
export function cleanReferrer(referrer: string): string {
  const url = parse(referrer);
  const origin = url === null || url.origin === placeholderOrigin ? '' : `${url.protocol}//${url.host}`;
  return origin + maskMail(pathOf(referrer, url)) + utmQuery(url);
}

/** A plain path stays as it was written: a URL would spell its spaces and accents anew. */
function pathOf(location: string, url: URL | null): string {
  const isPlainPath = location.startsWith('/') && !location.startsWith('//');
  return isPlainPath || url === null ? (location.split(/[?#]/, 1)[0] ?? '') : url.pathname;
}

function parse(location: string): URL | null {
  try {
    return new URL(location, placeholderOrigin);
  } catch {
    return null;
  }
}

function utmQuery(url: URL | null): string {
  if (url === null || url.search === '') return '';
  const kept = [...url.searchParams].filter(
    ([name, value]) => utmParameter.test(name) && !value.includes('@'),
  );
  return kept.length === 0 ? '' : `?${new URLSearchParams(kept).toString()}`;
}

function maskMail(path: string): string {
  if (!path.includes('@') && !path.includes('%40')) return path;
  const segments = path.split('/');
  return segments.map((segment) => (/@|%40/.test(segment) ? ':masked' : segment)).join('/');
}
