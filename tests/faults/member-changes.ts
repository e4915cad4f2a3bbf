import { resultOf } from '../support/answer.js';
import { newId, type Person } from '../support/people.js';
import { RestClient } from '../support/rest-client.js';
import type { Site } from './site.js';

/** Changes other than messages: somebody is added and taken out, over and over, each with a key that survives a kill. */
export interface MemberChanges {
  run(): Promise<void>;
  /** The seqs of all that was acknowledged. */
  readonly seqs: readonly number[];
}

export function createMemberChanges(options: {
  readonly site: Site;
  readonly owner: Person;
  readonly guest: Person;
  readonly conversationId: string;
}): MemberChanges {
  const { site, owner, guest, conversationId } = options;
  const seqs: number[] = [];
  const change = async (operation: 'addMembers' | 'removeMember', input: object): Promise<void> => {
    const key = newId();
    for (;;) {
      const life = await site.life();
      try {
        const answer = await new RestClient(life.url, owner.token).call(
          operation,
          { conversationId, ...input },
          key,
        );
        seqs.push(resultOf<{ seq: number }>(answer).seq);
        return;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        await life.over;
      }
    }
  };
  return {
    seqs,
    run: async () => {
      while (!site.isClosing) {
        await change('addMembers', { userIds: [guest.id] });
        await change('removeMember', { userId: guest.id });
      }
    },
  };
}
