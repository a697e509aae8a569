import { randomUUID } from 'node:crypto';

import type { Producer } from 'kafkajs';

import { CapturedEvent, eventKey } from '#contracts';

import { Model } from '../../../apps/ingestion/src/testing/model.js';
import type { Telling } from './history.js';
import type { IngestionWatch } from './ingestion-watch.js';
import { OrderOfEvents } from './order-of-events.js';

/** After every instant of every world: an event dated far past its receipt would be moved. */
const RECEIVED_AT = '2040-01-01T00:00:00Z';

export type Told = Omit<Telling, 'kind' | 'when'> & { readonly timestamp: string };

export interface TellerOptions {
  readonly projectId: number;
  readonly producer: Producer;
  /** The topic in the cluster. */
  readonly topic: string;
  readonly ingested: IngestionWatch;
  readonly isOrdered: boolean;
}

/** Tells the events of one project to Kafka as another team would, and keeps a model of what they must lead to. */
export class Teller {
  readonly model = new Model();
  private order = new OrderOfEvents([]);
  private readonly told: CapturedEvent[] = [];
  private waiting: CapturedEvent[] = [];
  private others = 0;

  constructor(private readonly options: TellerOptions) {}

  async tell(telling: Told): Promise<void> {
    if (this.options.isOrdered && !this.order.admits(telling)) {
      await this.settle();
      this.order.admits(telling);
    }
    const event = this.toEvent(telling);
    this.model.apply(event);
    this.told.push(event);
    this.waiting.push(event);
  }

  /** Tells a second time what was told `back` tellings ago. */
  again(back: number): void {
    const copy = this.told.at(-1 - back);
    this.waiting.push(...(copy === undefined ? [] : [copy]));
  }

  /** Whether others told something, too: then the model does not know what all this leads to. */
  get isAlone(): boolean {
    return this.others === 0;
  }

  /** Somebody else told an event of the project. */
  countOther(): void {
    this.others += 1;
  }

  /** Lets go what was told; does not wait until anybody has taken it. */
  async send(): Promise<void> {
    const { producer, projectId, topic } = this.options;
    const messages = this.waiting.map((event) => ({
      key: eventKey(projectId, event.distinct_id),
      value: JSON.stringify(event),
    }));
    this.waiting = [];
    if (messages.length > 0) {
      await producer.send({ topic, messages });
    }
  }

  /** Until every event told so far is counted. */
  async settle(): Promise<void> {
    await this.send();
    await this.options.ingested.counted(this.options.projectId, this.told.length + this.others);
    this.order = new OrderOfEvents(this.model.state().map((person) => (person as { ids: string[] }).ids));
  }

  private toEvent({ distinctId, event, timestamp, properties, ofPerson }: Told): CapturedEvent {
    return Object.assign(new CapturedEvent(), {
      schema_version: 1,
      project_id: this.options.projectId,
      uuid: randomUUID(),
      distinct_id: distinctId,
      event,
      timestamp,
      received_at: RECEIVED_AT,
      properties: { ...properties },
      process_person: ofPerson,
    });
  }
}
