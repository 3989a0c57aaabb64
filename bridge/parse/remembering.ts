/**
 * The same function, with its answers to recent texts remembered: users and their browsers come back within seconds.
 * Two generations of at most `mostRemembered` answers each; the older one is forgotten as a whole.
 */
export function remembering<Answer extends string | boolean>(
  compute: (text: string) => Answer,
  mostRemembered: number,
): (text: string) => Answer {
  let young = new Map<string, Answer>();
  let old = new Map<string, Answer>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const answer = old.get(text) ?? compute(text);
    young.set(text, answer);
    if (young.size > mostRemembered) {
      old = young;
      young = new Map();
    }
    return answer;
  };
}
