/** Remembers something of the users seen last: at least `mostRemembered` of them, at most twice as many. */
export class BoundedMemory<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private readonly mostRemembered: number;

  constructor(mostRemembered: number) {
    this.mostRemembered = mostRemembered;
  }

  get(user: string): Value | undefined {
    return this.young.get(user) ?? this.old.get(user);
  }

  set(user: string, value: Value): void {
    this.young.set(user, value);
    if (this.young.size < this.mostRemembered) return;
    this.old = this.young;
    this.young = new Map();
  }
}
