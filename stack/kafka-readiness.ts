import { connectKafka } from '../connections/kafka.ts';
import { createLog } from '../connections/log.ts';
import { readSettings } from '../settings/settings.ts';
import { canConnect } from './ports.ts';

/** True once the broker answers and its group coordinator is there: before that, consumers cannot join. */
export async function kafkaAnswers(port: number): Promise<boolean> {
  // The client library waits longer and longer between its tries: it is asked only when there is somebody to answer.
  if (!(await canConnect(port))) return false;
  const settings = readSettings({ KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${port}` });
  return connectKafka(settings, createLog('kafka-start', 'silent')).withAdmin(async (admin) => {
    // Without the list of brokers the library does not know whom to ask for the coordinator.
    await admin.describeCluster();
    await admin.describeGroups(['aisle-start']);
    return true;
  });
}
