/** Whether that host (as `URL.hostname` has it) is this machine. A name other than `localhost` may lead anywhere. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/** The host of an address; empty where it is none. */
export const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).hostname : '');
