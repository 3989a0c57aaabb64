/**
 * Remembers something of those seen last: at least `mostRemembered` of them, at most twice as many. Two generations, the
 * older of which is forgotten as a whole.
 */
export class BoundedMemory<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private forgot = false;
  private readonly mostRemembered: number;

  constructor(mostRemembered: number) {
    this.mostRemembered = mostRemembered;
  }

  /** Whether anything was ever forgotten: until then, who is not known here was never here. */
  get hasForgotten(): boolean {
    return this.forgot;
  }

  get(name: string): Value | undefined {
    return this.young.get(name) ?? this.old.get(name);
  }

  /** The same, and it counts as seen just now. */
  see(name: string): Value | undefined {
    const recent = this.young.get(name);
    if (recent !== undefined) return recent;
    const known = this.old.get(name);
    if (known !== undefined) this.set(name, known);
    return known;
  }

  set(name: string, value: Value): void {
    this.young.set(name, value);
    if (this.young.size < this.mostRemembered) return;
    this.forgot ||= this.old.size > 0;
    this.old = this.young;
    this.young = new Map();
  }
}
