import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type History = proto.temporal.api.history.v1.History;

/** A history as readable JSON, without the machine's name and paths. */
export function historyToText(history: proto.temporal.api.history.v1.IHistory): string {
  const plain = History.toObject(History.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  const withoutMachine = (key: string, value: unknown) => {
    if (key === 'identity') return 'recorder';
    return key === 'stackTrace' ? '' : value;
  };
  return `${JSON.stringify(plain, withoutMachine, 1)}\n`;
}

export const historyFromText = (text: string): History =>
  History.fromObject(JSON.parse(text) as Record<string, unknown>);
