/** A `google.protobuf.Timestamp` as the client library gives it: seconds may be a number or an object for 64 bits. */
export interface ProtobufTime {
  readonly seconds?: { toString(): string } | null;
  readonly nanos?: number | null;
}

/** Milliseconds since 1970; zero for a time that is not set. */
export const millisecondsOf = (time: ProtobufTime | null | undefined): number =>
  Number(time?.seconds?.toString() ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
