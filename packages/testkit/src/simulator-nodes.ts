/**
 * Nodes on a simulated network that can crash between any two deliveries and come back from what they had saved.
 *
 * A node is whatever `boot` makes from its durable state. After every delivery its state is saved and its answers are
 * published, in this order; `crashBeforePublish` loses the answers, as a power cut between the two would, and the
 * node's own outbox, part of its durable state, has to send them again when it boots.
 */
import type { Simulator } from "./simulator.ts";

export interface SimulatedNode<M, D> {
  /** A message arrived; the answer is what to publish now. */
  receive(message: M, now: number): readonly M[];
  /** Called by `wake`: what time alone makes it publish. */
  wake(now: number): readonly M[];
  /** What survives a crash. */
  durable(): D;
}

export type Boot<M, D> = (viewer: number, durable: D | undefined, now: number) => SimulatedNode<M, D>;

export class SimulatedNodes<M, D> {
  readonly #network: Simulator<M>;
  readonly #boot: Boot<M, D>;
  readonly #nodes: SimulatedNode<M, D>[];
  readonly #disks: (D | undefined)[];

  constructor(network: Simulator<M>, boot: Boot<M, D>) {
    this.#network = network;
    this.#boot = boot;
    this.#nodes = Array.from({ length: network.viewers }, (_, viewer) => boot(viewer, undefined, network.now));
    this.#disks = this.#nodes.map((node) => node.durable());
  }

  node(viewer: number): SimulatedNode<M, D> {
    const node = this.#nodes[viewer];
    if (node === undefined) throw new RangeError(`there is no node ${viewer}`);
    return node;
  }

  /** Delivers until nothing is under way or `limit` deliveries were made; answers how many. */
  run(limit = 100_000): number {
    let count = 0;
    while (count < limit) {
      const delivery = this.#network.next();
      if (delivery === undefined) break;
      count++;
      const { viewer, message } = delivery;
      this.perform(viewer, (node, now) => node.receive(message, now));
    }
    return count;
  }

  /** Lets every node look at the clock. */
  wake(): void {
    for (let viewer = 0; viewer < this.#nodes.length; viewer++) this.perform(viewer, (node, now) => node.wake(now));
  }

  /** An act of this node: its state is saved, then its messages leave. */
  perform(viewer: number, act: (node: SimulatedNode<M, D>, now: number) => readonly M[]): void {
    const node = this.node(viewer);
    const messages = act(node, this.#network.now);
    this.#disks[viewer] = node.durable();
    for (const message of messages) this.#network.publish(viewer, message);
  }

  /** The act is saved, and the power fails before a message leaves. */
  crashBeforePublish(viewer: number, act: (node: SimulatedNode<M, D>, now: number) => readonly M[]): void {
    const node = this.node(viewer);
    act(node, this.#network.now);
    this.#disks[viewer] = node.durable();
    this.restart(viewer);
  }

  /** Crashes a node and boots it from its disk; it then asks every relay again. */
  restart(viewer: number): void {
    this.#network.crash(viewer);
    this.#nodes[viewer] = this.#boot(viewer, this.#disks[viewer], this.#network.now);
    this.#network.ask(viewer);
  }
}
