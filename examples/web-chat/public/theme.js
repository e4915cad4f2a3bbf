// Runs before the first paint, so that a person who chose the dark does not see a flash of the light. `src/hooks/use-theme.ts` writes it.
try {
  const theme = localStorage.getItem('parley.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the system decides.
}
