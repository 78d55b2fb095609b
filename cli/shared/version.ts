declare const __OBSCTL_VERSION__: string;

/** Version of this obsctl, put in at build time from package.json. */
export const VERSION: string = __OBSCTL_VERSION__;
