import type { Random } from './random.js';

/** A visitor of the demo's product, a reporting tool for small teams. */
export interface Visitor {
  readonly number: number;
  /** Milliseconds since 1970 of her first page view. */
  readonly firstSeenMs: number;
}

/** A `CapturedEvent` of contracts with everything a demo needs. */
export interface DemoEvent {
  readonly schema_version: number;
  readonly project_id: number;
  readonly uuid: string;
  readonly distinct_id: string;
  readonly event: string;
  readonly timestamp: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const FIRST_NAMES =
  'Ada Ben Cleo Dora Emil Finn Gwen Hugo Ines Jonas Kira Lars Mina Noah Olga Paul Rosa Sven Tara Yann'.split(' ');
const LAST_NAMES =
  'Adler Brandt Costa Dubois Evans Fischer Garcia Haas Ito Jansen Klein Lopez Meyer Novak Okafor Silva'.split(' ');
const COUNTRIES = [
  ['US', 40],
  ['DE', 15],
  ['GB', 12],
  ['FR', 9],
  ['BR', 8],
  ['IN', 8],
  ['JP', 5],
  ['NG', 3],
] as const;
const PLANS = [
  ['free', 68],
  ['starter', 20],
  ['team', 9],
  ['enterprise', 3],
] as const;
const REFERRERS = [
  ['google', 45],
  ['direct', 30],
  ['newsletter', 15],
  ['friend', 10],
] as const;
const PAGES = [
  ['/', 40],
  ['/dashboard', 30],
  ['/reports', 15],
  ['/pricing', 10],
  ['/settings', 5],
] as const;
const PRICES = { free: 9, starter: 29, team: 99, enterprise: 499 } as const;

type Plan = keyof typeof PRICES;

/** How a signed-up person uses the product on a day she comes: what she may do, and how likely it is. */
const HABITS = [
  ['report_exported', 0.35],
  ['invite_sent', 0.08],
  ['filter_saved', 0.15],
] as const;

const SIGN_UP = 0.85;
const LEAVES_EMAIL = 0.93;
const ONBOARDS = 0.7;
const CHURNS_EARLY = 0.45;
const WEEKEND_FACTOR = 0.25;
const PURCHASE_ON_A_DAY: Record<Plan, number> = { free: 0.02, starter: 0.12, team: 0.18, enterprise: 0.25 };

/** Tells one visitor's year: anonymous at first, perhaps signing up, onboarding, coming back in a weekly rhythm, perhaps leaving. */
export class PersonStory {
  private readonly events: DemoEvent[] = [];
  private readonly anonymousId: string;
  private readonly userId: string;

  constructor(
    private readonly projectId: number,
    private readonly visitor: Visitor,
    private readonly untilMs: number,
    private readonly random: Random,
  ) {
    this.anonymousId = random.uuid();
    this.userId = `user-${visitor.number}`;
  }

  /** @returns her events by time, none later than the end of the year */
  tell(): DemoEvent[] {
    const arrivedMs = this.visitor.firstSeenMs;
    this.browse(this.anonymousId, arrivedMs, this.random.integer(1, 3));
    if (this.random.chance(SIGN_UP)) {
      this.signUpAndStay(arrivedMs + this.random.integer(5, 50) * MINUTE_MS);
    }
    return this.events.filter((event) => Date.parse(event.timestamp) < this.untilMs);
  }

  private signUpAndStay(signedUpMs: number): void {
    const plan = this.random.weighted(PLANS);
    this.identify(signedUpMs, plan);
    if (this.random.chance(ONBOARDS)) {
      const steps = this.random.integer(3, 7);
      this.add(this.userId, 'onboarding_complete', signedUpMs + this.random.integer(3, 60 * 48) * MINUTE_MS, { steps });
    }
    this.comeBack(signedUpMs, plan);
  }

  private identify(atMs: number, plan: Plan): void {
    const name = `${this.pick(FIRST_NAMES)} ${this.pick(LAST_NAMES)}`;
    const email = `${name.toLowerCase().replace(' ', '.')}.${this.visitor.number}@example.com`;
    this.add(this.userId, '$identify', atMs, {
      $anon_distinct_id: this.anonymousId,
      $set: {
        name,
        plan,
        ...(this.random.chance(LEAVES_EMAIL) ? { email } : {}),
        country: this.random.weighted(COUNTRIES),
        seats: plan === 'free' ? 1 : this.random.integer(2, 60),
        signup_date: new Date(atMs).toISOString(),
      },
      $set_once: { initial_referrer: this.random.weighted(REFERRERS) },
    });
  }

  private comeBack(signedUpMs: number, plan: Plan): void {
    const activity = 0.05 + this.random.next() ** 2 * 0.36;
    const stayDays = this.random.chance(CHURNS_EARLY) ? this.random.integer(1, 60) : this.random.integer(60, 500);
    const leftMs = Math.min(this.untilMs, signedUpMs + stayDays * DAY_MS);
    for (let dayMs = signedUpMs + DAY_MS; dayMs < leftMs; dayMs += DAY_MS) {
      if (this.random.chance(activity * weekdayFactor(dayMs))) {
        this.spendADay(dayMs + this.random.integer(0, 8 * 60) * MINUTE_MS, plan);
      }
    }
  }

  private spendADay(atMs: number, plan: Plan): void {
    this.browse(this.userId, atMs, this.random.integer(1, 3));
    for (const [event, probability] of HABITS) {
      if (this.random.chance(probability)) {
        this.add(this.userId, event, atMs + this.random.integer(1, 90) * MINUTE_MS, {});
      }
    }
    if (this.random.chance(PURCHASE_ON_A_DAY[plan])) {
      const amount = PRICES[plan] * this.random.integer(1, 3);
      this.add(this.userId, 'purchase', atMs + this.random.integer(2, 90) * MINUTE_MS, { amount, currency: 'USD' });
    }
  }

  private browse(distinctId: string, fromMs: number, pages: number): void {
    for (let page = 0; page < pages; page++) {
      const path = this.random.weighted(PAGES);
      this.add(distinctId, '$pageview', fromMs + page * MINUTE_MS, { $pathname: path });
    }
  }

  private add(distinctId: string, event: string, atMs: number, properties: Record<string, unknown>): void {
    this.events.push({
      schema_version: 1,
      project_id: this.projectId,
      uuid: this.random.uuid(),
      distinct_id: distinctId,
      event,
      timestamp: new Date(atMs).toISOString(),
      properties,
    });
  }

  private pick<T>(choices: readonly T[]): T {
    return this.random.weighted(choices.map((choice) => [choice, 1] as const));
  }
}

function weekdayFactor(ms: number): number {
  const day = new Date(ms).getUTCDay();
  return day === 0 || day === 6 ? WEEKEND_FACTOR : 1;
}
