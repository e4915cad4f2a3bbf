import { useChatClient, useConnection } from '@parley/react-hooks';
import { useEffect, useState } from 'react';
import { useChatSession, useChatState } from '../../hooks/store-context.js';
import { useDelayed } from '../../hooks/use-delayed.js';
import { useNow } from '../../hooks/use-now.js';
import { countWaiting } from '../../store/chat-state.js';
import { Icon } from '../shared/icon.js';
import { type BannerState, backOnline, bannerOf } from './banner-state.js';

const showAfterMs = 1000;
const goodNewsMs = 2000;

/** The one place that speaks of the connection. A break shorter than a second is not worth a word. */
export function ConnectionBanner() {
  const client = useChatClient();
  const { signInAgain } = useChatSession();
  const banner = useBanner();
  if (banner === undefined) return null;
  return (
    <div className={`banner ${banner.tone}`}>
      <Icon name={banner.icon} />
      <span className="grow">
        {banner.title !== undefined && <b>{banner.title} </b>}
        {banner.text}
      </span>
      {banner.action === 'try-now' && (
        <button type="button" className="text-button" onClick={client.connect}>
          Try now
        </button>
      )}
      {banner.action === 'sign-in' && (
        <button type="button" className="text-button" onClick={signInAgain}>
          Sign in
        </button>
      )}
      {banner.action === 'reload' && (
        <button type="button" className="text-button" onClick={() => location.reload()}>
          Reload
        </button>
      )}
    </div>
  );
}

function useBanner(): BannerState | undefined {
  const connection = useConnection();
  const waiting = useChatState(countWaiting);
  const nowMs = useNow(connection.status === 'reconnecting' ? 1000 : undefined).getTime();
  const trouble = bannerOf({ connection, waiting, nowMs });
  const isShown = useDelayed(trouble !== undefined, showAfterMs);
  const isGoodNews = useGoodNews({ isShown, isWell: trouble === undefined && waiting === 0 });
  if (isShown) return trouble;
  return isGoodNews ? backOnline : undefined;
}

/** True for two seconds once all is well after trouble that was shown. */
function useGoodNews({ isShown, isWell }: { isShown: boolean; isWell: boolean }): boolean {
  const [isOwed, setOwed] = useState(false);
  if (isShown && !isOwed) setOwed(true);
  const isOn = isOwed && isWell;
  useEffect(() => {
    if (!isOn) return;
    const timer = setTimeout(() => setOwed(false), goodNewsMs);
    return () => clearTimeout(timer);
  }, [isOn]);
  return isOn;
}
