/**
 * What the one live region says. At most one sentence every two seconds, the newest wins; messages that come meanwhile become a count.
 */
export interface Announcer {
  /** A message of the open conversation: who and what. */
  readonly message: (name: string, content: string) => void;
  /** Anything else worth saying: offline, back, signed out, my message failed. */
  readonly tell: (sentence: string) => void;
  readonly stop: () => void;
}

const pauseMs = 2000;
const maxLength = 140;

export function createAnnouncer(say: (sentence: string) => void): Announcer {
  let waiting: { readonly sentence: string; readonly messages: number } | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;

  function speak(): void {
    if (pause !== undefined || waiting === undefined) return;
    say(waiting.sentence);
    waiting = undefined;
    pause = setTimeout(() => {
      pause = undefined;
      speak();
    }, pauseMs);
  }

  return {
    message(name, content) {
      const messages = (waiting?.messages ?? 0) + 1;
      const sentence =
        messages === 1 ? `${name}: ${content.slice(0, maxLength)}` : `${messages} new messages`;
      waiting = { sentence, messages };
      speak();
    },
    tell(sentence) {
      waiting = { sentence, messages: 0 };
      speak();
    },
    stop: () => clearTimeout(pause),
  };
}
