/**
 * Every error a user can meet: a code, one plain sentence, the remedy. `docs/errors.md` lists each, and a test
 * keeps the two equal. Anything else that is thrown is a bug and ends with exit code 1.
 */
export const EXIT = { usage: 2, failed: 9, notRestored: 8, interrupted: 130, bug: 1 } as const;

interface CatalogueEntry {
  exit: number;
  title: string;
  remedy: string;
}

export const ERRORS = {
  USAGE: {
    exit: EXIT.usage,
    title: 'The command line is not valid',
    remedy: 'See `obsctl <command> --help`.',
  },
  UNKNOWN_FAULT: { exit: EXIT.usage, title: 'No such fault', remedy: 'See `obsctl chaos list`.' },
  UNKNOWN_SCENARIO: { exit: EXIT.usage, title: 'No such scenario', remedy: 'See `obsctl load list`.' },
  UNKNOWN_TOOL: { exit: EXIT.usage, title: 'No such tool', remedy: 'See `obsctl tools list`.' },
  UNKNOWN_TARGET: {
    exit: EXIT.usage,
    title: 'The target matches nothing',
    remedy: 'See `obsctl status` for the replicas that are up.',
  },
  EXPERIMENT_INVALID: {
    exit: EXIT.usage,
    title: 'The experiment is not valid',
    remedy: 'Mend the lines named above; nothing was touched. See docs/experiments for how one is written.',
  },
  UNKNOWN_EXPERIMENT: {
    exit: EXIT.usage,
    title: 'No such experiment',
    remedy: 'See `obsctl experiment list`.',
  },
  INVALID_CONFIG: {
    exit: EXIT.usage,
    title: 'The configuration is not valid',
    remedy: 'Mend the values named above.',
  },
  SLO_INVALID: {
    exit: EXIT.usage,
    title: 'The objectives are not valid',
    remedy: 'Mend the lines named above; `docs/objectives.md` says what can be written.',
  },
  BASELINE_MISMATCH: {
    exit: EXIT.usage,
    title: 'The runs cannot be compared',
    remedy: 'Compare runs of the same experiment that were carried out to their end; see `obsctl runs`.',
  },
  FAULT_REFUSED: {
    exit: EXIT.usage,
    title: 'The fault was refused by what would carry it',
    remedy: 'Mend what it names; nothing was left on.',
  },
  HALTED: {
    exit: EXIT.usage,
    title: 'Faults are halted',
    remedy: 'Nothing was touched. Once it is safe to break things again: `obsctl chaos halt --lift`.',
  },
  RUN_GOING_ON: {
    exit: EXIT.failed,
    title: 'Another run is going on',
    remedy:
      'Nothing was touched. Wait until it has ended, or end it: Ctrl-C where it runs, or `obsctl chaos halt`.',
  },
  FAULT_CONFLICT: {
    exit: EXIT.usage,
    title: 'The faults cannot be on at once',
    remedy:
      'Put them on different replicas (`--set FAULT.replica=NAME`), or one after the other (`--set FAULT.at=10`, `--set FAULT.duration=5`).',
  },
  RUN_NOT_FOUND: {
    exit: EXIT.usage,
    title: 'No such run',
    remedy: 'See `obsctl runs`, or name the path of a run folder or of a record.json.',
  },
  RECORD_INVALID: {
    exit: EXIT.usage,
    title: 'The run record cannot be read',
    remedy: 'It was cut short, edited, or written by another version; run the experiment again.',
  },
  STACK_DOWN: { exit: EXIT.failed, title: 'No stack is up', remedy: 'Start one with `obsctl up`.' },
  TARGET_UNUSABLE: {
    exit: EXIT.failed,
    title: 'The system that the file describes is not there like that',
    remedy: 'Mend what stands under `target` of the file, or wait until it answers; nothing was touched.',
  },
  STACK_FAILED: {
    exit: EXIT.failed,
    title: 'The stack did not come up',
    remedy: 'See `obsctl doctor` and the log files named above; what had started was stopped again.',
  },
  STACK_BUSY: {
    exit: EXIT.failed,
    title: 'Another stack is in the way',
    remedy: 'Whoever started it stops it with `obsctl down`; or wait until the other command has ended.',
  },
  PORT_TAKEN: {
    exit: EXIT.failed,
    title: 'A port is taken',
    remedy:
      'Choose another with --port (or the variable named above); without --port the local stack finds a free one.',
  },
  ENGINE_UNAVAILABLE: {
    exit: EXIT.failed,
    title: 'There is no Docker engine that can be used',
    remedy: 'Start Docker, engine 20.10 or newer, on this machine; or use --on local, which needs none.',
  },
  COMPOSE_UNAVAILABLE: {
    exit: EXIT.failed,
    title: 'Docker Compose v2 is not here',
    remedy:
      'Run `obsctl tools install compose`, or install the Compose plugin, 2.20 or newer; or use --on local, which needs none.',
  },
  IMAGE_UNAVAILABLE: {
    exit: EXIT.failed,
    title: 'A container image cannot be had',
    remedy:
      'Mend what keeps it from being pulled or built, name another image by the variable above, or use --on local.',
  },
  CONTAINER_FAILED: {
    exit: EXIT.failed,
    title: 'A container did not come up',
    remedy: 'See its last lines above; what had started was removed again, and `obsctl up` starts anew.',
  },
  VOLUME_MISMATCH: {
    exit: EXIT.failed,
    title: 'A volume was made by another version or with another password',
    remedy: 'Remove the volumes and all data in them with `obsctl down --volumes`.',
  },
  POSTGRES_UNAVAILABLE: {
    exit: EXIT.failed,
    title: 'PostgreSQL could not be started',
    remedy: 'Run `npm ci` again; as root, a user `postgres` or `nobody` must exist.',
  },
  TOOL_UNAVAILABLE: {
    exit: EXIT.failed,
    title: 'A tool could not be found, downloaded or built',
    remedy: 'Put it on the PATH, or mend one of the ways tried above.',
  },
  BACKENDS_MISSING: {
    exit: EXIT.failed,
    title: 'The real telemetry is not installed',
    remedy: 'Run `obsctl tools install`, or use --telemetry embedded.',
  },
  UNKNOWN_SERVICE: {
    exit: EXIT.usage,
    title: 'No such service in the telemetry',
    remedy: 'Name one of those above with --service, or map its names in `obsctl.yaml` (`names:`).',
  },
  NO_TELEMETRY: {
    exit: EXIT.failed,
    title: 'There is no telemetry in the window',
    remedy:
      'Choose another window with --since, --until and --baseline-window, or map the names of its metrics in `obsctl.yaml` (`names:`).',
  },
  LOAD_FAILED: {
    exit: EXIT.failed,
    title: 'k6 could not run the scenario',
    remedy: "See k6's own output in the run folder.",
  },
  TELEMETRY_UNAVAILABLE: {
    exit: EXIT.failed,
    title: 'The telemetry source does not answer',
    remedy: 'See `obsctl status`.',
  },
  BACKEND_UNREACHABLE: {
    exit: EXIT.failed,
    title: 'A telemetry back end does not answer',
    remedy: 'Check that it is up and that the address, port and scheme (http or https) are right.',
  },
  BACKEND_REFUSED: {
    exit: EXIT.failed,
    title: 'A telemetry back end refused the credentials or the tenant',
    remedy: 'Check the user and password, the token and the tenant (X-Scope-OrgID) given for it.',
  },
  BACKEND_TLS: {
    exit: EXIT.failed,
    title: 'The certificate of a telemetry back end is not trusted',
    remedy:
      'Name the certificate authority that signed it as `caFile` of that back end (`obsctl.yaml`); checks cannot be turned off.',
  },
  BACKEND_UNKNOWN: {
    exit: EXIT.failed,
    title: 'What answers at the address is not the back end it should be',
    remedy:
      'Give the address of its own HTTP API, a path prefix included, without login page or redirect before it.',
  },
  BACKEND_FAILED: {
    exit: EXIT.failed,
    title: 'A telemetry back end could not answer a query',
    remedy: "Ask again with a shorter window, or see the back end's own log.",
  },
  BACKEND_UNSUPPORTED: {
    exit: EXIT.failed,
    title: 'A telemetry back end is too old for what is asked of it',
    remedy: 'Use Prometheus 2.42, Loki 3.0 or Tempo 2.5, or newer.',
  },
  ADMIN_UNAVAILABLE: {
    exit: EXIT.failed,
    title: "A replica's admin API does not answer",
    remedy: 'See `obsctl status`; a fault that is on ends with its lease.',
  },
  FILE_UNUSABLE: {
    exit: EXIT.failed,
    title: 'A file or folder cannot be used',
    remedy: 'Mend its permissions, or name another place with --out or XDG_STATE_HOME.',
  },
  DISK_FULL: {
    exit: EXIT.failed,
    title: 'The disk is full',
    remedy: 'Free some space, or choose another folder with --out.',
  },
  NOT_RESTORED: {
    exit: EXIT.notRestored,
    title: 'The undo could not be verified',
    remedy: 'See `obsctl chaos status`; `obsctl chaos clear --all` or `obsctl down` ends every fault.',
  },
  INTERRUPTED: { exit: EXIT.interrupted, title: 'Interrupted', remedy: 'Nothing is left on; run it again.' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** An error a user can mend: printed as text with its remedy, never with a stack trace. */
export class ObsctlError extends Error {
  readonly code: ErrorCode;
  /** What was wrong, one line each, every violation at once. */
  readonly details: string[];

  constructor(code: ErrorCode, message: string, options: { details?: string[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ObsctlError';
    this.code = code;
    this.details = options.details ?? [];
  }

  get exitCode(): number {
    return ERRORS[this.code].exit;
  }

  get remedy(): string {
    return ERRORS[this.code].remedy;
  }
}

/**
 * Runs `make`; a usage error of it goes into `problems` (its details, or its message where it has none) and null comes
 * back. So that every violation can be named at once.
 */
export const collecting = <T>(problems: string[], make: () => T): T | null => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ObsctlError) || error.code !== 'USAGE') throw error;
    problems.push(...(error.details.length > 0 ? error.details : [error.message]));
    return null;
  }
};

/** The message of anything that can be thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
