import { Hierarchy } from '../order/hierarchy.ts';
import { RunBudget, type RunLimits } from './budget.ts';
import { Ledger } from './ledger.ts';
import { MatchIndex } from './match-index.ts';
import type { GatherSpace } from '../run/gather.ts';
import type { Vault } from '../../store/ports.ts';
import { SealedFacts } from './sealed-facts.ts';
import { TargetIndex } from './target-index.ts';
import { Staging, type Staged } from './staging.ts';

/** Memory and disk of one run: what it compares and sets aside shares one budget (S4), and is given back whole at its end. */
export class RunSpace {
  private readonly path: string;
  private readonly budget: RunBudget;
  private readonly held: { drop(): void | Promise<void> }[] = [];

  /** `path`: begins the names of files, which they lose as they are made. `isCompared`: nothing is delivered in phase one. */
  constructor(path: string, limits: RunLimits, isCompared = true) {
    this.path = path;
    this.budget = new RunBudget(limits, isCompared);
  }

  newLedger(): Ledger {
    return this.hold(new Ledger(this.budget, `${this.path}.pages`));
  }
  newStaging<T = Staged>(): Staging<T> {
    return this.hold(new Staging<T>(this.path, this.budget));
  }
  newGathering(vault: Vault): GatherSpace {
    return { vault, keys: this.newLedger(), newStaging: () => this.newStaging() };
  }
  newTargetIndex(vault: Vault, of: { fields: readonly string[]; key: readonly string[] }): TargetIndex {
    return new TargetIndex(this.budget, vault, of);
  }
  /** `name`: tells its file from those of others. */
  newFacts<T>(name: string): SealedFacts<T> {
    return this.hold(new SealedFacts<T>(`${this.path}.${name}`, this.budget));
  }
  newHierarchy(vault: Vault): Hierarchy {
    return new Hierarchy(this.budget, vault);
  }
  newMatchIndex(): MatchIndex {
    return new MatchIndex(this.budget);
  }
  private hold<T extends { drop(): void | Promise<void> }>(made: T): T {
    this.held.push(made);
    return made;
  }

  /** Phase one is over: the budget refuses nothing any more, so that it can't end a delivery half way. */
  beginDelivery(): void {
    this.budget.beginDelivery();
  }

  async drop(): Promise<void> {
    for (const each of this.held.splice(0)) await each.drop();
  }
}
