import { builtInAuth } from '@parley/client-sdk';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import './styles/index.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has an element with the id root');
const auth = builtInAuth({ url: location.origin });
createRoot(root).render(
  <StrictMode>
    <App auth={auth} url={location.origin} />
  </StrictMode>,
);
