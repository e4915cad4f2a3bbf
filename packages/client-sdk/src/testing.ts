/** What tests of an application take instead of a server, a network and a clock. */
// biome-ignore-start lint/performance/noBarrelFile: the entry of the package, which lists names.
export { type FakeClock, fakeClock } from './testing/fake-clock.js';
export { type Clock, systemClock } from './testing-server/clock.js';
export {
  createTestNetwork,
  type FaultCounts,
  type Faults,
  type TestLine,
  type TestNetwork,
  type TestNetworkOptions,
} from './testing-server/network.js';
export { seededRandom } from './testing-server/random.js';
export {
  type Backup,
  createTestServer,
  type TestServer,
  type TestServerOptions,
} from './testing-server/test-server.js';
// biome-ignore-end lint/performance/noBarrelFile: see above.
