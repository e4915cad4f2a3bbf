import { type IconName, iconShapes } from './icon-shapes.js';

/** A picture beside words or inside a named button: never read aloud itself. */
export function Icon({
  name,
  isSmall = false,
  isFlipped = false,
}: {
  name: IconName;
  isSmall?: boolean;
  isFlipped?: boolean;
}) {
  return (
    <svg
      className={`${isSmall ? 'icon-sm' : 'icon'}${isFlipped ? ' flip' : ''}`}
      viewBox="0 0 20 20"
      aria-hidden="true"
    >
      {iconShapes[name]}
    </svg>
  );
}
