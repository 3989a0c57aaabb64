import { en, Faker, generateMersenne53Randomizer } from '@faker-js/faker';

/**
 * The only source of chance in the simulator: one seeded stream, read in one order, so that a seed decides
 * everything that happens. Nothing in this folder may call `Math.random` or read a clock to make a choice.
 */
export interface Randomness {
  readonly faker: Faker;
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  readonly chance: (probability: number) => boolean;
  /** Whole number from `least` to `most`, both included. */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** Log-normal around `median`, cut to `least`…`most`. */
  readonly logNormal: (shape: LogNormal) => number;
  readonly exponential: (mean: number) => number;
}

export interface LogNormal {
  readonly median: number;
  readonly spread: number;
  readonly least: number;
  readonly most: number;
}

export function createRandomness(seed: number): Randomness {
  const randomizer = generateMersenne53Randomizer(seed);
  const faker = new Faker({ locale: en, randomizer });
  const uniform = () => randomizer.next();
  const whole = (least: number, most: number) => least + Math.floor(uniform() * (most - least + 1));
  const exponential = (mean: number) => -mean * Math.log(1 - uniform());
  return {
    faker,
    uniform,
    whole,
    exponential,
    chance: (probability) => uniform() < probability,
    pick: <T>(choices: readonly T[]): T => {
      if (choices.length === 0) throw new Error('There is nothing to choose from.');
      return choices[whole(0, choices.length - 1)] as T;
    },
    logNormal: ({ median, spread, least, most }) => {
      const normal = Math.sqrt(2 * exponential(1)) * Math.cos(2 * Math.PI * uniform());
      return Math.min(most, Math.max(least, median * Math.exp(spread * normal)));
    },
  };
}
