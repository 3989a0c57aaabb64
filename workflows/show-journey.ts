import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import type { JourneyView } from './journey/view.ts';
import { describeJourney } from './journey/describe.ts';

const funnelStep = defineSearchAttributeKey('FunnelStep', SearchAttributeType.KEYWORD);
const cartValue = defineSearchAttributeKey('CartValue', SearchAttributeType.DOUBLE);
const lastSeen = defineSearchAttributeKey('LastSeen', SearchAttributeType.DATETIME);
const segment = defineSearchAttributeKey('Segment', SearchAttributeType.KEYWORD);

/** Shows a journey to people: search attributes when the step, the cart or the segment is news, the summary every time. */
export class Display {
  private shown = '';

  show(view: JourneyView): void {
    setCurrentDetails(describeJourney(view));
    const value = view.cart?.value ?? 0;
    const news = `${view.funnelStep} ${value} ${view.segment.told}`;
    // Each upsert is a write to the server's visibility store, a quarter of what a letter costs: only for news.
    if (news === this.shown) return;
    this.shown = news;
    upsertSearchAttributes([
      { key: funnelStep, value: view.funnelStep },
      { key: cartValue, value },
      { key: segment, value: view.segment.name },
      { key: lastSeen, value: view.lastEventAt ? new Date(view.lastEventAt) : null },
    ]);
  }
}
