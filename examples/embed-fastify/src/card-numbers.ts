/** Whoever types the number of a card into the chat shows nobody but its end: no message that carries one is ever stored. */
import type { Hooks } from '@parley/server';

/** Sent, sent together, sent with an order, or edited: these are the ways for words into the chat. */
export const withoutCardNumbers: Hooks = {
  beforeCommand: {
    sendMessage: ({ input }) => ({ ...input, content: mask(input.content) }),
    sendMessages: ({ input }) => ({
      ...input,
      messages: input.messages.map((message) => ({ ...message, content: mask(message.content) })),
    }),
    editMessage: ({ input }) => ({ ...input, content: mask(input.content) }),
  },
};

/** As long as before. */
function mask(content: string): string {
  return content.replace(/\b\d(?:[ -]?\d){12,18}\b/g, (found) =>
    isCardNumber(found.replace(/\D/g, '')) ? found.replace(/\d(?=(?:\D*\d){4})/g, '•') : found,
  );
}

/** By the sum of Luhn, which a number of an order or a parcel seldom has. */
function isCardNumber(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
