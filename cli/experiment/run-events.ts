import type { PhaseName } from '../../reports/record/common.ts';
import type { LoadProgress } from '../load/load-driver.ts';
import type { StackStatus } from '../stack/stack.ts';

/** What a run tells whoever watches it; progress lines and spinners listen, nothing asks back. */
export interface RunListener {
  stack?(status: StackStatus): void;
  started?(run: { runId: string; path: string }): void;
  phase?(phase: PhaseName, seconds: number): void;
  load?(progress: LoadProgress, phase: PhaseName | null): void;
  fault?(what: 'injected' | 'cleared' | 'failed', text: string): void;
  step?(text: string): void;
  warning?(text: string): void;
}
