// Letters stop waiting for their pace when the mailbox is nearly full, and wait again once the lane has caught up with the
// topic and everybody who waited by then has had a letter: not before, and not much later.
import { expect, it } from 'vitest';

import { Mailbox } from '../../bridge/journey/mailbox.ts';
import { Pressure } from '../../bridge/journey/pressure.ts';
import { mailOf } from '../support/mail.ts';

function lane() {
  const mailbox = new Mailbox({ mostEvents: 500, mostBytes: 1_000_000 });
  const topic = { unread: 0 };
  const pressure = new Pressure(mailbox, 1_000, () => topic.unread);
  const post = (users: number, events = 1, from = 0) => {
    for (let at = 0; at < users * events; at += 1) mailbox.post(mailOf(`u1_${from + (at % users)}`, at));
  };
  const deliver = (letters: number) => {
    for (let sent = 0; sent < letters; sent += 1) {
      const letter = mailbox.takeCalm();
      if (letter) mailbox.arrived(letter.journeyId);
    }
  };
  return { mailbox, topic, pressure, post, deliver };
}

it('is off until nine tenths of what may wait are there', () => {
  const { pressure, post } = lane();
  post(100, 8);
  post(99, 1);
  expect(pressure.isOn).toBe(false);
  post(1, 1, 99);
  expect(pressure.isOn).toBe(true);
});

it('is off before that, however much is on the topic', () => {
  const { pressure, post, topic } = lane();
  topic.unread = 1_000_000;
  post(100, 8);
  expect(pressure.isOn).toBe(false);
});

it('lasts until everybody who waited when the lane had caught up has had a letter', () => {
  const { pressure, post, topic, deliver } = lane();
  topic.unread = 50_000;
  post(100, 9);
  expect(pressure.isOn).toBe(true);
  deliver(90);
  expect(pressure.isOn).toBe(true);
  // These came while the lane was still behind.
  post(20, 1, 200);
  expect(pressure.isOn).toBe(true);
  topic.unread = 0;
  // And these after it: they wait for their pace.
  post(50, 1, 300);
  expect(pressure.isOn).toBe(true);
  deliver(29);
  expect(pressure.isOn).toBe(true);
  deliver(1);
  expect(pressure.isOn).toBe(false);
  deliver(50);
  expect(pressure.isOn).toBe(false);
});

it('is over when the mail is cleared, to be read again', () => {
  const { mailbox, pressure, post } = lane();
  post(100, 9);
  expect(pressure.isOn).toBe(true);
  mailbox.clear();
  expect(pressure.isOn).toBe(false);
});
